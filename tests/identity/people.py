"""Records of people for the tests of identity, written as a few rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pyarrow as pa

from tradewind.identity.records import Records, Source, gather

LOAD = datetime(2024, 6, 1)
ROLES = (
    "email", "phone", "name", "given_name", "surname", "birth_date", "postcode", "street", "identifier", "company",
)  # fmt: skip


def person(key: str, known: datetime | str = "2024-01-01", **values: Any) -> dict[str, Any]:
    """One record version; `known` is when it was known."""
    when = datetime.fromisoformat(known) if isinstance(known, str) else known
    return {"id": key, "known_at": when, "valid_to": None, "first_seen_at": LOAD, **values}


def source(rows: Sequence[dict[str, Any]], kind: str = "customer", today: Sequence[str] = ()) -> Source:
    """A source of those rows; a column of a role's name has that role."""
    times = dict.fromkeys(("known_at", "valid_to", "first_seen_at"), pa.timestamp("us"))
    names = [role for role in ROLES if any(role in row for row in rows)]
    schema = pa.schema({"id": pa.string(), **times, **dict.fromkeys(names, pa.string())})
    data = pa.Table.from_pylist([{**dict.fromkeys(names), **row} for row in rows], schema=schema)
    return Source(kind, data, "id", {name: name for name in names}, frozenset(today))  # type: ignore[arg-type]


def records(*rows: dict[str, Any], today: Sequence[str] = ()) -> Records:
    """Records of customers."""
    return gather([source(rows, today=today)])
