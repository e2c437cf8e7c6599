"""What a question cannot do without: the tables that it reads, and the columns that it compares and counts by."""

from __future__ import annotations

from tradewind.core.contract import CONTRACT
from tradewind.features.questions.compile import first_rows
from tradewind.features.questions.rows import Rows, Whom, rows_of
from tradewind.features.questions.things import ENTITIES, THINGS
from tradewind.features.questions.tree import Asked, Compare, Had, conditions


def tables_of(asked: Asked, members: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Return the contract tables that a question reads, that of the outcome first."""
    own, whom = ENTITIES[asked.entity].table, Whom(asked.entity, members)
    found: list[str] = []
    for each in (*conditions(asked.what), *conditions(asked.who), *_summed(asked)):
        found += [own] if isinstance(each, Compare) else _tables(rows_of(each, whom))
    if asked.worth is not None and asked.worth.attribute:
        found.append(own)
    return tuple(dict.fromkeys([*found, first_rows(asked, whom)[0].table]))


def _summed(asked: Asked) -> tuple[Had, ...]:
    return () if asked.worth is None or asked.worth.source is None else (asked.worth.source,)


def _tables(rows: Rows) -> list[str]:
    joined = [join.split(" JOIN ")[1].split()[0] for join in rows.joins]
    return [rows.table, *joined]


def columns_of(asked: Asked, members: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Return the columns without which nobody knows who is asked about and what happened, as `table.column`."""
    own, whom = ENTITIES[asked.entity], Whom(asked.entity, members)
    found: list[str] = []
    for each in (*conditions(asked.what), *conditions(asked.who)):
        if isinstance(each, Compare):
            found.append(f"{own.table}.{each.column}")
            continue
        rows = rows_of(each, whom)
        found += [_place(rows, compare.column) for compare in each.filters]
        found += _of_state(each, rows, whom)
    return tuple(place for place in dict.fromkeys(found) if not _is_always_there(place))


def _is_always_there(place: str) -> bool:
    """Whether no table can be mapped without the column."""
    table, name = place.split(".")
    column = CONTRACT[table].column(name)
    return column is not None and column.must_be_mapped


def worth_columns(asked: Asked) -> tuple[str, ...]:
    """Return the columns that are named to tell what a success is worth; without them, that is not known."""
    if asked.worth is None:
        return ()
    if asked.worth.attribute:
        return (f"{ENTITIES[asked.entity].table}.{asked.worth.attribute}",)
    rows = [(rows_of(had, Whom(asked.entity)), had) for had in _summed(asked)]
    return tuple(_place(found, compare.column) for found, had in rows for compare in had.filters)


def texts_of(asked: Asked, members: tuple[str, ...] = ()) -> tuple[tuple[str, str], ...]:
    """Return every text that a column is held against, as (`table.column`, text); that of a ticket is its kind."""
    own, whom = ENTITIES[asked.entity].table, Whom(asked.entity, members)
    found: list[tuple[str, str]] = []
    for each in (*conditions(asked.who), *conditions(asked.what), *_summed(asked)):
        rows = None if isinstance(each, Compare) else rows_of(each, whom)
        if not isinstance(each, Compare) and THINGS[each.thing].kind:
            found.append((f"{THINGS[each.thing].table}.kind", THINGS[each.thing].kind))
        for compare in (each,) if isinstance(each, Compare) else each.filters:
            place = f"{own}.{compare.column}" if rows is None else _place(rows, compare.column)
            found += [(place, value) for value in compare.values if isinstance(value, str)]
    return tuple(dict.fromkeys(found))


def _place(rows: Rows, column: str) -> str:
    """Where a filter's column stands: in an order's lines, in their products, or in the thing's own table."""
    if rows.table == "order_lines" and column not in (
        "product_id",
        "line",
        "quantity",
        "channel",
        "store_id",
        "currency",
    ):
        return f"products.{'name' if column == 'product' else column}"
    return f"{rows.table}.{column}"


def _of_state(had: Had, rows: Rows, whom: Whom) -> list[str]:
    """When it was, whose it is, and what is summed."""
    thing, found = THINGS[had.thing], []
    state = thing.states[had.state]
    found += [f"{rows.table}.{state.time}"] if state.time else []
    words = " ".join((*state.rows, *rows.where))
    own = (column.name for column in CONTRACT[thing.table].columns)
    found += [f"{thing.table}.{name}" for name in own if f"{thing.table}.{name} " in f"{words} "]
    if had.measure == "amount" and thing.amount:
        found.append(f"{rows.table}.{thing.amount.removesuffix('_base')}")
    if f"{rows.table}.{whom.key}" in rows.key and "coalesce" not in rows.key:
        found.append(f"{rows.table}.{whom.key}")
    return [*found, *(["customers.account_id"] if rows.key == "of_customers.account_id" else [])]
