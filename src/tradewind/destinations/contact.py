"""One person or deal of a list on its way out, whatever file it will stand in."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

from tradewind.destinations.cells import one_line, phone_number


@dataclass(frozen=True)
class Contact:
    """One row of a list on its way out; texts that nobody knows are empty.

    Args:
        record_id: id in the source system, as it was loaded.
        name: of the person, company or deal.
        first_name: where it is known apart.
        last_name: where it is known apart.
        email: empty where it may not be used.
        phone: empty where it may not be used.
        company: its company.
        country: its country.
        owner: who works on it.
        stage: of a deal.
        amount: of a deal.
        pipeline: of a deal.
        title: of the question, in plain words.
        reasons: why it is on the list, most important first.
        do: what to do.
        score_words: "31 of 100", or an amount in words.
        score: the same as a number: a share of 1, or an amount.
        worth_words: what a success is worth, in words.
        worth: the same as a number.
        rank: place on the list.
        as_of: the local day as of which the list was made.
    """

    record_id: str
    name: str = ""
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    phone: str = ""
    company: str = ""
    country: str = ""
    owner: str = ""
    stage: str = ""
    amount: float | None = None
    pipeline: str = ""
    title: str = ""
    reasons: tuple[str, ...] = ()
    do: str = ""
    score_words: str = ""
    score: float | None = None
    worth_words: str = ""
    worth: float | None = None
    rank: int = 0
    as_of: date | None = None


_TEXTS = tuple(each.name for each in fields(Contact) if each.type == "str")


def clean_contact(row: Contact) -> Contact:
    """Return a contact whose telephone number is one, and whose texts are single lines."""
    texts = {name: one_line(value) for name in _TEXTS if (value := getattr(row, name))}
    changed: dict[str, Any] = {**texts, "phone": phone_number(row.phone), "reasons": tuple(map(one_line, row.reasons))}
    return replace(row, **changed)
