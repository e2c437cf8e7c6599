"""What the owner answered, worked into the proposal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from zoneinfo import available_timezones

from tradewind.core.errors import UnsafeExpression
from tradewind.sources.proposal import Guess, OpenQuestion, Proposal, ProposedTable
from tradewind.store.config_problems import CURRENCIES
from tradewind.store.expressions import parse_scalar


def why_no_answer(question: OpenQuestion, said: str) -> str:
    """Return why something is no answer to a question, in plain words; empty where it is one."""
    if said in question.options:
        return ""
    if question.key == "currency":
        return "" if said in CURRENCIES else f"{said} is no currency code such as EUR"
    if question.key == "timezone":
        return "" if said in available_timezones() else f"{said} is no time zone such as Europe/Berlin"
    if question.key.startswith("labels."):
        return f"{said} is none of the values"
    if ".format." in question.key:
        return f"{said} is none of the two"
    try:
        parse_scalar(said, question.key)
    except UnsafeExpression as error:
        return error.problems[0].what
    return ""


def with_answers(proposal: Proposal, asked: Sequence[tuple[OpenQuestion, str]]) -> Proposal:
    """Put answers into the tables and labels they are about; an answer that is the proposal's own changes nothing.

    Args:
        proposal: as proposed.
        asked: questions with the answer taken. Their keys say what they decide: `tables.orders.amount` an expression,
            `tables.orders.format.happened_at` how its times are written, `labels.churn.positive` the value that counts.
    """
    for question, answer in asked:
        parts = question.key.split(".")
        if answer == question.options[0]:
            continue
        if parts[0] == "tables" and len(parts) == 3:
            proposal = _change(proposal, parts[1], parts[2], {"expression": answer})
        elif parts[0] == "tables" and len(parts) == 4 and parts[2] == "format":
            proposal = _change(proposal, parts[1], parts[3], {"format": answer})
        elif parts[0] == "labels" and len(parts) == 3:
            labels = tuple(
                replace(label, positive=answer, confidence=1.0) if label.name == parts[1] else label
                for label in proposal.labels
            )
            proposal = replace(proposal, labels=labels)
    return proposal


def _change(proposal: Proposal, table: str, column: str, change: Mapping[str, str]) -> Proposal:
    return replace(proposal, tables=tuple(_changed(each, table, column, change) for each in proposal.tables))


def _changed(each: ProposedTable, table: str, column: str, change: Mapping[str, str]) -> ProposedTable:
    if each.table != table:
        return each
    return replace(each, guesses=tuple(_said(g, change) if g.column == column else g for g in each.guesses))


def _said(guess: Guess, change: Mapping[str, str]) -> Guess:
    """A guess with the expression or the format that the owner said."""
    return replace(
        guess,
        expression=change.get("expression", guess.expression),
        format=change.get("format", guess.format),
        confidence=1.0,
        reason="as you said",
    )
