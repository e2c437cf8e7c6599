"""What stands in an order: lines by taste, discount codes, shipping and tax, cancellations, failures and refunds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tradewind.simulate.columns import DAY, Flags, Ints, draw, ids, moments, money, quantities, words
from tradewind.simulate.people import People, customer_ids
from tradewind.simulate.products import Products, product_ids
from tradewind.simulate.purchases import Visits
from tradewind.simulate.world import World

if TYPE_CHECKING:
    import pyarrow as pa

STATUSES = ("paid", "cancelled", "failed")
CODES = ("WELCOME10", "SPRING15", "VIP20")
_PERCENT = np.array([0, 10, 15, 20])
SHIPPING, FREE_FROM = 490, 5000
"""Cents of shipping, and the subtotal from which it is free."""
TAX = 19
"""Percent of tax contained in the total."""


@dataclass(frozen=True)
class Orders:
    """Every order placed, by time, and its lines; amounts in cents.

    Args:
        person, at: (k,) who and when.
        first: (k,) the person's first order.
        channel: (k,) number of the channel.
        status: (k,) number in `STATUSES`.
        code: (k,) 0 for none, else one more than the number in `CODES`.
        subtotal: (k,) of lines after discounts.
        discount: (k,) given.
        shipping: (k,) charged.
        refunded: (k,) paid back.
        refunded_at: (k,) when, local.
        refunded_lines: (k,) how many of the first lines were paid back.
        order: (l,) each line's order; lines of one order follow each other.
        line: (l,) its number within the order, from 1.
        product, quantity, price, line_discount: (l,) what the line says.
    """

    person: Ints
    at: Ints
    first: Flags
    channel: Ints
    status: Ints
    code: Ints
    subtotal: Ints
    discount: Ints
    shipping: Ints
    refunded: Ints
    refunded_at: Ints
    refunded_lines: Ints
    order: Ints
    line: Ints
    product: Ints
    quantity: Ints
    price: Ints
    line_discount: Ints

    @property
    def total(self) -> Ints:
        """(k,) what was to be paid."""
        return self.subtotal + self.shipping

    @property
    def line_amount(self) -> Ints:
        """(l,) what was to be paid for each line."""
        return self.quantity * self.price - self.line_discount


def fill_orders(
    world: World, people: People, products: Products, visits: Visits, first: Flags, rng: np.random.Generator
) -> Orders:
    """Draw what stands in each order."""
    shop, count = world.shop, len(visits.at)
    code = np.where(
        rng.random(count) < shop.discount_share * people.bargain[visits.person], rng.integers(1, 4, count), 0
    )
    lines = 1 + rng.poisson(0.7, count)
    begin = np.cumsum(lines) - lines
    order = np.repeat(np.arange(count), lines)
    buyer = visits.person[order]
    by_taste = rng.random(len(order)) < people.loyalty[buyer]
    category = np.where(by_taste, people.favourite[buyer], rng.integers(0, len(shop.categories), len(order)))
    product = products.choose(category, rng)
    quantity = 1 + (rng.random(len(order)) < 0.15)
    gross = quantity * products.price[product]
    off = (gross * _PERCENT[code[order]] + 50) // 100
    subtotal, discount = np.add.reduceat(gross - off, begin), np.add.reduceat(off, begin)
    shipping = np.where(subtotal < FREE_FROM, SHIPPING, 0)
    status = draw([1 - shop.cancelled_share - shop.failed_share, shop.cancelled_share, shop.failed_share], count, rng)
    refunded_at = visits.at + rng.integers(2, 21, count) * DAY
    back = (status == 0) & (rng.random(count) < shop.refund_share) & (refunded_at < world.days * DAY)
    whole = back & (rng.random(count) < 0.4)
    first_line = (gross - off)[begin]
    return Orders(
        visits.person, visits.at, first,
        np.where(first | (rng.random(count) < 0.4), people.channel[visits.person],
                 draw([c.share for c in shop.channels], count, rng)),
        status, code, subtotal, discount, shipping,
        np.where(whole, subtotal + shipping, np.where(back, first_line, 0)),
        refunded_at,
        np.where(whole, lines, np.where(back, 1, 0)),
        order, np.arange(len(order)) - begin[order] + 1, product, quantity, products.price[product], off,
    )  # fmt: skip


def order_ids(numbers: Ints) -> pa.Array:
    """Return the shop's numbers of orders."""
    return ids("", numbers + 1001)


def orders_table(world: World, people: People, orders: Orders) -> pa.Table:
    """Return `orders` as a contract table: paid orders, and what was paid back as orders of negative amount."""
    import pyarrow as pa

    paid = np.flatnonzero(orders.status == 0)
    back = paid[orders.refunded[paid] > 0]
    rows = np.concatenate([paid, back])
    is_back = np.arange(len(rows)) >= len(paid)
    return pa.table(
        {
            "order_id": _with_returns(order_ids(paid), order_ids(back)),
            "customer_id": customer_ids(orders.person[rows], people.guest[orders.person[rows]]),
            "happened_at": moments(world, np.where(is_back, orders.refunded_at[rows], orders.at[rows])),
            "amount": money(np.where(is_back, -orders.refunded[rows], orders.total[rows])),
            "currency": words([world.currency], np.zeros(len(rows), dtype=np.int64)),
            "discount": money(np.where(is_back, 0, orders.discount[rows])),
            "channel": words([c.name for c in world.shop.channels], orders.channel[rows]),
            "status": words(["paid", "returned"], is_back.astype(np.int64)),
        }
    )


def lines_table(world: World, people: People, orders: Orders) -> pa.Table:
    """Return `order_lines` as a contract table, returned lines with negative amount and quantity."""
    import pyarrow as pa

    paid = np.flatnonzero(orders.status[orders.order] == 0)
    back = paid[orders.line[paid] <= orders.refunded_lines[orders.order[paid]]]
    rows = np.concatenate([paid, back])
    is_back, of = np.arange(len(rows)) >= len(paid), orders.order[rows]
    sign = np.where(is_back, -1, 1)
    return pa.table(
        {
            "order_id": _with_returns(order_ids(of[~is_back]), order_ids(of[is_back])),
            "product_id": product_ids(orders.product[rows]),
            "line": ids("", orders.line[rows]),
            "amount": money(sign * orders.line_amount[rows]),
            "currency": words([world.currency], np.zeros(len(rows), dtype=np.int64)),
            "quantity": quantities(sign * orders.quantity[rows]),
            "discount": money(sign * orders.line_discount[rows]),
            "happened_at": moments(world, np.where(is_back, orders.refunded_at[of], orders.at[of])),
            "customer_id": customer_ids(orders.person[of], people.guest[orders.person[of]]),
        }
    )


def _with_returns(sold: pa.Array, returned: pa.Array) -> pa.Array:
    import pyarrow as pa
    import pyarrow.compute as pc

    return pa.concat_arrays([sold, pc.binary_join_element_wise("R", returned, "")])


def orders_truth(world: World, people: People, orders: Orders) -> pa.Table:
    """Return every order ever placed, cancelled and failed ones too, as a shop's own database has it."""
    import pyarrow as pa

    count = len(orders.at)
    return pa.table(
        {
            "order_id": order_ids(np.arange(count)),
            "customer_id": customer_ids(orders.person),
            "guest": pa.array(people.guest[orders.person]),
            "happened_at": moments(world, orders.at),
            "first": pa.array(orders.first),
            "channel": words([c.name for c in world.shop.channels], orders.channel),
            "status": words(STATUSES, orders.status),
            "code": words(("", *CODES), orders.code),
            "subtotal": money(orders.subtotal),
            "discount": money(orders.discount),
            "shipping": money(orders.shipping),
            "tax": money((orders.total * TAX + (100 + TAX) // 2) // (100 + TAX)),
            "total": money(orders.total),
            "refunded": money(orders.refunded),
            "refunded_at": moments(world, orders.refunded_at, orders.refunded == 0),
        }
    )


def lines_truth(orders: Orders) -> pa.Table:
    """Return the lines of every order ever placed."""
    import pyarrow as pa

    return pa.table(
        {
            "order_id": order_ids(orders.order),
            "line": pa.array(orders.line),
            "product_id": product_ids(orders.product),
            "quantity": pa.array(orders.quantity),
            "price": money(orders.price),
            "discount": money(orders.line_discount),
        }
    )
