"""Deals that cannot be are found, each by its kind, and a pipeline in good order is left alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from tradewind.checks.look import look_for_trouble
from tradewind.checks.looked import Given
from tradewind.core.trouble import Trouble
from tradewind.simulate.sales import simulate_sales
from tradewind.simulate.world import SalesSettings, World

WORLD = World(date(2023, 1, 1), 500, sales=SalesSettings(leads=1200, accounts=300, sellers=5))
TODAY = date(2024, 5, 15)
MINE = (
    "filled at the end",
    "no closing date",
    "hoped for",
    "one outcome",
    "owner gone",
    "backwards",
    "no order",
    "one stage",
    "renamed",
)
Tables = Mapping[str, pa.Table]


@pytest.fixture(scope="module")
def sales() -> dict[str, pa.Table]:
    tables = simulate_sales(WORLD, 4).tables
    return {name: tables[name] for name in ("deals", "deal_stages", "activities")}


def look(tables: Tables) -> dict[str, Trouble]:
    with duckdb.connect() as con:
        told = look_for_trouble(con, {name: Given(rows) for name, rows in tables.items()}, TODAY, "EUR")
    return {each.kind: each for each in told if each.kind in (*MINE, "impossible", "constant")}


def with_column(table: pa.Table, name: str, values: pa.Array | pa.ChunkedArray) -> pa.Table:
    return table.set_column(table.column_names.index(name), name, values)


def test_a_pipeline_in_good_order_is_left_alone(sales: Tables) -> None:
    assert look(sales) == {}


def test_won_without_a_closing_date(sales: Tables) -> None:
    deals = sales["deals"]
    first = pa.array([place < 5 for place in range(len(deals))])
    never = pa.scalar(None, deals.schema.field("closed_at").type)
    found = look({"deals": with_column(deals, "closed_at", pc.if_else(first, never, deals["closed_at"]))})
    trouble = found["no closing date"]
    assert (trouble.rows, trouble.severity) == (5, "breaks")
    assert "5 deals" in trouble.what
    assert trouble.do


def test_closed_on_a_day_that_is_yet_to_come(sales: Tables) -> None:
    deals = sales["deals"]
    ahead = [None if at is None else at + timedelta(days=600) for at in deals["closed_at"].to_pylist()]
    found = look({"deals": with_column(deals, "closed_at", pa.array(ahead, pa.timestamp("us")))})
    assert "yet to come" in found["impossible"].what


def test_a_closing_date_that_is_only_hoped_for(sales: Tables) -> None:
    deals = sales["deals"]
    hoped = [at or datetime(2024, 6, 1) for at in deals["closed_at"].to_pylist()]
    found = look({"deals": with_column(deals, "closed_at", pa.array(hoped, pa.timestamp("us")))})
    assert found["hoped for"].rows == deals["closed_at"].null_count
    assert "expected_close_at" in found["hoped for"].do


def test_hardly_any_deal_is_lost(sales: Tables) -> None:
    deals = sales["deals"]
    kept = [won is not False or place % 150 == 0 for place, won in enumerate(deals["won"].to_pylist())]
    found = look({"deals": deals.filter(pa.array(kept))})
    assert "closed deals were won" in found["one outcome"].what
    assert "deleted" in found["one outcome"].do


def test_open_deals_of_an_owner_who_left(sales: Tables) -> None:
    deals = sales["deals"]
    left = "Somebody Gone"
    facts = [deals[name].to_pylist() for name in ("created_at", "closed_at", "owner")]
    owners = [left if created < datetime(2023, 10, 1) and closed is None else owner
              for created, closed, owner in zip(*facts, strict=True)]  # fmt: skip
    owners[0:2] = [left, left]
    closed = [None, None, *deals["closed_at"].to_pylist()[2:]]
    won = [None, None, *deals["won"].to_pylist()[2:]]
    table = with_column(
        with_column(deals, "owner", pa.array(owners)), "closed_at", pa.array(closed, pa.timestamp("us"))
    )
    found = look({"deals": with_column(table, "won", pa.array(won)), "activities": sales["activities"]})
    assert found["owner gone"].rows == 2
    assert "1 owner of whom nothing has been seen" in found["owner gone"].what


def test_deals_that_go_back(sales: Tables) -> None:
    stages = sales["deal_stages"]
    first, second = (stage.name for stage in WORLD.sales.stages[:2])
    at = pc.filter(stages["entered_at"], pc.equal(stages["stage"], second))
    deal = pc.filter(stages["deal_id"], pc.equal(stages["stage"], second)).to_pylist()[:8]
    again = pa.table({"deal_id": deal, "stage": [first] * 8,
                      "entered_at": [each + timedelta(minutes=1) for each in at.to_pylist()[:8]]})  # fmt: skip
    found = look({"deal_stages": pa.concat_tables([stages, again.cast(stages.schema)])})
    assert found["backwards"].rows == 8
    assert found["backwards"].examples[0].value == f"{second} → {first}"


def test_a_stage_renamed_half_way_and_the_lines_that_mend_it(sales: Tables) -> None:
    stages = sales["deal_stages"]
    name, day = WORLD.sales.stages[1].name, datetime(2023, 10, 1)
    rows = zip(stages["stage"].to_pylist(), stages["entered_at"].to_pylist(), strict=True)
    renamed = ["Product demo" if stage == name and at >= day else stage for stage, at in rows]
    found = look({"deal_stages": with_column(stages, "stage", pa.array(renamed))})
    assert set(found) == {"renamed"}
    assert found["renamed"].treat == f'[clean.deal_stages.stage]\nmap = {{ {name} = "Product demo" }}'


def test_stages_that_go_round_in_a_circle() -> None:
    rows = [(f"D{kind}{place}", stage, datetime(2024, 1, 1) + timedelta(days=place, hours=hour))
            for kind, pair in enumerate((("A", "B"), ("B", "C"), ("C", "A"))) for place in range(20)
            for hour, stage in enumerate(pair)]  # fmt: skip
    table = pa.table(
        {name: [row[place] for row in rows] for place, name in enumerate(("deal_id", "stage", "entered_at"))}
    )
    assert "no order" in look({"deal_stages": table})


def test_one_stage_only(sales: Tables) -> None:
    stages = sales["deal_stages"]
    found = look({"deal_stages": with_column(stages, "stage", pa.array(["Open"] * len(stages)))})
    assert set(found) == {"one stage"}


def test_a_trouble_that_was_judged_to_be_fine_is_not_told_again(sales: Tables) -> None:
    stages = sales["deal_stages"]
    table = with_column(stages, "stage", pa.array(["Open"] * len(stages)))
    with duckdb.connect() as con:
        kept = {("deal_stages", "stage"): ("one stage",)}
        told = look_for_trouble(con, {"deal_stages": replace(Given(table))}, TODAY, "EUR", kept)
    assert "one stage" not in {each.kind for each in told}


def test_a_column_that_stands_in_closed_deals_only(sales: Tables) -> None:
    deals = sales["deals"]
    more = deals.slice(0, 60).set_column(0, "deal_id", pa.array([f"X{place}" for place in range(60)]))
    for name in ("closed_at", "won", "account_id"):
        more = with_column(more, name, pa.nulls(60, more.schema.field(name).type))
    found = look({"deals": pa.concat_tables([deals, more])})
    assert found["filled at the end"].column == "account_id"
    assert "when a deal closes" in found["filled at the end"].what
