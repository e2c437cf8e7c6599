"""Few outcomes: which models are fit for them, when a bigger one may take over, and how many more would help."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tradewind.models.candidates import DEPLOYABLE, Candidate, Task

Array = NDArray[np.float64]

FEW = 30
"""Below so many of the rarer outcome only the cautious model is fitted, and estimators that are only compared."""
MANY = 500
"""From so many on the cautious model is not tried: by then the others have taken over."""
CLEAR = 1.0
"""Between the two a bigger model must be better by so many standard errors of the paired difference in log-loss."""
CAUTIOUS = "bayesian"
MOST = 1_000_000


def suit_candidates(candidates: Sequence[Candidate], task: Task, rarer: int) -> tuple[Candidate, ...]:
    """Return the candidates that suit so many outcomes, the cautious model first where it belongs.

    Args:
        candidates: what was to be tried.
        task: amounts are left as they are.
        rarer: training rows with the rarer outcome.
    """
    able = [each for each in candidates if task in each.tasks]
    others = [each for each in able if each.name != CAUTIOUS]
    none = not any(each.deployable for each in able)
    if task != "classification" or none or (rarer >= MANY and others):
        return tuple(others)
    if rarer < FEW:
        others = [each for each in others if not each.deployable]
    return (DEPLOYABLE[CAUTIOUS], *others)


def clearly_better(loss: Array, cautious: Array) -> bool:
    """Return whether a model's losses are clearly below the cautious model's on the same rows.

    The bar is one standard error: where outcomes are few that is high, and as they grow it sinks by itself.

    Args:
        loss: (m,) log-loss of each row.
        cautious: (m,) the cautious model's.
    """
    gain = cautious - loss
    return bool(gain.mean() > CLEAR * gain.std(ddof=1) / np.sqrt(len(gain))) if len(gain) > 1 else False


def outcomes_to_halve(outcomes: int) -> int:
    """Return how many more of the rarer outcome would make an interval about half as wide.

    Widths fall with the root of the outcomes, and the tails with them: √(n/(n − 1)) · t(n − 1)/√n, as the intervals of
    `stats.bootstrap` are made (Hesterberg 2015, §4.1.3).

    Args:
        outcomes: the rarer outcome in the rows that the interval rests on; at least 2.
    """
    if outcomes < 2:
        raise ValueError("an interval needs two outcomes at least")
    low, high, half = outcomes, MOST * outcomes, _width(outcomes) / 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _width(middle) <= half else (middle, high)
    return high - outcomes


def say_few(rarer: int) -> str:
    """Say which models were left out where outcomes are few, nothing where they are not."""
    if rarer >= FEW:
        return ""
    return f"With fewer than {FEW} outcomes only the cautious model is used; bigger ones would learn chance by heart."


def say_more(outcomes: int) -> str:
    """Say in one plain sentence how many more outcomes would help, nothing where there are many or next to none."""
    if not 2 <= outcomes < MANY:
        return ""
    more = outcomes_to_halve(outcomes)
    digits = max(len(str(more)) - 2, 0)
    return f"Its figures rest on {outcomes} outcomes: about {round(more, -digits):,} more would halve their intervals."


def _width(outcomes: int) -> float:
    from scipy.special import stdtrit

    return float(stdtrit(outcomes - 1, 0.975) / np.sqrt(outcomes - 1))
