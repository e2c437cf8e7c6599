"""First-time buyers who come back: a day of two orders is one purchase; first orders must be first orders."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

import tradewind as tw
from contract.use_case_contract import TinyShop, UseCaseContract
from tradewind.core.time import Cutoff
from tradewind.features.probe import probe_time_travel
from tradewind.flow.data import open_data
from tradewind.flow.learning.require import first_orders
from tradewind.store.workspace import Workspace

TINY = TinyShop(
    orders=(
        ("first instant, last instant", "2021-01-14 00:00:00", 20),
        ("first instant, last instant", "2021-05-13 23:59:59", 99),
        ("horizon over", "2021-03-14 23:59:59", 5),
        ("horizon over", "2021-05-14 00:00:00", 99),
        ("twice on one local day", "2021-02-01 00:00:00", 10),
        ("twice on one local day", "2021-02-01 23:59:59", 5),
        ("twice on one local day", "2021-03-15 00:00:00", 99),
        ("returns", "2021-03-01 12:00:00", 30),
        ("returns", "2021-03-03 12:00:00", -10),
        ("returns", "2021-04-03 12:00:00", -20),
        # Not asked about:
        ("two days, one second apart", "2021-02-01 23:59:59", 10),
        ("two days, one second apart", "2021-02-02 00:00:00", 10),
        ("an instant too old", "2021-01-13 23:59:59", 10),
        ("begins at the cutoff", "2021-03-15 00:00:00", 10),
        ("only returns", "2021-02-01 12:00:00", -5),
    ),
    answers={
        "first instant, last instant": (1.0, 20.0),
        "horizon over": (0.0, 5.0),
        "twice on one local day": (1.0, 15.0),
        "returns": (0.0, 20.0),
    },
)
EARLY = """
[use_cases.repeat_purchase]
horizon = "14 days"
every = "7 days"
cutoffs = 4
models = ["tree"]
"""
"""CDNOW's customers all came in the first quarter of 1997: the question is asked of them on the first of May."""


class TestRepeatPurchase(UseCaseContract):
    name = "repeat_purchase"
    tiny = TINY

    def test_whether_first_orders_are_known_is_judged_by_what_was_known(self, shop: Workspace) -> None:
        config = shop.config.model_copy(
            update={"workspace": shop.config.workspace.model_copy(update={"first_orders": None})}
        )
        stop = Cutoff(self.stop, "Europe/Berlin")
        with open_data(replace(shop, config=config)) as data:
            then = replace(data, score_at=stop)

            def compute(tables: Mapping[str, pa.Table]) -> dict[str, object]:
                for name, rows in tables.items():
                    data.engine.load_table(name, rows)
                return {"history": first_orders(then)}

            assert "first four weeks" in first_orders(then).reason
            probe_time_travel(compute, {"orders": shop.table("orders")}, stop, np.random.default_rng(4))


def test_cdnow_is_answered(cdnow: Callable[..., Workspace]) -> None:
    workspace = cdnow("as_of = 1997-05-01", EARLY)
    finding = tw.run(workspace, only=["repeat_purchase"]).findings[0]
    assert finding.status in ("answered", "not distinguishable"), finding.found
    auc = finding.numbers["auc"]
    assert auc.low < auc.value < auc.high
    assert finding.numbers["customers"].value == workspace.table("scores_repeat_purchase").num_rows > 300
    assert 0 < finding.numbers["expected_customers"].value < 100


@pytest.mark.parametrize("every", [3, pytest.param(1, marks=pytest.mark.slow)])
def test_online_retail_is_answered_once_its_first_orders_are_declared(
    online_retail: Callable[[bool, int], Workspace], every: int
) -> None:
    refused = tw.run(online_retail(False, every), only=["repeat_purchase"]).findings[0]
    assert refused.status == "not answerable"
    assert "in the middle of customers' lives" in " ".join(refused.found)
    assert 'first_orders = "complete"' in " ".join((*refused.found, refused.next))
    workspace = online_retail(True, every)
    finding = tw.run(workspace, only=["repeat_purchase"]).findings[0]
    assert finding.status in ("answered", "not distinguishable")
    assert every > 1 or finding.numbers["auc"].value > 0.5
    assert "country" in set(workspace.table("slices_repeat_purchase").column("attribute").to_pylist())
