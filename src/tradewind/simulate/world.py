"""The settings of a simulated world, and what a simulation hands out: tables as a company has them, and the truth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Channel:
    """A way in which people come.

    Args:
        name: what the shop calls it.
        share: its share of newcomers; shares need not add up to one.
        quality: factor on how often its people buy, or how likely its leads are to become customers.
        cost: advertising cost per newcomer, in the world's currency.
    """

    name: str
    share: float
    quality: float = 1.0
    cost: float = 0.0


@dataclass(frozen=True)
class ShopSettings:
    """A shop.

    Args:
        customers: how many people ever order.
        rate_shape: r of the gamma that purchase rates are drawn from.
        rate_days: alpha of the same, in days: the mean rate is `rate_shape / rate_days` repeat orders a day.
        leaves: whether people leave after a time of their own (Pareto/NBD's story) or with a chance of their own after
            each order (BG/NBD's story).
        life_shape: s of the gamma that leaving rates are drawn from ("in time").
        life_days: beta of the same, in days.
        leave_a: a of the beta that chances of leaving are drawn from ("after an order").
        leave_b: b of the same.
        season: how far the busiest time of the year stands above the mean, as a share.
        weekend: how far Saturdays and Sundays stand above the mean, as a share.
        channels: ways of acquisition.
        categories: of products.
        products: how many there are.
        loyalty: a of the beta(a, 2) that the share of lines from a person's favourite category is drawn from.
        discount_share: share of orders with a discount code, for the average person.
        guest_share: share of people who order without leaving an e-mail address.
        cancelled_share: share of orders cancelled before they are sent.
        failed_share: share of orders whose payment fails.
        refund_share: share of other orders of which something, or all, is paid back.
        campaigns: how many mailings there are.
        reached: share of eligible people who are meant for a mailing.
        held_out: share of those who are left out at random.
        effect: chance that a mailing makes a person who is still a customer order once more within `effect_days`.
        effect_days: see `effect`.
        open_share: mean chance to open a mailing.
        click_share: chance to click, once opened.
        visits: page visits without an order, per order.
        ticket_share: share of orders that lead to a ticket.
        consent_share: share of people who agree to mailings.
    """

    customers: int = 2000
    rate_shape: float = 1.2
    rate_days: float = 70.0
    leaves: Literal["in time", "after an order"] = "in time"
    life_shape: float = 1.3
    life_days: float = 260.0
    leave_a: float = 0.8
    leave_b: float = 2.5
    season: float = 0.35
    weekend: float = 0.25
    channels: tuple[Channel, ...] = (
        Channel("search", 0.40, 1.0, 6.0),
        Channel("social", 0.30, 0.7, 4.0),
        Channel("friend", 0.15, 1.5, 0.0),
        Channel("direct", 0.15, 1.1, 0.0),
    )
    categories: tuple[str, ...] = ("Coffee", "Tea", "Chocolate", "Kitchen", "Gifts", "Books")
    products: int = 60
    loyalty: float = 2.0
    discount_share: float = 0.15
    guest_share: float = 0.08
    cancelled_share: float = 0.02
    failed_share: float = 0.015
    refund_share: float = 0.05
    campaigns: int = 8
    reached: float = 0.5
    held_out: float = 0.2
    effect: float = 0.06
    effect_days: int = 14
    open_share: float = 0.35
    click_share: float = 0.2
    visits: float = 1.0
    ticket_share: float = 0.04
    consent_share: float = 0.7


@dataclass(frozen=True)
class World:
    """A world: when it is, where it is, and who lives in it.

    Args:
        start: first local day.
        days: how many days it lasts.
        currency: of all amounts.
        timezone: of all local days.
        shop: settings of `simulate_shop`.
    """

    start: date = date(2023, 1, 1)
    days: int = 730
    currency: str = "EUR"
    timezone: str = "Europe/Berlin"
    shop: ShopSettings = field(default_factory=ShopSettings)


@dataclass(frozen=True)
class Simulated:
    """One simulation.

    Args:
        world: its settings.
        seed: its seed; the two together give the same bytes again.
        tables: contract tables by name, with contract columns: what the company knows.
        truth: what only the simulator knows: hidden rates and lifetimes, true effects, every order ever placed,
            and `totals` (what, value) to compare with.
    """

    world: World
    seed: int
    tables: Mapping[str, pa.Table]
    truth: Mapping[str, pa.Table]
