"""The rows that a condition is about: from which table, whose they are, what they must be like."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from tradewind.core.contract import CONTRACT
from tradewind.features.questions.columns import OF_LINES
from tradewind.features.questions.things import ENTITIES, THINGS, State
from tradewind.features.questions.tree import Compare, Had, Value

MEMBERS = (("customers", "customer_id"), ("deals", "deal_id"), ("leads", "lead_id"))
"""Who belongs to a company: what they do is the company's too, where the row itself names none."""


@dataclass(frozen=True)
class Rows:
    """The rows of a thing.

    Args:
        table: whose columns say when.
        key: who, as an expression.
        joins: further tables, as lines of SQL.
        where: conditions on the rows.
        amount: what a row's amount is; empty where it has none.
        counted: what is counted.
    """

    table: str
    key: str
    joins: tuple[str, ...]
    where: tuple[str, ...]
    amount: str = ""
    counted: str = "count(*)"


@dataclass(frozen=True)
class Whom:
    """Whom a question is about, and who belongs to them.

    Args:
        entity: key of `things.ENTITIES`.
        members: contract tables that are known to name the company of their rows.
    """

    entity: str
    members: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Key column of the entity."""
        return ENTITIES[self.entity].key


def rows_of(had: Had, whom: Whom) -> Rows:
    """Return the rows that a condition is about, whenever they were."""
    thing = THINGS[had.thing]
    state = thing.states[had.state]
    if thing.table == "orders" and _needs_lines(had):
        return _lines(had, state, whom)
    rows = () if had.measure == "amount" and had.thing == "order" else state.rows
    known = tuple(compare_sql(f"{thing.table}.{named_sql(thing.table, each.column)}", each) for each in had.filters)
    amount = f"{thing.table}.{thing.amount}" if thing.amount else ""
    key, joins = _whose(thing.table, whom)
    return Rows(thing.table, key, joins, (*rows, *known), amount)


def _whose(table: str, whom: Whom) -> tuple[str, tuple[str, ...]]:
    """Who a row is about, and the joins that tell it: a company's are also the rows of those who belong to it."""
    own = CONTRACT[table].column(whom.key) is not None
    if whom.entity != "account":
        return f"{table}.{whom.key}", ()
    told, joins = [f"{table}.account_id"] if own else [], []
    for member, key in MEMBERS:
        if member != table and CONTRACT[table].column(key) is not None and (member in whom.members or not own):
            told.append(f"of_{member}.account_id")
            joins.append(f"LEFT JOIN {member} AS of_{member} ON of_{member}.{key} = {table}.{key}")
    return told[0] if len(told) == 1 else f"coalesce({', '.join(told)})", tuple(joins)


def _needs_lines(had: Had) -> bool:
    orders = {column.name for column in CONTRACT["orders"].columns}
    return any(each.column not in orders for each in had.filters)


def _lines(had: Had, state: State, whom: Whom) -> Rows:
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
        where.append(compare_sql(f"{table}.{named_sql(table, name)}", each))
    key, joins = _whose("order_lines", whom)
    if joined:
        joins = ("INNER JOIN products ON products.product_id = order_lines.product_id", *joins)
    counted = "count(DISTINCT order_lines.order_id)"
    return Rows("order_lines", key, joins, tuple(where), "order_lines.amount_base", counted)


def named_sql(table: str, column: str) -> str:
    """The column as SQL reads it: a name of the user's own in quotes, since it may be a word of SQL."""
    return column if CONTRACT[table].column(column) is not None else f'"{column}"'


def compare_sql(column: str, compare: Compare) -> str:
    """Return a comparison as SQL: of one value, of a list, or with nothing at all (NULL)."""
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
