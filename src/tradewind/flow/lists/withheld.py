"""An address that somebody does not want to be used is on no file: not as an address, not as a key, not as a name."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any

from tradewind.destinations.cells import phone_number
from tradewind.destinations.contact import Contact
from tradewind.flow.people.alias import ADDRESS

_NAMES = ("name", "first_name", "last_name", "company")


def without_refused(row: Contact, refused: Collection[str], alias: Callable[[str], str]) -> Contact:
    """Return a contact without the addresses of the ways that the person refused.

    Args:
        row: as it would go out.
        refused: email, phone or both.
        alias: makes another name for a key that is such an address; the same for the same key.
    """
    for channel in refused:
        holds = _holds_mail if channel == "email" else _holds_number(row.phone)
        changed: dict[str, Any] = {name: "" for name in _NAMES if holds(getattr(row, name))}
        key = alias(row.record_id) if holds(row.record_id) else row.record_id
        changed |= {channel: "", "record_id": key}
        row = replace(row, **changed)
    return row


def _holds_mail(text: str) -> bool:
    return ADDRESS.search(text) is not None


def _holds_number(phone: str) -> Callable[[str], bool]:
    """Whether a text is a telephone number: one with its country, or the person's own however it is written."""
    own = phone_number(phone)

    def holds(text: str) -> bool:
        number = phone_number(text)
        return bool(number) and (number.startswith("+") or number == own)

    return holds
