"""Nothing that is said or published depends on the order in which the engine happens to give rows."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest

import tradewind as tw
from shuffled_rows import ShuffledConnection, shuffled, shuffling
from small_worlds import write_workspace
from tradewind.checks.look import look_for_trouble
from tradewind.checks.looked import Given
from tradewind.core.time import Cutoff
from tradewind.flow.data import open_data
from tradewind.flow.orders import order_days
from tradewind.flow.people.list import rank_row
from tradewind.flow.pipeline.open_deals import last_activities
from tradewind.flow.pipeline.stage_history import read_stage_history
from tradewind.sources.load import load_tables

AT = datetime(2024, 1, 1, 12)
TRIES = range(4)


def test_the_shuffle_leaves_what_says_its_order() -> None:
    assert shuffled("SELECT a FROM t ORDER BY a") == "SELECT a FROM t ORDER BY a, random()"
    assert shuffled("SELECT a FROM (SELECT a FROM t ORDER BY a)").endswith("ORDER BY random()")
    assert shuffled("DROP TABLE t") == "DROP TABLE t"
    connection = ShuffledConnection(duckdb.connect())
    assert connection.execute("SELECT range FROM range(1000)").fetchall() != [(place,) for place in range(1000)]


def test_codes_of_customers_follow_their_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """Samples are drawn by code: another order of rows must not draw other people."""
    rows = pa.table({"customer_id": ["b", "c", "a", "b"], "happened_on": [date(2024, 1, day) for day in (1, 2, 3, 4)]})
    for order in ([0, 1, 2, 3], [3, 1, 2, 0]):
        monkeypatch.setattr(order_days, "ask_known", lambda *_, order=order: rows.take(order))
        catalog = SimpleNamespace(table=lambda _: True)
        data: Any = SimpleNamespace(
            kept={}, catalog=catalog, engine=None, score_at=Cutoff(date(2024, 2, 1), "UTC"), part=None
        )
        buyers = order_days.read_order_days(data)
        assert buyers.names.tolist() == ["a", "b", "c"]
        assert buyers.orders.customer.tolist() == [1, 2, 0, 1]


def _team(folder: Path, rows: dict[str, pa.Table]) -> tw.Workspace:
    write_workspace(folder, "Team", rows, zone="UTC")
    workspace = tw.open(folder, clock=lambda: AT + timedelta(days=100))
    load_tables(workspace)
    return workspace


def test_what_was_done_last_is_told_the_same_way_of_two_at_one_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kinds = ["call", "meeting", "note"]
    deals = {"deal_id": ["D1"], "created_at": [AT], "stage": ["New"]}
    done = {"activity_id": kinds, "deal_id": ["D1"] * 3, "happened_at": [AT + timedelta(days=9)] * 3, "kind": kinds}
    workspace = _team(tmp_path, {"deals": pa.table(deals), "activities": pa.table(done)})
    monkeypatch.setattr(duckdb, "connect", shuffling(duckdb.connect))
    for _ in TRIES:
        with open_data(workspace) as data:
            assert last_activities(data) == {"D1": (date(2024, 1, 10), "note")}


def test_stages_known_at_one_moment_stand_in_the_order_in_which_they_were_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A history of stages that comes in one load carries one instant of loading: what was known first is first."""
    rows = [
        (f"D{place:02d}", AT, stage, AT + timedelta(days=step))
        for place in range(30) for step, stage in enumerate(("Zero", "Middle", "Ask"))
    ]  # fmt: skip
    names = ("deal_id", "created_at", "stage", "known_at")
    table = pa.table({name: [row[at] for row in rows] for at, name in enumerate(names)})
    workspace = _team(tmp_path, {"deals": table})
    monkeypatch.setattr(duckdb, "connect", shuffling(duckdb.connect))
    for _ in TRIES:
        with open_data(workspace) as data:
            history = read_stage_history(data, Cutoff(date(2024, 5, 1), "UTC"))
        assert history.stages == ("Zero", "Middle", "Ask")


def test_examples_and_words_of_troubles_are_the_same_in_every_look() -> None:
    count = 400
    rows = pa.table(
        {
            "customer_id": [f"C{place:03d}" for place in range(count)],
            "country": pa.array(np.where(np.arange(count) % 4 == 0, "Hamburk", np.where(
                np.arange(count) % 2 == 0, "Hamburg", "Hamburgo")).tolist()),
            "born": pa.array([(1900, 1901)[place % 2] if place < 40 else 1950 + place % 40 for place in range(count)]),
        }
    )  # fmt: skip
    told = []
    for seed in TRIES:
        mixed = rows.take(np.random.default_rng(seed).permutation(count))
        with duckdb.connect() as con:
            told.append(look_for_trouble(con, {"customers": Given(mixed)}, date(2025, 1, 1), "EUR"))
    assert any(each.examples for each in told[0])
    assert all(each == told[0] for each in told[1:])


def test_of_several_rows_about_one_the_first_on_the_list_counts() -> None:
    connection = duckdb.connect()
    connection.execute("CREATE TABLE list_health AS SELECT 1 AS rank_, 'C1' AS customer_id UNION ALL SELECT 2, 'C1'")
    index: Any = SimpleNamespace(rows=lambda sql, values: [
        dict(zip(("rank_", "customer_id"), row, strict=True)) for row in connection.execute(sql, values).fetchall()
    ])  # fmt: skip
    asked: Any = SimpleNamespace(table="list_health", entity="customer_id")
    assert rank_row(index, asked, ["C1"])["C1"]["rank_"] == 1
