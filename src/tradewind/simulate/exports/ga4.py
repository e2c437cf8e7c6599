"""Google Analytics 4's export to BigQuery, as JSON lines: one event per line, its parameters a list of keys and values.

Fields as in Google's help, "BigQuery Export schema". Kept as it is there: `event_timestamp` is microseconds since
1970, written as text; `event_date` is the property's local day; a parameter's value stands under the name of its
type; whoever has not signed in has no `user_id`; a refund is an event of its own that names the transaction.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tradewind.simulate.exports.writing import local, rows_of
from tradewind.simulate.world import Simulated

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def write_ga4_events(shop: Simulated, folder: Path) -> Path:
    """Write `events.jsonl`, by time; purchases carry their order's number and what was paid."""
    path = folder / "events.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = sorted([*_visits(shop), *_refunds(shop)], key=lambda event: int(event["event_timestamp"]))
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


def _visits(shop: Simulated) -> Iterator[dict[str, Any]]:
    for row in rows_of(shop.tables["events"]):
        event = _event(shop, row["happened_at"], row["name"], row["anonymous_id"], row["customer_id"])
        event["device"] = {"category": row["device"]}
        event["traffic_source"] = {"medium": row["channel"], "source": row["channel"]}
        event["event_params"] += [_param("ga_session_id", "int_value", row["session_id"][1:])]
        if row["name"] == "purchase":
            number = str(int(row["session_id"][1:]) + 1001)
            event["ecommerce"] = {"transaction_id": number, "purchase_revenue": float(row["value"])}
        yield event


def _refunds(shop: Simulated) -> Iterator[dict[str, Any]]:
    for row in rows_of(shop.truth["orders"]):
        if row["refunded"]:
            who = None if row["guest"] else row["customer_id"]
            event = _event(shop, row["refunded_at"], "refund", f"V{row['customer_id'][1:]}", who)
            event["ecommerce"] = {"transaction_id": row["order_id"], "refund_value": float(row["refunded"])}
            yield event


def _event(shop: Simulated, at: datetime, name: str, visitor: str, customer: str | None) -> dict[str, Any]:
    micros = (at.replace(tzinfo=UTC) - _EPOCH) // timedelta(microseconds=1)
    page = f"https://shop.example.com/{'checkout' if name in ('purchase', 'refund') else 'products'}"
    return {
        "event_date": f"{local(at, shop.world.timezone):%Y%m%d}",
        "event_timestamp": str(micros),
        "event_name": name,
        "event_params": [_param("page_location", "string_value", page)],
        "user_id": customer,
        "user_pseudo_id": visitor,
        "device": {"category": "desktop"},
        "traffic_source": {"medium": "direct", "source": "direct"},
        "ecommerce": None,
    }


def _param(key: str, kind: str, value: str) -> dict[str, Any]:
    return {"key": key, "value": {kind: value}}
