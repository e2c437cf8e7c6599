"""Why a source table serves nothing, in plain words."""

from __future__ import annotations

from collections.abc import Sequence

from tradewind.sources.meaning.assembling import Draft
from tradewind.sources.meaning.choosing import share_of_buyers
from tradewind.sources.meaning.fitting import fit
from tradewind.sources.meaning.words import fit_table
from tradewind.sources.meaning.world import Structure, World, names_things


def why_unused(world: World, drafts: Sequence[Draft]) -> dict[str, str]:
    """Return each table that no contract table is made from, with the reason."""
    taken = {draft.one.source for draft in drafts} | {table for draft in drafts for table in draft.serving}
    made = {draft.one.source: draft.one.table for draft in drafts}
    return {
        table.name: _reason(world, place, made, drafts)
        for place, table in enumerate(world.tables)
        if place not in taken
    }


def _strangers(world: World, place: int, drafts: Sequence[Draft]) -> str:
    """Said of a table of customers who are not those who bought."""
    people = fit(world, place, "customers", Structure())
    share = share_of_buyers(world, people, [draft.one for draft in drafts])
    if share >= 0.2 or world.name_fit(place, people.picks["customer_id"].place, "customers", "customer_id") < 0.5:
        return ""
    return f"only {share:.0%} of the buyers stand in it, so it seems to be about others; map it if it is not"


def _reason(world: World, place: int, made: dict[int, str], drafts: Sequence[Draft]) -> str:
    table = world.tables[place]
    if not table.columns or not table.rows:
        return "it has no rows"
    if len(table.columns) == 1:
        return "it has a single column, which by itself says nothing of customers"
    confirmed = [d for d in drafts if any(f"in {table.short} " in guess.reason for guess in d.guesses.values())]
    if confirmed:
        return f"it serves as a check: the amounts of {confirmed[0].one.table} add up to it"
    for draft in drafts:
        if fit_table(world.names[place], draft.one.table) >= 0.5:
            return f"{draft.one.table} come from {draft.source.short}, which says more of them"
    strangers = _strangers(world, place, drafts)
    if strangers:
        return strangers
    out = [link for link in world.links if link.table == place and link.to_table in made]
    if out:
        target = world.tables[out[0].to_table].short
        column = table.columns[out[0].column].name
        return f"it belongs to {target} (by {column}), and says nothing that a question here asks for"
    into = [link for link in world.into(place) if link.table in made]
    if into:
        source = world.tables[into[0].table].short
        return f"{source} points to it, and it says nothing that a question here asks for"
    if world.times(place) and not any(not names_things(world, place, column) for column in world.measures(place)):
        return "it has times but no amounts, and a purchase without an amount cannot be counted"
    if not world.times(place) and not world.measures(place):
        return "no times and no amounts, and nothing in the other tables points to it"
    return "it could not be told whom or what its rows are about"
