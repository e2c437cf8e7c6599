"""Which amount is the one: the total of a row, price times quantity, with freight or without, by names and by data."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tradewind.sources.meaning.counting import value_sql
from tradewind.sources.meaning.fitting import Fit
from tradewind.sources.meaning.words import fit_column
from tradewind.sources.meaning.world import World, names_things
from tradewind.sources.meaning.writing import number_sql
from tradewind.sources.profile import ColumnProfile, SourceProfile

_EQUAL_SHARE = 0.8


@dataclass(frozen=True)
class Amount:
    """The amount of a row.

    Args:
        expression: over the source's columns.
        places: of the columns in it.
        confidence: 0 to 1.
        reason: in plain words.
        others: other expressions that it might be, likeliest first.
    """

    expression: str
    places: tuple[int, ...]
    confidence: float
    reason: str
    others: tuple[str, ...] = ()


def find_amount(world: World, one: Fit) -> Amount | None:
    """Return the amount of each row of orders or order lines.

    Args:
        world: all tables; payments that add up to the same sums decide between candidates.
        one: the source, read as orders or order lines.
    """
    source, table = one.source, world.tables[one.source]
    taken = {pick.place for name, pick in one.picks.items() if name not in ("amount", "discount")}
    money = [
        column
        for column in world.measures(source)
        if column.place not in taken
        and not names_things(world, source, column)
        and not _beside(world, source, column)
        and column.filled > 0.5 * column.rows
    ]
    quantity = one.picks.get("quantity")
    count = table.columns[quantity.place] if quantity is not None else _count(world, one, money)
    money = [column for column in money if count is None or column.place != count.place]
    if any(column.kind == "money" for column in money):
        money = [column for column in money if column.kind == "money" or _named(world, source, column) > 0.5]
    if not money:
        return None
    candidates = _candidates(world, source, money, count)
    paid = _confirmed(world, one, candidates) if len(candidates) > 1 else None
    return paid or candidates[0]


def _candidates(world: World, source: int, money: Sequence[ColumnProfile], count: ColumnProfile | None) -> list[Amount]:
    """What the amount may be, likeliest first."""
    table = world.tables[source]
    extra = [column for column in money if _is_shipping(world, source, column)]
    money = [column for column in money if column not in extra] or extra
    totals = sorted(money, key=lambda column: -_named(world, source, column))
    best = totals[0]
    named, prices = _named(world, source, best), [column for column in money if _is_price(world, source, column)]
    found: list[Amount] = []
    if count is not None:
        for price in prices or money[:1]:
            product = f"{number_sql(count)} * {number_sql(price)}"
            check = next(
                (total for total in money if total is not price and _is_product(table, count, price, total)), None
            )
            if check is not None:
                why = f"it is {count.name} × {price.name} in nearly every row"
                return [Amount(number_sql(check), (check.place,), 0.95, why)]
            if price in prices or _is_unit_price(table, count, price):
                why = f"“{price.name}” is the price of one, so a row is worth {count.name} times it"
                if price not in prices:
                    why = f"{price.name} does not grow with {count.name}, so it is the price of one"
                found.append(Amount(product, (count.place, price.place), 0.85 if price in prices else 0.7, why))
    if named >= 0.5 and not (found and best in prices):
        why = f"its header says so (“{best.name}”)"
        found.insert(0, Amount(number_sql(best), (best.place,), round(min(0.95, 0.5 + named / 2), 2), why))
    largest = max(money, key=lambda column: column.number.middle if column.number else 0.0)
    first = (prices or [largest])[0]
    if not found or (count is None and prices):
        why = "the only amount in the table" if len(money) == 1 else f"the largest of {len(money)} amounts"
        found.append(Amount(number_sql(first), (first.place,), 0.8 if len(money) == 1 else 0.5, why))
    base = found[0]
    for other in (*money, *extra):
        if other.place not in base.places and _may_add(world, source, other):
            why = f"{base.expression} and {other.name} together"
            found.append(Amount(f"{base.expression} + {number_sql(other)}", (*base.places, other.place), 0.45, why))
    return found


def _named(world: World, source: int, column: ColumnProfile) -> float:
    return max(world.name_fit(source, column.place, table, "amount") for table in ("orders", "order_lines"))


def _is_price(world: World, source: int, column: ColumnProfile) -> bool:
    concepts = world.heads[source][column.place].concepts
    return "price" in concepts and not concepts & {"amount", "line"}


def _may_add(world: World, source: int, column: ColumnProfile) -> bool:
    """Freight and the like, or an amount whose name says nothing."""
    unnamed = not world.heads[source][column.place].concepts
    return column.kind == "money" and (unnamed or _is_shipping(world, source, column))


def _is_shipping(world: World, source: int, column: ColumnProfile) -> bool:
    return "shipping" in world.heads[source][column.place].concepts


def _beside(world: World, source: int, column: ColumnProfile) -> bool:
    """Amounts that are never what was paid: discounts, taxes, costs, balances of something else."""
    head = world.heads[source][column.place]
    return max(fit_column(head, "order_lines", "discount"), fit_column(head, "products", "cost")) > 0.6 or bool(
        head.concepts & {"tax", "discount", "rating", "quality", "duration", "age"}
    )


def _count(world: World, one: Fit, money: Sequence[ColumnProfile]) -> ColumnProfile | None:
    """Orders may carry a quantity as well; it has no place there, and helps to tell prices from totals."""
    fits = [(fit_column(world.heads[one.source][c.place], "order_lines", "quantity"), c) for c in money]
    named = [column for score, column in fits if score > 0.6 and column.kind == "integer"]
    return named[0] if named else None


def _is_product(table: SourceProfile, count: ColumnProfile, price: ColumnProfile, total: ColumnProfile) -> bool:
    a, b, c = (table.numbers(column.place) for column in (count, price, total))
    known = np.isfinite(a) & np.isfinite(b) & np.isfinite(c)
    if known.sum() < 3 or (a[known] == 1).mean() > 0.98:
        return False
    return bool((np.abs(a * b - c)[known] <= 0.011 + 0.001 * np.abs(c[known])).mean() >= 0.95)


def _is_unit_price(table: SourceProfile, count: ColumnProfile, money: ColumnProfile) -> bool:
    """Whether an amount does not grow with the quantity, as a price of one does not (rank correlation below 0.3)."""
    a, b = table.numbers(count.place), table.numbers(money.place)
    known = np.isfinite(a) & np.isfinite(b) & (a > 0) & (b > 0)
    if known.sum() < 20 or len(np.unique(a[known])) < 2:
        return False
    first, second = (_ranks(values[known]) for values in (a, b))
    return bool(np.corrcoef(first, second)[0, 1] < 0.3)


def _ranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    middle: NDArray[np.float64] = ends - (counts - 1) / 2
    return middle[place]


def _confirmed(world: World, one: Fit, candidates: Sequence[Amount]) -> Amount | None:
    """The candidate whose sums over an order equal what another table says was paid for it."""
    order = one.picks.get("order_id")
    if order is None or order.place < 0:
        return None
    for other, column in _same_orders(world, one.source, order.place):
        for paid in world.measures(other):
            if paid.kind != "money" and _named(world, other, paid) < 0.5:
                continue
            shares = [_share_equal(world, one.source, order.place, each, other, column, paid) for each in candidates]
            best = int(np.argmax(shares))
            if shares[best] >= _EQUAL_SHARE and shares[best] > sorted(shares)[-2] + 0.2:
                chosen = candidates[best]
                where = world.tables[other].short
                why = f"adds up to {paid.name} in {where} for {shares[best]:.0%} of the orders that are in both"
                rest = tuple(each.expression for each in candidates if each is not chosen)
                return Amount(chosen.expression, chosen.places, 0.95, why, rest)
    return None


def _same_orders(world: World, source: int, place: int) -> list[tuple[int, int]]:
    """(table, column) whose values are the same orders: they point to one key, or one to the other."""
    keys = {(link.to_table, link.to_column) for link in world.out(source, place)} | {(source, place)}
    return [
        (link.table, link.column)
        for link in world.links
        if (link.to_table, link.to_column) in keys and link.table != source
    ]


def _share_equal(
    world: World, source: int, order: int, amount: Amount, other: int, column: int, paid: ColumnProfile
) -> float:
    """Share of common orders whose summed amounts are equal to the cent."""
    import duckdb

    from tradewind.sources.typed import define_functions

    mine, theirs = world.tables[source], world.tables[other]
    if mine.rows > 2_000_000 or theirs.rows > 2_000_000:
        return 0.0
    expression = amount.expression
    for place in amount.places:
        name, plain = number_sql(mine.columns[place]), f"number_of(CAST(c{place} AS VARCHAR))"
        expression = plain if expression == name else _in_place(expression, name, plain)
    with duckdb.connect() as con:
        define_functions(con, None)
        for name, table in (("mine", mine), ("theirs", theirs)):
            con.register(name, table.data.rename_columns([f"c{place}" for place in range(len(table.columns))]))
        keys = [value_sql(place, table.columns[place].sql_type) for table, place in ((mine, order), (theirs, column))]
        row = con.execute(
            f"SELECT avg(CASE WHEN abs(a - b) < 0.011 THEN 1.0 ELSE 0 END), count(*) FROM "
            f"(SELECT {keys[0]} AS k, sum({expression}) AS a FROM mine GROUP BY 1) JOIN (SELECT {keys[1]} AS k, "
            f"sum(number_of(CAST(c{paid.place} AS VARCHAR))) AS b FROM theirs GROUP BY 1) USING (k)"
        ).fetchall()[0]
    return float(row[0]) if row[1] >= 5 else 0.0


def _in_place(expression: str, name: str, plain: str) -> str:
    """Put a plain name where a column stands among `+` and `*`."""
    return "".join(plain if part == name else part for part in re.split(r"( [+*] )", expression))
