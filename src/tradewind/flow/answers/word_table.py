"""The plain-word table, to look things up in: what each word on a page means."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from tradewind.core.contract import CONTRACT
from tradewind.core.terms import TERMS
from tradewind.core.visitor import ALLOWED, PERMISSIONS
from tradewind.core.words import CHECKS, EVIDENCE


@dataclass(frozen=True)
class Meaning:
    """One word.

    Args:
        group: where it is met.
        word: as pages show it.
        means: in plain words.
    """

    group: str
    word: str
    means: str


def find_words(text: str = "") -> dict[str, list[Meaning]]:
    """Return the words that hold all parts of a text, by group; all words for an empty text."""
    parts = text.casefold().split()
    found: dict[str, list[Meaning]] = {}
    for meaning in _all():
        whole = f"{meaning.group} {meaning.word} {meaning.means}".casefold()
        if all(part in whole for part in parts):
            found.setdefault(meaning.group, []).append(meaning)
    return found


@lru_cache(maxsize=1)
def _all() -> tuple[Meaning, ...]:
    return (*_evidence(), *_money(), *_roles(), *_questions(), *_tables(), *_statistics())


def _evidence() -> Iterator[Meaning]:
    for sign, word, means in EVIDENCE.values():
        yield Meaning("How sure we are", f"{sign} {word}", means)
    for sign, word in CHECKS.values():
        yield Meaning("How sure we are", f"{sign} {word}", "What a check of the data, an answer or a send came to.")
    yield Meaning("How sure we are", "not measured", "Nobody has tested it with people left out at random yet.")
    yield Meaning("How sure we are", "not known, because …", "The data do not hold it; the reason stands behind.")


def _money() -> Iterator[Meaning]:
    group = "Money"
    yield Meaning(group, "Cost of a contact", "What one call, letter or mail costs, with the time it takes.")
    yield Meaning(
        group, "Share whom a contact changes",
        "Of 100 people who are contacted, how many do something else because of it. An assumption until a test with "
        "people left out at random has measured it.",
    )  # fmt: skip
    yield Meaning(group, "Margin", "What is left of 1.00 of sales after the cost of the goods: 0.35 for 35 in 100.")
    yield Meaning(group, "Profit", "Sales times the margin, or sales less the products' own cost.")
    yield Meaning(group, "Revenue", "Sales. Said where neither a margin nor products' costs are known.")
    yield Meaning(group, "Break-even share", "The share whom a contact must change for it to pay for itself.")


def _roles() -> Iterator[Meaning]:
    for role, permissions in ALLOWED.items():
        may = "; ".join(words for permission, words in PERMISSIONS.items() if permission in permissions)
        own = " Only of records of his own." if role == "sales" else ""
        yield Meaning("Who may do what", role, f"May {may}.{own}")


def _questions() -> Iterator[Meaning]:
    from tradewind.flow.questions.asked import list_use_cases

    for case in list_use_cases():
        yield Meaning("Questions", case.title, case.question)


def _tables() -> Iterator[Meaning]:
    for table in CONTRACT.values():
        yield Meaning("Your data", table.name, f"A row is {table.doc}.")
        for column in table.columns:
            personal = " Personal: shown only to those who may see contact data." if column.personal else ""
            yield Meaning("Your data", f"{table.name} · {column.name}", f"{column.doc}.{personal}")


def _statistics() -> Iterator[Meaning]:
    for term in TERMS.values():
        yield Meaning("Figures under “How do we know?”", term.label, term.meaning)
