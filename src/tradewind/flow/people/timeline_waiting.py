"""What came in live about somebody and waits for the next run, as moments of his timeline."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import islice
from typing import Any

from tradewind.flow.live.door import InboxRow, inbox_rows
from tradewind.flow.live.log import published_through
from tradewind.store.workspace import Workspace

MOST = 500
"""Rows of one person that are looked at."""


def waiting_moments(workspace: Workspace, entity: str, key: str, people: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Return what waits about an entity, with the columns of `timeline_sql.moments`; one moment for each call.

    Args:
        workspace: an open workspace.
        entity: key column.
        key: which one.
        people: customers of a company, whose doings count as its own.
    """
    after = published_through(workspace, workspace.manifest())
    asked = [(entity, [key]), *([("customer_id", list(people))] if people else [])]
    found: dict[int, InboxRow] = {}
    for about in asked:
        for one in islice(inbox_rows(workspace, after, about), MOST):
            if one.table == "orders" or (one.sequence not in found and one.table == "events"):
                found[one.sequence] = one  # an order says more than the event that told of it
    return [_moment(one) for one in found.values() if one.row.get("happened_at") is not None]


def _moment(one: InboxRow) -> dict[str, Any]:
    row, order = one.row, one.table == "orders"
    amount = row.get("amount" if order else "value")
    told = (row.get("channel"),) if order else tuple(row.get(name) for name in ("url", "campaign", "channel", "device"))
    return {
        "happened_at": row["happened_at"], "known_at": row.get("known_at"), "kind": "order" if order else "event",
        "title": str(row.get("order_id" if order else "name") or ""),
        "detail": ", ".join(str(each).split("?")[0] for each in told if each),
        "amount": float(Decimal(amount)) if amount is not None else None, "who": "", "private": False, "waiting": True,
    }  # fmt: skip
