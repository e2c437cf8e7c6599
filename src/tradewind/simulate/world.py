"""The settings of a simulated world, and what a simulation hands out: tables as a company has them, and the truth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from typing import TYPE_CHECKING, Literal
from zoneinfo import available_timezones

from tradewind.core.errors import ConfigError, Problem

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
class Plan:
    """A plan that one can subscribe to.

    Args:
        name: what it is called.
        monthly: price per person and month, in the world's currency.
        share: of new subscribers.
    """

    name: str
    monthly: float
    share: float


@dataclass(frozen=True)
class SubscriptionSettings:
    """A business that sells subscriptions to companies; a month is 30 days.

    Args:
        accounts: how many companies ever start.
        plans: cheapest first.
        colleagues: mean number of people of a company beyond the one who pays.
        trial_days: length of the free trial.
        trial_stays: share of trials that become paid.
        yearly: share of contracts that run for a year, paid in advance with two months free.
        hazard: chance per month to leave, at average usage without a ticket.
        usage: how far each doubling of logins lowers the log-odds of leaving.
        trouble: how far a ticket in the month raises them.
        logins: mean logins per person and month.
        tickets: chance of a ticket per month, at average engagement.
        failed_share: share of payments that fail at first.
        recovered: share of those that go through three days later; the others end the subscription.
        upgrade: chance per month to move to the next plan.
    """

    accounts: int = 1200
    plans: tuple[Plan, ...] = (Plan("Starter", 19.0, 0.5), Plan("Team", 49.0, 0.35), Plan("Business", 99.0, 0.15))
    colleagues: float = 1.5
    trial_days: int = 14
    trial_stays: float = 0.65
    yearly: float = 0.25
    hazard: float = 0.05
    usage: float = 0.7
    trouble: float = 0.9
    logins: float = 6.0
    tickets: float = 0.08
    failed_share: float = 0.04
    recovered: float = 0.7
    upgrade: float = 0.015


@dataclass(frozen=True)
class Stage:
    """A stage of a deal.

    Args:
        name: what it is called.
        forward: chance to reach the next stage (from the last: to be won) for an average colleague and company.
        days: mean days spent in it.
    """

    name: str
    forward: float
    days: float


@dataclass(frozen=True)
class SalesSettings:
    """A team that sells to companies.

    Args:
        leads: how many people ever ask.
        accounts: how many companies they work for.
        sources: ways in which leads come; `quality` is a factor on their odds of being converted.
        converts: share of average leads that become a deal.
        convert_days: mean days until then.
        stages: of deals, in order.
        sellers: how many colleagues sell.
        skill: spread of the colleagues' skill, in log-odds on every step forward.
        fit: spread of the companies' fit, the same; large companies fit better.
        interest: how far each page viewed beyond the average raises the log-odds of being converted.
        amount: median amount of a deal, in the world's currency.
    """

    leads: int = 3000
    accounts: int = 900
    sources: tuple[Channel, ...] = (
        Channel("Organic search", 0.30, 1.2),
        Channel("Paid search", 0.25, 0.8, 35.0),
        Channel("Referral", 0.15, 2.5),
        Channel("Trade show", 0.15, 1.0, 80.0),
        Channel("Cold list", 0.15, 0.3, 5.0),
    )
    converts: float = 0.25
    convert_days: float = 14.0
    stages: tuple[Stage, ...] = (
        Stage("Qualification", 0.65, 8.0),
        Stage("Demo", 0.70, 12.0),
        Stage("Proposal", 0.60, 15.0),
        Stage("Negotiation", 0.75, 10.0),
    )
    sellers: int = 8
    skill: float = 0.35
    fit: float = 0.4
    interest: float = 0.25
    amount: float = 6000.0


@dataclass(frozen=True)
class World:
    """A world: when it is, where it is, and who lives in it.

    Args:
        start: first local day.
        days: how many days it lasts.
        currency: of all amounts.
        timezone: of all local days.
        shop: settings of `simulate_shop`.
        subscriptions: settings of `simulate_subscriptions`.
        sales: settings of `simulate_sales`.
    Raises:
        ConfigError: a world that cannot be: no days, an unknown zone, negative numbers, shares beyond one.
    """

    start: date = date(2023, 1, 1)
    days: int = 730
    currency: str = "EUR"
    timezone: str = "Europe/Berlin"
    shop: ShopSettings = field(default_factory=ShopSettings)
    subscriptions: SubscriptionSettings = field(default_factory=SubscriptionSettings)
    sales: SalesSettings = field(default_factory=SalesSettings)

    def __post_init__(self) -> None:
        problems = (
            [] if self.days >= 1 else [Problem("days", "a world lasts a day at least", str(self.days), "1 or more")]
        )
        if self.timezone not in available_timezones():
            problems.append(Problem("timezone", "this is no time zone", self.timezone, 'such as "Europe/Berlin"'))
        for name in ("shop", "subscriptions", "sales"):
            problems += _impossible(name, getattr(self, name))
        if problems:
            raise ConfigError(problems)


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


_CHANCES = frozenset(
    {"reached", "held_out", "effect", "trial_stays", "yearly", "hazard", "recovered", "upgrade", "converts"}
)
"""Settings that are chances although their names do not end in `_share`."""


def _impossible(where: str, settings: ShopSettings | SubscriptionSettings | SalesSettings) -> list[Problem]:
    """Return what no world can have: negative numbers, shares beyond one, nothing to choose from."""
    problems = []
    for each in fields(settings):
        value = getattr(settings, each.name)
        if value == ():
            problems.append(Problem(f"{where}.{each.name}", "there is nothing to choose from", "()", "one at least"))
        if not isinstance(value, int | float) or each.name == "weekend":
            continue
        if value < 0:
            problems.append(Problem(f"{where}.{each.name}", "this cannot be negative", str(value), "zero or more"))
        elif value > 1 and (each.name.endswith("_share") or each.name in _CHANCES):
            problems.append(Problem(f"{where}.{each.name}", "this is a share", str(value), "0 to 1"))
    return problems
