"""Leads that cannot be: converted into nobody, converted the moment they came in, left with somebody who is gone."""

from __future__ import annotations

from collections.abc import Mapping

from tradewind.checks.looked import Looked
from tradewind.checks.owners import find_owners_gone
from tradewind.core.trouble import Trouble, clean_lines

_MOST = 0.5
"""Share of converted leads that name their customer, from which on one without is a mistake; and share of those
converted at once, from which on nobody can have noted the day."""
_FEWEST = 10


def find_lead_trouble(looked: Looked, tables: Mapping[str, Looked]) -> list[Trouble]:
    """Find trouble in leads; that one converted before it came in is found with all other spans that cannot be."""
    if looked.name != "leads":
        return []
    found = [_into_nobody(looked), _at_once(looked), find_owners_gone(looked, tables)]
    return [trouble for trouble in found if trouble is not None]


def _into_nobody(looked: Looked) -> Trouble | None:
    """Converted leads without a customer, where most converted ones have one."""
    if not {"converted_at", "customer_id"} <= set(looked.shapes):
        return None
    converted, named = looked.one(
        "SELECT count(converted_at), count(customer_id) FILTER (WHERE converted_at IS NOT NULL) FROM leads"
    )
    if not converted or named < _MOST * converted:
        return None
    return looked.trouble(
        "customer_id", "no customer", "misleads", "{rows} leads ({share}) have converted and name no customer",
        "converted_at IS NOT NULL AND customer_id IS NULL", shown="converted_at",
        treat=clean_lines("leads", "customer_id", {"keep": ["no customer"]}),
        do="look whether the customer was deleted or merged: what these leads brought is not known",
    )  # fmt: skip


def _at_once(looked: Looked) -> Trouble | None:
    """Most conversions at the very moment of coming in: their day was not noted, or leads are made of sales."""
    if not {"converted_at", "created_at"} <= set(looked.shapes):
        return None
    converted, at_once = looked.one(
        "SELECT count(converted_at), count(*) FILTER (WHERE converted_at = created_at) FROM leads"
    )
    if converted < _FEWEST or at_once < _MOST * converted:
        return None
    return looked.trouble(
        "converted_at", "at once", "misleads", "{rows} leads ({share}) converted at the very moment they came in",
        "converted_at = created_at", treat=clean_lines("leads", "converted_at", {"keep": ["at once"]}),
        do="look whether leads are entered only once they have converted: such leads can be foretold by nobody",
    )  # fmt: skip
