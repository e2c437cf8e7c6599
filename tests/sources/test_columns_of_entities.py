"""Leads, deals, accounts and subscriptions in the contract: whom a row is about, what stands twice, what was known."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import pytest
from mapped_rows import MapRows, rows_of

from tradewind.core.errors import ConfigError
from tradewind.core.time import Cutoff
from tradewind.features.catalog import Catalog, catalog_of, catalog_table
from tradewind.flow.ask import ask_known
from tradewind.sources.load import load_tables
from tradewind.store.workspace import Workspace

AT = "2024-01-02 10:00:00"
WHOM = ("customer_id", "lead_id", "deal_id", "account_id")


@pytest.mark.parametrize(
    ("table", "more"),
    [
        ("activities", {"activity_id": "id", "kind": "word"}),
        ("events", {"name": "word"}),
        ("touches", {"channel": "word"}),
        ("texts", {"text_id": "id", "text": "word"}),
    ],
)
def test_a_row_may_be_about_any_of_them(map_rows: MapRows, table: str, more: dict[str, str]) -> None:
    rows = {name: [f"{name[0]}1" if row == place else None for row in range(5)] for place, name in enumerate(WHOM)}
    rows |= {"id": [*"12345"], "word": ["call"] * 5, "at": [AT] * 5}
    mapped = map_rows(table, {"happened_at": "at", **more, **{name: name for name in WHOM}}, rows)
    about_nobody = [(None, None, None, None)] if table == "texts" else []  # a review may be anybody's
    assert rows_of(mapped.good, *WHOM) == [
        ("c1", None, None, None), (None, "l1", None, None), (None, None, "d1", None), (None, None, None, "a1"),
        *about_nobody,
    ]  # fmt: skip
    assert mapped.counts.rejected == 1 - len(about_nobody)


def test_one_of_them_is_enough(map_rows: MapRows) -> None:
    rows = {"id": ["1"], "who": ["c"], "at": [AT], "kind": ["call"]}
    columns = {"activity_id": "id", "happened_at": "at", "kind": "kind"}
    assert map_rows("activities", {**columns, "customer_id": "who"}, rows).counts.good == 1
    with pytest.raises(ConfigError, match="no column says whom this is about"):
        map_rows("activities", columns, rows)


SUBSCRIPTIONS = {"customer_id": "who", "started_at": "since", "plan": "plan"}
TWO_AT_ONCE = {"who": ["c", "c"], "since": ["2024-01-02"] * 2, "plan": ["mail", "phone"], "id": ["s1", "s2"]}


def test_two_subscriptions_of_one_day_need_an_id_to_be_two(map_rows: MapRows) -> None:
    told_apart = map_rows("subscriptions", {**SUBSCRIPTIONS, "subscription_id": "id"}, TWO_AT_ONCE)
    assert rows_of(told_apart.good, "subscription_id", "plan") == [("s1", "mail"), ("s2", "phone")]
    alike = map_rows("subscriptions", SUBSCRIPTIONS, TWO_AT_ONCE)
    assert rows_of(alike.good, "subscription_id", "plan") == [(None, "phone")]
    assert alike.counts.rejected == 1, "the other one is counted, not lost in silence"


CONFIG = """
[sources.s]
path = "data/*.csv"
timezone = "UTC"
[tables.subscriptions]
from = "s.subs"
customer_id = "who"
started_at = "since"
trial_ends_at = "trial"
renews_at = "renews"
payment_failed_at = "failed"
"""
HISTORY = """who,since,trial,renews,failed,changed
c,2024-01-01,2024-01-15,2024-07-01,,2024-01-01
c,2024-01-01,2024-01-15,2024-07-01,2024-03-05,2024-03-05
c,2024-01-01,2024-01-15,2024-08-01,2024-05-10,2024-05-20
"""


def known(workspace: Workspace) -> Catalog:
    return catalog_of(workspace.manifest().tables, "UTC")


def test_a_later_failure_does_not_erase_an_earlier_one(make_workspace: Callable[..., Workspace]) -> None:
    workspace = make_workspace(CONFIG + 'known_at = "changed"\n', {"data/subs.csv": HISTORY})
    load_tables(workspace)
    trial, march, may = datetime(2024, 1, 14, 23), datetime(2024, 3, 4, 23), datetime(2024, 5, 9, 22)
    expected = {
        date(2024, 1, 10): (trial, None, 7),
        date(2024, 3, 6): (trial, march, 7),
        date(2024, 5, 15): (trial, march, 7),  # the second was not known before the 20th
        date(2024, 5, 21): (trial, may, 8),
    }
    month = "EXTRACT(MONTH FROM CAST(renews_at AS DATE) + 1)"  # midnight in Berlin is the evening before in UTC
    query = f"SELECT trial_ends_at, payment_failed_at, {month} AS month FROM subscriptions"
    with workspace.engine(("subscriptions",), workspace.manifest()) as engine:
        for day, row in expected.items():
            rows = ask_known(engine, known(workspace), query, Cutoff(day, "UTC"))
            assert rows_of(rows, "trial_ends_at", "payment_failed_at", "month") == [row], day


def test_without_a_history_what_moves_is_not_used_for_the_past(make_workspace: Callable[..., Workspace]) -> None:
    workspace = make_workspace(CONFIG, {"data/subs.csv": "".join(HISTORY.splitlines(True)[::3])})
    load_tables(workspace)
    assert known(workspace).has("subscriptions", "trial_ends_at"), "agreed at the beginning"
    assert not known(workspace).has("subscriptions", "renews_at"), "it moves on with each renewal"
    assert not known(workspace).has("subscriptions", "payment_failed_at"), "that the last one stands tells of no later"


def test_an_amount_in_the_own_currency_is_known_no_longer_than_the_amount() -> None:
    columns = [("deal_id", "VARCHAR"), ("amount", "DECIMAL(18,4)"), ("amount_base", "DECIMAL(18,4)")]
    assert not catalog_table("deals", columns, ["amount"]).has("amount_base")
    assert catalog_table("deals", columns, ["amount"], ["amount"]).has("amount_base")
    assert catalog_table("deals", columns).has("amount_base")
