"""Whether people who disagreed with a chance knew something that it did not: shares, and exact tail probabilities."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


def jeffreys_interval(successes: int, trials: int, level: float = 0.95) -> tuple[float, float]:
    """Return the Jeffreys interval of a share (Brown, Cai, DasGupta 2001, §4.3): its ends are 0 and 1 at the borders.

    Args:
        successes: how many.
        trials: of how many; at least one.
        level: coverage.
    """
    from scipy.stats import beta

    if not 0 <= successes <= trials or trials < 1:
        raise ValueError("successes are between 0 and the number of trials, which is at least one")
    tail, a, b = (1 - level) / 2, successes + 0.5, trials - successes + 0.5
    low = 0.0 if successes == 0 else float(beta.ppf(tail, a, b))
    high = 1.0 if successes == trials else float(beta.ppf(1 - tail, a, b))
    return low, high


def sign_test(wins: int, losses: int) -> float:
    """Return the two-sided probability of a split so uneven, were both as often right (Conover 1999, §3.4)."""
    from scipy.stats import binomtest

    return 1.0 if wins + losses == 0 else float(binomtest(wins, wins + losses, 0.5).pvalue)


def count_distribution(probabilities: ArrayLike) -> Array:
    """Return (n + 1,) the chance of 0 … n successes in independent trials of different chances.

    Poisson's binomial distribution by convolution (Hong 2013, "On computing the distribution function for the Poisson
    binomial distribution", Computational Statistics & Data Analysis 59:41–51, §2.4).
    """
    found = np.ones(1)
    for chance in np.asarray(probabilities, dtype=np.float64):
        found = np.convolve(found, (1 - chance, chance))
    return found


def surprise(successes: int, probabilities: ArrayLike) -> float:
    """Return the two-sided probability of a count as far out as this, if the chances are right.

    Args:
        successes: how many came true.
        probabilities: (n,) the chance of each.
    """
    chances = count_distribution(probabilities)
    below, above = float(chances[: successes + 1].sum()), float(chances[successes:].sum())
    return min(1.0, 2 * min(below, above))
