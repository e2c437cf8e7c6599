"""The slow oracle: every default feature of a customer by plain loops over plain rows, without any SQL."""

from __future__ import annotations

import itertools
import math
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

Row = dict[str, Any]
ZONE = "America/New_York"
REVEALED = {
    "subscriptions": {"ended_at": "ended_at", "payment_failed_at": "payment_failed_at"},
    "leads": {"converted_at": "converted_at", "lost_at": "lost_at", "customer_id": "converted_at"},
    "deals": {"closed_at": "closed_at", "won": "closed_at"},
}
FACTS = ("orders", "order_lines", "events", "touches", "texts", "activities", "deal_stages")
NONE = math.nan


def midnight(day: date) -> datetime:
    """The first instant of a local day as naive UTC (New York never skips a midnight)."""
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(ZONE)).astimezone(UTC).replace(tzinfo=None)


def local(instant: datetime) -> datetime:
    return instant.replace(tzinfo=UTC).astimezone(ZoneInfo(ZONE))


def known_rows(table: str, rows: list[Row], day: date) -> list[Row]:
    """Rows as they were known at the midnight that begins the day."""
    at, seen = midnight(day), []
    for row in rows:
        if row["known_at"] >= at or (row["valid_to"] is not None and row["valid_to"] < at):
            continue
        if table in FACTS and not row["entered_at" if table == "deal_stages" else "happened_at"] < at:
            continue
        row = dict(row)
        for column, time in REVEALED.get(table, {}).items():
            if row[time] is None or row[time] >= at:
                row[column] = None
        seen.append(row)
    return seen


def over(above: Any, below: Any) -> float:
    """A ratio: none of the first is 0, nothing to divide by is unknown."""
    return NONE if below is None or float(below) == 0 else float(above or 0) / float(below)


def top_words(weights: dict[str, Any], size: int) -> list[str]:
    return [word for _, word in sorted((-weight, word) for word, weight in weights.items())[:size]]


class Slow:
    """Everything known at one cutoff, and the features of one customer from it."""

    def __init__(self, tables: dict[str, list[Row]], day: date, windows: list[int], words: dict) -> None:
        self.day, self.windows, self.words = day, windows, words
        self.known = {name: known_rows(name, rows, day) for name, rows in tables.items()}

    def mine(self, table: str, customer: str) -> list[Row]:
        return [row for row in self.known[table] if row.get("customer_id") == customer]

    def spans(self, *only: int) -> list[tuple[str, int | None]]:
        kept = [window for window in self.windows if not only or window in only]
        return [*((f"_{window}d", window) for window in kept), ("_all", None)]

    def within(self, rows: list[Row], window: int | None) -> list[Row]:
        if window is None:
            return rows
        start = midnight(self.day - timedelta(days=window))
        return [row for row in rows if row["happened_at"] >= start]

    def ago(self, days: list[date]) -> float:
        return float((self.day - max(days)).days) if days else NONE

    def features(self, customer: str) -> dict[str, Any]:
        return {
            **self.orders(customer),
            **self.rhythm(customer),
            **self.baskets(customer),
            **self.touches(customer),
            **self.events(customer),
            **self.texts(customer),
            **self.subscriptions(customer),
            **self.attributes(customer),
        }

    def orders(self, customer: str) -> dict[str, Any]:
        rows, out = self.mine("orders", customer), {}
        days = [local(row["happened_at"]).date() for row in rows]
        out["days_since_last_order"] = self.ago(days)
        out["days_since_first_order"] = float((self.day - min(days)).days) if days else NONE
        counts, spends = {}, {}
        for end, window in self.spans():
            some = self.within(rows, window)
            counts[window], priced = len(some), [row["amount_base"] for row in some if row["amount_base"] is not None]
            spends[window] = sum(priced, Decimal(0))
            out[f"orders_count{end}"], out[f"spend{end}"] = float(len(some)), float(spends[window])
            if window in (90, None):
                out[f"order_value_mean{end}"] = over(spends[window], len(priced))
                out[f"order_value_max{end}"] = float(max(priced)) if priced else NONE
                off = [row for row in some if row["discount"] is not None and row["amount_base"] == row["amount"]]
                given = sum((row["discount"] for row in off), Decimal(0))
                full = sum((row["amount"] + row["discount"] for row in off), Decimal(0))
                out[f"discount_share{end}"] = over(given, full)
                cut = sum(row["discount"] is not None and row["discount"] > 0 for row in some)
                out[f"discounted_orders_share{end}"] = over(cut, len(some))
        priced = [row["amount_base"] for row in rows if row["amount_base"] is not None]
        out["order_value_min_all"] = float(min(priced)) if priced else NONE
        out["returns_share"] = over(sum(price < 0 for price in priced), len(rows))
        back, bought = (sum((p for p in priced if (p < 0) == sign), Decimal(0)) for sign in (True, False))
        out["returned_amount_share"] = over(-back, bought)
        for short in (30, 90):
            if 2 * short <= max(self.windows, default=0):
                before = self.within(rows, 2 * short)
                before = [row for row in before if row not in self.within(rows, short)]
                amounts = [row["amount_base"] for row in before if row["amount_base"] is not None]
                out[f"orders_trend_{short}d"] = over(counts[short], len(before))
                out[f"spend_trend_{short}d"] = over(spends[short], sum(amounts, Decimal(0)))
        for short, long in ((7, 30), (30, 90), (90, None)):
            if short in counts and long in counts:
                name = f"orders_share_{short}d_of_{'all' if long is None else f'{long}d'}"
                out[name] = over(counts[short], counts[long])
        times = [local(row["happened_at"]) for row in rows]
        out["weekend_share"] = over(sum(time.isoweekday() >= 6 for time in times), len(rows))
        out["evening_share"] = over(sum(time.hour >= 18 for time in times), len(rows))
        out["morning_share"] = over(sum(time.hour < 12 for time in times), len(rows))
        out["stores_count_all"] = float(len({row["store_id"] for row in rows} - {None}))
        first = [row for row in rows if row["happened_at"] == min(r["happened_at"] for r in rows)]
        amounts = [row["amount_base"] for row in first if row["amount_base"] is not None]
        out["first_order_value"] = float(max(amounts)) if amounts else NONE
        channels = {row["channel"] for row in first} - {None}
        out["first_order_channel"] = channels.pop() if len(channels) == 1 else None
        return out

    def rhythm(self, customer: str) -> dict[str, Any]:
        days = sorted({local(row["happened_at"]).date() for row in self.mine("orders", customer)})
        out: dict[str, Any] = {}
        ages = [(self.day - day).days for day in days]
        for end, window in self.spans():
            out[f"order_days{end}"] = float(sum(window is None or age <= window for age in ages))
            if window in (30, 90, 180):
                out[f"fading_order_days_{window}d"] = float(sum(window + 1 - age for age in ages if age <= window)) * (
                    2.0 / window
                )
        for back in (2, 3, 5, 10):
            out[f"days_since_order_day_{back}"] = float(ages[-back]) if len(ages) >= back else NONE
        gaps = [(later - earlier).days for earlier, later in itertools.pairwise(days)]
        ordered, n = sorted(gaps), len(gaps)
        usual = float(ordered[math.ceil(n / 2) - 1]) if gaps else NONE
        long = float(ordered[-(-9 * n // 10) - 1]) if gaps else NONE
        total, squares = sum(gaps), sum(gap * gap for gap in gaps)
        out |= {"usual_gap": usual, "long_gap": long, "longest_gap": float(max(gaps)) if gaps else NONE}
        out |= {"latest_gap": float(gaps[-1]) if gaps else NONE, "gap_mean": over(total, n)}
        out["gap_variation"] = over(math.sqrt(max(0, n * squares - total * total)), total) if gaps else NONE
        for least in (14, 30):
            out[f"gaps_of_{least}_days"] = float(sum(gap >= least for gap in gaps))
        silence = ages[-1] if ages else NONE
        for name, gap in (("usual", usual), ("long", long), ("longest", out["longest_gap"])):
            out[f"silence_to_{name}_gap"] = silence / gap if gaps else NONE
        out["silence_to_mean_gap"] = silence * n / total if gaps else NONE
        return out

    def baskets(self, customer: str) -> dict[str, Any]:
        rows, out = self.mine("order_lines", customer), {}
        bought: dict[str, list[Row]] = {}
        for row in rows:
            bought.setdefault(row["product_id"], []).append(row)
        for end, window in self.spans(30, 90):
            recent = {name for name, lines in bought.items() if self.within(lines, window)}
            out[f"products_count{end}"] = float(len(recent))
            if window is not None:
                fresh = [name for name in recent if len(self.within(bought[name], window)) == len(bought[name])]
                out[f"new_products_share{end}"] = over(len(fresh), len(recent)) if rows else NONE
        out["repeated_products_share"] = over(sum(len(lines) > 1 for lines in bought.values()), len(bought))
        out["lines_per_product"] = over(len(rows), len(bought))
        out["quantity_all"] = float(sum((row["quantity"] or 0 for row in rows), Decimal(0)))
        for kind, plural, size in (("category", "categories", 3), ("brand", "brands", 1)):
            kinds = {row["product_id"]: row[kind] for row in self.known["products"] if row[kind] is not None}
            typed = [(kinds[row["product_id"]], row) for row in rows if row["product_id"] in kinds]
            for end, window in self.spans(30, 90):
                recent = {word for word, row in typed if self.within([row], window)}
                out[f"{plural}_count{end}"] = float(len(recent))
            spent = sum((row["amount_base"] or 0 for _, row in typed), Decimal(0))
            known = any(row["amount_base"] is not None for _, row in typed)
            for number, top in enumerate(self.words[kind][:size]):
                on = sum((row["amount_base"] or 0 for word, row in typed if word == top), Decimal(0))
                out[f"{kind}_share_{number + 1}"] = over(on, spent) if known else NONE
        return out

    def touches(self, customer: str) -> dict[str, Any]:
        rows = self.mine("touches", customer)
        out: dict[str, Any] = {"days_since_last_touch": self.ago([local(row["happened_at"]).date() for row in rows])}
        for end, window in self.spans(30, 90):
            out[f"touches_count{end}"] = float(len(self.within(rows, window)))
        out["campaigns_count_all"] = float(len({row["campaign_id"] for row in rows} - {None}))
        for kind in ("open", "click"):
            out[f"touch_{kind}s_all"] = float(sum(row["kind"] == kind for row in rows))
        for number, word in enumerate(self.words["touches"]):
            out[f"touches_channel_{number + 1}"] = float(sum(row["channel"] == word for row in rows))
        return out

    def events(self, customer: str) -> dict[str, Any]:
        rows = self.mine("events", customer)
        days = [local(row["happened_at"]).date() for row in rows]
        out: dict[str, Any] = {"days_since_last_visit": self.ago(days), "visit_days_all": float(len(set(days)))}
        for end, window in self.spans():
            some = self.within(rows, window)
            out[f"events_count{end}"] = float(len(some))
            if window in (30, None):
                for number, word in enumerate(self.words["events"]):
                    out[f"event_{number + 1}_count{end}"] = float(sum(row["name"] == word for row in some))
        if {30, 90} <= set(self.windows):
            recent, double = len(self.within(rows, 30)), len(self.within(rows, 60))
            out["events_trend_30d"] = over(recent, double - recent)
        out["visits_count_all"] = float(len({row["session_id"] for row in rows} - {None}))
        out["events_value_all"] = float(sum((row["value"] or 0 for row in rows), Decimal(0)))
        return out

    def texts(self, customer: str) -> dict[str, Any]:
        rows = self.mine("texts", customer)
        out: dict[str, Any] = {"days_since_last_text": self.ago([local(row["happened_at"]).date() for row in rows])}
        for end, window in self.spans(30, 90):
            out[f"texts_count{end}"] = float(len(self.within(rows, window)))
        ratings = [Decimal(str(row["rating"])) for row in rows if row["rating"] is not None]
        out["rating_mean"] = over(sum(ratings, Decimal(0)), len(ratings))
        out["rating_min"] = float(min(ratings)) if ratings else NONE
        return out

    def subscriptions(self, customer: str) -> dict[str, Any]:
        at = midnight(self.day)
        rows = self.mine("subscriptions", customer)
        begun = [row for row in rows if row["started_at"] < at]
        running = [row for row in begun if row["ended_at"] is None]
        starts = [row["started_at"].date() for row in begun]
        trials = [row["trial_ends_at"] for row in running if row["trial_ends_at"] and row["trial_ends_at"] >= at]
        tried = [row["trial_ends_at"] for row in rows if row["trial_ends_at"] and row["trial_ends_at"] < at]
        failed = [row["payment_failed_at"] for row in rows if row["payment_failed_at"]]
        plans = {row["plan"] for row in running}
        return {
            "subscriptions_running": float(len(running)),
            "subscriptions_ever": float(len(begun)),
            "days_since_first_subscription": float((self.day - min(starts)).days) if starts else NONE,
            "days_since_last_subscription": self.ago(starts),
            "days_since_cancelling": self.ago([row["ended_at"].date() for row in rows if row["ended_at"]]),
            "monthly_amount": float(sum((row["monthly_amount"] or 0 for row in running), Decimal(0))),
            "days_since_failed_payment": self.ago([time.date() for time in failed]),
            "payments_failed_30d": float(sum(time >= midnight(self.day - timedelta(days=30)) for time in failed)),
            "payments_failed_all": float(len(failed)),
            "trials_running": float(len(trials)),
            "days_until_trial_end": self.until(trials),
            "days_since_trial_end": self.ago([time.date() for time in tried]),
            "days_until_renewal": self.until(
                [row["renews_at"] for row in running if row["renews_at"] and row["renews_at"] >= at]
            ),
            "subscription_plan": next((word for word in self.words["subscriptions"] if word in plans), None),
        }

    def until(self, times: list[datetime]) -> float:
        return float((min(times).date() - self.day).days) if times else NONE

    def attributes(self, customer: str) -> dict[str, Any]:
        row = next(iter(self.mine("customers", customer)), None) or {}
        created = row.get("created_at")
        return {
            "days_since_created_at": float((self.day - created.date()).days) if created else NONE,
            "country": row.get("country"),
            "level": row.get("level"),
            "points": NONE if row.get("points") is None else float(row["points"]),
        }
