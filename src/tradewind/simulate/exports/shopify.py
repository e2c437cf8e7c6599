"""Shopify's "Export orders": one row per line item, the order's own fields only on its first row.

Headers as in Shopify's help, "Exporting orders to a CSV file". Kept as it is there: guests leave no e-mail; the same
address comes in different case; cancelled orders stay, voided or refunded; refunds are one amount per order, without a
date; times carry the shop's offset; `Name` ("#1001") is the order's name, `Id` a long number.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import Any

from tradewind.simulate.exports.writing import Row, cents, local, rows_of, write_csv
from tradewind.simulate.world import Simulated

HEADER = (
    "Name", "Email", "Financial Status", "Paid at", "Fulfillment Status", "Fulfilled at", "Accepts Marketing",
    "Currency", "Subtotal", "Shipping", "Taxes", "Total", "Discount Code", "Discount Amount", "Shipping Method",
    "Created at", "Lineitem quantity", "Lineitem name", "Lineitem price", "Lineitem compare at price", "Lineitem sku",
    "Lineitem requires shipping", "Lineitem taxable", "Lineitem fulfillment status", "Billing Name", "Billing Street",
    "Billing Address1", "Billing Address2", "Billing Company", "Billing City", "Billing Zip", "Billing Province",
    "Billing Country", "Billing Phone", "Shipping Name", "Shipping Street", "Shipping Address1", "Shipping Address2",
    "Shipping Company", "Shipping City", "Shipping Zip", "Shipping Province", "Shipping Country", "Shipping Phone",
    "Notes", "Note Attributes", "Cancelled at", "Payment Method", "Payment Reference", "Refunded Amount", "Vendor",
    "Outstanding Balance", "Employee", "Location", "Device ID", "Id", "Tags", "Risk Level", "Source",
    "Lineitem discount", "Tax 1 Name", "Tax 1 Value", "Phone", "Receipt Number",
)  # fmt: skip
_CANCELLED = ("voided", "refunded")
_FAILED = ("voided", "expired", "pending")


def write_shopify_orders(shop: Simulated, folder: Path) -> Path:
    """Write `orders_export_1.csv`, newest order first, as Shopify does."""
    customers = {row["customer_id"]: row for row in rows_of(shop.tables["customers"])}
    products = {row["product_id"]: row for row in rows_of(shop.tables["products"])}
    orders = {row["order_id"]: row for row in rows_of(shop.truth["orders"])}
    written: list[list[Row]] = []
    for order_id, lines in groupby(rows_of(shop.truth["lines"]), key=lambda row: row["order_id"]):
        order = orders[order_id]
        rows = [_line(line, products[line["product_id"]], f"#{order_id}") for line in lines]
        rows[0].update(_order(order, customers.get(order["customer_id"]), shop.world.timezone, shop.world.currency))
        written.append(rows)
    return write_csv(folder / "orders_export_1.csv", HEADER, (row for rows in reversed(written) for row in rows))


def _line(line: dict[str, Any], product: dict[str, Any], name: str) -> Row:
    return {
        "Name": name,
        "Lineitem quantity": line["quantity"],
        "Lineitem name": product["name"],
        "Lineitem price": cents(line["price"]),
        "Lineitem sku": product["product_id"],
        "Lineitem requires shipping": "true",
        "Lineitem taxable": "true",
        "Lineitem fulfillment status": "fulfilled",
        "Lineitem discount": "0.00",
        "Vendor": product["brand"],
    }


def _order(order: dict[str, Any], customer: dict[str, Any] | None, zone: str, currency: str) -> Row:
    number = int(order["order_id"])
    status, refunded, cancelled = _status(order, number)
    made = _time(order["happened_at"], zone)
    row: Row = {
        "Financial Status": status,
        "Paid at": made if order["status"] == "paid" else "",
        "Fulfillment Status": "fulfilled" if order["status"] == "paid" else "unfulfilled",
        "Accepts Marketing": "yes" if number % 3 else "no",
        "Currency": currency,
        "Subtotal": cents(order["subtotal"]),
        "Shipping": cents(order["shipping"]),
        "Taxes": cents(order["tax"]),
        "Total": cents(order["total"]),
        "Discount Code": order["code"],
        "Discount Amount": cents(order["discount"]),
        "Shipping Method": "Standard" if order["shipping"] else "Free shipping",
        "Created at": made,
        "Cancelled at": made if cancelled else "",
        "Payment Method": "Shopify Payments",
        "Refunded Amount": cents(refunded),
        "Outstanding Balance": cents(order["total"]) if status == "pending" else "0.00",
        "Id": 5_300_000_000_000 + number,
        "Risk Level": "Low",
        "Source": "web",
        "Tax 1 Name": "VAT 19%",
        "Tax 1 Value": cents(order["tax"]),
    }
    if customer is not None:
        email = customer["email"]
        row["Email"] = email.title() if number % 7 == 0 else email
        row["Billing Name"] = row["Shipping Name"] = customer["name"]
        row["Billing Country"] = row["Shipping Country"] = customer["country"]
    return row


def _status(order: dict[str, Any], number: int) -> tuple[str, Decimal, bool]:
    """Financial status, refunded amount, and whether it was cancelled."""
    if order["status"] == "cancelled":
        status = _CANCELLED[number % 2]
        return status, order["total"] if status == "refunded" else Decimal(0), True
    if order["status"] == "failed":
        return _FAILED[number % 3], Decimal(0), False
    if not order["refunded"]:
        return "paid", Decimal(0), False
    return ("refunded" if order["refunded"] == order["total"] else "partially_refunded"), order["refunded"], False


def _time(moment: datetime, zone: str) -> str:
    return f"{local(moment, zone):%Y-%m-%d %H:%M:%S %z}"
