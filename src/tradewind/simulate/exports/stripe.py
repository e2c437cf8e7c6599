"""Stripe's dashboard exports: payments (charges) and subscriptions.

Headers as the dashboard's "Export" gives them. Kept as it is there: times are UTC and say so in their header only;
currencies are written small; failed charges and charges never captured stay in the list; a refund is one amount
beside the charge, without a date; a subscription that ended keeps its plan and amount; an amount is one unit per
interval.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from tradewind.simulate.exports.writing import Row, cents, rows_of, write_csv
from tradewind.simulate.world import Simulated

CHARGES = (
    "id", "Description", "Seller Message", "Created (UTC)", "Amount", "Amount Refunded", "Currency",
    "Converted Amount", "Converted Amount Refunded", "Fee", "Tax", "Converted Currency", "Mode", "Status",
    "Statement Descriptor", "Customer ID", "Customer Description", "Customer Email", "Captured", "Card ID",
    "Invoice ID", "Transfer",
)  # fmt: skip


def write_stripe_charges(shop: Simulated, folder: Path) -> Path:
    """Write `payments.csv`: one charge for each order, newest first; failed and uncaptured ones among them."""
    customers = {row["customer_id"]: row for row in rows_of(shop.tables["customers"])}
    rows = (_charge(row, customers, shop.world.currency.lower()) for row in reversed(rows_of(shop.truth["orders"])))
    return write_csv(folder / "payments.csv", CHARGES, rows)


def _charge(order: dict[str, Any], customers: dict[str, dict[str, Any]], currency: str) -> Row:
    status = {"failed": "Failed", "cancelled": "Canceled"}.get(order["status"], "Paid")
    if order["refunded"] == order["total"]:
        status = "Refunded"
    total, refunded = cents(order["total"]), cents(order["refunded"])
    customer = customers.get(order["customer_id"])
    return {
        "id": f"ch_3N{int(order['order_id']):09d}",
        "Description": f"Order {order['order_id']}",
        "Seller Message": "Payment complete." if status != "Failed" else "The bank declined the payment.",
        "Created (UTC)": utc(order["happened_at"]),
        "Amount": total,
        "Amount Refunded": refunded,
        "Currency": currency,
        "Converted Amount": total,
        "Converted Amount Refunded": refunded,
        "Fee": "0.00" if status == "Failed" else cents(order["total"] * Decimal("0.015") + Decimal("0.25")),
        "Tax": "0.00",
        "Converted Currency": currency,
        "Mode": "Live",
        "Status": status,
        "Customer ID": customer_id(order["customer_id"]) if customer else "",
        "Customer Email": customer["email"] if customer else "",
        "Captured": "true" if order["status"] == "paid" else "false",
        "Card ID": f"card_{int(order['order_id']) % 997:06d}",
    }


def customer_id(ours: str) -> str:
    """Return Stripe's id of a customer."""
    return f"cus_{ours}"


def utc(moment: datetime | None) -> str:
    """Write a time as the dashboard does: UTC, no zone."""
    return f"{moment:%Y-%m-%d %H:%M:%S}" if moment is not None else ""
