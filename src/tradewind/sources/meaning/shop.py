"""The build of a shop's tables: lines, orders, what is sold and who buys, told by what repeats and what fixes what."""

from __future__ import annotations

from dataclasses import replace

from tradewind.sources.meaning.relations import Link, is_key
from tradewind.sources.meaning.words import fit_column
from tradewind.sources.meaning.world import Evidence, Structure, World, names_things
from tradewind.sources.profile import ColumnProfile

_FIXES = 0.97
"""Share of repeated values from which one column is said to fix another."""


def build_of_lines(world: World, table: int) -> Structure:
    """Rows of products within orders: an id that repeats and fixes time or buyer, beside a product that it does not."""
    found = _order_of_lines(world, table)
    if found is None:
        return Structure()
    order, why = found
    product = _product_of_lines(world, table, order)
    measures = [column for column in world.measures(table) if not names_things(world, table, column)]
    if product is None or not measures:
        return Structure()
    hints: dict[str, dict[int, Evidence]] = {"order_id": {order.place: Evidence(0.8, why)}}
    hints["product_id"] = {product[0].place: Evidence(0.75, product[1])}
    fixed = world.fixed(table, order.place)
    for column in _buyers(world, table, order, fixed):
        if column.place != product[0].place:
            hints["customer_id"] = {
                column.place: Evidence(0.65, "every order has one, and it comes back in other orders")
            }
            break
    for time in world.times(table):
        if fixed.get(time.place, 0) >= _FIXES and time.fill > 0.9:
            hints.setdefault("happened_at", {})[time.place] = Evidence(0.6, "all lines of an order show the same time")
    line = _line_number(world, table, order)
    if line is not None:
        hints["line"] = {line.place: Evidence(0.7, "counts the lines within each order")}
    count = _quantity(world, table, {order.place, product[0].place, line.place if line else -1})
    if count is not None:
        hints["quantity"] = {count.place: Evidence(0.5, "small whole numbers, mostly above zero")}
    return Structure(0.85, f"an order has several rows, and each row another product ({why})", hints)


def build_of_orders(world: World, table: int, key: int = -1) -> Structure:
    """One row a purchase: its own key or none, somebody who comes back, a time and an amount.

    Args:
        world: all tables.
        table: place of the source table.
        key: place of its order number, where lines that point to it show which it is.
    """
    times = [column for column in world.times(table) if column.fill > 0.9]
    if not times:
        return Structure()
    keys = [column for column in world.keys(table) if not column.running and key in (-1, column.place)]
    lines_point_here = [link for link in world.into(table) if not link.single and _has_measure(world, link.table)]
    buyers = [
        column
        for column in world.tables[table].columns
        if names_things(world, table, column) and column not in keys[:1] and column.kind != "category"
    ]
    buyers.sort(key=lambda column: (-len(_people_links(world, table, column)), -column.distinct))
    money = [column for column in world.measures(table) if not names_things(world, table, column)]
    hints: dict[str, dict[int, Evidence]] = {}
    if keys:
        hints["order_id"] = {keys[0].place: Evidence(0.7, "every row has another value")}
    if buyers:
        hints["customer_id"] = {buyers[0].place: Evidence(0.6, _buyer_reason(world, table, buyers[0]))}
    earliest = earliest_time(world, table, times)
    hints["happened_at"] = {earliest[0].place: Evidence(0.6, earliest[1])}
    if lines_point_here:
        return Structure(0.75, "rows of another table belong to these", hints)
    if not buyers or not money:
        return Structure(0.0, "", hints)
    repeats = buyers[0].distinct < 0.98 * buyers[0].filled
    many = [column for column in world.tables[table].columns if column.kind not in ("constant", "empty")]
    score = 0.7 if repeats and len(many) <= 14 and _dated_amounts(world, table) else 0.3
    return Structure(score, "one row for each purchase: somebody who comes back, a time and an amount", hints)


def earliest_time(world: World, table: int, times: list[ColumnProfile]) -> tuple[ColumnProfile, str]:
    """Return the time that no other comes before in the same row, and why; with a clock before one without."""
    if len(times) == 1:
        return times[0], "the only time in the table"
    texts = world.tables[table].sample
    values = {column.place: texts.column(column.place).to_pylist() for column in times}

    def first(column: ColumnProfile) -> float:
        mine, ahead = values[column.place], []
        for other in times:
            pairs = [(a, b) for a, b in zip(mine, values[other.place], strict=True) if a is not None and b is not None]
            comparable = other.place != column.place and other.sql_type == column.sql_type and pairs
            if comparable and not (column.time and column.time.format):
                ahead.append(sum(a <= b for a, b in pairs) / len(pairs))
        return sum(ahead) / len(ahead) if ahead else 0.5

    best = max(times, key=lambda column: (round(first(column), 2), column.fill, -column.place))
    return best, "comes before every other time of the row" if first(best) > 0.9 else "the fullest of the times"


def _order_of_lines(world: World, table: int) -> tuple[ColumnProfile, str] | None:
    """The finest repeated id that fixes a time of its own row, or points to rows that have one."""
    own = world.tables[table]
    if len(own.columns) < 3 or [key for key in world.keys(table) if not key.running and world.into(table)]:
        return None
    best: tuple[ColumnProfile, str] | None = None
    for column in own.columns:
        if not names_things(world, table, column) or is_key(column) or column.distinct < max(3, own.rows / 1000):
            continue
        fixed = world.fixed(table, column.place)
        times = [time for time in world.times(table) if time.fill > 0.9 and time.distinct > 2]
        timed = any(fixed.get(time.place, 0) >= _FIXES for time in times)
        header = [link for link in world.out(table, column.place) if _is_header(world, link)]
        if not (timed or header) or (best is not None and column.distinct <= best[0].distinct):
            continue
        size = own.columns[column.place].filled / column.distinct
        also = (
            "; all rows with one value share one time"
            if timed
            else f"; {world.tables[header[0].to_table].short} has one row for each"
        )
        best = column, f"its values stand in {size:.1f} rows each{also}"
    return best


def _is_header(world: World, link: Link) -> bool:
    """Whether a link leads to rows with times that themselves belong to somebody: orders, not products or people."""
    target = world.tables[link.to_table]
    others = [
        column
        for column in target.columns
        if column.place != link.to_column and names_things(world, link.to_table, column) and column.kind != "category"
    ]
    return bool(world.times(link.to_table)) and bool(others)


def _product_of_lines(world: World, table: int, order: ColumnProfile) -> tuple[ColumnProfile, str] | None:
    """The id that an order does not fix and that comes back: with a table of its own first, then the shortest."""
    fixed = world.fixed(table, order.place)
    loose = [
        column
        for column in world.tables[table].columns
        if column.place != order.place
        and names_things(world, table, column)
        and column.time is None
        and not is_key(column)
        and column.kind not in ("email", "phone", "postcode", "country")
        and fixed.get(column.place, 0) < 0.9
        and not _to_header(world, table, column)
    ]
    if not loose:
        return None

    def rank(column: ColumnProfile) -> tuple[float, ...]:
        points = any(not world.times(link.to_table) for link in world.out(table, column.place))
        mean = sum(len(value) for value, _ in column.top) / max(1, len(column.top))
        measured = max((_measure_columns(world, link.to_table) for link in world.out(table, column.place)), default=0)
        return (
            points,
            measured,
            column.kind != "category",
            -round(fixed.get(column.place, 0), 1),
            mean < 20,
            column.distinct,
        )

    best = max(loose, key=rank)
    target = next(iter(world.out(table, best.place)), None)
    also = f"; {world.tables[target.to_table].short} has one row for each" if target else ""
    return best, f"changes from line to line within an order and comes back in others{also}"


def _measure_columns(world: World, table: int) -> int:
    return min(2, len(world.measures(table)) + sum(c.kind == "category" for c in world.tables[table].columns))


def _to_header(world: World, table: int, column: ColumnProfile) -> bool:
    return any(_is_header(world, link) for link in world.out(table, column.place))


def _buyers(world: World, table: int, order: ColumnProfile, fixed: dict[int, float]) -> list[ColumnProfile]:
    """Ids that an order fixes and that come back in others, the most different values first."""
    found = [
        column
        for column in world.tables[table].columns
        if column.place != order.place
        and fixed.get(column.place, 0) >= 0.95
        and column.kind not in ("category", "country", "currency", "postcode", "phone")
        and names_things(world, table, column)
        and column.distinct <= 1.02 * order.distinct
    ]
    return sorted(
        found, key=lambda column: (-len(world.out(table, column.place)), column.kind == "email", -column.distinct)
    )


def _line_number(world: World, table: int, order: ColumnProfile) -> ColumnProfile | None:
    """Whole numbers from 0 or 1 that count the rows of each order."""
    from tradewind.sources.meaning.relations import pair_key

    for column in world.tables[table].columns:
        number = column.number
        counts = column.kind == "integer" and number is not None and number.low in (0, 1) and not column.running
        if not counts or number is None or number.high >= 1000 or number.middle > 3 or column.unique:
            continue
        if pair_key(world.tables[table], [order, column]) is not None:
            return column
    return None


def _quantity(world: World, table: int, taken: set[int]) -> ColumnProfile | None:
    found = [
        column
        for column in world.tables[table].columns
        if column.kind == "integer"
        and column.place not in taken
        and column.number is not None
        and 0 < column.number.middle <= 50
        and column.number.zero < 0.2
        and not names_things(world, table, column)
    ]
    return min(found, key=lambda column: column.number.middle if column.number else 0.0, default=None)


def _people_links(world: World, table: int, column: ColumnProfile) -> list[Link]:
    return [link for link in world.out(table, column.place) if link.found > 0.5]


def _buyer_reason(world: World, table: int, column: ColumnProfile) -> str:
    links = _people_links(world, table, column)
    if links:
        return f"its values are those of {world.tables[links[0].to_table].short}"
    count = (
        f"{column.distinct:,}"
        if column.distinct_exact
        else f"about {round(column.distinct, -len(str(column.distinct)) + 2):,}"
    )
    return f"{count} values, which come back: {column.filled / column.distinct:.1f} rows each"


def _has_measure(world: World, table: int) -> bool:
    return any(not names_things(world, table, column) for column in world.measures(table))


def _dated_amounts(world: World, table: int) -> bool:
    """Whether each row has one time that is always filled, and an amount."""
    return any(column.kind in ("money", "number") and column.fill > 0.9 for column in world.measures(table)) or any(
        fit_column(world.heads[table][c.place], "orders", "amount") > 0.5 for c in world.measures(table)
    )


def build_of_entities(world: World, table: int) -> Structure:
    """Rows of something that exists: each has its own key, and facts point to it."""
    keys = [key for key in world.keys(table) if not key.running]
    if not keys:
        return Structure()
    pointed = [link for link in world.into(table) if not link.single]
    reason = "every row has another value"
    if pointed:
        reason += f", and {world.tables[pointed[0].table].short} points to it"
    hints = {"key": {keys[0].place: Evidence(0.5, reason)}}
    return replace(Structure(0.1, "each row is one of a kind", hints), score=0.3 if pointed else 0.1)
