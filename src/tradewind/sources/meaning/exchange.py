"""A table of exchange rates into one currency, whose header alone names it: date, currency, `rate_to_eur`."""

from __future__ import annotations

import re
from collections.abc import Collection

from tradewind.sources.meaning.vocabulary import known_values
from tradewind.sources.meaning.world import World
from tradewind.sources.meaning.writing import column_sql, time_sql
from tradewind.sources.profile import ColumnProfile, SourceProfile
from tradewind.sources.proposal import Guess, ProposedTable

_INTO = re.compile(r"(?:^|[\W_])(?:to|in|into|nach|en|a)[\W_]+([A-Za-z]{3})$", re.ASCII)
_MOST_COLUMNS = 6


def exchange_rates(world: World, taken: Collection[int]) -> list[ProposedTable]:
    """Propose rates from tables that serve nothing else; at most one.

    Args:
        world: all tables.
        taken: places of the tables that hold something already.
    """
    tables = [table for place, table in enumerate(world.tables) if place not in taken]
    return [found for table in tables if (found := _rates(table)) is not None][:1]


def _rates(table: SourceProfile) -> ProposedTable | None:
    days = [column for column in table.columns if column.time is not None and column.fill == 1]
    codes = [column for column in table.columns if _holds_codes(column)]
    into = [(column, to) for column in table.columns if (to := _into(column))]
    if len(table.columns) > _MOST_COLUMNS or not len(days) == len(codes) == len(into) == 1:
        return None
    (rate, to), day = into[0], time_sql(days[0])
    guesses = (
        Guess("day", day[0], 0.9, "the only time in the table", day[1]),
        Guess("from_currency", column_sql(codes[0]), 0.9, "currency codes"),
        Guess("to_currency", f"'{to}'", 0.85, f"“{rate.name}” says so"),
        Guess("rate", column_sql(rate), 0.85, f"“{rate.name}”: what one of the other currency is worth in {to}"),
    )
    return ProposedTable("rates", table.name, guesses, "a rate for each day and currency", 0.85)


def _holds_codes(column: ColumnProfile) -> bool:
    known = known_values().currency_codes
    return column.fill == 1 and bool(column.top) and all(value.upper() in known for value, _ in column.top)


def _into(column: ColumnProfile) -> str:
    """The currency into which a header says that a rate leads ("rate_to_eur"); empty where it says none."""
    match = _INTO.search(column.name.strip())
    code = match[1].upper() if match else ""
    positive = column.number is not None and column.number.low > 0 and column.time is None
    return code if positive and code in known_values().currency_codes else ""
