"""Stripe's subscriptions and their payments, filled with a known truth: what is loaded equals it to the cent."""

from __future__ import annotations

from pathlib import Path

import pyarrow.compute as pc
from vendor_workspace import load_exports, truth_of

from tradewind.simulate.exports.stripe import write_stripe_subscriptions
from tradewind.simulate.subscriptions import simulate_subscriptions
from tradewind.simulate.world import SubscriptionSettings, World

SMALL = World(days=500, subscriptions=SubscriptionSettings(accounts=200))


def test_stripe_subscriptions_and_payments(tmp_path: Path) -> None:
    business = simulate_subscriptions(SMALL, 5)
    write_stripe_subscriptions(business, tmp_path / "data")
    loaded, truth = load_exports(tmp_path, business), truth_of(business)
    subscriptions = loaded.table("subscriptions")
    running = subscriptions.filter(pc.is_null(subscriptions["ended_at"]))
    assert loaded.rejected() == 0
    assert subscriptions.num_rows == loaded.table("customers").num_rows == truth["subscriptions"]
    assert running.num_rows == truth["running"]
    assert pc.sum(running["monthly_amount"]).as_py() == truth["monthly"]
    assert loaded.table("orders").num_rows == truth["orders"]
    assert loaded.total("orders", "amount") == truth["revenue"]
    ours = business.tables["subscriptions"]
    for name in ("started_at", "ended_at", "trial_ends_at", "renews_at"):
        assert subscriptions[name].to_pylist() == ours[name].to_pylist(), name
