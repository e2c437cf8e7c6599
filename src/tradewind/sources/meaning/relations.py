"""How tables hang together: which column names the rows, which points to which, and what one value fixes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, permutations
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tradewind.sources.meaning.counting import value_sql
from tradewind.sources.profile import ColumnProfile, SourceProfile, open_rows

if TYPE_CHECKING:
    import duckdb

Hashes = NDArray[np.uint64]

NEARLY_UNIQUE = 0.999
_MOST = 400_000
"""Distinct values of a column that are compared; of more, the same part of all of them is taken on both sides."""
_NUMBERS = {"id", "key", "no", "nr", "number", "num", "fk", "ref", "code"}
_STRONG = 20
"""Values in common from which chance is ruled out."""


@dataclass(frozen=True)
class Link:
    """A column whose values name rows of another table.

    Args:
        table: place of the table that points.
        column: place of its column.
        to_table: place of the table pointed to.
        to_column: place of its key.
        found: share of the column's different values that the key holds.
        used: share of the key's values that the column holds.
        single: whether the column itself holds each value once: one row here for one row there.
    """

    table: int
    column: int
    to_table: int
    to_column: int
    found: float
    used: float
    single: bool


@dataclass(frozen=True)
class Values:
    """The different values of a column as hashes.

    Args:
        hashes: sorted; of those divisible by `part` only.
        part: 1 where all are there.
        small: whether they are whole numbers that lie close together, so that others have them by chance.
    """

    hashes: Hashes
    part: int
    small: bool


def is_key(column: ColumnProfile) -> bool:
    """Whether each row has a value of its own here: not a time, amount, text or count of the rows."""
    if not column.rows or not column.idlike or column.doubled:
        return False
    return column.filled >= NEARLY_UNIQUE * column.rows and column.distinct >= NEARLY_UNIQUE * column.filled


def find_links(
    tables: Sequence[SourceProfile], values: Sequence[Mapping[int, Values]] | None = None
) -> tuple[Link, ...]:
    """Find which columns point to keys of other tables, by their values alone.

    Args:
        tables: profiled tables.
        values: the different values of their columns; read when absent.
    Returns:
        every link that chance does not explain, surest first.
    """
    if len(tables) < 2:
        return ()
    values = [column_values(table) for table in tables] if values is None else values
    links = []
    for mine, theirs in permutations(range(len(tables)), 2):
        for key in tables[theirs].columns:
            if not is_key(key) or key.place not in values[theirs]:
                continue
            for column in tables[mine].columns:
                named = not key.running or names_key(column.name, tables[theirs].short, key.name)
                if column.place in values[mine] and not column.running and named:
                    link = _link(values, (mine, column), (theirs, key))
                    if link is not None:
                        links.append(link)
    return tuple(sorted(links, key=lambda link: (-link.found, -link.used, link.table, link.column)))


def names_key(header: str, table: str, key: str) -> bool:
    """Whether a header says which table it points to: `order_id` for `id` of `orders`, or the key's own name.

    Databases number their rows 1, 2, 3 …, and such numbers are found in any column of counts: there the names decide.
    """
    words, own, of_key = (_words(text) for text in (header, table, key))
    bare = words - _NUMBERS
    return bool(bare) and (bare == own - _NUMBERS or (words == of_key and bool(of_key & _NUMBERS)))


def _words(text: str) -> set[str]:
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text).lower()
    return {word.removesuffix("s") for word in re.findall(r"[^\W_]+", spaced)}


def _link(
    values: Sequence[Mapping[int, Values]],
    mine: tuple[int, ColumnProfile],
    theirs: tuple[int, ColumnProfile],
) -> Link | None:
    (table, column), (to_table, key) = mine, theirs
    ours, its = values[table][column.place], values[to_table][key.place]
    common, found, used = overlap(ours, its)
    if its.small or ours.small:
        if column.kind != "integer" or found < 0.98 or used < 0.2 or common < 3 or column.distinct < 3:
            return None
    elif not (common >= 2 and (found >= 0.9 or (found >= 0.5 and common >= 3) or (used >= 0.9 and common >= _STRONG))):
        return None
    return Link(table, column.place, to_table, key.place, found, used, column.unique)


def overlap(first: Values, second: Values) -> tuple[int, float, float]:
    """Return how many values two columns share, and which share that is of the first's and of the second's."""
    part = np.uint64(max(first.part, second.part))
    left, right = (one.hashes[one.hashes % part == 0] for one in (first, second))
    common = len(np.intersect1d(left, right, assume_unique=True))
    return common, common / max(1, len(left)), common / max(1, len(right))


def column_values(table: SourceProfile) -> dict[int, Values]:
    """Return the different values of every column that may name something, by its place."""
    wanted = [column for column in table.columns if column.idlike and column.distinct > 2 and not column.doubled]
    found: dict[int, Values] = {}
    if not wanted:
        return found
    with open_rows(table.data) as con:
        for column in wanted:
            part = max(1, column.distinct // _MOST)
            name, value = f"c{column.place}", value_sql(column.place, column.sql_type)
            once = f"SELECT DISTINCT {name} FROM data WHERE {name} IS NOT NULL"
            hashes = con.execute(
                f"SELECT h FROM (SELECT DISTINCT hash({value}) AS h FROM ({once})) WHERE h % {part} = 0"
            ).fetchnumpy()["h"]
            found[column.place] = Values(np.sort(hashes.astype(np.uint64)), part, _small(column))
    return found


def _small(column: ColumnProfile) -> bool:
    number = column.number
    return column.kind == "integer" and number is not None and number.high <= max(100, 20 * column.distinct)


def fixed_by(table: SourceProfile, place: int) -> dict[int, float]:
    """Return, for each other column, in what share of the repeated values of one column it has a single value.

    Args:
        table: the table.
        place: the column whose values repeat.
    Returns:
        column place → share; empty where no value repeats. On large tables a part of the values is looked at.
    """
    others = [column for column in table.columns if column.place != place and column.kind not in ("empty", "constant")]
    if not others or table.columns[place].filled == table.columns[place].distinct:
        return {}
    part = max(1, table.rows // 200_000)
    of = f"c{place}"
    constant = ", ".join(
        f"avg(CASE WHEN low{one.place} IS NOT DISTINCT FROM high{one.place} THEN 1.0 ELSE 0 END)" for one in others
    )
    ends = ", ".join(f"min(c{one.place}) AS low{one.place}, max(c{one.place}) AS high{one.place}" for one in others)
    with open_rows(table.data) as con:
        row = con.execute(
            f"SELECT {constant} FROM (SELECT {ends} FROM data WHERE {of} IS NOT NULL AND hash({of}) % {part} = 0 "
            f"GROUP BY {of} HAVING count(*) > 1)"
        ).fetchall()[0]
    return {one.place: float(share) for one, share in zip(others, row, strict=True) if share is not None}


def pair_key(table: SourceProfile, candidates: Sequence[ColumnProfile]) -> tuple[int, int] | None:
    """Return two columns that together name each row, such as order and line number; None where no two do.

    Args:
        table: a table without a key of one column.
        candidates: columns to try, likeliest first.
    """
    if table.rows < 2:
        return None
    with open_rows(table.data) as con:
        for first, second in combinations(candidates, 2):
            if first.distinct * second.distinct >= table.rows and _pair_is_unique(con, first, second, table.rows):
                return first.place, second.place
    return None


def _pair_is_unique(con: duckdb.DuckDBPyConnection, first: ColumnProfile, second: ColumnProfile, rows: int) -> bool:
    few = con.execute(
        f"SELECT count(*), count(DISTINCT hash(c{first.place}, c{second.place})) FROM (SELECT * FROM data LIMIT 5000)"
    ).fetchall()[0]
    if few[1] < NEARLY_UNIQUE * few[0]:
        return False
    all_rows = con.execute(f"SELECT count(DISTINCT hash(c{first.place}, c{second.place})) FROM data").fetchall()[0][0]
    return bool(all_rows >= NEARLY_UNIQUE * rows)


def links_from(links: Sequence[Link], table: int, column: int | None = None) -> Iterator[Link]:
    """Yield the links that start in a table, or in one of its columns."""
    return (link for link in links if link.table == table and column in (None, link.column))


def links_to(links: Sequence[Link], table: int) -> Iterator[Link]:
    """Yield the links that end in a table."""
    return (link for link in links if link.to_table == table)
