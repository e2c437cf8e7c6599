"""Look at a workspace's tables for every kind of trouble."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from tradewind.checks.answers import find_answer_trouble, find_as_of_today
from tradewind.checks.clock import find_shifted_clock
from tradewind.checks.deals import find_deal_trouble
from tradewind.checks.disguised import find_disguised
from tradewind.checks.duplicates import find_duplicates
from tradewind.checks.impossible import find_impossible
from tradewind.checks.leads import find_lead_trouble
from tradewind.checks.looked import Given, Looked, beside_its_source, lay_out
from tradewind.checks.missing import find_missing
from tradewind.checks.mixed_text import find_mixed_text
from tradewind.checks.money import find_money_trouble
from tradewind.checks.outliers import find_outliers
from tradewind.checks.personal import find_personal
from tradewind.checks.references import find_broken_references
from tradewind.checks.spelling import find_spelling
from tradewind.checks.stray_marks import find_stray_marks
from tradewind.checks.subscriptions import find_subscription_trouble
from tradewind.checks.text_marks import count_marks
from tradewind.checks.uninformative import find_uninformative
from tradewind.checks.unread import find_unread
from tradewind.checks.volume import find_volume
from tradewind.core.trouble import Trouble, clean_lines, worst_first

if TYPE_CHECKING:
    import duckdb

Kept = Mapping[tuple[str, str], bool | tuple[str, ...]]
"""(Table, column) to true, or to the kinds of trouble that were judged to be fine there."""


def look_for_trouble(
    con: duckdb.DuckDBPyConnection,
    tables: Mapping[str, Given],
    today: date,
    currency: str,
    kept: Kept | None = None,
) -> tuple[Trouble, ...]:
    """Look at every table and return what is wrong, worst first.

    Args:
        con: an engine that may read the files handed in.
        tables: by contract table.
        today: the local day they are looked at.
        currency: the workspace's currency.
        kept: what was judged to be fine and is not told again.
    """
    looked = lay_out(con, tables, today, currency)
    found: list[Trouble] = []
    for each in looked.values():
        with beside_its_source(each) as table:
            found += _look_at(table, looked)
    told = [trouble for trouble in _once(found) if not _is_kept(trouble, kept or {})]
    return worst_first(told)


def _look_at(table: Looked, tables: Mapping[str, Looked]) -> list[Trouble]:
    marks = count_marks(table)
    found = [*find_mixed_text(table, marks), *find_stray_marks(table, marks), *find_personal(table, marks)]
    found += find_unread(table)
    if not table.rows:
        return found
    found += [*find_disguised(table), *find_impossible(table, tables), *find_outliers(table), *find_spelling(table)]
    found += [*find_missing(table), *find_duplicates(table), *find_broken_references(table, tables)]
    found += [*find_volume(table), *find_shifted_clock(table), *find_money_trouble(table)]
    found += [*find_answer_trouble(table), *find_as_of_today(table), *find_uninformative(table), *_row_count(table)]
    found += [*find_deal_trouble(table, tables), *find_lead_trouble(table, tables), *find_subscription_trouble(table)]
    return found


def _row_count(table: Looked) -> list[Trouble]:
    """Many rows of earlier loads that the source no longer holds, or far more new ones than there were."""
    gone, before = min(table.given.gone, table.rows), table.rows - table.given.new
    if not table.contract.key:
        return []
    column = table.contract.key[0]
    if before >= 100 and table.given.new > 2 * before:
        what = f"{table.given.new:,} rows are new, where {before:,} were there before"
        treat, do = clean_lines(table.name, column, {"keep": ["row count"]}), "look whether a file was appended twice"
        return [
            Trouble(table.name, column, "row count", "cosmetic", what, table.given.new, table.rows, treat=treat, do=do)
        ]
    if gone < 5 or gone < 0.05 * table.rows:
        return []
    return [
        Trouble(
            table.name, column, "row count", "misleads",
            f"{gone:,} rows of earlier loads are no longer in the source; they are kept", gone, table.rows,
            treat=clean_lines(table.name, column, {"keep": ["row count"]}),
            do="look whether the export was cut off or a filter was set",
        )
    ]  # fmt: skip


EXPLAINS: Mapping[str, tuple[str, ...]] = {
    "mixed dates": ("unread", "impossible"),
    "mixed decimals": ("unread", "mixed units", "outliers"),
    "mixed currencies": ("unread",),
    "mixed units": ("outliers",),
    "unread": ("disguised missing",),
    "disguised missing": ("outliers", "impossible", "spelling"),
    "impossible": ("outliers",),
    "encoding": ("spelling", "whitespace"),
    "formula": ("spelling", "whitespace"),
    "constant": ("imbalance", "one outcome"),
    "one outcome": ("imbalance",),
    "one stage": ("constant",),
    "filled at the end": ("missing",),
    "truncated": ("volume",),
}
"""A kind of trouble to those that it brings about in the same column: they are not told beside it."""


_OF_TIME = ("volume", "truncated", "time zone")


def _once(found: list[Trouble]) -> list[Trouble]:
    """Leave out what another trouble of the same column explains."""
    there = {(each.table, each.column, each.kind) for each in found}
    explained = {
        (table, column, other) for table, column, kind in there for other in EXPLAINS.get(kind, ()) if other != kind
    }
    # Orders made from their lines have the same days and hours.
    explained |= {
        ("orders", column, kind) for table, column, kind in there if table == "order_lines" and kind in _OF_TIME
    }
    seen: set[tuple[str, str, str]] = set()
    kept = []
    for each in found:
        name = (each.table, each.column, each.kind)
        if name not in explained and name not in seen:
            kept.append(each)
            seen.add(name)
    return kept


def _is_kept(trouble: Trouble, kept: Kept) -> bool:
    said = kept.get((trouble.table, trouble.column), False)
    return said if isinstance(said, bool) else trouble.kind in said
