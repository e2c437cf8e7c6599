"""Horizons that fit the business: active windows and horizons read from the shop's own purchase gaps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from tradewind.core.errors import NotAnswerable
from tradewind.core.finding import Check, Number
from tradewind.core.time import Days, Horizon
from tradewind.core.use_case import UseCase
from tradewind.flow.data import Data, open_data
from tradewind.flow.learning.cutoffs import Schedule, plan_cutoffs
from tradewind.flow.learning.require import first_orders
from tradewind.flow.orders.order_days import read_order_days
from tradewind.flow.questions.asked import list_use_cases
from tradewind.report.numbers import say_share
from tradewind.sources.load import load_tables
from tradewind.stats.return_times import FEWEST_AT_RISK, MOST_CUSTOMERS, Returns, purchase_gaps, time_to_return
from tradewind.stats.spans import COMPARED, HORIZONS, WINDOWS, OrderDays, SpanEffect, smallest_from, span_effect
from tradewind.store.workspace import Workspace

MOST_BUY_ONCE = 0.5
"""Share who ever come back below which the second purchase is the question to begin with."""
LEAST_DATES = 2
"""Past dates a horizon should leave to learn from."""
_LONG_SEEN = 90


@dataclass(frozen=True)
class Horizons:
    """The spans that fit a shop, and what they rest on.

    Args:
        half_back: days within which half of the customers who come back have come.
        come_back: share of customers who ever buy a second time, as far as can be seen.
        horizon: how far ahead to look.
        active_within: how long after a purchase a customer counts as active.
        lead: name of the question to begin with: `lapse`, or `repeat_purchase` where most buy once.
        spans: question to setting to the span and why: what the config should say.
        effects: what 30, 60, 90 and 180 days would change.
        said: the same in plain sentences, most important first.
    """

    half_back: Number
    come_back: Number
    horizon: Days
    active_within: Days
    lead: str
    spans: Mapping[str, Mapping[str, tuple[Days, str]]]
    effects: tuple[SpanEffect, ...]
    said: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Return it in JSON's terms."""
        spans = {
            name: {key: {"days": span.count, "why": why} for key, (span, why) in settings.items()}
            for name, settings in self.spans.items()
        }
        return {
            "half_back": self.half_back.to_json(),
            "come_back": self.come_back.to_json(),
            "horizon_days": self.horizon.count,
            "active_within_days": self.active_within.count,
            "lead": self.lead,
            "spans": spans,
            "effects": [asdict(effect) for effect in self.effects],
            "said": list(self.said),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Horizons:
        """Read back what `to_json` wrote."""
        spans = {
            name: {key: (Days(each["days"]), str(each["why"])) for key, each in settings.items()}
            for name, settings in data["spans"].items()
        }
        half, back = Number(**data["half_back"]), Number(**data["come_back"])
        effects = tuple(SpanEffect(**effect) for effect in data["effects"])
        horizon, window = Days(data["horizon_days"]), Days(data["active_within_days"])
        return cls(half, back, horizon, window, str(data["lead"]), spans, effects, tuple(data["said"]))


def propose_horizons(workspace: Workspace) -> Horizons:
    """Propose spans from the purchase gaps of the workspace's orders; they are loaded first where they are not yet.

    Raises:
        NotAnswerable: there are no orders of known customers.
    """
    if "orders" not in workspace.manifest().tables:
        load_tables(workspace)
    with open_data(workspace) as data:
        return horizons_of(data)


def horizons_of(data: Data) -> Horizons:
    """Propose spans from the orders of an open snapshot; see `propose_horizons`."""
    orders = read_order_days(data).orders
    rng = np.random.default_rng(orders.customers)
    some = orders.some(MOST_CUSTOMERS, rng)
    returns = time_to_return(purchase_gaps(some.customer, some.day, some.end), rng)
    second = time_to_return(purchase_gaps(some.customer, some.day, some.end, first_only=True), rng)
    cases = {case.name: case for case in list_use_cases()}
    horizon, fits = _horizon(data, cases["lapse"], returns.days(0.5))
    window = max(horizon, _window(data, returns.days(0.9) or cases["lapse"].settings["active_within"].count))
    again, _ = _horizon(data, cases["repeat_purchase"], second.days(0.5))
    effects = tuple(_effect(data, cases["lapse"], orders, span, window) for span in COMPARED)
    lead = "repeat_purchase" if _most_buy_once(data, orders, second, again) else "lapse"
    said = _sentences(returns, second, horizon, window, lead, fits)
    return Horizons(
        returns.quantiles[0.5], second.come_back, Days(horizon), Days(window), lead,
        _spans(data, cases, returns, second, (horizon, window, again)), effects, said,
    )  # fmt: skip


def check_horizons(horizons: Horizons, asked: UseCase) -> Check:
    """Say how soon customers come back, and warn where the question about those who stop looks less far ahead.

    Args:
        horizons: what fits.
        asked: the question `lapse` as this workspace asks it.
    """
    name = "How soon customers come back"
    half, seen = horizons.half_back.value, " ".join(horizons.said)
    if half is None:
        return Check(name, "unknown", f"not known, because {horizons.half_back.reason}", "load a longer history")
    length = asked.horizon.length
    if half > 2 * length.count:
        do = f'set horizon = "{horizons.horizon}" and active_within = "{horizons.active_within}" in [use_cases.lapse]'
        return Check(name, "warn", f"{seen} Your question looks only {length} ahead.", do)
    return Check(name, "pass", seen)


def _horizon(data: Data, case: UseCase, half: float | None) -> tuple[int, bool]:
    """The smallest round horizon within which half are back; a shorter one where the history is too short for it."""
    wanted = smallest_from(HORIZONS, half) if half is not None else case.horizon.length.count
    for span in sorted((span for span in HORIZONS if span <= wanted), reverse=True):
        plan = _plan(data, case, span)
        if plan is not None and len(plan.learning) >= LEAST_DATES:
            return span, span == wanted
    return wanted, True


def _window(data: Data, most: float) -> int:
    """The smallest round window in which most are back; of a short history at most half, or no past date has one."""
    history = (data.score_at.day - data.first_day.day).days
    usable = [span for span in WINDOWS if span <= history / 2]
    return smallest_from(usable or WINDOWS[:1], most)


def _most_buy_once(data: Data, orders: OrderDays, second: Returns, recent: int) -> bool:
    """Whether most never buy a second time, and there are new buyers now of whom to ask it."""
    back = second.come_back.value
    if back is None or back >= MOST_BUY_ONCE or second.seen_days < _LONG_SEEN:
        return False
    fresh = orders.buyers(orders.end - recent, orders.end) & ~orders.buyers(0, orders.end - recent)
    return int(fresh.sum()) >= FEWEST_AT_RISK and first_orders(data).answer == "complete"


def _plan(data: Data, case: UseCase, span: int) -> Schedule | None:
    try:
        asked = replace(case, horizon=Horizon(Days(span), case.horizon.lag))
        return plan_cutoffs(asked, data.first_day_of(asked.requires[0]), data.score_at)
    except NotAnswerable:
        return None


def _effect(data: Data, case: UseCase, orders: OrderDays, span: int, window: int) -> SpanEffect:
    plan = _plan(data, case, span)
    if plan is None:
        return span_effect(orders, span, window, None, ())
    days = [int(np.datetime64(cutoff.day, "D").astype(np.int64)) for cutoff in plan.all_cutoffs]
    return span_effect(orders, span, window, days[-1], days[:-1])


def _spans(
    data: Data, cases: Mapping[str, UseCase], returns: Returns, second: Returns, chosen: tuple[int, int, int]
) -> dict[str, dict[str, tuple[Days, str]]]:
    horizon, window, again = chosen
    half, most, half_second = returns.days(0.5), returns.days(0.9), second.days(0.5)
    if half is None or most is None:
        return {}
    ahead = (Days(horizon), f"half of the customers who come back do so within {half:,.0f} days")
    short = "" if window >= most else "; the history is long enough for no more"
    active = (Days(window), f"9 in 10 of the customers who come back do so within {most:,.0f} days{short}")
    found = {
        "lapse": {"horizon": ahead, "active_within": active},
        "next_spend": {"horizon": ahead, "active_within": active},
        "lifetime_value": {"active_within": active, "panel_horizon": ahead},
        "campaign_response": {"active_within": active},
    }
    if half_second is not None:
        soon = (Days(again), f"half of the second purchases come within {half_second:,.0f} days of the first")
        found["repeat_purchase"] = {"horizon": soon, "first_within": soon}
    case = cases["new_customer_value"]
    longest = next((span for span in (180, 90, 60, 30) if _plan(data, case, span) is not None), None)
    if longest is not None and longest != case.horizon.length.count:
        found["new_customer_value"] = {"horizon": (Days(longest), "the history is too short to look further ahead")}
    return found


def _sentences(returns: Returns, second: Returns, horizon: int, window: int, lead: str, fits: bool) -> tuple[str, ...]:
    half, back = returns.quantiles[0.5], second.come_back.value
    if back == 0 and second.seen_days >= _LONG_SEEN:
        seen = f"within the {second.seen_days:,} days that can be seen"
        return (f"Nobody has come back yet {seen}: what brings a second purchase is the question to begin with.",)
    if half.value is None:
        return (f"How soon customers come back is not known, because {half.reason}.",)
    between = (
        f" (between {half.low:,.0f} and {half.high:,.0f})" if half.low is not None and half.high is not None else ""
    )
    said = [f"Half of the customers who come back do so within {half.value:,.0f} days{between}, 9 in 10 within "
            f"{returns.days(0.9):,.0f}."]  # fmt: skip
    if back is not None and back < MOST_BUY_ONCE and second.seen_days >= _LONG_SEEN:
        begin = " Begin with who will buy a second time." if lead == "repeat_purchase" else ""
        seen = f"{say_share(back)} have come back within the {second.seen_days:,} days that can be seen"
        said.insert(0, f"Most customers buy once: {seen}.{begin}")
    said.append(f"It fits to count a customer as active for {window} days after a purchase, and to look {horizon} days "
                "ahead.")  # fmt: skip
    if not fits:
        said.append("A longer look ahead would fit better; the history is too short to learn from it.")
    return tuple(said)
