"""A tree → the three statements of a `label.sql`, for one cutoff, as a person would have written them.

Every condition is a set of entities, so that conditions join by IN and NOT IN and nothing is ever half true: whoever is
not in a set, because a value is unknown or there are no rows, is outside it.
"""

from __future__ import annotations

from decimal import Decimal

from tradewind.core.contract import BASE_AMOUNTS, CONTRACT
from tradewind.features.questions.rows import Rows, Whom, compare_sql, named_sql, rows_of
from tradewind.features.questions.said import say_what, say_who, say_worth
from tradewind.features.questions.things import ENTITIES, THINGS
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


def compile_question(asked: Asked, members: tuple[str, ...] = ()) -> str:
    """Return the text of the question's `label.sql`.

    Args:
        asked: the question.
        members: of customers, deals and leads, the tables that name the company of their rows; of use for companies.
    """
    whom = Whom(asked.entity, members)
    parts = [_eligible(asked, whom), _outcome(asked, whom)]
    if asked.worth is not None:
        parts.append(_value(whom, asked.worth))
    return "\n".join(parts)


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


def _members(had: Had, whom: Whom, ahead: bool) -> tuple[list[str], bool]:
    """The SELECT of the entities for whom the quantity holds, or of those for whom it does not.

    Returns:
        lines of SQL, and whether it is the second: where no rows at all would meet the quantity.
    """
    inverted = had.quantity.holds(Decimal(0))
    quantity = had.quantity
    if inverted:
        quantity = Quantity(OPPOSITE[quantity.operator], quantity.number)
    rows = rows_of(had, whom)
    where = [*_when(had, rows.table, ahead), *rows.where]
    column = CONTRACT[rows.table].column(whom.key)
    if column is None or not column.required:
        where.append(f"{rows.key} IS NOT NULL")
    lines = [f"SELECT {rows.key}", f"FROM {rows.table}", *rows.joins, *_single(where)]
    having = _having(had, rows, quantity)
    return ([*lines, f"GROUP BY {rows.key}", having] if having else lines), inverted


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


def _test(tree: Condition, key: str, whom: Whom, ahead: bool) -> list[str]:
    """Lines of SQL that are true or false of the entity whose key is named, and never unknown."""
    own = ENTITIES[whom.entity]
    if isinstance(tree, Compare):
        test = compare_sql(f"{own.table}.{named_sql(own.table, tree.column)}", tree)
        return _in(key, [f"SELECT {own.table}.{own.key}", f"FROM {own.table}", f"WHERE {test}"], False)
    if isinstance(tree, Had):
        lines, inverted = _members(tree, whom, ahead)
        return _in(key, lines, inverted)
    parts = (tree.part,) if isinstance(tree, Not) else tree.parts
    tests = [_test(part, key, whom, ahead) for part in parts]
    if isinstance(tree, Not):
        bare = isinstance(tree.part, All | Some)
        return [f"NOT {tests[0][0]}", *tests[0][1:]] if bare else ["NOT (", *_further(tests[0]), ")"]
    word = "AND" if isinstance(tree, All) else "OR"
    joined = [line for place, lines in enumerate(tests)
              for line in [f"{word} {lines[0]}" if place else lines[0], *lines[1:]]]  # fmt: skip
    return ["(", *_further(joined), ")"]


def _in(key: str, lines: list[str], inverted: bool) -> list[str]:
    return [f"{key} {'NOT IN' if inverted else 'IN'} (", *_further(lines), ")"]


def first_rows(asked: Asked, whom: Whom) -> tuple[Rows, Had | None]:
    """Return whose rows name all who could be asked about: the entity's table, or what a customer must have had."""
    own = ENTITIES[asked.entity]
    if asked.entity == "customer":
        for part in _joined_parts(asked.who):
            if isinstance(part, Had) and not part.quantity.holds(Decimal(0)) and part.thing != "customer":
                return rows_of(part, whom), part
    return Rows(own.table, f"{own.table}.{own.key}", (), ()), None


def _joined_parts(tree: Condition | None) -> tuple[Condition, ...]:
    return () if tree is None else tree.parts if isinstance(tree, All) else (tree,)


def _eligible(asked: Asked, whom: Whom) -> str:
    own = ENTITIES[asked.entity]
    rows, first = first_rows(asked, whom)
    said = ["-- name: eligible", f"-- Asked about: {say_who(asked)}."]
    where: list[list[str]] = []
    if first is not None:
        where += [[text] for text in (*_when(first, rows.table, ahead=False), *rows.where)]
    if _is_final(asked):
        said.append(f"-- Only open {own.many}: to the others it cannot happen any more.")
        where += [[text] for text in THINGS[own.own].states["open"].rows]
    for part in _joined_parts(asked.who):
        if part is not first and not (_is_final(asked) and part == Had(own.own, "open")):
            where += _conditions(part, whom, rows.table)
    lines = [*said, f"SELECT {rows.key}", f"FROM {rows.table}", *rows.joins, *_where(where)]
    if first is not None:
        having = _having(first, rows, first.quantity)
        lines += [f"GROUP BY {rows.key}", *([having] if having else [])]
    return "\n".join([*lines, ""])


def _conditions(part: Condition, whom: Whom, base: str) -> list[list[str]]:
    """One of the conditions that all must hold; what the row at hand tells itself is read from it."""
    own = ENTITIES[whom.entity]
    if base == own.table and isinstance(part, Compare):
        return [[compare_sql(f"{own.table}.{named_sql(own.table, part.column)}", part)]]
    if base == own.table and isinstance(part, Had) and part.thing == own.own and part.quantity == ONE:
        rows = rows_of(part, whom)
        return [[text] for text in (*_when(part, rows.table, ahead=False), *rows.where)]
    return [_test(part, f"{base}.{own.key}", whom, ahead=False)]


def _is_final(asked: Asked) -> bool:
    """Whether the outcome is that the entity itself comes to its end: then it must be open still."""
    own = ENTITIES[asked.entity]
    return any(
        isinstance(each, Had) and each.thing == own.own and each.state in own.final for each in conditions(asked.what)
    )


def _outcome(asked: Asked, whom: Whom) -> str:
    key = whom.key
    test = _test(asked.what, f"eligible.{key}", whom, ahead=True)
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


def _value(whom: Whom, worth: Worth) -> str:
    own = ENTITIES[whom.entity]
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
    rows = rows_of(worth.source, whom)
    where = _single([*_when(worth.source, rows.table, ahead=False), *rows.where])
    who = rows.key if not rows.joins or whom.entity != "account" else f"{rows.key} AS {own.key}"
    lines = ["SELECT", f"  {who},", f"  {times}sum({rows.amount}) AS value", f"FROM {rows.table}"]
    return "\n".join([*head, *lines, *rows.joins, *where, f"GROUP BY {rows.key}", ""])


def _money(table: str, column: str) -> str:
    """The column of amounts in the workspace's currency where the contract has one."""
    return f"{column}_base" if BASE_AMOUNTS.get(table) == column else named_sql(table, column)
