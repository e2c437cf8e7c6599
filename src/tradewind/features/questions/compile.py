"""A tree → the three statements of a `label.sql`, for one cutoff, as a person would have written them.

Every condition is a set of entities, so that conditions join by IN and NOT IN and nothing is ever half true: whoever is
not in a set, because a value is unknown or there are no rows, is outside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from tradewind.core.contract import BASE_AMOUNTS, CONTRACT
from tradewind.features.questions.columns import OF_LINES
from tradewind.features.questions.said import say_what, say_who, say_worth
from tradewind.features.questions.things import ENTITIES, THINGS, State
from tradewind.features.questions.tree import (
    ONE,
    OPPOSITE,
    All,
    Asked,
    Compare,
    Condition,
    Had,
    Not,
    Quantity,
    Some,
    Value,
    Worth,
    conditions,
)

TAKEN = (
    "name",
    "kind",
    "channel",
    "status",
    "amount",
    "quantity",
    "stage",
    "source",
    "owner",
    "plan",
    "category",
    "brand",
)
"""Columns written without quotes; any other may be a word that SQL keeps for itself."""


@dataclass(frozen=True)
class Rows:
    """The rows of a thing.

    Args:
        table: whose columns say who and when.
        joins: further tables, as lines of SQL.
        where: conditions on the rows.
        amount: what a row's amount is; empty where it has none.
        counted: what is counted.
    """

    table: str
    joins: tuple[str, ...]
    where: tuple[str, ...]
    amount: str = ""
    counted: str = "count(*)"


def compile_question(asked: Asked) -> str:
    """Return the text of the question's `label.sql`."""
    parts = [_eligible(asked), _outcome(asked)]
    if asked.worth is not None:
        parts.append(_value(asked.entity, asked.worth))
    return "\n".join(parts)


def tables_of(asked: Asked) -> tuple[str, ...]:
    """Return the contract tables that a question reads, that of the outcome first."""
    entity = ENTITIES[asked.entity]
    found = [
        table for each in (*conditions(asked.what), *conditions(asked.who)) for table in _tables(each, entity.table)
    ]
    if asked.worth is not None and asked.worth.source is not None:
        found += _tables(asked.worth.source, entity.table)
    if asked.worth is not None and asked.worth.attribute:
        found.append(entity.table)
    base, _ = _base(asked)
    return tuple(dict.fromkeys([*found, base.table]))


def _tables(condition: Had | Compare, own: str) -> list[str]:
    if isinstance(condition, Compare):
        return [own]
    rows = rows_of(condition)
    return [rows.table, *(["products"] if any("products" in join for join in rows.joins) else [])]


def rows_of(had: Had) -> Rows:
    """Return the rows that a condition is about, whenever they were."""
    thing = THINGS[had.thing]
    state = thing.states[had.state]
    if thing.table == "orders" and _needs_lines(had):
        return _lines(had, state)
    rows = () if had.measure == "amount" and had.thing == "order" else state.rows
    known = tuple(_compare(f"{thing.table}.{_named(thing.table, each.column)}", each) for each in had.filters)
    amount = f"{thing.table}.{thing.amount}" if thing.amount else ""
    return Rows(thing.table, (), (*rows, *known), amount)


def _needs_lines(had: Had) -> bool:
    orders = {column.name for column in CONTRACT["orders"].columns}
    return any(each.column not in orders for each in had.filters)


def _lines(had: Had, state: State) -> Rows:
    """Orders spoken of by what is in them: rows are then lines, and an amount is the line's."""
    lines = {column.name for column in CONTRACT["order_lines"].columns}
    where = [] if had.measure == "amount" and had.thing == "order" else [
        condition.replace("orders.", "order_lines.") for condition in state.rows
    ]  # fmt: skip
    joined = False
    for each in had.filters:
        of_line = each.column in OF_LINES or each.column in lines
        joined = joined or not of_line
        name = "name" if each.column == "product" else each.column
        table = "order_lines" if of_line else "products"
        where.append(_compare(f"{table}.{_named(table, name)}", each))
    joins = ("INNER JOIN products ON products.product_id = order_lines.product_id",) if joined else ()
    return Rows("order_lines", joins, tuple(where), "order_lines.amount_base", "count(DISTINCT order_lines.order_id)")


def _named(table: str, column: str) -> str:
    """The column as SQL reads it: a name of the user's own in quotes, since it may be a word of SQL."""
    return column if CONTRACT[table].column(column) is not None else f'"{column}"'


def _compare(column: str, compare: Compare) -> str:
    if not compare.values:
        return f"{column} IS {'NULL' if compare.operator == '=' else 'NOT NULL'}"
    if len(compare.values) > 1:
        listed = ", ".join(_literal(value) for value in compare.values)
        return f"{column} {'IN' if compare.operator == '=' else 'NOT IN'} ({listed})"
    operator = "<>" if compare.operator == "!=" else compare.operator
    return f"{column} {operator} {_literal(compare.values[0])}"


def _literal(value: Value) -> str:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return f"{value:f}" if isinstance(value, Decimal) else "'" + value.replace("'", "''") + "'"


def _when(had: Had, table: str, ahead: bool) -> list[str]:
    """The conditions on time: the horizon, or the window before the cutoff."""
    state = THINGS[had.thing].states[had.state]
    if state.is_now:
        return []
    time = f"{table}.{state.time}"
    if ahead:
        return [f"{time} >= :cutoff", f"{time} < :horizon_end"]
    newest = f":days_{had.window.newest}_ago" if had.window.newest else ":cutoff"
    oldest = [f"{time} >= :days_{had.window.oldest}_ago"] if had.window.oldest is not None else []
    return [*oldest, f"{time} < {newest}"]


def _members(had: Had, key: str, ahead: bool) -> tuple[list[str], bool]:
    """The SELECT of the entities for whom the quantity holds, or of those for whom it does not.

    Returns:
        lines of SQL, and whether it is the second: where no rows at all would meet the quantity.
    """
    inverted = had.quantity.holds(Decimal(0))
    quantity = had.quantity
    if inverted:
        quantity = Quantity(OPPOSITE[quantity.operator], quantity.number)
    rows = rows_of(had)
    where = [*_when(had, rows.table, ahead), *rows.where]
    if not _never_empty(rows.table, key):
        where.append(f"{rows.table}.{key} IS NOT NULL")
    lines = [f"SELECT {rows.table}.{key}", f"FROM {rows.table}", *rows.joins, *_single(where)]
    having = _having(had, rows, quantity)
    return ([*lines, f"GROUP BY {rows.table}.{key}", having] if having else lines), inverted


def _never_empty(table: str, key: str) -> bool:
    column = CONTRACT[table].column(key)
    return column is not None and column.required


def _having(had: Had, rows: Rows, quantity: Quantity) -> str:
    """The condition on how many; nothing where one row is enough."""
    one_is_enough = quantity in (ONE, Quantity(">=", Decimal(0)), Quantity(">", Decimal(0)), Quantity("!=", Decimal(0)))
    if had.measure == "count" and one_is_enough:
        return ""
    measure = rows.counted if had.measure == "count" else f"sum({rows.amount})"
    operator = "<>" if quantity.operator == "!=" else quantity.operator
    return f"HAVING {measure} {operator} {quantity.number:f}"


def _where(conditions: list[list[str]]) -> list[str]:
    """Conditions of one line or several as the WHERE of a statement."""
    found: list[str] = []
    for lines in conditions:
        found += [("WHERE " if not found else "  AND ") + lines[0], *_further(lines[1:])]
    return found


def _further(lines: list[str]) -> list[str]:
    return [f"  {line}" for line in lines]


def _single(conditions: list[str]) -> list[str]:
    return _where([[text] for text in conditions])


def _test(tree: Condition, key: str, entity: str, ahead: bool) -> list[str]:
    """Lines of SQL that are true or false of the entity whose key is named, and never unknown."""
    own = ENTITIES[entity]
    if isinstance(tree, Compare):
        test = _compare(f"{own.table}.{_named(own.table, tree.column)}", tree)
        return _in(key, [f"SELECT {own.table}.{own.key}", f"FROM {own.table}", f"WHERE {test}"], False)
    if isinstance(tree, Had):
        lines, inverted = _members(tree, own.key, ahead)
        return _in(key, lines, inverted)
    parts = (tree.part,) if isinstance(tree, Not) else tree.parts
    tests = [_test(part, key, entity, ahead) for part in parts]
    if isinstance(tree, Not):
        bare = isinstance(tree.part, All | Some)
        return [f"NOT {tests[0][0]}", *tests[0][1:]] if bare else ["NOT (", *_further(tests[0]), ")"]
    word = "AND" if isinstance(tree, All) else "OR"
    joined = [line for place, lines in enumerate(tests)
              for line in [f"{word} {lines[0]}" if place else lines[0], *lines[1:]]]  # fmt: skip
    return ["(", *_further(joined), ")"]


def _in(key: str, lines: list[str], inverted: bool) -> list[str]:
    return [f"{key} {'NOT IN' if inverted else 'IN'} (", *_further(lines), ")"]


def _base(asked: Asked) -> tuple[Rows, Had | None]:
    """Whose rows name everybody who could be asked about: the entity's own table, or what a customer must have had."""
    own = ENTITIES[asked.entity]
    if asked.entity == "customer":
        for part in _joined_parts(asked.who):
            if isinstance(part, Had) and not part.quantity.holds(Decimal(0)) and part.thing != "customer":
                return rows_of(part), part
    return Rows(own.table, (), ()), None


def _joined_parts(tree: Condition | None) -> tuple[Condition, ...]:
    return () if tree is None else tree.parts if isinstance(tree, All) else (tree,)


def _eligible(asked: Asked) -> str:
    own = ENTITIES[asked.entity]
    rows, first = _base(asked)
    key = f"{rows.table}.{own.key}"
    said = ["-- name: eligible", f"-- Asked about: {say_who(asked)}."]
    where: list[list[str]] = []
    if first is not None:
        where += [[text] for text in (*_when(first, rows.table, ahead=False), *rows.where)]
    if _is_final(asked):
        said.append(f"-- Only open {own.many}: to the others it cannot happen any more.")
        where += [[text] for text in THINGS[own.own].states["open"].rows]
    for part in _joined_parts(asked.who):
        if part is not first and not (_is_final(asked) and part == Had(own.own, "open")):
            where += _conditions(part, asked.entity, rows.table)
    lines = [*said, f"SELECT {key}", f"FROM {rows.table}", *rows.joins, *_where(where)]
    if first is not None:
        having = _having(first, rows, first.quantity)
        lines += [f"GROUP BY {key}", *([having] if having else [])]
    return "\n".join([*lines, ""])


def _conditions(part: Condition, entity: str, base: str) -> list[list[str]]:
    """One of the conditions that all must hold; what the row at hand tells itself is read from it."""
    own = ENTITIES[entity]
    if base == own.table and isinstance(part, Compare):
        return [[_compare(f"{own.table}.{_named(own.table, part.column)}", part)]]
    if base == own.table and isinstance(part, Had) and part.thing == own.own and part.quantity == ONE:
        rows = rows_of(part)
        return [[text] for text in (*_when(part, rows.table, ahead=False), *rows.where)]
    return [_test(part, f"{base}.{own.key}", entity, ahead=False)]


def _is_final(asked: Asked) -> bool:
    """Whether the outcome is that the entity itself comes to its end: then it must be open still."""
    own = ENTITIES[asked.entity]
    return any(
        isinstance(each, Had) and each.thing == own.own and each.state in own.final for each in conditions(asked.what)
    )


def _outcome(asked: Asked) -> str:
    key = ENTITIES[asked.entity].key
    test = _test(asked.what, f"eligible.{key}", asked.entity, ahead=True)
    lines = [
        "-- name: outcome",
        f"-- It happens: {say_what(asked)}, from the cutoff to the end of the horizon.",
        "SELECT",
        f"  eligible.{key},",
        f"  CASE WHEN {test[0]}",
        *_further(test[1:]),
        "  THEN 1.0 ELSE 0.0 END AS outcome",
        "FROM eligible",
    ]
    return "\n".join([*lines, ""])


def _value(entity: str, worth: Worth) -> str:
    own = ENTITIES[entity]
    head = ["-- name: value", f"-- At stake: {say_worth(worth)}."]
    times = "" if worth.factor == 1 else f"{worth.factor:f} * "
    if worth.attribute:
        column = f"{own.table}.{_money(own.table, worth.attribute)}"
        return "\n".join(
            [*head, "SELECT", f"  {own.table}.{own.key},", f"  {times}{column} AS value", f"FROM {own.table}", ""]
        )
    if worth.source is None:
        amount = f"  CAST({worth.factor:f} AS DOUBLE) AS value"
        return "\n".join([*head, "SELECT", f"  eligible.{own.key},", amount, "FROM eligible", ""])
    rows = rows_of(worth.source)
    where = _single([*_when(worth.source, rows.table, ahead=False), *rows.where])
    lines = ["SELECT", f"  {rows.table}.{own.key},", f"  {times}sum({rows.amount}) AS value", f"FROM {rows.table}"]
    return "\n".join([*head, *lines, *rows.joins, *where, f"GROUP BY {rows.table}.{own.key}", ""])


def _money(table: str, column: str) -> str:
    """The column of amounts in the workspace's currency where the contract has one."""
    return f"{column}_base" if BASE_AMOUNTS.get(table) == column else _named(table, column)
