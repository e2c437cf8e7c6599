"""Subscriptions and leads whose times cannot be are told; those whose times can be are left alone."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import duckdb
import pyarrow as pa
import pytest

from tradewind.checks.look import look_for_trouble
from tradewind.checks.looked import Given

START = datetime(2024, 1, 1, 12)
COLUMNS = {
    "subscriptions": ("started_at", ("trial_ends_at", "payment_failed_at", "renews_at", "ended_at")),
    "leads": ("created_at", ("lost_at", "converted_at")),
}


def told(table: str, late: str, wrong: bool) -> set[tuple[str, str]]:
    """Findings on a table in which one column's times come after the beginning, or, for three rows, before it."""
    begin, _ = COLUMNS[table]
    begun = [START + timedelta(hours=5 * place) for place in range(300)]
    later = [at + timedelta(days=14) for at in begun]
    later[:3] = [at - timedelta(days=30) for at in begun[:3]] if wrong else later[:3]
    key = "customer_id" if table == "subscriptions" else "lead_id"
    rows = pa.table({key: [f"K{place}" for place in range(300)], begin: begun, late: later})
    with duckdb.connect() as con:
        found = look_for_trouble(con, {table: Given(rows, lambda: None)}, date(2024, 12, 1), "EUR", None)
    return {(each.column, each.kind) for each in found}


@pytest.mark.parametrize(("table", "late"), [(table, late) for table, (_, all_) in COLUMNS.items() for late in all_])
def test_what_ends_before_it_begins_is_told(table: str, late: str) -> None:
    assert (late, "impossible") in told(table, late, wrong=True)
    assert (late, "impossible") not in told(table, late, wrong=False)


@pytest.mark.parametrize(("amounts", "is_told"), [((19, 49, 99), False), ((*range(10, 50), 9999), True)])
def test_a_price_of_99_is_no_stand_in(amounts: tuple[int, ...], is_told: bool) -> None:
    monthly = [float(amounts[place % len(amounts)]) for place in range(300)]
    begun = [START + timedelta(hours=5 * place) for place in range(300)]
    names = [f"K{place}" for place in range(300)]
    rows = pa.table({"customer_id": names, "started_at": begun, "monthly_amount": monthly})
    with duckdb.connect() as con:
        found = look_for_trouble(con, {"subscriptions": Given(rows, lambda: None)}, date(2024, 12, 1), "EUR", None)
    assert (("monthly_amount", "disguised missing") in {(each.column, each.kind) for each in found}) == is_told


@pytest.mark.parametrize("apart", [timedelta(hours=5), timedelta(0)])
def test_subscriptions_that_began_at_other_times_are_not_one_under_two_names(apart: timedelta) -> None:
    begun = [START + timedelta(hours=5 * place) for place in range(300)]
    begun[1] = begun[0] + apart
    renews = [START + timedelta(days=400 + place) for place in range(300)]
    renews[1] = renews[0]
    names = [f"K{place}" for place in range(300)]
    rows = pa.table({"customer_id": names, "started_at": begun, "renews_at": renews, "plan": ["basic"] * 300})
    with duckdb.connect() as con:
        found = look_for_trouble(con, {"subscriptions": Given(rows, lambda: None)}, date(2024, 12, 1), "EUR", None)
    assert ("near duplicates" in {each.kind for each in found}) == (not apart)
