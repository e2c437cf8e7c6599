"""Fiscal quarters: three months each, from whatever month a company's year begins in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from tradewind.core.errors import ConfigError, Problem


@dataclass(frozen=True, order=True)
class FiscalQuarter:
    """Three months.

    Args:
        starts: its first day.
        ends: the first day after it.
    """

    starts: date
    ends: date

    def __str__(self) -> str:
        last = self.ends - timedelta(days=1)
        if self.starts.year == last.year:
            return f"{self.starts:%b}–{last:%b %Y}"
        return f"{self.starts:%b %Y}–{last:%b %Y}"

    @property
    def following(self) -> FiscalQuarter:
        """The quarter after it."""
        return FiscalQuarter(self.ends, _months_later(self.ends, 3))

    @property
    def before(self) -> FiscalQuarter:
        """The quarter before it."""
        return FiscalQuarter(_months_later(self.starts, -3), self.starts)

    def same_place(self, day: date, other: FiscalQuarter) -> date:
        """Return the day that lies as far into this quarter as `day` into the other; never beyond the last one."""
        return min(self.starts + (day - other.starts), self.ends - timedelta(days=1))


def quarter_of(day: date, year_starts: int, where: str = "fiscal_year_starts") -> FiscalQuarter:
    """Return the quarter that a day lies in.

    Args:
        day: any day.
        year_starts: month in which the company's year begins, 1 to 12.
        where: the setting's place, for the error.
    Raises:
        ConfigError: there is no such month.
    """
    if not 1 <= year_starts <= 12:
        raise ConfigError(Problem(where, "there is no such month", str(year_starts), "1 (January) to 12 (December)"))
    back = (day.month - year_starts) % 3
    starts = _months_later(day.replace(day=1), -back)
    return FiscalQuarter(starts, _months_later(starts, 3))


def _months_later(first: date, months: int) -> date:
    month = first.year * 12 + first.month - 1 + months
    return date(month // 12, month % 12 + 1, 1)
