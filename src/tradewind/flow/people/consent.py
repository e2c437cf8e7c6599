"""Who may be contacted how: the last word of each person on each purpose; no word is no permission, and is said."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from tradewind.core.time import local_day
from tradewind.flow.people.facts import Facts, open_facts
from tradewind.store.workspace import Workspace

Permission = Literal["granted", "refused", "unknown"]

OF_CHANNEL: Mapping[str, re.Pattern[str]] = {
    "email": re.compile(r"e-?_?mail|newsletter|^mail"),
    "phone": re.compile(r"phone|call|sms|text.?message|whatsapp|telephone|mobile"),
}
"""Purposes that speak of a way to reach people, by the way."""

OF_ALL = re.compile(r"^(marketing|contact|contacting|all|any|everything|communication|communications|advertising)$")
"""Purposes that speak of every way to reach people."""

PROFILING = re.compile(r"profil|scoring|automated")


@dataclass(frozen=True)
class ConsentWord:
    """The last word of a person on one purpose.

    Args:
        purpose: as loaded.
        granted: given, or withdrawn.
        day: local day of it.
        source: where it was recorded; may be empty.
    """

    purpose: str
    granted: bool
    day: date
    source: str


def consents_of(workspace: Workspace, customer_id: str, lead_id: str = "") -> tuple[ConsentWord, ...]:
    """Return the last word of one person on each purpose, as a customer and as a lead."""
    said = words_of(workspace, [customer_id]).get(customer_id, ()) if customer_id else ()
    as_lead = words_of(workspace, [lead_id], "lead_id").get(lead_id, ()) if lead_id else ()
    return (*said, *as_lead)


def words_of(
    workspace: Workspace, keys: Sequence[str], entity: str = "customer_id"
) -> dict[str, tuple[ConsentWord, ...]]:
    """Return the last word of many people on each purpose; those who never said anything are absent.

    Of two words about one time, the one that became known later is the last: a file that only says how things stand
    says so at the time of its row.

    Args:
        workspace: an open workspace.
        keys: whose.
        entity: what the keys are: customer_id or lead_id.
    """
    facts = open_facts(workspace)
    if not knows_consent(facts) or not facts.has("consents", entity) or not keys:
        return {}
    source = "source" if facts.has("consents", "source") else "NULL"
    rows = facts.rows(
        f"SELECT {entity} AS who, lower(trim(purpose)) AS purpose, granted, happened_at, {source} AS source "
        f"FROM consents WHERE {entity} IN (SELECT unnest(?)) QUALIFY row_number() OVER (PARTITION BY {entity}, "
        f"lower(trim(purpose)) ORDER BY happened_at DESC, known_at DESC, granted, {source}) = 1 ORDER BY purpose",
        [list(dict.fromkeys(keys))],
    )
    zone = workspace.config.workspace.timezone
    found: dict[str, list[ConsentWord]] = {}
    for row in rows:
        word = ConsentWord(
            row["purpose"], bool(row["granted"]), local_day(row["happened_at"], zone), str(row["source"] or "")
        )
        found.setdefault(str(row["who"]), []).append(word)
    return {customer: tuple(words) for customer, words in found.items()}


def knows_consent(facts: Facts) -> bool:
    """Whether anything is loaded about permissions."""
    return facts.has("consents", "purpose", "granted", "happened_at")


def permission_for(channel: str, words: Sequence[ConsentWord]) -> Permission:
    """Return whether a person may be reached in this way.

    A refusal wins over a permission on another purpose that covers the same way; who refused to be profiled is not on
    any list that goes out.

    Args:
        channel: email or phone.
        words: the person's last word on each purpose.
    """
    if any(not word.granted and PROFILING.search(word.purpose) for word in words):
        return "refused"
    about = [word for word in words if OF_CHANNEL[channel].search(word.purpose) or OF_ALL.match(word.purpose)]
    if not about:
        return "unknown"
    return "granted" if all(word.granted for word in about) else "refused"
