"""Subscriptions of one customer that run beside each other: two products, or one entered twice."""

from __future__ import annotations

from tradewind.checks.looked import Looked
from tradewind.core.trouble import Trouble, clean_lines

_TREATED = "each counts: amounts are added, and whoever ends one of two has not left"


def find_subscription_trouble(looked: Looked) -> list[Trouble]:
    """Find open subscriptions of one customer at the same time; of one plan they are likely the same one twice."""
    if looked.name != "subscriptions" or "ended_at" not in looked.shapes:
        return []
    plan = ", plan" if "plan" in looked.shapes else ""
    several = f"SELECT customer_id{plan} FROM subscriptions WHERE ended_at IS NULL GROUP BY ALL HAVING count(*) > 1"
    open_twice = (
        "ended_at IS NULL AND customer_id IN (SELECT customer_id FROM subscriptions WHERE ended_at IS NULL "
        "GROUP BY customer_id HAVING count(*) > 1)"
    )
    alike = f"ended_at IS NULL AND (customer_id{plan}) IN ({several})" if plan else "FALSE"
    words = "{rows} subscriptions ({share}) run beside another one of the same customer"
    same, who = looked.one(
        f"SELECT count(*) FILTER (WHERE {alike}), count(DISTINCT customer_id) FROM subscriptions WHERE {open_twice}"
    )
    detail = f" ({who:,} customers)" + (f"; {same:,} of them have the same plan twice" if same else "")
    found = looked.trouble(
        "ended_at", "two at once", "misleads" if same or not plan else "cosmetic",
        f"{words}{detail}; {_TREATED}", open_twice, shown="started_at",
        treat=clean_lines("subscriptions", "ended_at", {"keep": ["two at once"]}),
        do="end the one that was replaced, where it is one product entered twice; two products are fine",
    )  # fmt: skip
    return [] if found is None else [found]
