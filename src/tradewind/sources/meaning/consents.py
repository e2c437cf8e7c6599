"""The contract's consents out of columns that say who may be contacted: a row for each person and way that is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from tradewind.sources.meaning.permissions import KEYS, MAY, MAY_NOT, OTHER, time_of
from tradewind.sources.meaning.writing import filled_text, text_literal
from tradewind.sources.proposal import Guess, Permission, Proposal, ProposedTable
from tradewind.sources.repeating import WORD

WAYS = ("email", "phone")


def with_consents(proposal: Proposal, day: date) -> Proposal:
    """Return a proposal with the consents that its permissions say, in place of those they said before.

    Args:
        proposal: with permissions.
        day: stands for rows without a time.
    """
    if not proposal.permissions:
        return proposal
    rest = tuple(each for each in proposal.tables if each.table != "consents")
    told = [each for each in proposal.permissions if each.sense != OTHER]
    table = next((each for each in rest if told and each.table == told[0].of), None)
    ways = [way for way in WAYS if _word(told, way)]
    made = () if table is None or not ways else (_consents(table, told, ways, day),)
    return replace(proposal, tables=(*rest, *made))


def change_permission(proposal: Proposal, place: int, sense: str, day: date) -> Proposal:
    """Return a proposal in which a column means something else.

    Args:
        proposal: with permissions.
        place: of the permission.
        sense: `may`, `may not` or `other`.
        day: stands for rows without a time.
    """
    changed = [*proposal.permissions]
    changed[place] = replace(changed[place], sense=sense)
    return with_consents(replace(proposal, permissions=tuple(changed)), day)


def _consents(table: ProposedTable, told: Sequence[Permission], ways: Sequence[str], day: date) -> ProposedTable:
    words = {way: _word(told, way) for way in ways}
    both = len(ways) > 1
    granted = " ".join(f"WHEN {WORD} = '{way}' THEN {word}" for way, word in words.items())
    granted = f"CASE {granted} END" if both else words[ways[0]]
    who, key = table.guess(KEYS[table.table]), KEYS[table.table]
    assert who is not None
    columns = ", ".join(f"“{each.column}”" for each in told)
    when, format_, why = _time(table, told, day)
    return ProposedTable(
        "consents",
        table.from_,
        (
            Guess(key, who.expression, who.confidence, "who"),
            Guess("purpose", WORD if both else f"'{ways[0]}'", 0.9, "the way to reach somebody that it speaks of"),
            Guess("granted", granted, 0.9, "a refusal wins; who said nothing is left out, and is nobody who agreed"),
            Guess("happened_at", when, 0.8, why, format_),
            Guess("source", text_literal(", ".join(each.column for each in told)), 0.9, "where it is recorded"),
        ),
        f"{columns} {'says' if len(told) == 1 else 'say'} who may be contacted",
        0.9,
        table.lookups,
        where=f"({granted}) IS NOT NULL AND ({who.expression}) IS NOT NULL",
        known_after="0 days",
        timezone=table.timezone,
        fill_down=table.fill_down,
        within=table.within,
        once_for=tuple(ways) if both else (),
    )


def _word(told: Sequence[Permission], way: str) -> str:
    """The expression of whether somebody may be reached in a way; empty where nothing speaks of it."""
    refused = [sql for each in told if each.way in ("", way) if (sql := _is(each, each.sense == MAY_NOT))]
    # A yes that names no way is taken for e-mail alone: nobody is called for having ticked a box.
    ways = ("", way) if way == "email" else (way,)
    granted = [sql for each in told if each.way in ways and each.sense == MAY and (sql := _is(each, True))]
    parts = [f"WHEN {' OR '.join(conditions)} THEN {said}"
             for conditions, said in ((refused, "false"), (granted, "true")) if conditions]  # fmt: skip
    return f"CASE {' '.join(parts)} END" if parts else ""


def _is(told: Permission, yes: bool) -> str:
    """The condition that a column says yes, or no."""
    text, values = filled_text(told.column), told.yes if yes else told.no
    if values:
        return f"lower({text}) IN ({', '.join(map(text_literal, values))})"
    return f"{text} IS NOT NULL" if yes and not told.no else ""


def _time(table: ProposedTable, told: Sequence[Permission], day: date) -> tuple[str, str, str]:
    time = time_of(table)
    if time is None:
        return text_literal(day.isoformat()), "", "the file does not say when; it was known on this day"
    if all(each.dated for each in told):
        return time.expression, time.format, "the file does not say when; the time of the row is taken"
    stand_in = text_literal(day.strftime(time.format or "%Y-%m-%d"))
    return (
        f"coalesce({time.expression}, {stand_in})",
        time.format,
        "the time of the row, else a day on which it was known",
    )
