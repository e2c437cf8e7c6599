"""Profiled source tables into a proposal: which contract tables they hold, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tradewind.core.contract import CONTRACT
from tradewind.sources.meaning.answers import find_answer, find_ends, suspects_of
from tradewind.sources.meaning.asking import open_questions
from tradewind.sources.meaning.assembling import Draft, draft_table, finish
from tradewind.sources.meaning.choosing import choose_tables
from tradewind.sources.meaning.exchange import exchange_rates
from tradewind.sources.meaning.order_of_rows import order_of_rows
from tradewind.sources.meaning.repeated import repeated_entities
from tradewind.sources.meaning.same_columns import put_together
from tradewind.sources.meaning.unused import why_unused
from tradewind.sources.meaning.world import make_world
from tradewind.sources.profile import SourceProfile
from tradewind.sources.proposal import Proposal, ProposedLabel, ProposedTable

_ENTITIES = ("customers", "leads", "deals", "accounts")


def propose(tables: Sequence[SourceProfile]) -> Proposal:
    """Propose what a company's tables mean.

    Args:
        tables: every table found, profiled; their names are as the config will write them.
    Returns:
        contract tables with a reason for each guess, answers found in columns, and what only the owner can say.
    """
    together, notes = put_together(tables)
    world = make_world(together)
    chosen = choose_tables(world)
    drafts = [draft_table(world, one, chosen) for one in chosen]
    repeated = repeated_entities(world, drafts)
    taken = frozenset(name for _, names in repeated for name in names)
    used = {draft.one.source for draft in drafts} | {place for draft in drafts for place in draft.serving}
    rates = exchange_rates(world, used) if all(one.table != "rates" for one in chosen) else []
    proposed = [finish(draft, taken) for draft in drafts]
    labels = [label for draft, table in zip(drafts, proposed, strict=True) for label in _label(draft, table)]
    return Proposal(
        (*proposed, *(table for table, _ in repeated), *rates),
        tuple(labels),
        open_questions(drafts, [*proposed, *rates], labels),
        tuple(
            dict.fromkeys([*notes, *(note for draft in drafts for note in draft.notes), *_undated(proposed, labels)])
        ),
        {name: why for name, why in why_unused(world, drafts).items() if all(name != one.from_ for one in rates)},
    )


def _label(draft: Draft, table: ProposedTable) -> list[ProposedLabel]:
    """The answer that a table of entities holds in a column."""
    if table.table not in _ENTITIES:
        return []
    answer = find_answer(draft.world, draft.one.source)
    staff = table.table in ("leads", "deals")
    if answer is None and staff and table.guess("won") is None:
        answer = find_ends(draft.source)
    names = {places[0]: name for name, places in draft.places.items() if places}
    if answer is None or answer.column.place not in names:
        return []
    known = {column.name for column in CONTRACT[table.table].columns}
    skip = frozenset(place for place, name in names.items() if name in known and name not in ("country", "source"))
    unplaced = frozenset(c.place for c in draft.source.columns if c.place not in names)
    suspects: Mapping[int, str] = suspects_of(draft.source, answer, skip | unplaced, staff)
    return [
        ProposedLabel(
            names[answer.column.place],
            table.table,
            names[answer.column.place],
            answer.positive,
            order_of_rows(draft.source, table),
            {names[place]: reason for place, reason in suspects.items()},
            answer.reason,
            answer.confidence,
            (answer.negative,) if answer.negative else (),
        )
    ]


def _undated(tables: Sequence[ProposedTable], labels: Sequence[ProposedLabel]) -> list[str]:
    """What a labelled table without a time cannot tell."""
    return [
        f"{table.from_}: no column says when a row was written, so whether a column of it was known before the answer "
        f"“{label.column}” cannot be seen from times; the columns named as suspects are judged by their values"
        for label in labels
        for table in tables
        if table.table == label.table and not label.order
    ]
