"""People and products whose facts a flat file of orders repeats in every row: kept once for each, as own tables."""

from __future__ import annotations

from collections.abc import Sequence

from tradewind.core.contract import CONTRACT
from tradewind.sources.meaning.assembling import Draft
from tradewind.sources.meaning.fitting import fit
from tradewind.sources.meaning.world import Structure, World
from tradewind.sources.meaning.writing import attribute_name, column_sql, time_sql
from tradewind.sources.profile import ColumnProfile
from tradewind.sources.proposal import Guess, ProposedTable

_MOST_ROWS = 1_000_000
"""Rows from which this is left alone: every one of them is looked at for each person and product."""
_ENTITIES = (("customers", "customer_id", 0.97), ("products", "product_id", 0.8))
"""Table, key, and the share of its values for which a column must hold one value; products are renamed at times."""
_DESCRIBING = ("category", "code", "country", "flag", "email", "phone", "person", "postcode")


def repeated_entities(world: World, drafts: Sequence[Draft]) -> list[tuple[ProposedTable, frozenset[str]]]:
    """Propose customers and products from a flat file that has no tables of them.

    Args:
        world: all tables.
        drafts: the tables chosen.
    Returns:
        each table, and the headers that it takes from the flat file. Its rows are known since the order in which they
        stand, so that what changed later is not known before.
    """
    found = []
    made = {draft.one.table for draft in drafts}
    for draft in drafts:
        if draft.one.table not in ("orders", "order_lines") or draft.source.rows > _MOST_ROWS:
            continue
        for table, key, share in _ENTITIES:
            columns = _describing(world, draft, key, share) if table not in made else []
            if columns and "happened_at" in draft.one.picks:
                found.append((_table(world, draft, table, key, columns), frozenset(one.name for one in columns)))
                made.add(table)
    return found


def _describing(world: World, draft: Draft, key: str, share: float) -> list[ColumnProfile]:
    """Columns that nothing reads yet, and that hold one value for (nearly) every person or product."""
    pick = draft.one.picks.get(key)
    if pick is None or pick.place < 0:
        return []
    fixed = world.fixed(draft.one.source, pick.place)
    return [
        column
        for column in draft.source.columns
        if column.place not in draft.used
        and not column.doubled
        and column.kind in _DESCRIBING
        and fixed.get(column.place, 0.0) >= share
    ]


def _table(world: World, draft: Draft, table: str, key: str, columns: Sequence[ColumnProfile]) -> ProposedTable:
    contract, source = CONTRACT[table], draft.source
    named = fit(world, draft.one.source, table, Structure()).picks
    owner = source.columns[draft.one.picks[key].place]
    time, format_ = time_sql(source.columns[draft.one.picks["happened_at"].place])
    guesses = [Guess(key, column_sql(owner), draft.one.picks[key].score, "as in the orders; one row is kept for each")]
    taken = {key}
    if table == "customers" and owner.kind == "email":
        guesses.append(Guess("email", column_sql(owner), 0.95, "the address names the person"))
        taken.add("email")
    for column in columns:
        wanted = [name for name, pick in named.items() if pick.place == column.place and name not in taken]
        if (
            table == "products"
            and "name" not in taken
            and column.kind in ("code", "person")
            and wanted in ([], ["text"])
        ):
            wanted = ["name"]  # a short description is what a product is called
        name = wanted[0] if wanted else attribute_name(column.name, {*taken, *(one.name for one in contract.columns)})
        taken.add(name)
        guesses.append(Guess(name, column_sql(column), 0.85, f"one value for each {owner.name}, in every row again"))
    why = "so that a value is known from the order in which it first stands"
    guesses.append(Guess("known_at", time, 0.85, why, format_))
    return ProposedTable(
        table,
        source.name,
        tuple(guesses),
        f"{source.short} repeats them in every row; what is the same for each is kept once",
        0.8,
        where=f"{column_sql(owner)} IS NOT NULL" if owner.filled < owner.rows else "",
    )
