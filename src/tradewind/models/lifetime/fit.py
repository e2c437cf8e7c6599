"""Maximum likelihood in log-parameters: climb by exact gradients, then prove that the top was reached."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tradewind.core.errors import ModelError, Problem
from tradewind.core.finding import Number

Floats = NDArray[np.float64]
Objective = Callable[[Floats], tuple[float, Floats]]
"""Log-parameters to the log-likelihood and its gradient by log-parameters."""

_FAR = 12.0
"""A log-parameter beyond this has run away (a factor of 160,000 from the scale of the data)."""
_VAGUE = 8.0
"""A log-parameter with a larger standard error than this is not known at all."""
_CLOSE, _CONVERGED = 1e-5, 1e-9
"""Log-likelihood still to be won, by the quadratic approximation: at which the curvature no longer changes, and at
which a fit has converged."""
LEAN_SPREAD = 1.5
"""How firmly typical values are leaned on, if they are: standard deviation of a log-parameter around them."""
_Z95 = 1.959963984540054


@dataclass(frozen=True)
class Estimate:
    """Parameters found by maximum likelihood, and how well the data determine them.

    Args:
        names: names of the parameters.
        values: their values.
        covariance: covariance of their logarithms: inverse of the observed information.
        log_likelihood: at the maximum, in the unit of the values.
        customers: how many customers were learned from.
        gradient_norm: largest derivative of the log-likelihood by a log-parameter at the end, per customer.
        evaluations: how often the likelihood was evaluated.
        leaned: whether typical values were leaned on because the customers alone do not determine the parameters.
    """

    names: tuple[str, ...]
    values: tuple[float, ...]
    covariance: tuple[tuple[float, ...], ...]
    log_likelihood: float
    customers: int
    gradient_norm: float
    evaluations: int
    leaned: bool = False

    @property
    def standard_errors(self) -> tuple[float, ...]:
        """Standard errors of the values by the delta method: value × standard error of its logarithm."""
        return tuple(float(s) for s in np.asarray(self.values) * np.sqrt(np.diag(self.covariance)))

    def numbers(self) -> Mapping[str, Number]:
        """Return each parameter with its 95 % interval (normal on the log scale), and the log-likelihood."""
        spread = np.exp(_Z95 * np.sqrt(np.diag(self.covariance)))
        found = {
            name: Number(value, float(value / factor), float(value * factor))
            for name, value, factor in zip(self.names, self.values, spread, strict=True)
        }
        return {**found, "log_likelihood": Number(self.log_likelihood)}

    def draw(self, rng: np.random.Generator) -> tuple[float, ...]:
        """Draw parameters from their asymptotic distribution (normal on the log scale)."""
        step = rng.multivariate_normal(np.zeros(len(self.values)), np.asarray(self.covariance), method="cholesky")
        return tuple(float(v) for v in np.asarray(self.values) * np.exp(step))


def estimate_at(
    top: Optimum, names: tuple[str, ...], factors: Sequence[float], shift: float, customers: int, lean: bool
) -> Estimate:
    """Bring an optimum from the inner scale to the unit in which parameters are told.

    Args:
        factors: what each parameter is multiplied by.
        shift: what is added to the log-likelihood, whose density changes with the unit.
    """
    values = tuple(float(v) for v in np.exp(top.theta) * np.asarray(factors))
    covariance = tuple(tuple(float(v) for v in row) for row in top.covariance)
    return Estimate(names, values, covariance, top.value + shift, customers, top.gradient_norm, top.evaluations, lean)


@dataclass(frozen=True)
class Optimum:
    """Where a climb ended: log-parameters, log-likelihood, covariance, gradient norm per customer, evaluations."""

    theta: Floats
    value: float
    covariance: Floats
    gradient_norm: float
    evaluations: int


def maximise(
    objective: Objective, start: Floats, names: Sequence[str], customers: int, what: str, lean: bool = False
) -> Optimum:
    """Find the maximum of a log-likelihood and its curvature there.

    BFGS with exact gradients, then Newton steps whose Hessian is the central difference of the exact gradient.

    Args:
        objective: log-likelihood and gradient by log-parameters, times scaled to about 1.
        start: first log-parameters.
        names: names of the parameters, for messages.
        customers: number of customers behind the likelihood.
        what: name of the model, for messages.
        lean: whether to lean on the first log-parameters as typical values (a normal prior of spread `LEAN_SPREAD`).
            With it even a flat likelihood has one top, and the covariance is that of the posterior.

    Raises:
        ModelError: the climb did not converge or the data do not determine the parameters; the message says which,
            where it ended and with which gradient.
    """
    from scipy.optimize import minimize

    calls, pull = 0, LEAN_SPREAD**-2 if lean else 0.0

    def per_customer(theta: Floats) -> tuple[float, Floats]:
        nonlocal calls
        calls += 1
        value, gradient = objective(np.clip(theta, -30.0, 30.0))
        away = (theta - start) * pull
        return -(value - float(away @ (theta - start)) / 2) / customers, -(gradient - away) / customers

    # Below this the quadratic approximation is so good that one Newton step ends at the top.
    near = max(1e-4 / float(np.sqrt(customers)), 3e-7)
    climb = minimize(per_customer, start, jac=True, method="BFGS", options={"gtol": near, "maxiter": 500})
    theta = climb.x
    gradient = per_customer(theta)[1]
    for _ in range(8):
        hessian = _hessian(per_customer, theta)
        if not np.all(np.isfinite(hessian)) or (np.abs(gradient).max() > 1e-3 and np.linalg.eigvalsh(hessian)[0] <= 0):
            raise _not_converged(theta, gradient, names, what, calls)
        _refuse_run_away(theta, gradient, hessian, names, what, customers)
        step = np.linalg.solve(hessian, gradient)
        close = _to_win(gradient, step, customers) < _CLOSE
        theta = theta - step * min(1.0, 1.0 / max(float(np.abs(step).max()), 1e-300))
        gradient = per_customer(theta)[1]
        if close and _to_win(gradient, np.linalg.solve(hessian, gradient), customers) < _CONVERGED:
            covariance = np.linalg.inv(hessian) / customers
            norm = float(np.abs(gradient).max())
            return Optimum(theta, objective(theta)[0], (covariance + covariance.T) / 2, norm, calls)
    raise _not_converged(theta, gradient, names, what, calls)


def _to_win(gradient: Floats, step: NDArray[np.floating[Any]], customers: int) -> float:
    return float(gradient @ step) * customers / 2


def _hessian(objective: Objective, theta: Floats, step: float = 1e-4) -> Floats:
    rows = []
    for i in range(len(theta)):
        move = np.zeros(len(theta))
        move[i] = step
        rows.append((objective(theta + move)[1] - objective(theta - move)[1]) / (2 * step))
    hessian = np.array(rows)
    return np.asarray((hessian + hessian.T) / 2)


def _refuse_run_away(
    theta: Floats, gradient: Floats, hessian: Floats, names: Sequence[str], what: str, customers: int
) -> None:
    """Refuse a flat top: parameters that run away or that the data say nothing about."""
    curvature = float(np.linalg.eigvalsh(hessian)[0]) * customers
    far = [name for name, value in zip(names, theta, strict=True) if abs(value) > _FAR]
    if not far and curvature > 1 / _VAGUE**2:
        return
    direction = np.linalg.eigh(hessian)[1][:, 0]
    loose = far or [name for name, part in zip(names, direction, strict=True) if abs(part) > 0.3]
    raise ModelError(
        Problem(
            what,
            f"these customers do not determine {' and '.join(loose)}: the likelihood stays flat while they change",
            f"{_told(names, theta)} on the inner scale; gradient {float(np.abs(gradient).max()):.1e} per customer, "
            f"smallest curvature {curvature:.1e}, {customers:,} customers",
            "customers who differ in how often they buy and in when they stop",
            "use more customers or a longer history, or lean on typical values (lean=True)",
        )
    )


def _not_converged(theta: Floats, gradient: Floats, names: Sequence[str], what: str, calls: int) -> ModelError:
    norm = float(np.abs(gradient).max())
    return ModelError(
        Problem(
            what,
            "the fit did not converge",
            f"{_told(names, theta)} on the inner scale; gradient {norm:.1e} per customer after {calls} evaluations",
            "a maximum of the likelihood",
            "look for wrong recencies, ages or amounts in the summary",
        )
    )


def _told(names: Sequence[str], theta: Floats) -> str:
    return ", ".join(f"{name} {np.exp(value):.3g}" for name, value in zip(names, theta, strict=True))
