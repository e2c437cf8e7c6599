"""When in the day things happen: a shop whose quiet hours lie around noon has its clock set to another zone."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from tradewind.checks.looked import Looked
from tradewind.core.trouble import Trouble, clean_lines

if TYPE_CHECKING:
    from numpy.typing import NDArray

_ASLEEP = (1.0, 6.5)
"""Between these local hours the middle of people's quiet time lies."""

_SURE = 0.25
"""Length of the mean direction (Mardia 1972) from which hours have a direction at all; 0 for all hours alike."""


def find_shifted_clock(looked: Looked) -> list[Trouble]:
    """Find a table whose people seem to be up all night, or whose day moves from one month to the next."""
    if not looked.time or "happened_hour" not in looked.columns or looked.rows < 200:
        return []
    rows = looked.ask(
        f"SELECT CAST(date_trunc('month', happened_on) AS DATE), happened_hour, count(*) FROM \"{looked.name}\" "
        "WHERE happened_hour IS NOT NULL GROUP BY 1, 2"
    )
    hours = np.zeros(24)
    for _, hour, count in rows:
        hours[hour] += count
    if hours[0] > 0.5 * hours.sum() or hours.sum() < 200:
        return []  # days without a clock
    moved = _moved(looked, rows)
    trouble = moved if moved is not None else _at_night(looked, hours)
    return [trouble] if trouble is not None else []


def _direction(hours: NDArray[np.float64]) -> tuple[float, float]:
    """Mean hour on the circle of a day, and how much the hours agree, 0 to 1."""
    angle = (np.arange(24) + 0.5) * np.pi / 12
    total = hours.sum()
    x, y = float((hours * np.cos(angle)).sum() / total), float((hours * np.sin(angle)).sum() / total)
    return float(np.arctan2(y, x) * 12 / np.pi % 24), float(np.hypot(x, y))


def _at_night(looked: Looked, hours: NDArray[np.float64]) -> Trouble | None:
    busy, sure = _direction(hours)
    quiet = (busy + 12) % 24
    if sure < _SURE or _ASLEEP[0] - 3.5 <= quiet <= _ASLEEP[1] + 3.5 or quiet > 24 + _ASLEEP[0] - 3.5:
        return None
    night = "happened_hour < 6"
    return looked.trouble(
        looked.time, "time zone", "misleads",
        f"the busiest time of day is about {int(busy)}:00 and the quiet one about {int(quiet)}:00; {{rows}} rows "
        "({share}) lie between midnight and 6:00", night,
        treat=clean_lines(looked.name, looked.time, {"keep": ["time zone"]}),
        do='state the zone its times are in: timezone = "…" in the [sources] section',
    ) or _whole(looked, busy)  # fmt: skip


def _whole(looked: Looked, busy: float) -> Trouble:
    return Trouble(
        looked.name, looked.time, "time zone", "misleads", f"the busiest time of day is about {int(busy)}:00",
        looked.rows, looked.rows, treat=clean_lines(looked.name, looked.time, {"keep": ["time zone"]}),
        do='state the zone its times are in: timezone = "…" in the [sources] section',
    )  # fmt: skip


def _moved(looked: Looked, rows: list[tuple[date, int, int]]) -> Trouble | None:
    """The month from which the day's middle lies hours away from where it lay before."""
    months = sorted({month for month, _, _ in rows})
    by = np.zeros((len(months), 24))
    for month, hour, count in rows:
        by[months.index(month), hour] += count
    best, at = 0.0, 0
    for cut in range(1, len(months)):
        before, after = by[:cut].sum(axis=0), by[cut:].sum(axis=0)
        if before.sum() < 100 or after.sum() < 100:
            continue
        (one, sure_one), (two, sure_two) = _direction(before), _direction(after)
        apart = abs((two - one + 12) % 24 - 12)
        if min(sure_one, sure_two) > _SURE and apart * min(sure_one, sure_two) > best:
            best, at = apart * min(sure_one, sure_two), cut
    if not at:
        return None
    one, two = _direction(by[:at].sum(axis=0))[0], _direction(by[at:].sum(axis=0))[0]
    if abs((two - one + 12) % 24 - 12) < 4:
        return None
    since = months[at]
    return looked.trouble(
        looked.time, "time zone", "misleads",
        f"from about {since:%B %Y} on the day's middle lies near {int(two)}:00, before near {int(one)}:00: "
        "{rows} rows ({share})",
        f"happened_on >= DATE '{since.isoformat()}'",
        treat=clean_lines(looked.name, looked.time, {"keep": ["time zone"]}),
        do="look whether the times are in another zone since then; load the two parts as two sources with their zones",
    )  # fmt: skip
