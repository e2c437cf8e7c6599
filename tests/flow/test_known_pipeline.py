"""A pipeline read as known on a day: earlier loads keep what amounts were, and stays become steps."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

import tradewind as tw
from small_worlds import NOW, SALES, START, write_workspace
from tradewind.core.time import Cutoff
from tradewind.flow.data import open_data
from tradewind.flow.learning.newest_load import known_today
from tradewind.flow.pipeline.known import KnownPipeline, read_pipeline
from tradewind.simulate.sales import simulate_sales
from tradewind.sources.load import load_tables


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> tuple[KnownPipeline, KnownPipeline]:
    """The pipeline as of the newest data and as of the first load; deals that closed in between grew by a half."""
    tables = simulate_sales(SALES, 5).tables
    deals, stages = tables["deals"], tables["deal_stages"]
    first = datetime.combine(START, datetime.min.time()) + timedelta(days=300)
    now, at = first, pa.scalar(first, pa.timestamp("us"))
    open_then = pc.fill_null(pc.greater_equal(deals["closed_at"], at), True)
    then = deals
    for name in ("closed_at", "won"):
        then = then.set_column(then.column_names.index(name), name, pc.if_else(open_then, None, deals[name]))
    then = then.filter(pc.less(deals["created_at"], at))
    folder = tmp_path_factory.mktemp("loads")
    early = {"deals": then, "deal_stages": stages.filter(pc.less(stages["entered_at"], at))}
    workspace = tw.open(write_workspace(folder, "Team", early, zone="UTC"), clock=lambda: now)
    load_tables(workspace)
    grown = pc.if_else(pc.and_(open_then, pc.is_valid(deals["closed_at"])), 1.5, 1.0)
    amount = pc.multiply(deals["amount"].cast(pa.float64()), grown).cast(pa.decimal128(18, 4))
    pq.write_table(
        deals.set_column(deals.column_names.index("amount"), "amount", amount), folder / "data/deals.parquet"
    )
    pq.write_table(stages, folder / "data/deal_stages.parquet")
    now = NOW
    load_tables(workspace)
    with open_data(workspace) as data:
        today = known_today(data, ("deals", "deal_stages"))
        then = read_pipeline(data, Cutoff(first.date() + timedelta(days=1), "UTC"))
        return read_pipeline(data, data.score_at, known_by=today), then


def test_how_amounts_change_is_read_from_earlier_loads(known: tuple[KnownPipeline, KnownPipeline]) -> None:
    pipeline = known[0].pipeline
    seen = pipeline.ratio[np.isfinite(pipeline.ratio) & pipeline.won]
    assert len(seen) >= 5
    assert np.median(seen) == pytest.approx(1.5)


def test_amounts_of_the_past_are_those_of_then(known: tuple[KnownPipeline, KnownPipeline]) -> None:
    newest, earlier = known[0].pipeline, known[1].pipeline
    assert earlier.count < newest.count
    assert np.isnan(earlier.ratio).all()
    assert known[1].amounts_since == date(2023, 10, 28)
    assert np.nanmax(earlier.closed) < (date(2023, 10, 29) - date(1970, 1, 1)).days
    assert earlier.amount[earlier.open].sum() > 0


def test_every_open_deal_stands_in_one_stage_and_every_step_ends_where_the_next_begins(
    known: tuple[KnownPipeline, KnownPipeline],
) -> None:
    pipeline = known[0].pipeline
    deal, stage, age = pipeline.places(float(np.nanmax(pipeline.closed)) + 1)
    assert sorted(deal.tolist()) == np.flatnonzero(pipeline.open).tolist()
    assert stage.min() >= 0
    assert stage.max() < pipeline.stages == 4
    assert age.min() >= 0
    steps = pipeline.steps
    went_on = (steps.next >= 0) & (steps.next < pipeline.stages)
    entered = {(d, s): e for d, s, e in zip(steps.deal, steps.stage, steps.entered, strict=True)}
    for d, s, left in zip(steps.deal[went_on], steps.next[went_on], steps.left[went_on], strict=True):
        assert entered[d, s] == left
    won = steps.deal[steps.next == pipeline.stages]
    assert sorted(won.tolist()) == np.flatnonzero(pipeline.won).tolist()
