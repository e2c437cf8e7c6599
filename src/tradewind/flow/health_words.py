"""Lights in words: the reason that can be read out loud, and the task."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from tradewind.core.score import Reason
from tradewind.core.words import say
from tradewind.models.lights import LIGHTS, Seen, Signs, fallen_since
from tradewind.report.numbers import say_day

_MOST = 2
"""Reasons told of each."""
_SHARES = ((0.5, "by half"), (2 / 3, "by two thirds"), (0.75, "by three quarters"))
_FRESH = 30
"""Days for which a message is worth a word."""


@dataclass(frozen=True)
class Told:
    """One row of the list.

    Args:
        light: place in `LIGHTS`.
        about: the part of the business that the first reason belongs to; empty for green.
        reason: why, in words to be read out loud; empty for green.
        task: what to do.
    """

    light: int
    about: str
    reason: str
    task: str


class Teller:
    """Tells the rows of one day of looking.

    Args:
        seen: what is seen of them.
        signs: which signs there are.
        light: their lights.
        reasons: learned reasons by customer.
        use: what use is called ("logins").
    """

    def __init__(
        self, seen: Seen, signs: Signs, light: np.ndarray[Any, Any], reasons: dict[str, tuple[Reason, ...]], use: str
    ) -> None:
        self._seen, self._signs, self._light, self._reasons, self._use = seen, signs, light, reasons, use
        self._usual, self._gap = seen.usual_use, seen.usual_gap
        self._since = fallen_since(seen.used, self._usual)

    def tell(self, row: int, who: str) -> Told:
        """Return the light of one row with its reason and task."""
        light = int(self._light[row])
        if LIGHTS[light] == "green":
            return Told(light, "", "", say("health.task.none"))
        found = [*self._of_signs(row), *self._learned(who)]
        if not found:
            found = [("usage", say("health.reason.none"), "ask")]
        about, _, task = found[0]
        reason = "; ".join(dict.fromkeys(text for _, text, _ in found[:_MOST]))
        way = say("health.call" if LIGHTS[light] == "red" else "health.write")
        day = _day(self._seen.renews[row]) if task == "renewal" else _day(self._seen.bad[row])
        return Told(light, about, reason, say(f"health.task.{task}", way=way, day=day))

    def _of_signs(self, row: int) -> list[tuple[str, str, str]]:
        """(Part of the business, reason, task) of each sign, the most pressing first."""
        seen, signs = self._seen, self._signs
        now, usual = _count(seen.used[row, 0]), _count(self._usual[row])
        month = (seen.day[row] - np.timedelta64(30 * int(self._since[row]), "D")).item()
        use = {
            "use": self._use,
            "now": now,
            "usual": usual,
            "month": f"{month:%B}",
            "by": _by(seen.used[row, 0], self._usual[row]),
        }
        overdue = {"days": f"{(seen.day[row] - seen.paid[row]).astype(int)}", "usual": _count(self._gap[row])}
        wrote = (seen.day[row] - seen.wrote[row]).astype("timedelta64[D]")
        fresh = not np.isnat(wrote) and wrote.astype(int) <= _FRESH and not signs.bad[row]
        every = (
            (signs.failed[row], "billing", "failed", {"day": _day(seen.failed[row])}),
            (signs.stopped[row], "usage", "stopped", {**use, "day": _day(seen.used_on[row])}),
            (signs.fallen[row], "usage", "fallen", use),
            (signs.bad[row], "support", "bad", {"day": _day(seen.bad[row])}),
            (signs.overdue[row], "billing", "overdue", overdue),
            (signs.renewal[row], "contract", "renewal", {"day": _day(seen.renews[row])}),
            (fresh and signs.count[row] > 0, "support", "wrote", {"day": _day(seen.wrote[row])}),
        )
        return [(part, say(f"health.reason.{key}", **values), "ask" if key == "wrote" else key)
                for there, part, key, values in every if there]  # fmt: skip

    def _learned(self, who: str) -> list[tuple[str, str, str]]:
        return [(reason.group, reason.text, "ask") for reason in self._reasons.get(who, ())]


def _day(day: np.datetime64) -> str:
    found = day.item()
    return say_day(found) if isinstance(found, date) else ""


def _count(value: float) -> str:
    return f"{value:.0f}" if np.isfinite(value) else "0"


def _by(now: float, usual: float) -> str:
    """By how much use fell, as one says it: by half, by two thirds, by three quarters."""
    fell = 1 - now / usual if usual and np.isfinite(usual) else 0.0
    close = next((words for share, words in _SHARES if abs(fell - share) <= 0.05), "")
    return close or f"by {100 * fell:.0f} in 100"
