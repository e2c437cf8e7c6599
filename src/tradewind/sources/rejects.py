"""Rows that break the contract, each once, with the column, the value and the reason in plain words."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from tradewind.core.contract import Table
from tradewind.core.errors import ContractError, Problem
from tradewind.sources.filling import MISSING, NOBODY, TEXT
from tradewind.sources.moments import Moments
from tradewind.sources.raw import Raw
from tradewind.sources.typed import Target, likely_format

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

REJECTS = ("row", "column", "value", "reason")
"""Columns of a mapping's rejected rows."""

HIDDEN = "(personal, not shown)"
_LONGEST = 200
_SPOILT = 0.01
"""Share of a column's values in another date order above which none of its dates can be trusted."""


class Rejects:
    """The rejected rows of one table, gathered while it is mapped."""

    def __init__(self, table: Table, targets: list[Target], reasons: list[str], raw: Raw) -> None:
        self._table, self._targets, self._reasons = table, targets, reasons
        self._rows: list[tuple[int, str, str | None, str]] = [
            (broken.row, "", broken.text[:_LONGEST], broken.reason) for broken in raw.broken
        ]

    def take_typed(self, con: duckdb.DuckDBPyConnection) -> None:
        """Take the rows that typing refused; `typed.problem` says why: four codes for each target, or -1."""
        found = con.execute(
            f"SELECT _row, problem, left(offending, {_LONGEST}) FROM typed WHERE problem IS NOT NULL ORDER BY _row"
        ).fetchall()
        for row, problem, value in found:
            if problem == NOBODY:
                self.add(row, self._table.any_of[0], None, f"none of {', '.join(self._table.any_of)} is given")
                continue
            target, code = self._targets[problem // 4], problem % 4
            self.add(row, target.name, value, self._reason(problem // 4, code, value))

    def add(self, row: int, column: str, value: str | None, reason: str) -> None:
        """Take one row."""
        declared = self._table.column(column)
        hidden = declared is not None and declared.personal and value is not None
        self._rows.append((row, column, HIDDEN if hidden else value, reason))

    def take_future(self, moments: Moments) -> None:
        """Take the rows that lie after the load."""
        for row, column, value in moments.future:
            self.add(row, column, value, "lies in the future (UTC)")

    def texts(self, target: Target) -> list[tuple[int, str]]:
        """Return place and value of the rows refused because a time could not be read."""
        return [
            (place, value)
            for place, (_, column, value, reason) in enumerate(self._rows)
            if column == target.name and value is not None and reason.startswith("not a time")
        ]

    def reword(self, places: list[int], reason: str) -> None:
        """Give a better reason to rows already taken."""
        for place in places:
            row, column, value, _ = self._rows[place]
            self._rows[place] = (row, column, value, reason)

    @property
    def targets(self) -> list[Target]:
        """The columns being filled."""
        return self._targets

    def table(self) -> pa.Table:
        """Return the rejected rows in source order."""
        import pyarrow as pa

        types = (pa.int64(), pa.string(), pa.string(), pa.string())
        rows = sorted(self._rows, key=lambda row: row[0])
        arrays = [pa.array([row[place] for row in rows], kind) for place, kind in enumerate(types)]
        return pa.Table.from_arrays(arrays, names=list(REJECTS))

    def summary(self, where: str, what: str) -> Problem:
        """Word the most frequent reason as one problem."""
        tally = Counter((column, reason) for _, column, _, reason in self._rows)
        (column, reason), count = tally.most_common(1)[0]
        row, value = next((r, v) for r, c, v, why in self._rows if (c, why) == (column, reason))
        shown = f'first: "{value}", row {row}' if value is not None else f"first: row {row}"
        return Problem(
            f"{where}.{column}" if column else where,
            what,
            f"{count:,} rows: {reason} ({shown})",
            "values that fit the contract",
            f"tradewind check {self._table.name} --rejected",
        )

    def _reason(self, place: int, code: int, value: str | None) -> str:
        if code == MISSING:
            return "missing"
        reason = "text where a number belongs" if code == TEXT else self._reasons[place]
        if "number" in reason and value is not None and "," in value:
            return f'{reason} (with decimal commas, set decimal = "," for the source)'
        return reason


def explain_formats(con: duckdb.DuckDBPyConnection, rejects: Rejects, rows: int, where: str) -> None:
    """Say which date format the unread times have.

    Raises:
        ContractError: a column mixes two orders of day and month so often that no date in it can be trusted.
    """
    for target in rejects.targets:
        unread = rejects.texts(target)
        if target.kind not in ("time", "day") or not unread:
            continue
        other = likely_format(con, [value for _, value in unread])
        if other is None:
            continue
        read = target.format or "ISO (2017-01-31)"
        rejects.reword([place for place, _ in unread], f"not a time of the form {read}; looks like {other}")
        if target.format and _swapped(target.format, other) and len(unread) > _SPOILT * rows:
            raise ContractError(
                Problem(
                    f"{where}.{target.name}",
                    "this column is written in two date formats, so no date in it is sure",
                    f'{len(unread):,} of {rows:,} are {other} (first: "{unread[0][1]}"), the others {target.format}',
                    "one format",
                    f"export the dates as 2017-01-31, or mend format.{target.name}",
                )
            )


def _swapped(one: str, other: str) -> bool:
    """Whether two formats differ in the order of day and month, so that 01/02 can be read by both."""
    order = [
        [mark for mark in (text[i : i + 2] for i in range(len(text))) if mark in ("%d", "%m")] for text in (one, other)
    ]
    return len(order[0]) == 2 and order[0] == order[1][::-1]
