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


SUBSCRIPTIONS = (
    "id", "Customer ID", "Customer Description", "Customer Email", "Plan", "Quantity", "Currency", "Interval", "Amount",
    "Status", "Created (UTC)", "Start (UTC)", "Current Period Start (UTC)", "Current Period End (UTC)",
    "Trial Start (UTC)", "Trial End (UTC)", "Application Fee Percent", "Coupon", "Tax Percent", "Canceled At (UTC)",
    "Ended At (UTC)",
)  # fmt: skip


def write_stripe_subscriptions(business: Simulated, folder: Path) -> tuple[Path, Path]:
    """Write `subscriptions.csv`, ended ones too, and `payments.csv` with every attempt to charge them."""
    customers = {row["customer_id"]: row for row in rows_of(business.tables["customers"])}
    seats = {row["customer_id"]: row for row in rows_of(business.truth["subscriptions"])}
    currency = business.world.currency.lower()
    rows = [
        _subscription(row, customers, seats[row["customer_id"]], currency)
        for row in rows_of(business.tables["subscriptions"])
    ]
    charges = (_renewal(row, customers) for row in reversed(rows_of(business.truth["payments"])))
    return (
        write_csv(folder / "subscriptions.csv", SUBSCRIPTIONS, rows),
        write_csv(folder / "payments.csv", CHARGES, charges),
    )


def _subscription(row: dict[str, Any], customers: dict[str, Any], truth: dict[str, Any], currency: str) -> Row:
    """One subscription; its amount is that of one unit and interval, so that it must be multiplied and spread."""
    plan, _, term = row["plan"].rpartition(" ")
    yearly = term == "yearly"
    ended = row["ended_at"]
    return {
        "id": f"sub_1N{row['customer_id']}",
        "Customer ID": customer_id(row["customer_id"]),
        "Customer Email": customers[row["customer_id"]]["email"],
        "Plan": f"{plan.lower()}-{term}",
        "Quantity": truth["seats"],
        "Currency": currency,
        "Interval": "year" if yearly else "month",
        "Amount": cents(truth["unit_amount"]),
        "Status": "canceled" if ended else "active",
        "Created (UTC)": utc(row["started_at"]),
        "Start (UTC)": utc(row["started_at"]),
        "Current Period End (UTC)": utc(row["renews_at"] or ended),
        "Trial Start (UTC)": utc(row["started_at"]),
        "Trial End (UTC)": utc(row["trial_ends_at"]),
        "Canceled At (UTC)": utc(ended),
        "Ended At (UTC)": utc(ended),
    }


def _renewal(payment: dict[str, Any], customers: dict[str, Any]) -> Row:
    paid = payment["status"] == "paid"
    amount, currency = cents(payment["amount"]), payment["currency"].lower()
    return {
        "id": f"ch_3N{payment['payment_id']}",
        "Description": "Subscription update",
        "Seller Message": "Payment complete." if paid else "The bank declined the payment.",
        "Created (UTC)": utc(payment["happened_at"]),
        "Amount": amount,
        "Amount Refunded": "0.00",
        "Currency": currency,
        "Converted Amount": amount,
        "Converted Amount Refunded": "0.00",
        "Converted Currency": currency,
        "Mode": "Live",
        "Status": "Paid" if paid else "Failed",
        "Customer ID": customer_id(payment["customer_id"]),
        "Customer Email": customers[payment["customer_id"]]["email"],
        "Captured": str(paid).lower(),
        "Invoice ID": f"in_1N{payment['payment_id']}",
    }


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
