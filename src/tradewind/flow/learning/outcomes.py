"""Answers that stand in a contract table's own columns: deals won or lost, leads that became customers."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from tradewind.sources.proposal import Guess, Proposal, ProposedLabel, ProposedTable

_CONVERTED = "converted"
_IN_TIME = {("deals", "won"): "deal_win", ("leads", _CONVERTED): "lead_conversion"}
"""Answers in a column that a question asks better, where the times are there: as of a day, within a span."""

_STILL_OPEN = "Leads of the last weeks may still become customers; until then they count as leads that have not."


def with_outcomes(proposal: Proposal) -> Proposal:
    """Add a label for deals and leads whose end is mapped, where no column of theirs is one already."""
    for name, add in (("deals", _of_deals), ("leads", _of_leads)):
        table = next((table for table in proposal.tables if table.table == name), None)
        if table is not None and not any(label.table == name for label in proposal.labels):
            proposal = add(proposal, table)
    return proposal


def _of_deals(proposal: Proposal, table: ProposedTable) -> Proposal:
    won = table.guess("won")
    if won is None:
        return proposal
    label = ProposedLabel(
        "won", "deals", "won", "true", _order(table), {}, "deals are won or lost; open ones are asked about",
        won.confidence,
    )  # fmt: skip
    return replace(proposal, labels=(*proposal.labels, label))


def _of_leads(proposal: Proposal, table: ProposedTable) -> Proposal:
    """A lead that has a time of conversion has converted; the others have not yet."""
    when = table.guess("converted_at")
    if when is None or table.guess(_CONVERTED) is not None:
        return proposal
    answer = Guess(
        _CONVERTED, f"({when.expression}) IS NOT NULL", when.confidence, "whether it has become a customer by now"
    )
    label = ProposedLabel(
        _CONVERTED, "leads", _CONVERTED, "true", _order(table), {},
        "leads with a time of conversion have become customers", when.confidence,
    )  # fmt: skip
    tables = tuple(replace(t, guesses=(*t.guesses, answer)) if t is table else t for t in proposal.tables)
    return replace(
        proposal, tables=tables, labels=(*proposal.labels, label), undecided=(*proposal.undecided, _STILL_OPEN)
    )


def _order(table: ProposedTable) -> str:
    return "created_at" if table.guess("created_at") is not None else ""


def without_asked(proposal: Proposal, asked: Collection[str]) -> Proposal:
    """Take back the labels whose answer one of the questions asked tells in time."""
    twice = [label for label in proposal.labels if _IN_TIME.get((label.table, label.column)) in asked]
    if not twice:
        return proposal
    made = {label.table for label in twice if label.column == _CONVERTED}
    tables = tuple(
        replace(table, guesses=tuple(each for each in table.guesses if each.column != _CONVERTED))
        if table.table in made else table
        for table in proposal.tables
    )  # fmt: skip
    labels = tuple(label for label in proposal.labels if label not in twice)
    undecided = tuple(said for said in proposal.undecided if said != _STILL_OPEN or not made)
    return replace(proposal, tables=tables, labels=labels, undecided=undecided)
