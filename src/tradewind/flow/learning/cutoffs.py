"""Which past moments a question learns from, is chosen on, and is tested at."""

from __future__ import annotations

from dataclasses import dataclass

from tradewind.core.errors import NotAnswerable, Problem
from tradewind.core.time import Cutoff, Days
from tradewind.core.use_case import UseCase


@dataclass(frozen=True)
class Schedule:
    """The rolling origin of one question.

    Args:
        score_at: the newest cutoff, at which today's answers are given.
        test: the newest cutoff whose outcome is complete; nothing is chosen on it.
        origins: earlier cutoffs, oldest first, whose predictions choose, calibrate and set thresholds.
        learning: earlier cutoffs whose outcome was complete by the test, oldest first.
    """

    score_at: Cutoff
    test: Cutoff
    origins: tuple[Cutoff, ...]
    learning: tuple[Cutoff, ...]

    @property
    def all_cutoffs(self) -> tuple[Cutoff, ...]:
        """Learning cutoffs and the test, oldest first."""
        return (*self.learning, self.test)


def plan_cutoffs(
    use_case: UseCase,
    first_known: Cutoff,
    score_at: Cutoff,
    test: Cutoff | None = None,
    most: int = 12,
    earlier: int = 3,
) -> Schedule:
    """Lay cutoffs backwards from the newest complete one, one every `use_case.every` days.

    Args:
        use_case: gives horizon, lag, step and the history a cutoff needs before it.
        first_known: the first local day of the data.
        score_at: the newest cutoff.
        test: pins the test cutoff; by default the newest whose horizon and lag are over at `score_at`.
        most: at most this many learning cutoffs.
        earlier: at most this many origins.
    Returns:
        The schedule. An origin has at least one learning cutoff whose outcome was complete by it.
    Raises:
        NotAnswerable: the history is too short for one test and one learning cutoff.
    """
    wait = Days(use_case.horizon.length.count + use_case.horizon.lag.count)
    step = use_case.every or use_case.horizon.length
    test = test or score_at.back(wait)
    earliest = first_known.ahead(use_case.minimum_history)
    learning: list[Cutoff] = []
    cutoff = test.back(Days(-(-wait.count // step.count) * step.count))  # the newest whose outcome the test may know
    while cutoff >= earliest and len(learning) < most:
        learning.insert(0, cutoff)
        cutoff = cutoff.back(step)
    if not learning:
        needed = use_case.minimum_history.count + 2 * wait.count
        had = f"{max(0, (score_at.day - first_known.day).days)} days before {score_at.day}"
        raise NotAnswerable(
            Problem(use_case.name, "the history is too short to learn from and to test on", had,
                    f"at least {needed} days", "bring older data, or ask over a shorter horizon")
        )  # fmt: skip
    origins = [known for known in learning if learning[0].ahead(wait) <= known]
    return Schedule(score_at, test, tuple(origins[-earlier:]), tuple(learning))
