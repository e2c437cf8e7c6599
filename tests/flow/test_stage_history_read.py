"""Where deals stood when, read from changes between loads, and as of a past day: nothing that came later is in it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import tradewind as tw
from small_worlds import write_workspace
from tradewind.core.errors import NotAnswerable
from tradewind.core.time import Cutoff
from tradewind.flow.data import open_data
from tradewind.flow.pipeline.stage_history import read_stage_history
from tradewind.models.pipeline.stages import LOST, OPEN, WON
from tradewind.sources.load import load_tables

START = datetime(2024, 1, 1, 12)


def _deals(stage: list[str], closed: list[int | None]) -> pa.Table:
    """Forty deals opened on the first forty days, in these stages; closed on these days, won where it says Won."""
    ends = [None if day is None else START + timedelta(days=day) for day in closed]
    return pa.table(
        {
            "deal_id": [f"D{place:02d}" for place in range(40)],
            "created_at": [START + timedelta(days=place) for place in range(40)],
            "stage": stage,
            "closed_at": pa.array(ends, pa.timestamp("us")),
            "won": [None if end is None else name == "Won" for name, end in zip(stage, ends, strict=True)],
        }
    )


@pytest.fixture
def loaded_thrice(tmp_path: Path) -> tw.Workspace:
    """Loads on days 100, 110 and 120: 30 deals go on to Offer, of them 20 are won and 10 stay."""
    nobody: list[int | None] = [None] * 40
    states = (
        (100, _deals(["New"] * 40, nobody)),
        (110, _deals(["Offer"] * 30 + ["New"] * 10, nobody)),
        (120, _deals(["Won"] * 20 + ["Offer"] * 10 + ["New"] * 10, [115] * 20 + [None] * 20)),
    )
    folder = write_workspace(tmp_path, "Team", {"deals": states[-1][1]}, zone="UTC")
    for day, rows in states:
        pq.write_table(rows, folder / "data" / "deals.parquet")
        workspace = tw.open(folder, clock=lambda at=START + timedelta(days=day): at)
        load_tables(workspace)
    return tw.open(folder, clock=lambda: START + timedelta(days=121))


def test_changes_between_loads_are_a_history_that_says_how_rough_it_is(loaded_thrice: tw.Workspace) -> None:
    with open_data(loaded_thrice) as data:
        found = read_stage_history(data, Cutoff(date(2024, 5, 1), "UTC"))
    assert found.source == "row versions"
    assert found.stages == ("New", "Offer")
    first = found.stage == 0
    assert np.isnat(found.entered[first]).all(), "when they had entered it, before the first load, nobody knows"
    offer = found.stage == 1
    assert set(found.entered[offer].tolist()) == {date(2024, 4, 20)}
    assert (found.next[offer] == WON).sum() == 20
    assert (found.ending == OPEN).sum() == 20
    assert any("from one load to the next" in sentence for sentence in found.said)


def test_as_of_a_past_day_nothing_later_is_in_it(tmp_path: Path) -> None:
    deals = _deals(["Won"] * 20 + ["Lost"] * 20, [60] * 20 + [80] * 20)
    rows = [
        (f"D{place:02d}", stage, START + timedelta(days=day))
        for place in range(40)
        for stage, day in (("New", place), ("Offer", 50), ("Won" if place < 20 else "Lost", 60 if place < 20 else 80))
    ]
    names = ("deal_id", "stage", "entered_at")  # fmt: skip
    stages = pa.table({name: [row[place] for row in rows] for place, name in enumerate(names)})
    workspace = tw.open(write_workspace(tmp_path, "Team", {"deals": deals, "deal_stages": stages}, zone="UTC"),
                        clock=lambda: START + timedelta(days=200))  # fmt: skip
    load_tables(workspace)
    with open_data(workspace) as data:
        then = read_stage_history(data, Cutoff(date(2024, 3, 5), "UTC"))  # day 64
        now = read_stage_history(data)
    assert (then.ending == WON).sum() == 20
    assert (then.ending == OPEN).sum() == 20
    assert set(then.standing[then.ending == OPEN].tolist()) == {"Offer"}
    assert (now.ending == LOST).sum() == 20
    assert now.stages == then.stages == ("New", "Offer")


def test_without_dates_of_opening_it_says_what_to_map(tmp_path: Path) -> None:
    deals = _deals(["New"] * 40, [None] * 40).drop_columns(["created_at"])
    orders = pa.table({"order_id": ["1"], "customer_id": ["c"], "happened_at": [START], "amount": [1.0]})
    workspace = tw.open(write_workspace(tmp_path, "Team", {"deals": deals, "orders": orders}, zone="UTC"))
    load_tables(workspace)
    with open_data(workspace) as data, pytest.raises(NotAnswerable, match="nobody can say when deals were opened"):
        read_stage_history(data)
