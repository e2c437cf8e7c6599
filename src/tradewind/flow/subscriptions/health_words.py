"""Lights in words: the reason that can be read out loud, and the task."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from tradewind.core.words import say
from tradewind.models.lights import LIGHTS, Seen, Signs, fallen_since
from tradewind.report.numbers import say_day

_MOST = 2
"""Reasons told of each."""
_SHARES = ((0.5, "by half"), (2 / 3, "by two thirds"), (0.75, "by three quarters"))
_LITTLE = 0.6
"""Use of at most this share of what others use is worth a word."""
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
        use: what use is called ("logins").
    """

    def __init__(self, seen: Seen, signs: Signs, light: np.ndarray[Any, Any], use: str) -> None:
        self._seen, self._signs, self._light, self._use = seen, signs, light, use
        self._usual, self._gap, self._others = seen.usual_use, seen.usual_gap, seen.others_use
        self._since = fallen_since(seen.used, self._usual)

    def tell(self, row: int) -> Told:
        """Return the light of one row with its reason and task."""
        light = int(self._light[row])
        if LIGHTS[light] == "green":
            return Told(light, "", "", say("health.task.none"))
        found = self._reasons(row)
        if not found:
            monthly = self._seen.term[row] == 1
            found = [("contract", say("health.reason.monthly" if monthly else "health.reason.none"), "ask")]
        about, _, task = found[0]
        reason = "; ".join(dict.fromkeys(text for _, text, _ in found[:_MOST]))
        way = say("health.call" if LIGHTS[light] == "red" else "health.write")
        days = {"renewal": self._seen.renews, "bad": self._seen.bad, "wrote": self._seen.wrote}
        day = _day(days[task][row]) if task in days else ""
        return Told(light, about, reason, say(f"health.task.{task}", way=way, day=day))

    def _reasons(self, row: int) -> list[tuple[str, str, str]]:
        """(Part of the business, reason, task) of each reason, the most pressing first."""
        seen, signs = self._seen, self._signs
        now, usual = _count(seen.used[row, 0]), _count(self._usual[row])
        month = (seen.day[row] - np.timedelta64(30 * int(self._since[row]), "D")).item()
        by = _by(float(seen.used[row, 0]), float(self._usual[row]))
        use = {
            "use": self._use,
            "counted": _counted(self._use, now),
            "now": now,
            "usual": usual,
            "others": _count(self._others[row]),
            "by": by,
        }
        use["month"] = f"{month:%B}"
        overdue = {"days": f"{(seen.day[row] - seen.paid[row]).astype(int)}", "usual": _count(self._gap[row])}
        wrote = (seen.day[row] - seen.wrote[row]).astype("timedelta64[D]")
        fresh = not np.isnat(wrote) and wrote.astype(int) <= _FRESH and not signs.bad[row]
        use_falls = signs.fallen[row] or signs.stopped[row]
        little = not use_falls and bool(seen.used[row, 0] <= _LITTLE * self._others[row])
        every = (
            (signs.failed[row], "billing", "failed", {"day": _day(seen.failed[row])}),
            (signs.stopped[row], "usage", "stopped", {**use, "day": _day(seen.used_on[row])}),
            (signs.fallen[row], "usage", "fallen", use),
            (signs.hardly[row] and not use_falls, "usage", "hardly", use),
            (signs.bad[row], "support", "bad", {"day": _day(seen.bad[row])}),
            (signs.overdue[row], "billing", "overdue", overdue),
            (signs.renewal[row], "contract", "renewal", {"day": _day(seen.renews[row])}),
            (fresh, "support", "wrote", {"day": _day(seen.wrote[row])}),
            (little and not signs.hardly[row], "usage", "little", use),
        )
        return [(part, say(f"health.reason.{key}", **values), key)
                for there, part, key, values in every if there]  # fmt: skip


def _day(day: np.datetime64) -> str:
    found = day.item()
    return say_day(found) if isinstance(found, date) else ""


def _count(value: float) -> str:
    return f"{value:.0f}" if np.isfinite(value) else "0"


def _counted(use: str, now: str) -> str:
    """What use is called after a number: 1 login, 3 logins, 3 uses."""
    one = use.removesuffix("s")
    return f"{now} {one if now == '1' else one + 's'}"


def _by(now: float, usual: float) -> str:
    """By how much use fell, as one says it: by half, by two thirds, by three quarters."""
    fell = 1 - now / usual if usual and np.isfinite(usual) else 0.0
    close = next((words for share, words in _SHARES if abs(fell - share) <= 0.05), "")
    return close or f"by {100 * fell:.0f} in 100"
