"""Customers whose true lives are known, drawn from the models' own stories, to prove what the fits claim."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tradewind.models.lifetime.summary import Floats, Ints, LifetimeSummary, summary_from_arrays


@dataclass(frozen=True)
class SimulatedLives:
    """Customers, what is observed of them, and what is true.

    Args:
        summary: what is observed up to each customer's age.
        alive: (n,) whether each is truly still a customer at the end of the observation.
        later: (n,) purchases in the stretch that follows.
    """

    summary: LifetimeSummary
    alive: NDArray[np.bool_]
    later: Ints


def simulate_bg_nbd(
    parameters: tuple[float, float, float, float],
    age: Floats,
    ahead: float,
    rng: np.random.Generator,
    *,
    unit_days: float = 7.0,
    whole_days: bool = False,
) -> SimulatedLives:
    """Draw customers by BG/NBD's story (Fader, Hardie, Lee 2005).

    Args:
        parameters: r, alpha, a, b; alpha in units of `unit_days`.
        age: (n,) age of each customer at the end of the observation, in the same unit.
        ahead: length of the stretch that follows, in the same unit.
        whole_days: round times up to whole days, as shops record them.
    """
    r, alpha, a, b = parameters
    n = len(age)
    rate = rng.gamma(r, size=n) / alpha
    leave = np.clip(rng.beta(a, b, size=n), 1e-300, 1 - 1e-16)
    last = np.floor(np.log(rng.uniform(size=n)) / np.log1p(-leave)) + 1  # gone after this many repeat purchases
    wished = rng.poisson(rate * age)
    x = np.minimum(wished, last)
    # Arrivals of a Poisson process are uniform: the last purchase is an order statistic of `wished` uniforms.
    share = np.where(x > 0, rng.beta(np.maximum(x, 1), wished - x + 1), 0.0)
    later = np.minimum(rng.poisson(rate * ahead), last - x)
    return _lives(x, share * age, age, last > x, later, unit_days, whole_days)


def simulate_pareto_nbd(
    parameters: tuple[float, float, float, float],
    age: Floats,
    ahead: float,
    rng: np.random.Generator,
    *,
    unit_days: float = 7.0,
    whole_days: bool = False,
) -> SimulatedLives:
    """Draw customers by Pareto/NBD's story (Schmittlein, Morrison, Colombo 1987); arguments as `simulate_bg_nbd`."""
    r, alpha, s, beta = parameters
    n = len(age)
    rate = rng.gamma(r, size=n) / alpha
    life = rng.exponential(size=n) / np.maximum(rng.gamma(s, size=n) / beta, 1e-300)
    lived = np.minimum(life, age)
    x = rng.poisson(rate * lived)
    share = np.where(x > 0, rng.beta(np.maximum(x, 1), 1.0), 0.0)
    later = rng.poisson(rate * np.clip(life - age, 0.0, ahead))
    return _lives(x, share * lived, age, life > age, later, unit_days, whole_days)


def simulate_spend(
    parameters: tuple[float, float, float], count: Ints, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Draw mean amounts by Gamma-Gamma's story (Fader, Hardie 2013).

    Args:
        parameters: p, q, gamma.
        count: (n,) purchases per customer.

    Returns:
        (n,) mean amount per customer, NaN where there is no purchase; (n,) the customer's true mean amount.
    """
    p, q, gamma = parameters
    nu = rng.gamma(q, size=len(count)) / gamma
    total = rng.gamma(np.maximum(p * count, p)) / nu
    return np.where(count > 0, total / np.maximum(count, 1), np.nan), p / nu


def _lives(
    x: NDArray[Any],
    tx: Floats,
    age: Floats,
    alive: NDArray[np.bool_],
    later: NDArray[Any],
    unit_days: float,
    whole_days: bool,
) -> SimulatedLives:
    if whole_days:
        tx, age = np.ceil(tx * unit_days), np.ceil(age * unit_days)
        summary = summary_from_arrays(x, tx, age, unit_days=1.0)
    else:
        summary = summary_from_arrays(x, tx, age, unit_days=unit_days)
    return SimulatedLives(summary, alive, np.asarray(later, dtype=np.int64))
