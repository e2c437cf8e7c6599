"""Deals that will be won: who is open, what counts; the stage's own win rate beside it; what a snapshot cannot tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

import tradewind as tw
from contract.use_case_contract import TinyWorld, UseCaseContract
from small_worlds import NOW, SALES, write_workspace
from tradewind.features.rules import past_rates
from tradewind.flow import run as flow
from tradewind.flow.run import run
from tradewind.simulate.sales import simulate_sales
from tradewind.store.workspace import Workspace

DEALS = (
    # deal, opened, closed, won, amount
    ("first instant", "2021-01-01 12:00:00", "2021-03-15 00:00:00", True, 10.0),
    ("last instant", "2021-03-14 23:59:59", "2021-05-13 23:59:59", True, 20.0),
    ("horizon over", "2021-03-01 12:00:00", "2021-05-14 00:00:00", True, 30.0),
    ("lost", "2021-03-01 12:00:00", "2021-03-20 12:00:00", False, 40.0),
    ("open", "2021-03-01 12:00:00", None, None, 50.0),
    ("nobody says how", "2021-03-01 12:00:00", "2021-03-20 12:00:00", None, 60.0),
    ("no amount", "2021-03-01 12:00:00", "2021-03-20 12:00:00", True, None),
    # Not asked about:
    ("opened at the cutoff", "2021-03-15 00:00:00", "2021-03-20 12:00:00", True, 70.0),
    ("won before", "2021-03-01 12:00:00", "2021-03-14 23:59:59", True, 80.0),
)
NAMES = ("deal_id", "created_at", "closed_at", "won", "amount")
TINY = TinyWorld(
    tables={
        "deals": {**dict(zip(NAMES, zip(*DEALS, strict=True), strict=True)), "stage": ["any"] * len(DEALS)},
        "deal_stages": {"deal_id": ["open"], "stage": ["any"], "entered_at": ["2021-03-02 12:00:00"]},
    },
    stable={"deals": ("amount",)},
    answers={
        "first instant": (1.0, 10.0),
        "last instant": (1.0, 20.0),
        "horizon over": (0.0, 30.0),
        "lost": (0.0, 40.0),
        "open": (0.0, 50.0),
        "nobody says how": (None, 60.0),
        "no amount": (1.0, None),
    },
)


class TestDealWin(UseCaseContract):
    name = "deal_win"
    tiny = TINY
    world = "sales"
    as_of_today: Mapping[str, Sequence[str]] = {"deals": ("stage", "owner", "product")}


def test_the_rate_of_a_stage_is_learned_from_what_was_known_by_each_cutoff() -> None:
    day = np.array(["2024-01-01", "2024-01-01", "2024-02-01", "2024-03-01", "2024-03-01"], dtype="datetime64[D]")
    words = np.array(["offer", "new", "offer", "offer", "unheard of"], dtype=object)
    nothing = np.full(5, np.nan)
    by_february = np.array([1.0, 0.0, np.nan, np.nan, np.nan])
    by_march = np.array([1.0, 0.0, 1.0, np.nan, np.nan])
    labels = {date(2024, 1, 1): nothing, date(2024, 2, 1): by_february, date(2024, 3, 1): by_march}
    found = past_rates(words, day, labels)
    assert found[:2].tolist() == [0.0, 0.0]
    assert found[2] == pytest.approx((1 + 5 * 0.5) / 6)
    assert found[3] == pytest.approx((2 + 5 * 2 / 3) / 7)
    assert found[4] == pytest.approx(2 / 3)


def test_the_list_names_the_stage_and_the_chance_in_the_end(sales: Workspace) -> None:
    scored = flow.score(sales, "deal_win")
    rows = sales.table(scored.table).to_pylist()
    assert {row["stage"] for row in rows} <= {stage.name for stage in SALES.sales.stages}
    assert all(0 <= row["won_in_the_end_by_stage"] <= 1 for row in rows)
    assert all(
        row["won_in_the_end_by_stage_low"] <= row["won_in_the_end_by_stage"] <= row["won_in_the_end_by_stage_high"]
        for row in rows
    )
    late = [row["won_in_the_end_by_stage"] for row in rows if row["stage"] == SALES.sales.stages[-2].name]
    early = [row["won_in_the_end_by_stage"] for row in rows if row["stage"] == SALES.sales.stages[0].name]
    assert np.mean(late) > np.mean(early) + 0.1


def test_a_snapshot_learns_from_nothing_that_says_how_deals_ended(tmp_path: Path) -> None:
    tables = simulate_sales(SALES, 3).tables
    folder = write_workspace(tmp_path, "Snapshot", {"deals": tables["deals"]}, QUICK, stable={"deals": ("amount",)})
    workspace = tw.open(folder, clock=lambda: NOW)
    (finding,) = run(workspace, ("deal_win",)).findings
    assert finding.status in ("answered", "not distinguishable")
    assert finding.rule == "larger first"
    assert any("Nobody recorded when deals changed their stage" in sentence for sentence in finding.found)
    learned = set(workspace.table("training_deal_win").column_names)
    assert {"amount", "days_since_created_at"} <= learned
    assert not {"stage", "stage_now", "owner", "won", "product"} & learned


QUICK = """
[use_cases.deal_win]
models = ["linear"]
cutoffs = 6
"""


def test_without_closing_dates_it_says_what_to_map(tmp_path: Path) -> None:
    deals = simulate_sales(SALES, 3).tables["deals"].drop_columns(["closed_at"])
    workspace = tw.open(write_workspace(tmp_path, "Undated", {"deals": deals}), clock=lambda: NOW)
    (finding,) = run(workspace, ("deal_win",)).findings
    assert finding.status == "not answerable"
    assert "closed_at in [tables.deals]" in finding.next


def test_a_day_long_ago_has_nobody_open(tmp_path: Path) -> None:
    at = datetime(2024, 1, 1)
    deals = pa.table({"deal_id": ["a"], "created_at": [at], "stage": ["Won"], "closed_at": [at + timedelta(days=3)],
                      "won": [True], "amount": [5.0]})  # fmt: skip
    workspace = tw.open(write_workspace(tmp_path, "Tiny", {"deals": deals}), clock=lambda: NOW)
    (finding,) = run(workspace, ("deal_win",)).findings
    assert finding.status == "not answerable"
