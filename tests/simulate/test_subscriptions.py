"""The simulated subscription business: risks, payments and trials are in its tables as its truth says."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from same_bytes import assert_fits_contract, assert_same_bytes

from tradewind.simulate.subscriptions import simulate_subscriptions
from tradewind.simulate.world import Simulated, SubscriptionSettings, World

SETTINGS = SubscriptionSettings(accounts=4000, logins=3.0)
WORLD = World(days=700, subscriptions=SETTINGS)


@pytest.fixture(scope="module")
def business() -> Simulated:
    return simulate_subscriptions(WORLD, 1)


def test_one_seed_gives_the_same_bytes_and_another_seed_others() -> None:
    small = World(days=200, subscriptions=SubscriptionSettings(accounts=60))
    assert_same_bytes(simulate_subscriptions(small, 1), simulate_subscriptions(small, 1))
    first, other = (simulate_subscriptions(small, seed).tables["subscriptions"] for seed in (1, 2))
    assert first != other


def test_every_table_fits_the_contract_and_no_row_is_rejected() -> None:
    assert_fits_contract(simulate_subscriptions(World(days=400, subscriptions=SubscriptionSettings(accounts=300)), 3))


def test_every_reference_is_held(business: Simulated) -> None:
    for child, parent, column in (
        ("customers", "accounts", "account_id"),
        ("subscriptions", "customers", "customer_id"),
        ("orders", "customers", "customer_id"),
        ("events", "customers", "customer_id"),
        ("texts", "customers", "customer_id"),
    ):
        wanted = business.tables[child][column].combine_chunks()
        assert len(wanted) > 0
        assert pc.all(pc.is_in(wanted, business.tables[parent][column].combine_chunks())).as_py(), (child, column)


def _months(business: Simulated) -> tuple[pa.Table, np.ndarray, np.ndarray]:
    """Months in which one could leave, their risk, and whether the company left."""
    months = business.truth["months"]
    free = months.filter(pc.and_(pc.greater(months["risk"], 0), months["paid"]))
    return free, free["risk"].to_numpy(), free["left"].to_numpy(zero_copy_only=False)


def test_companies_leave_as_often_as_their_risks_say(business: Simulated) -> None:
    free, risk, left = _months(business)
    quiet = free["logins"].to_numpy() == 0
    ticket = free["ticket"].to_numpy(zero_copy_only=False)
    for some in (np.ones(len(risk), dtype=bool), quiet, ~quiet, ticket, ~ticket):
        noise = np.sqrt((risk[some] * (1 - risk[some])).sum()) / some.sum()
        assert abs(left[some].mean() - risk[some].mean()) < 3.5 * noise
    assert left[quiet].mean() > 1.5 * left[~quiet].mean()
    assert left[ticket].mean() > 1.3 * left[~ticket].mean()


def test_trials_payments_and_ends_are_as_set(business: Simulated) -> None:
    ended = np.array(business.truth["subscriptions"]["ended"].to_pylist())
    began = business.tables["subscriptions"]["started_at"].to_numpy().astype("M8[D]")
    tried = began + SETTINGS.trial_days < np.datetime64(WORLD.start) + WORLD.days - 1
    assert (ended[tried] != "trial not continued").mean() == pytest.approx(SETTINGS.trial_stays, abs=0.03)
    payments = np.array(business.truth["payments"]["status"].to_pylist())
    again = SETTINGS.failed_share * (1 + 1 - SETTINGS.recovered) / (1 + SETTINGS.failed_share)
    assert (payments == "failed").mean() == pytest.approx(again, abs=0.01)
    missing = pc.is_null(business.tables["subscriptions"]["ended_at"]).to_numpy()
    assert np.array_equal(missing, ended == "")


def test_totals_are_what_the_tables_say(business: Simulated) -> None:
    totals = {row["what"]: row["value"] for row in business.truth["totals"].to_pylist()}
    subscriptions = business.tables["subscriptions"].to_pylist()
    running = [row for row in subscriptions if row["ended_at"] is None]
    assert totals["running"] == len(running)
    assert totals["monthly"] == sum(row["monthly_amount"] for row in running)
    assert totals["revenue"] == pc.sum(business.tables["orders"]["amount"]).as_py()
    yearly = [row["monthly_amount"] * 12 for row in running if row["plan"] == "Starter yearly"]
    assert yearly
    assert all(abs(amount / 190 - round(amount / 190)) < 0.01 for amount in yearly)
