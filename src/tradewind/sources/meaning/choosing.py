"""Which source table is which contract table: the best fits first, and what they point to gains by it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import product

from tradewind.core.contract import CONTRACT
from tradewind.sources.meaning.answers import find_answer
from tradewind.sources.meaning.fitting import Fit, Pick, fit
from tradewind.sources.meaning.relations import overlap
from tradewind.sources.meaning.sales import build_of_deals, build_of_leads, build_of_stages, won_and_lost
from tradewind.sources.meaning.shop import build_of_entities, build_of_lines, build_of_orders
from tradewind.sources.meaning.world import Evidence, Structure, World, names_things
from tradewind.sources.profile import ColumnProfile

ENOUGH, ENOUGH_BY_NAME = 0.7, 1.1
"""Score from which a table is taken for a contract table; by name alone, customers, products and the like need more."""
_POINTED = 0.9
_SAME_PEOPLE = 0.2
"""Share of the buyers that a table of customers must hold to be about the same people."""

Gain = tuple[int, str, float]
"""What a table gains by being pointed to: place of its key, the table that points, share of the key that it uses."""

BUILDS: Mapping[str, Callable[[World, int], Structure]] = {
    "order_lines": build_of_lines,
    "orders": build_of_orders,
    "deals": build_of_deals,
    "leads": build_of_leads,
    "deal_stages": build_of_stages,
}
_KEYED = {"customers": "customer_id", "accounts": "account_id", "products": "product_id", "campaigns": "campaign_id"}
_POINTS_TO = {"customer_id": "customers", "account_id": "accounts", "product_id": "products", "product": "products",
              "campaign_id": "campaigns", "deal_id": "deals", "lead_id": "leads"}  # fmt: skip
_NEED_NAMES = frozenset(CONTRACT) - {*BUILDS, *_KEYED}
"""Tables that are told by their words alone."""


def choose_tables(world: World) -> list[Fit]:
    """Choose the contract table of each source table, surest first; tables that fit none are left out.

    A table that a chosen one points to by its product, buyer, company or order gains; each contract table is taken
    once, and each source table serves one.
    """
    sources = range(len(world.tables))
    builds = {(source, table): _build(world, source, table) for source in sources for table in CONTRACT}
    chosen: list[Fit] = []
    while True:
        gains, serving = _gains(world, chosen), _serving(world, chosen)
        fits = []
        for source, table in product(sources, CONTRACT):
            free = source not in {one.source for one in chosen} and table not in {one.table for one in chosen}
            if not free or (source in serving and table not in serving[source]):
                continue
            gain = gains.get((source, table))
            build = _with_hint(builds[source, table], gain, table)
            one = fit(world, source, table, build, _POINTED * (0.6 + 0.4 * gain[2]) if gain else 0.0)
            enough = ENOUGH if gain or table not in _KEYED or build.score > 0.5 else ENOUGH_BY_NAME
            if one.score >= enough and _fillable(world, one) and share_of_buyers(world, one, chosen) >= _SAME_PEOPLE:
                fits.append(one)
        if not fits:
            return [_with_person(world, one) for one in chosen]
        chosen.append(max(fits, key=lambda one: (one.score, -one.source)))


def share_of_buyers(world: World, people: Fit, chosen: Sequence[Fit]) -> float:
    """Return which share of those who bought stand in a table of customers; 1 where that cannot be told."""
    pick = people.picks.get("customer_id")
    if people.table != "customers" or pick is None or not world.values:
        return 1.0
    theirs = world.values[people.source].get(pick.place)
    for one in chosen:
        buyer = one.picks.get("customer_id") if one.table in ("orders", "order_lines") else None
        ours = world.values[one.source].get(buyer.place) if buyer is not None else None
        if ours is not None and theirs is not None and one.source != people.source:
            return overlap(ours, theirs)[1]
    return 1.0


def _serving(world: World, chosen: list[Fit]) -> dict[int, tuple[str, ...]]:
    """Tables that a chosen one is joined with, and the contract tables that they may still be."""
    from tradewind.sources.meaning.filling import conversions_of, header_of

    found: dict[int, tuple[str, ...]] = {}
    for one in chosen:
        header = header_of(world, one) if one.table == "order_lines" else None
        if header is not None:
            found[header.source] = ("orders",)
        link = conversions_of(world, one) if one.table == "leads" else None
        if link is not None:
            found[link.table] = (
                ("deals",) if any(any(won_and_lost(c)) for c in world.tables[link.table].columns) else ()
            )
    return found


def _with_person(world: World, one: Fit) -> Fit:
    """Where each order has a customer number of its own, another column of the customers' table is the person."""
    if one.table != "customers" or "customer_id" not in one.picks:
        return one
    own = world.tables[one.source]
    key = own.columns[one.picks["customer_id"].place]
    per_order = [
        link for link in world.into(one.source) if link.to_column == key.place and link.single and link.used > 0.5
    ]
    if not per_order:
        return one
    for column in own.columns:
        unlike = column.kind in ("code", "email") and column.place != key.place and column.fill > 0.99
        repeats = column.kind == "email" or (names_things(world, one.source, column) and is_long(column))
        called = "unique" in world.heads[one.source][column.place].concepts
        comes_back = column.distinct < 0.995 * key.distinct and column.distinct > 0.3 * key.distinct and repeats
        if unlike and (called or comes_back):
            orders = world.tables[per_order[0].table].short
            reason = f"the same person in several orders: {key.name} is another one for each row of {orders}"
            return replace(one, picks={**one.picks, "customer_id": Pick(column.place, 0.85, reason)})
    return one


def is_long(column: ColumnProfile) -> bool:
    """Whether values are as long as made-up ids are, and of one length."""
    lengths = {len(value) for value, _ in column.top}
    return len(lengths) == 1 and min(lengths) >= 8


def _build(world: World, source: int, table: str) -> Structure:
    if world.tables[source].rows == 0:
        return Structure(-1.0)
    if table in BUILDS:
        return BUILDS[table](world, source)
    if table in _KEYED:
        build = build_of_entities(world, source)
        hints = {_KEYED[table]: build.hints["key"]} if "key" in build.hints else {}
        if table == "customers" and not world.into(source):
            answer = find_answer(world, source)
            dated = any(time.fill > 0.9 for time in world.times(source))
            if answer is not None and (not dated or (answer.named and bool(hints))):
                return Structure(0.8, f"one row each, with an answer in “{answer.column.name}”", hints)
        return replace(build, hints=hints, score=0.1 if hints else 0.0)
    return Structure(0.0 if table in _NEED_NAMES else -0.2)


def _fillable(world: World, one: Fit) -> bool:
    """Whether everything required is there, or can be had from elsewhere."""
    from tradewind.sources.meaning.filling import can_fill

    contract = CONTRACT[one.table]
    if contract.any_of and not set(contract.any_of) & set(one.picks):
        return False
    return all(can_fill(world, one, name) for name in one.missing)


def _gains(world: World, chosen: list[Fit]) -> dict[tuple[int, str], Gain]:
    """What each (source table, contract table) gains by what the chosen ones point to."""
    found: dict[tuple[int, str], Gain] = {}
    for one in chosen:
        for name, pick in one.picks.items():
            target = _POINTS_TO.get(name)
            if target is None or pick.place < 0 or target == one.table:
                continue
            for link in world.out(one.source, pick.place):
                found.setdefault((link.to_table, target), (link.to_column, world.tables[one.source].short, link.used))
    for one in chosen:
        if one.table == "order_lines":
            found |= _behind_header(world, one)
    return found


def _behind_header(world: World, lines: Fit) -> dict[tuple[int, str], Gain]:
    """The buyers' table where the lines' orders, not the lines, name the buyer; and the orders themselves."""
    from tradewind.sources.meaning.filling import header_of

    header = header_of(world, lines)
    if header is None:
        return {}
    found: dict[tuple[int, str], Gain] = {
        (header.source, "orders"): (header.key, world.tables[lines.source].short, 1.0)
    }
    buyer = header.fit.picks.get("customer_id")
    if buyer is not None:
        for link in world.out(header.source, buyer.place):
            if link.to_table != lines.source:
                gain = (link.to_column, world.tables[header.source].short, link.used)
                found.setdefault((link.to_table, "customers"), gain)
    return found


def _with_hint(build: Structure, gain: Gain | None, table: str) -> Structure:
    if gain is None:
        return build
    key, from_, _ = gain
    name = CONTRACT[table].key[0]
    reason = f"every row has another value, and {from_} points to it"
    hints = {**build.hints, name: {key: Evidence(0.8, reason)}}
    return replace(build, hints=hints, score=max(build.score, 0.3), reason=f"{from_} points to its rows")
