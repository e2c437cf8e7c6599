"""Tables as found into one proposal: vendors' exports by their headers, the others by what their columns look like."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from tradewind.flow.learning.outcomes import with_outcomes
from tradewind.sources.fill_down import fill_down
from tradewind.sources.inventory import FoundTable
from tradewind.sources.layout_values import recognise_values
from tradewind.sources.layouts import columns_in, layout_of, recognise
from tradewind.sources.overlap import without_overlap
from tradewind.sources.profile import profile_table
from tradewind.sources.proposal import OpenQuestion, Proposal, ProposedTable
from tradewind.sources.propose import propose
from tradewind.store.config_problems import CURRENCIES

CURRENCY = OpenQuestion(
    "currency", "In which currency are the amounts?", ("EUR", "USD", "GBP"), "all amounts are called by it"
)
TIMEZONE = OpenQuestion(
    "timezone",
    "In which time zone does the business live?",
    ("UTC", "Europe/Berlin", "America/New_York"),
    "its midnights divide days, and times without a zone are read in it",
)


def understand(tables: Sequence[FoundTable], tell: Callable[[str], None]) -> Proposal:
    """Say what a company's tables mean.

    Args:
        tables: every table that could be read.
        tell: told which table is being looked at.
    Returns:
        contract tables, labels, open questions; nothing of it is written anywhere.
    """
    known = recognise({table.name: table.raw.names for table in tables})
    rest = [table for table in tables if layout_of(table.raw.names) is None]
    likely = recognise_values({table.name: table.raw.data for table in rest})
    taken = {table.table for table in known}
    known = (*known, *(table for table in likely if table.table not in taken))
    rest = [table for table in rest if all(table.name != each.from_ for each in likely)]
    profiles = []
    for table in rest:
        tell(table.shown)
        filled = fill_down(table.raw, table.fill_down, None, table.name)
        profiles.append(profile_table(table.name, without_overlap(filled)))
    guessed = propose(profiles)
    sparse = {table.name: table.fill_down for table in tables if table.fill_down}
    together = with_outcomes(_together(known, _filled_down(guessed, sparse)))
    return _with_basics(together, known, _currencies(known, tables))


def _together(known: Sequence[ProposedTable], guessed: Proposal) -> Proposal:
    """What is known by its headers goes before what is guessed for the same contract table."""
    taken = {table.table for table in known}
    twice = {
        table.from_: f"{table.table} come from {next(k.from_ for k in known if k.table == table.table)}"
        for table in guessed.tables
        if table.table in taken
    }
    tables = [*known, *(table for table in guessed.tables if table.table not in taken)]
    labels = tuple(label for label in guessed.labels if label.table not in taken)
    return replace(guessed, tables=tuple(tables), labels=labels, unused={**guessed.unused, **twice})


def _with_basics(proposal: Proposal, known: Sequence[ProposedTable], currencies: Sequence[str]) -> Proposal:
    """Of known exports currency and time zone are the owner's to say; a currency that the data name goes first."""
    if not known:
        return proposal
    asked = {question.key for question in proposal.questions}
    first = replace(CURRENCY, options=tuple(dict.fromkeys([*currencies, *CURRENCY.options])))
    more = tuple(question for question in (first, TIMEZONE) if question.key not in asked)
    return replace(proposal, questions=(*more, *proposal.questions))


def _currencies(known: Sequence[ProposedTable], tables: Sequence[FoundTable]) -> list[str]:
    """The currency codes that vendors' exports hold, the most frequent first."""
    counts: Counter[str] = Counter()
    for table in known:
        guess = table.guess("currency")
        data = next((found.raw.data for found in tables if found.name == table.from_), None)
        for name in columns_in(guess.expression)[:1] if guess is not None and data is not None else ():
            if data is not None and name in data.column_names:
                found = data.column(name).drop_null().value_counts()
                counts.update({str(item["values"]).strip().upper(): item["counts"] for item in found.to_pylist()})
    return [code for code, _ in counts.most_common() if code in CURRENCIES]


def _filled_down(proposal: Proposal, filled: Mapping[str, tuple[str, ...]]) -> Proposal:
    tables = tuple(
        replace(table, fill_down=filled[table.from_]) if table.from_ in filled else table for table in proposal.tables
    )
    return replace(proposal, tables=tables)
