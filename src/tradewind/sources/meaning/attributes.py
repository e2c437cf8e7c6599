"""What remains of a table when its contract columns are filled: attributes, personal columns, and what is left out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tradewind.core.contract import CONTRACT
from tradewind.sources.meaning.relations import is_key
from tradewind.sources.meaning.writing import attribute_name, column_sql, number_sql, text_literal
from tradewind.sources.profile import ColumnProfile
from tradewind.sources.proposal import Guess, LeftOut

if TYPE_CHECKING:
    from tradewind.sources.meaning.assembling import Draft

_MOST_VALUES = 1_000


def place_attributes(draft: Draft, reserved: frozenset[str]) -> None:
    """Keep what describes the rows as attributes, and leave out the rest with the reason.

    Args:
        draft: the table; its guesses and columns left out are added to.
        reserved: headers that another table of the same source takes.
    """
    contract = CONTRACT[draft.one.table]
    _join_names(draft)
    if contract.attributes:
        _translate_category(draft)
    for column in draft.source.columns:
        if column.place in draft.used:
            continue
        if column.name in reserved and not contract.attributes:
            continue
        reason = _why_not(draft, column) if contract.attributes else _no_room(draft, column)
        if reason:
            draft.left_out.append(LeftOut(column.name, reason))
            continue
        taken = {*draft.guesses, *(one.name for one in contract.columns)}
        name = attribute_name(column.name, taken)
        sql = number_sql(column) if column.kind in ("money", "number") else _without_blanks(column)
        draft.put(Guess(name, sql, 0.9, _describe(column)), column.place)
    if contract.attributes:
        for guess, table in _borrowed(draft):
            draft.put(guess)
            draft.serving.add(table)


def _why_not(draft: Draft, column: ColumnProfile) -> str:
    """Why a column is no attribute; empty where it is."""
    concepts = draft.world.heads[draft.one.source][column.place].concepts
    if column.doubled:
        return "two columns have this header, so that neither can be named; rename one of them"
    if column.kind == "empty":
        return "holds no value in any row"
    if column.kind == "constant" or (column.kind == "flag" and column.distinct < 2 and column.fill > 0.999):
        return (
            f"holds “{column.top[0][0]}” in every row that it fills, so it tells nothing"
            if column.top
            else "never varies"
        )
    if column.running:
        return "counts the rows as they stand in the file"
    personal = column.kind in ("email", "phone", "ip") or concepts & {"email", "phone", "address"}
    if personal and column.kind not in ("flag", "integer", "category"):
        return "personal, and not needed to answer a question"
    names = column.kind == "person" or (concepts & {"first", "last"} and "name" in concepts)
    if names and draft.one.table in ("customers", "leads") and column.distinct > 0.5 * column.filled:
        return "names people, and is not needed to answer a question"
    if column.time is not None:
        return "a further time; a table keeps the times that its page lists"
    if column.kind == "text":
        return "free text"
    if is_key(column) and column.kind in ("code", "integer", "email") and column.distinct > 50 and not column.number:
        return "another value in every row: a second number of the same thing"
    if is_key(column) and column.kind == "integer" and column.distinct > 50 and "id" in concepts:
        return "another value in every row: a second number of the same thing"
    if column.kind == "code" and column.distinct > max(_MOST_VALUES, 0.5 * column.filled):
        return f"{column.distinct:,} different values: too many to compare rows by"
    return ""


def _without_blanks(column: ColumnProfile) -> str:
    """A text without the word that a form shows before anything is chosen."""
    words = [
        word for word in column.blanks if word.strip() and len(word) > 3 and column.kind in ("category", "code", "flag")
    ]
    sql = column_sql(column)
    for word in words[:3]:
        sql = f"nullif({sql}, {text_literal(word)})"
    return sql


def _no_room(draft: Draft, column: ColumnProfile) -> str:
    if column.kind == "empty":
        return "holds no value in any row"
    table = draft.one.table
    links = draft.world.out(draft.one.source, column.place)
    if links:
        return f"points to {draft.world.tables[links[0].to_table].short}, which {table} do not need"
    if column.time is not None:
        return f"a further time; {table} keep only when they happened"
    return f"{table} keep no further columns"


def _describe(column: ColumnProfile) -> str:
    gaps = "" if column.fill > 0.995 else f", filled in {column.fill:.0%} of the rows"
    blank = "".join(f"; “{word}” means no answer" for word in column.blanks if word.strip())
    if column.kind == "flag":
        return f"yes or no{gaps}{blank}" if column.positive else f"one of two values{gaps}{blank}"
    if column.kind in ("money", "number", "integer"):
        return f"a number{gaps}{blank}"
    return f"one of {column.distinct:,} values{gaps}{blank}"


def _join_names(draft: Draft) -> None:
    """First and last name together are the name."""
    if draft.one.table != "customers":
        return
    heads = draft.world.heads[draft.one.source]
    parts = {
        part: column
        for part in ("first", "last")
        for column in draft.source.columns
        if part in heads[column.place].concepts
        and column.kind in ("code", "category", "person")
        and not column.doubled
        and (column.place not in draft.used or column.place == _place(draft, "name"))
    }
    if set(parts) == {"first", "last"} and parts["first"] is not parts["last"]:
        first, last = parts["first"], parts["last"]
        sql = f"concat_ws(' ', {column_sql(first)}, {column_sql(last)})"
        draft.put(Guess("name", sql, 0.9, "first and last name together"), first.place, last.place)


def _place(draft: Draft, name: str) -> int:
    pick = draft.one.picks.get(name)
    return pick.place if pick is not None else -1


def _translate_category(draft: Draft) -> None:
    """A category's plain name from a small table that translates it."""
    if draft.one.table != "products" or "category" not in draft.guesses:
        return
    world, pick = draft.world, draft.one.picks.get("category")
    if pick is None:
        return
    column = draft.source.columns[pick.place]
    for link in world.out(draft.one.source, pick.place):
        table = world.tables[link.to_table]
        names = [one for one in table.columns if one.place != link.to_column and one.kind in ("code", "category")]
        if len(table.columns) <= 3 and names and names[0].distinct > 0.9 * table.rows:
            key = table.columns[link.to_column]
            draft.look_up(link.to_table, column.name if column.name == key.name else f"{column.name} = {key.name}")
            better = column_sql(names[0], draft.reach(link.to_table, names[0]))
            why = f"named by {table.short} ({link.found:.0%} of the categories); its own name where that has none"
            guess = Guess("category", f"coalesce({better}, {column_sql(column)})", 0.85, why)
            draft.put(guess, column.place)
            return


def _borrowed(draft: Draft) -> Iterator[tuple[Guess, int]]:
    """Attributes that a small table adds to each row, such as the team of the owner."""
    world = draft.world
    for link in world.links:
        if link.table != draft.one.source or link.single or link.found < 0.95 or link.to_table in draft.serving:
            continue
        table = world.tables[link.to_table]
        extra = [c for c in table.columns if c.kind in ("category", "flag") and not c.doubled and c.distinct > 1]
        if len(table.columns) > 6 or table.rows > 2_000 or not extra or link.to_table in draft.world_taken:
            continue
        column, key = draft.source.columns[link.column], table.columns[link.to_column]
        draft.look_up(link.to_table, column.name if column.name == key.name else f"{column.name} = {key.name}")
        for one in extra:
            name = attribute_name(one.name, {*draft.guesses, *(c.name for c in CONTRACT[draft.one.table].columns)})
            sql = column_sql(one, draft.reach(link.to_table, one))
            yield Guess(name, sql, 0.8, f"from {table.short}, by {column.name}"), link.to_table
