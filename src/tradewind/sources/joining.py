"""A mapping's expressions over a source table and its lookups: columns found, text read as numbers where it must be."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tradewind.core.errors import ConfigError, Problem
from tradewind.sources.fill_down import fill_down
from tradewind.sources.raw import Raw
from tradewind.sources.repeating import repeat_rows

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa
    from sqlglot import exp

    from tradewind.store.config import TableMapping

ROW = "row_number"
"""A column every source has besides its own: the number of the row, for sources whose rows have no name."""

_NUMBERED = re.compile(r"(.*) \((\d{1,4})\)")
_NUMERIC_FUNCTIONS = {"Abs", "Round", "Floor", "Ceil", "Sign", "Sqrt", "Ln", "Exp", "Pow", "Greatest", "Least", "Log"}
_ARITHMETIC = {"Add", "Sub", "Mul", "Div", "Mod", "Neg", "IntDiv"}
_COMPARISON = {"EQ", "NEQ", "GT", "GTE", "LT", "LTE", "Between", "In"}
_TRANSPARENT = {"Paren", "Coalesce", "Nullif", "If", "Case"}


@dataclass(frozen=True)
class Side:
    """One source table of a mapping.

    Args:
        table: its name in the config (`shop.transactions`).
        alias: its name in the SQL.
        raw: its rows.
        on: for a lookup, (column of the mapped table, column of this one).
    """

    table: str
    alias: str
    raw: Raw
    on: tuple[str, str] | None = None

    @property
    def short(self) -> str:
        """The last part of the table's name, by which expressions may qualify a column."""
        return self.table.rsplit(".", 1)[-1]


@dataclass
class Joined:
    """The mapped source table with its lookups, ready for expressions; problems are gathered, not raised one by one."""

    where: str
    sides: tuple[Side, ...]
    problems: list[Problem] = field(default_factory=list)
    text_read_as_number: dict[str, list[str]] = field(default_factory=dict)

    def expression(self, name: str, text: str) -> str:
        """Return the SQL of one mapped expression, every column bound to the table it stands in.

        Args:
            name: the contract column, for messages.
            text: the expression as written.
        """
        from sqlglot import exp

        from tradewind.core.errors import UnsafeExpression
        from tradewind.store.expressions import parse_scalar

        place = f"{self.where}.{name}"
        try:
            tree = parse_scalar(text, place)
        except UnsafeExpression as error:
            self.problems.extend(error.problems)
            return "NULL"
        numbers: list[str] = []

        def bind(node: exp.Expr) -> exp.Expr:
            if not isinstance(node, exp.Column):
                return node
            bound = self._find(node, place)
            if bound is None:
                return exp.null()
            sql, is_text = bound
            if is_text and _number_meant(node):
                numbers.append(sql)
                sql = f"number_of({sql})"
            return exp.maybe_parse(sql, dialect="duckdb")

        bound_tree = tree.transform(bind)
        self.text_read_as_number[name] = numbers
        return bound_tree.sql(dialect="duckdb")

    def _find(self, column: exp.Column, place: str) -> tuple[str, bool] | None:
        """Return the SQL of a column and whether it is text; None, with a problem noted, when it cannot be told."""
        wanted, qualifier = column.name, column.table
        sides = [side for side in self.sides if not qualifier or qualifier.lower() in (side.short.lower(), side.alias)]
        for side in sides:
            matches = places_of(wanted, side.raw.data.column_names)
            exact = [i for i in matches if side.raw.data.column_names[i] == wanted]
            if len(matches) > 1 and len(exact) != 1:
                self.problems.append(
                    Problem(
                        place,
                        f"column {wanted!r} stands {len(matches)} times in {side.table}",
                        ", ".join(side.raw.data.column_names),
                        "a column that stands once",
                        f'write which of them is meant: "{wanted} (1)", or rename one in the source',
                    )
                )
                return None
            if matches:
                index = (exact or matches)[0]
                return f'{side.alias}."c{index}"', _is_text(side.raw.data.schema.field(index).type)
        if wanted.lower() == ROW and sides:
            return f'{sides[0].alias}."_row"', False
        names = sorted({name for side in sides or self.sides for name in side.raw.names})
        near = difflib.get_close_matches(wanted, names, 1)
        self.problems.append(
            Problem(
                place,
                f"there is no column {column.sql()!r} in {', '.join(s.table for s in sides or self.sides)}",
                "",
                f"one of: {', '.join(names)}",
                f"did you mean {near[0]!r}?" if near else "mend the mapping, or the source",
            )
        )
        return None

    def from_clause(self) -> str:
        """Return the FROM clause that joins every lookup, at most one row each."""
        parts = [f"{self.sides[0].alias}"]
        for place, side in enumerate(self.sides[1:], start=1):
            left, right = side.on or ("", "")
            keys = [self._key(self._holder(left, place), left), self._key(side, right)]
            parts.append(f"LEFT JOIN {side.alias} ON {keys[0]} = {keys[1]}")
        return " ".join(parts)

    def _holder(self, name: str, place: int) -> Side:
        """The mapped table, or the first lookup before this one that has the column: lines → orders → customers."""
        having = (side for side in self.sides[:place] if name.lower() in map(str.lower, side.raw.data.column_names))
        return next(having, self.sides[0])

    def _key(self, side: Side, name: str) -> str:
        from sqlglot import exp

        found = self._find(exp.column(name, table=side.alias, quoted=True), f"{self.where}.lookup")
        # Keys meet as text: one file may hold numbers where the other holds the same numbers as text.
        return f"text_of({found[0]})" if found else "NULL"

    def check_lookups(self, con: duckdb.DuckDBPyConnection) -> None:
        """Note a problem for each lookup that holds more than one row for a key: joining it would multiply rows."""
        for side in self.sides[1:]:
            key = self._key(side, (side.on or ("", ""))[1])
            doubles = con.execute(
                f"SELECT {key}, count(*) FROM {side.alias} WHERE {key} IS NOT NULL "
                "GROUP BY 1 HAVING count(*) > 1 ORDER BY 2 DESC, 1 LIMIT 1"
            ).fetchall()
            for double in doubles:
                self.problems.append(
                    Problem(
                        f"{self.where}.lookup",
                        f"{side.table} has {double[1]} rows for one {(side.on or ('', ''))[1]}",
                        str(double[0]),
                        "at most one row for each",
                        "look up a table with one row per key",
                    )
                )


def join_sources(where: str, mapping: TableMapping, sources: Mapping[str, Raw]) -> Joined:
    """Gather the tables that a mapping names.

    Raises:
        ConfigError: it names a source table, or a column to fill down, that is not there.
    """
    missing = [name for name in (mapping.from_, *(look.table for look in mapping.lookup)) if name not in sources]
    if missing:
        raise ConfigError([missing_source(where, name, sorted(sources)) for name in missing])
    own = fill_down(sources[mapping.from_], mapping.fill_down, mapping.within, where)
    own = repeat_rows(own, mapping.once_for, mapping.from_)
    sides = [Side(mapping.from_, "s0", own)]
    for place, look in enumerate(mapping.lookup, start=1):
        left, _, right = (part.strip() for part in look.on.partition("="))
        sides.append(Side(look.table, f"s{place}", sources[look.table], (left, right or left)))
    return Joined(where, tuple(sides))


def missing_source(where: str, name: str, known: Sequence[str]) -> Problem:
    """Word a source table that does not exist."""
    own = {table.rpartition(".")[2]: table for table in known}  # all begin with the source's name: it says nothing
    near = list(own) if len(own) == 1 else difflib.get_close_matches(name.rpartition(".")[2], own, 1)
    return Problem(
        where,
        f"there is no source table {name!r}",
        "",
        f"one of: {', '.join(known) or 'none found'}",
        f"did you mean {own[near[0]]!r}?" if near else "look whether its file is there, or correct `from`",
    )


def register(con: duckdb.DuckDBPyConnection, joined: Joined) -> None:
    """Make the source tables known to the engine under neutral column names, so that doubled names do no harm."""
    import pyarrow as pa

    for side in joined.sides:
        columns = [_plain(column) for column in side.raw.data.columns]
        names = [f"c{place}" for place in range(len(columns))]
        rows = pa.array(side.raw.row_numbers(), pa.int64())
        con.register(side.alias, pa.Table.from_arrays([*columns, rows], names=[*names, "_row"]))


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    import pyarrow as pa

    return column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column


def _is_text(kind: pa.DataType) -> bool:
    import pyarrow as pa

    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def _number_meant(node: exp.Expr) -> bool:
    """Whether an expression can only mean a column as a number: in arithmetic, or beside a number."""
    child, parent = node, node.parent
    while parent is not None:
        kind = type(parent).__name__
        siblings = [other for other in _children(parent) if other is not child]
        if kind in _ARITHMETIC:
            return not any(type(other).__name__ == "Interval" for other in siblings)
        if kind in _NUMERIC_FUNCTIONS:
            return True
        if kind in _COMPARISON:
            return any(_is_number(other) for other in siblings)
        if kind not in _TRANSPARENT or (kind in ("If", "Case") and parent.args.get("this") is child):
            return False  # what a choice depends on is not what it gives
        if kind in ("Coalesce", "Nullif") and any(_is_number(other) for other in siblings):
            return True
        child, parent = parent, parent.parent
    return False


def _children(node: exp.Expr) -> Iterator[exp.Expr]:
    for value in node.args.values():
        for item in value if isinstance(value, list) else [value]:
            if hasattr(item, "args"):
                yield item


def _is_number(node: exp.Expr) -> bool:
    kind = type(node).__name__
    if kind in ("Paren", "Neg"):
        return _is_number(node.this)
    return kind in _ARITHMETIC or (kind == "Literal" and not node.is_string)


def places_of(wanted: str, names: Sequence[str]) -> list[int]:
    """Return where a column stands; `Amount (2)` is the second of those called `Amount`."""
    found = [place for place, name in enumerate(names) if name.lower() == wanted.lower()]
    numbered = _NUMBERED.fullmatch(wanted)
    if found or numbered is None:
        return found
    same = [place for place, name in enumerate(names) if name.lower() == numbered[1].lower()]
    which = int(numbered[2])
    return same[which - 1 : which] if which and len(same) > 1 else []


def used_columns(mapping: TableMapping) -> frozenset[str]:
    """Return the lower-case names of all source columns that a mapping may touch, lookups' keys included."""
    from sqlglot import exp, parse_one
    from sqlglot.errors import SqlglotError

    texts = [*mapping.columns.values(), *(text for text in (mapping.where, mapping.known_at) if text)]
    names = {part.strip().lower() for look in mapping.lookup for part in look.on.split("=")}
    names |= {name.lower() for name in (*mapping.fill_down, mapping.within or "") if name}
    for text in texts:
        try:
            names |= {column.name.lower() for column in parse_one(text, read="duckdb").find_all(exp.Column)}
        except SqlglotError:
            continue  # the mapping itself says what is wrong with it
    return frozenset(names | {found[1] for name in names if (found := _NUMBERED.fullmatch(name)) is not None})
