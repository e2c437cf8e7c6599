"""Tables that also take rows from the live door: what was loaded, what came in live, and both side by side.

While `live_events` stands in a snapshot, `events` is made of it and of `loaded_events`, what the sources gave. Without
it, `events` is what the sources gave. All of them change in one snapshot, so that no reader sees one without the other.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from tradewind.store.manifest import Manifest, TableEntry

LIVE_TABLES = ("events", "customers", "accounts", "orders", "order_lines")
"""Contract tables into which the live door leads."""

MADE_OF = "made_of"
"""Key of the notes of a table that is made of loaded and live rows: its files need not have the same columns."""


def live_name(table: str) -> str:
    """Return the name under which a table's live rows stand."""
    return f"live_{table}"


def loaded_name(manifest: Manifest, table: str) -> str:
    """Return the name under which a load finds and leaves a contract table."""
    return f"loaded_{table}" if live_name(table) in manifest.tables else table


def loaded_entry(manifest: Manifest, table: str) -> TableEntry | None:
    """Return what the sources gave of a contract table; None where they gave none."""
    entry = manifest.tables.get(loaded_name(manifest, table))
    return None if entry is None else replace(entry, name=table)


def loaded_fingerprints(manifest: Manifest, tables: Iterable[str]) -> dict[str, str]:
    """Return the fingerprint of what the sources gave of each table that exists."""
    found = {name: loaded_entry(manifest, name) for name in sorted(tables)}
    return {name: entry.fingerprint for name, entry in found.items() if entry is not None}
