"""A column that stands in closed deals only is not learned from, whatever the contract or the config calls it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest

import tradewind as tw
from small_worlds import NOW, SALES, write_workspace
from tradewind.flow.data import open_data
from tradewind.simulate.sales import simulate_sales
from tradewind.sources.load import load_tables


@pytest.fixture
def hidden(tmp_path: Path) -> Callable[[pa.Table], frozenset[str]]:
    """Which columns of deals are hidden from the past."""

    def find(deals: pa.Table) -> frozenset[str]:
        stable = {"deals": ("amount", "product")}
        folder = write_workspace(tmp_path, "Team", {"deals": deals}, stable=stable)
        workspace = tw.open(folder, clock=lambda: NOW)
        load_tables(workspace)
        with open_data(workspace) as data:
            return data.catalog.tables["deals"].as_of_today

    return find


def _open_without(deals: pa.Table, name: str) -> pa.Table:
    """The deals, with a column left empty while they are open."""
    values = pc.if_else(pc.is_valid(deals["closed_at"]), deals[name], pa.scalar(None, deals.schema.field(name).type))
    return deals.set_column(deals.column_names.index(name), name, values)


def test_what_is_filled_in_when_a_deal_closes_is_hidden_from_the_past(
    hidden: Callable[[pa.Table], frozenset[str]],
) -> None:
    deals = simulate_sales(SALES, 3).tables["deals"]
    deals = pa.concat_tables([deals, _reopened(deals)])
    found = hidden(_open_without(_open_without(deals, "account_id"), "amount"))
    assert {"account_id", "amount", "amount_base"} <= found
    assert "product" not in found


def test_what_stands_in_open_deals_too_is_left_alone(hidden: Callable[[pa.Table], frozenset[str]]) -> None:
    deals = simulate_sales(SALES, 3).tables["deals"]
    assert not {"account_id", "amount", "product"} & hidden(pa.concat_tables([deals, _reopened(deals)]))


def _reopened(deals: pa.Table) -> pa.Table:
    """Forty more deals that are open."""
    more = deals.slice(0, 40)
    more = more.set_column(0, "deal_id", pa.array([f"X{place}" for place in range(40)]))
    for name in ("closed_at", "won"):
        place = more.column_names.index(name)
        more = more.set_column(place, name, pa.nulls(40, more.schema.field(name).type))
    return more
