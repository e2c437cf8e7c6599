"""WooCommerce's order export, one row per item: the order's own fields are repeated on every row.

Headers as in the documentation of "Customer / Order / Coupon Export", format "Default – One Row per Item". Kept as it
is there: an order's total stands as often as it has items; times are the site's local ones without a zone;
`customer_id` is 0 for guests; items come without tax, which stands beside; failed and cancelled orders stay.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

from tradewind.simulate.exports.writing import Row, cents, local, rows_of, write_csv
from tradewind.simulate.orders import TAX
from tradewind.simulate.world import Simulated

HEADER = (
    "order_id", "order_number", "date", "status", "shipping_total", "shipping_tax_total", "fee_total", "tax_total",
    "cart_discount", "order_discount", "discount_total", "order_total", "refunded_total", "order_currency",
    "payment_method", "shipping_method", "customer_id", "billing_first_name", "billing_last_name", "billing_company",
    "billing_email", "billing_phone", "billing_address_1", "billing_address_2", "billing_postcode", "billing_city",
    "billing_state", "billing_country", "customer_note", "item_id", "item_product_id", "item_name", "item_sku",
    "item_quantity", "item_subtotal", "item_subtotal_tax", "item_total", "item_total_tax", "item_refunded",
    "coupon_items", "order_notes",
)  # fmt: skip


def write_woocommerce_orders(shop: Simulated, folder: Path) -> Path:
    """Write `orders-export.csv`."""
    customers = {row["customer_id"]: row for row in rows_of(shop.tables["customers"])}
    products = {row["product_id"]: row for row in rows_of(shop.tables["products"])}
    orders = {
        row["order_id"]: _order(row, customers.get(row["customer_id"]), shop) for row in rows_of(shop.truth["orders"])
    }
    lines = rows_of(shop.truth["lines"])
    rows = ({**orders[line["order_id"]], **_item(line, products, place)} for place, line in enumerate(lines))
    return write_csv(folder / "orders-export.csv", HEADER, rows)


def _order(order: dict[str, Any], customer: dict[str, Any] | None, shop: Simulated) -> Row:
    status = {"cancelled": "cancelled", "failed": "failed"}.get(order["status"], "completed")
    if order["refunded"] == order["total"]:
        status = "refunded"
    row: Row = {
        "order_id": order["order_id"],
        "order_number": order["order_id"],
        "date": f"{local(order['happened_at'], shop.world.timezone):%Y-%m-%d %H:%M:%S}",
        "status": status,
        "shipping_total": cents(order["shipping"] - _tax(order["shipping"])),
        "shipping_tax_total": cents(_tax(order["shipping"])),
        "fee_total": "0.00",
        "tax_total": cents(order["tax"]),
        "cart_discount": cents(order["discount"]),
        "order_discount": "0.00",
        "discount_total": cents(order["discount"]),
        "order_total": cents(order["total"]),
        "refunded_total": cents(order["refunded"]),
        "order_currency": shop.world.currency,
        "payment_method": "stripe",
        "shipping_method": "Flat rate" if order["shipping"] else "Free shipping",
        "customer_id": 0,
        "coupon_items": f"code:{order['code']}" if order["code"] else "",
    }
    if customer is not None:
        first, _, last = customer["name"].partition(" ")
        row |= {"customer_id": int(order["customer_id"][1:]) + 1, "billing_email": customer["email"]}
        row |= {"billing_first_name": first, "billing_last_name": last, "billing_country": customer["country"]}
    return row


def _item(line: dict[str, Any], products: dict[str, dict[str, Any]], place: int) -> Row:
    gross = line["quantity"] * line["price"]
    paid = gross - line["discount"]
    return {
        "item_id": place + 1,
        "item_product_id": int(line["product_id"].removeprefix("SKU-")) + 100,
        "item_name": products[line["product_id"]]["name"],
        "item_sku": line["product_id"],
        "item_quantity": line["quantity"],
        "item_subtotal": cents(gross - _tax(gross)),
        "item_subtotal_tax": cents(_tax(gross)),
        "item_total": cents(paid - _tax(paid)),
        "item_total_tax": cents(_tax(paid)),
        "item_refunded": "0.00",
    }


def _tax(amount: Decimal) -> Decimal:
    """Tax contained in an amount."""
    return (amount * TAX / (100 + TAX)).quantize(Decimal("0.01"))
