"""How long to look for better settings: a time or a number of trials, as people write it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from tradewind.core.errors import ConfigError, Problem

_BUDGET = re.compile(r"^\s*(\d{1,6})\s*(seconds?|minutes?|trials?)\s*$", re.IGNORECASE)


@dataclass(frozen=True)
class Budget:
    """How long to look for better settings.

    Args:
        seconds: of time; None for no limit.
        trials: settings to try for each kind of model; None for no limit. The same seed and trials give the same.
    """

    seconds: float | None = None
    trials: int | None = None

    def share(self, parts: int) -> Budget:
        """Return what each of so many searches may use: time is divided, trials are not."""
        return replace(self, seconds=None if self.seconds is None else self.seconds / parts)


def parse_budget(text: str, where: str = "tune") -> Budget:
    """Read a budget: `60 seconds`, `5 minutes`, `40 trials`.

    Raises:
        ConfigError: it is none.
    """
    found = _BUDGET.match(text)
    if found is None or int(found[1]) == 0:
        raise ConfigError(Problem(where, "this is no budget for tuning", repr(text), '"60 seconds" or "40 trials"'))
    count, unit = int(found[1]), found[2].lower().rstrip("s")
    if unit == "trial":
        return Budget(trials=count)
    return Budget(seconds=count * (60.0 if unit == "minute" else 1.0))
