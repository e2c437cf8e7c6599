"""Which rooms a workspace has something for: the others would open on nothing."""

from __future__ import annotations

from tradewind.core.errors import TradewindError
from tradewind.flow.kept import keep
from tradewind.store.lists_state import exports
from tradewind.store.workspace import Workspace

PEOPLE = ("customers", "leads", "accounts", "orders", "subscriptions", "deals")
"""Tables that name somebody."""

OFFERED = ("campaign_response", "expansion", "next_spend", "win_back")
"""Questions whose answers say to whom an offer may be made."""

GROUPED = frozenset({"light", "tier", "worth_contacting"})
"""Columns of a list that set groups apart."""


def rooms_with_something(workspace: Workspace) -> frozenset[str]:
    """Return the addresses of the rooms that show something, or in which something can be done, as things stand.

    Today, Answers, Your data, Updates and Settings are not among them: there is always something to do there.
    """
    found = keep(workspace, "rooms", lambda: _of_tables(workspace))
    if "/lists" not in found:
        return found
    try:
        sent = bool(exports(workspace.state(), 1))
    except TradewindError:
        return found  # the page itself says that the database is away
    return found | {"/sends"} if sent else found


def _of_tables(workspace: Workspace) -> frozenset[str]:
    tables = workspace.manifest().tables
    lists = {name: entry for name, entry in tables.items() if name.startswith(("scores_", "list_"))}
    there = {
        "/people": any(name in tables for name in PEOPLE),
        "/deals": "deals" in tables,
        "/lists": bool(lists),
        "/tests": bool(lists),
        "/segments": any(GROUPED & {column for column, _ in entry.columns} for entry in lists.values()),
        "/offers": any(name.partition("_")[2] in OFFERED for name in lists),
    }
    return frozenset(room for room, is_there in there.items() if is_there)
