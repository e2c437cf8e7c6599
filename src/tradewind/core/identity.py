"""Names for many records that are one person: record keys, kinds of record, the tables that links live in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

RecordType = Literal["customer", "lead", "anonymous"]

ID_COLUMNS: Mapping[RecordType, str] = {
    "customer": "customer_id",
    "lead": "lead_id",
    "anonymous": "anonymous_id",
}
"""Kind of record to the contract column that names one."""

RECORD_TABLES: Mapping[str, RecordType] = {"customers": "customer", "leads": "lead"}
"""Contract tables whose rows are records of people."""

LINKS = "identity_links"
"""Which person each record is, as versions in known time: record_type, record_id, person_id, customer_id, why, since,
known_at, valid_to. A record without a row is a person of its own."""

HISTORY = "identity_history"
"""Every move of a record from one person to another: record, from, to, why, known_at, recorded_at. It only grows."""

PAIRS = "identity_pairs"
"""The evidence: two records, the rule or the probability that they are one person, why in words, since when known."""

REVIEW = "identity_review"
"""Pairs that need a person's eye: likely, but not sure enough, or a rule whose other values disagree."""

ACCOUNTS, MEMBERS = "identity_accounts", "identity_account_links"
"""Companies found in e-mail domains and company names, and which record belongs to which, since when known."""

Verdict = Literal["same", "apart"]


@dataclass(frozen=True)
class Decision:
    """A person's own word on two records; it outranks every rule, and a later one on the same pair outranks it.

    Args:
        left: record key, the smaller of the two.
        right: record key.
        verdict: `same` person, or to be kept `apart`.
        decided_at: naive UTC.
        why: the reason given, or an empty string.
    """

    left: str
    right: str
    verdict: Verdict
    decided_at: datetime
    why: str = ""


def record_key(record_type: RecordType, record_id: str) -> str:
    """Return the name of a record among all kinds: a customer's is its id, others begin with their kind."""
    return record_id if record_type == "customer" else f"{record_type}:{record_id}"


def split_key(key: str) -> tuple[RecordType, str]:
    """Return the kind and id of a record key."""
    for kind in ID_COLUMNS:
        if kind != "customer" and key.startswith(f"{kind}:"):
            return kind, key.removeprefix(f"{kind}:")
    return "customer", key
