"""Lifetime models as JSON text: saving, loading without running code, and the figures of the card."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from tradewind.core.errors import FormatError, ModelError, Problem
from tradewind.core.finding import Number
from tradewind.models.lifetime.bg_nbd import BetaGeometric
from tradewind.models.lifetime.fit import Estimate
from tradewind.models.lifetime.gamma_gamma import GammaGamma
from tradewind.models.lifetime.pareto_nbd import ParetoNbd

FORMAT = 1
LifetimeModel = BetaGeometric | ParetoNbd | GammaGamma
_NAMES = {
    "bg_nbd": ("r", "alpha", "a", "b"),
    "pareto_nbd": ("r", "alpha", "s", "beta"),
    "gamma_gamma": ("p", "q", "gamma"),
}


def card_numbers(model: LifetimeModel) -> Mapping[str, Number]:
    """Return the figures a card or report shows: parameters with 95 % intervals, log-likelihood, what was checked."""
    numbers = dict(model.estimate.numbers())
    if isinstance(model, GammaGamma):
        numbers["correlation"] = model.correlation
    numbers["customers"] = Number(float(model.estimate.customers))
    numbers["gradient_norm"] = Number(model.estimate.gradient_norm)
    return numbers


def save_model(model: LifetimeModel, path: Path) -> None:
    """Write a model as JSON text. Every number is written so that it reads back equal to the bit."""
    e = model.estimate
    content: dict[str, Any] = {
        "format": FORMAT,
        "model": model.name,
        "parameters": dict(zip(e.names, e.values, strict=True)),
        "log_covariance": [list(row) for row in e.covariance],
        "log_likelihood": e.log_likelihood,
        "customers": e.customers,
        "gradient_norm": e.gradient_norm,
        "evaluations": e.evaluations,
        "leaned": e.leaned,
    }
    if isinstance(model, GammaGamma):
        content |= {"correlation": model.correlation.to_json(), "left_out": model.left_out}
    else:
        content["unit_days"] = model.unit_days
    path.write_text(json.dumps(content, indent=1, allow_nan=False) + "\n", encoding="utf-8")


def load_model(path: Path) -> LifetimeModel:
    """Read a model that `save_model` wrote.

    Raises:
        ModelError: the file is missing, damaged or holds numbers that no model can have.
        FormatError: it was written in a newer format.
    """
    content = _read(path)
    if content.get("format") != FORMAT:
        raise FormatError(
            Problem(str(path), "another format version", repr(content.get("format")), str(FORMAT), "tradewind upgrade")
        )
    try:
        name = content["model"]
        estimate = _estimate(content, _NAMES[name])
        if name == "gamma_gamma":
            rho = content["correlation"]
            number = Number(**{key: rho[key] for key in ("value", "low", "high", "unit", "reason") if key in rho})
            return GammaGamma(estimate, number, int(content["left_out"]))
        unit = float(content["unit_days"])
        if not (np.isfinite(unit) and unit > 0):
            raise ValueError(f"unit_days {unit}")
        return BetaGeometric(estimate, unit) if name == "bg_nbd" else ParetoNbd(estimate, unit)
    except (KeyError, TypeError, ValueError, np.linalg.LinAlgError) as error:
        raise ModelError(
            Problem(str(path), "the model file is damaged", str(error), "what save_model wrote", "train again")
        ) from error


def _estimate(content: Mapping[str, Any], names: tuple[str, ...]) -> Estimate:
    values = tuple(float(content["parameters"][name]) for name in names)
    covariance = np.array(content["log_covariance"], dtype=np.float64)
    if not all(np.isfinite(v) and v > 0 for v in values):
        raise ValueError(f"parameters {values}")
    if covariance.shape != (len(names), len(names)) or not np.all(np.isfinite(covariance)):
        raise ValueError(f"covariance of shape {covariance.shape}")
    np.linalg.cholesky(covariance)
    rows = tuple(tuple(float(v) for v in row) for row in covariance)
    figures = float(content["log_likelihood"]), int(content["customers"]), float(content["gradient_norm"])
    return Estimate(names, values, rows, *figures, int(content["evaluations"]), bool(content["leaned"]))


def _read(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(
            Problem(str(path), "the model file cannot be read", str(error), "what save_model wrote", "train again")
        ) from error
    if not isinstance(content, dict):
        raise ModelError(Problem(str(path), "the model file is damaged", type(content).__name__, "a JSON object"))
    return content
