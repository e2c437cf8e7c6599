"""How many rows each day brings: days without any, weeks far from their neighbours, a last day cut off.

Weekdays are allowed for by their usual shares, growth by looking at neighbours only, and a peak that came at the same
time of another year is a season.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

from tradewind.checks.looked import Looked
from tradewind.core.trouble import Trouble, clean_lines

if TYPE_CHECKING:
    from numpy.typing import NDArray

_LEAST_DAYS = 60
_FACTS = ("orders", "order_lines", "events", "touches", "leads", "deals", "activities", "customers", "texts")
_NOT_BY_CHANCE = 20.0
"""Minus the natural logarithm of a chance that is none: 2 in a thousand million."""


def find_volume(looked: Looked) -> list[Trouble]:
    """Find gaps and jumps in the number of rows by day, and a last day that is not complete."""
    if looked.name not in _FACTS or not looked.time:
        return []
    days, first = _daily(looked)
    if len(days) < _LEAST_DAYS or days.sum() < 3 * len(days):
        return []
    expected = _expected(days, first)
    found = [_cut_off(looked, days, expected, first), _gap(looked, days, expected, first)]
    found += [_jump(looked, days, expected, first), _level(looked, days, first)]
    return [trouble for trouble in found if trouble is not None]


def _day(looked: Looked) -> str:
    local = looked.time == "happened_at" and "happened_on" in looked.columns
    return "happened_on" if local else f'CAST("{looked.time}" AS DATE)'


def _daily(looked: Looked) -> tuple[NDArray[np.float64], date]:
    """Rows of each day since the one from which all but a thousandth of the rows come."""
    day = _day(looked)
    rows = looked.ask(f'SELECT {day}, count(*) FROM "{looked.name}" WHERE {day} IS NOT NULL GROUP BY 1 ORDER BY 1')
    rows = [row for row in rows if row[0] <= looked.today]
    if not rows:
        return np.zeros(0), looked.today
    total = np.cumsum([count for _, count in rows])
    start = int(np.searchsorted(total, 0.001 * total[-1]))
    # A year of nothing divides data from slips; the slips are told elsewhere.
    for place in range(len(rows) - 1, start, -1):
        if (rows[place][0] - rows[place - 1][0]).days > 180:
            start = place
            break
    first = rows[start][0]
    counts = np.zeros((rows[-1][0] - first).days + 1)
    for when, count in rows[start:]:
        counts[(when - first).days] = count
    return counts, first


def _expected(days: NDArray[np.float64], first: date) -> NDArray[np.float64]:
    """Rows to expect of each day: the median of the four weeks around it, times its weekday's usual share."""
    weekday = (np.arange(len(days)) + first.weekday()) % 7
    level = np.array([np.median(days[max(0, at - 28) : at + 29]) for at in range(len(days))])
    mean = np.array([days[max(0, at - 28) : at + 29].mean() for at in range(len(days))])
    level = np.where(level > 0, level, mean * 0.5)
    share = np.ones(7)
    for each in range(7):
        here = (weekday == each) & (level > 0)
        if here.any():
            share[each] = np.median(days[here] / level[here])
    return np.asarray(level * share[weekday], dtype=np.float64)


def _noise(days: NDArray[np.float64], expected: NDArray[np.float64]) -> float:
    """How much more than by chance days differ from what is expected of them: 1 for Poisson, by the median."""
    known = expected > 1
    if not known.any():
        return 1.0
    ratio = (days[known] - expected[known]) ** 2 / expected[known]
    return max(1.0, float(np.median(ratio)) / 0.4549)  # the median of chi-squared with one degree of freedom


def _runs(flags: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Begin and end of each run of true."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], flags.astype(np.int8), [0]))))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def _gap(looked: Looked, days: NDArray[np.float64], expected: NDArray[np.float64], first: date) -> Trouble | None:
    """Days without any row, where chance would have given some."""
    noise = _noise(days, expected)
    usual = [end - begin for begin, end in _runs(days == 0)]
    holes = [
        (begin, end)
        for begin, end in _runs(days == 0)
        if expected[begin:end].sum() / noise > _NOT_BY_CHANCE and usual.count(end - begin) <= 3
    ]
    if not holes:
        return None
    lost = int(sum(expected[begin:end].sum() for begin, end in holes))
    begin, end = max(holes, key=lambda hole: hole[1] - hole[0])
    more = f" ({len(holes)} such gaps)" if len(holes) > 1 else ""
    return _tell(
        looked, "volume",
        f"no row from {_say(first, begin)} to {_say(first, end - 1)}{more}, where about {lost:,} were to be expected",
        min(lost, looked.rows), "load the missing days, or say with `keep` that the shop was closed",
    )  # fmt: skip


def _jump(looked: Looked, days: NDArray[np.float64], expected: NDArray[np.float64], first: date) -> Trouble | None:
    """A day with many times the rows of its neighbours; one at the same time of another year makes it a season."""
    noise = _noise(days, expected)
    high = (days > 5 * expected) & (days - expected > 10 * np.sqrt(noise * np.maximum(expected, 1))) & (days >= 20)
    places = [at for at in np.flatnonzero(high).tolist() if not _yearly(high, at)]
    if not places or len(places) > 0.02 * len(days):
        return None
    worst = max(places, key=lambda at: float(days[at]) / max(float(expected[at]), 1.0))
    when = _say(first, worst)
    return _tell(
        looked, "volume",
        f"{int(days[worst]):,} rows on {when}, where about {int(expected[worst]):,} were to be expected",
        int(days[worst]), "look whether a load ran twice or a robot bought; a campaign can be kept",
        f"{_day(looked)} = DATE '{(first + timedelta(days=worst)).isoformat()}'",
    )  # fmt: skip


def _yearly(high: NDArray[np.bool_], at: int) -> bool:
    return any(high[max(0, at + shift - 10) : max(0, at + shift + 11)].any() for shift in (-730, -365, 365, 730))


def _level(looked: Looked, days: NDArray[np.float64], first: date) -> Trouble | None:
    """Weeks on end far below or above the weeks around them."""
    whole = len(days) // 7
    weeks = days[len(days) - whole * 7 :].reshape(whole, 7).sum(axis=1)
    if whole < 20 or np.median(weeks) < 20:
        return None
    usual = np.array([np.median(weeks[max(0, at - 13) : at + 14]) for at in range(whole)])
    off = np.log((weeks + 1) / (usual + 1))
    scale = max(1.4826 * float(np.median(np.abs(off - np.median(off)))), float(1 / np.sqrt(np.median(weeks))))
    for sign, words in ((-1, "below"), (1, "above")):
        far = (sign * off > max(6 * scale, 0.5)) & (usual > 15)
        runs = [(begin, end) for begin, end in _runs(far) if end - begin >= 3 and end < whole]
        runs = [run for run in runs if not _season(off, run, sign)]
        if runs:
            begin, end = max(runs, key=lambda run: run[1] - run[0])
            skipped = len(days) - whole * 7
            seen, wanted = int(weeks[begin:end].sum()), int(usual[begin:end].sum())
            return _tell(
                looked, "volume",
                f"{seen:,} rows from {_say(first, skipped + begin * 7)} to {_say(first, skipped + end * 7 - 1)}, far "
                f"{words} the {wanted:,} of the weeks around",
                min(abs(wanted - seen), looked.rows), "look whether a source was not loaded or loaded twice then",
            )  # fmt: skip
    return None


def _season(off: NDArray[np.float64], run: tuple[int, int], sign: int) -> bool:
    """Whether the same weeks of another year are off in the same direction."""
    begin, end = run
    for shift in (-104, -52, 52, 104):
        there = off[max(0, begin + shift) : max(0, end + shift)]
        if len(there) >= 0.5 * (end - begin) and sign * float(np.median(there)) > 0.3 * sign * float(
            np.median(off[begin:end])
        ):
            return True
    return False


def _cut_off(looked: Looked, days: NDArray[np.float64], expected: NDArray[np.float64], first: date) -> Trouble | None:
    """The last days hold far fewer rows than their weekdays did in the weeks before."""
    noise = _noise(days, expected)
    weekday = (np.arange(len(days)) + first.weekday()) % 7
    for last in (3, 2, 1):
        usual = sum(
            float(np.mean(days[[at - 7 * week for week in range(1, 7)]]))
            for at in range(len(days) - last, len(days))
            if weekday[at] >= 0
        )
        seen = float(days[-last:].sum())
        if usual > 5 and seen < 0.5 * usual and _rarity(seen, usual, noise) > _NOT_BY_CHANCE / 2:
            begin = first + timedelta(days=len(days) - last)
            when = _say(first, len(days) - last)
            return _tell(
                looked, "truncated", f"{int(seen):,} rows since {when}, where about {int(usual):,} were to be expected",
                int(seen), "load again when the days are complete, or set as_of in [workspace] to the day before",
                f"{_day(looked)} >= DATE '{begin.isoformat()}'",
            )  # fmt: skip
    return None


def _rarity(seen: float, usual: float, noise: float) -> float:
    """Minus the logarithm of the chance of so few or fewer, Poisson widened by the noise (Chernoff's bound)."""
    seen, usual = seen / noise, usual / noise
    return usual - seen + (seen * float(np.log(seen / usual)) if seen > 0 else 0.0)


def _tell(looked: Looked, kind: str, what: str, rows: int, do: str, where: str = "") -> Trouble:
    treat = clean_lines(looked.name, looked.time, {"keep": [kind]})
    return Trouble(looked.name, looked.time, kind, "misleads", what, rows, looked.rows, treat=treat, do=do, where=where)


def _say(first: date, place: int) -> str:
    day = first + timedelta(days=place)
    return f"{day.day} {day:%B %Y}"
