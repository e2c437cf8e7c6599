"""What a new customer is worth: from the first order on, and the most that winning one may cost, per channel."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import tradewind as tw
from contract.use_case_contract import TinyShop, UseCaseContract
from tradewind.flow.data import open_data
from tradewind.flow.learning.lesson import prepare_lesson
from tradewind.flow.orders.channels import channel_values
from tradewind.flow.questions.asked import find_question
from tradewind.store.workspace import Workspace

TINY = TinyShop(
    orders=(
        ("first instant, last instant", "2021-02-13 00:00:00", 10),
        ("first instant, last instant", "2021-03-15 00:00:00", 5),
        ("first instant, last instant", "2021-09-10 23:59:59", 7),
        ("first instant, last instant", "2021-09-11 00:00:00", 99),
        ("quiet", "2021-03-14 23:59:59", 20),
        ("returns part", "2021-03-01 12:00:00", 10),
        ("returns part", "2021-03-20 12:00:00", -4),
        ("a return came first", "2021-01-05 12:00:00", -5),
        ("a return came first", "2021-03-02 12:00:00", 20),
        ("a return came first", "2021-06-02 12:00:00", 2.5),
        # Not asked about:
        ("an instant too old", "2021-02-12 23:59:59", 10),
        ("an instant too old", "2021-03-01 12:00:00", 10),
        ("begins at the cutoff", "2021-03-15 00:00:00", 10),
    ),
    answers={
        "first instant, last instant": (12.0, None),
        "quiet": (0.0, None),
        "returns part": (-4.0, None),
        "a return came first": (2.5, None),
    },
)
EARLY = """
[use_cases.new_customer_value]
horizon = "30 days"
first_within = "60 days"
cutoffs = 4
models = ["tree"]
"""


class TestNewCustomerValue(UseCaseContract):
    name = "new_customer_value"
    tiny = TINY

    def test_each_channel_gets_its_own_highest_price(self, shop: Workspace) -> None:
        with open_data(shop) as data:
            lesson = prepare_lesson(data, find_question(shop.config, self.name))
            told = {row["channel"]: row for row in channel_values(data, lesson).to_pylist()}
        first: dict[str, str] = {}
        for order in sorted(shop.table("orders").to_pylist(), key=lambda order: order["happened_at"]):
            first.setdefault(order["customer_id"], order["channel"])
        features, label = lesson.table.features, lesson.table.label
        spent = features.column("spend_all").astype(float)
        for channel in ("search", "social", "friend"):
            here = np.array([first[customer] == channel for customer in features.entity_id]) & ~np.isnan(label)
            customers = len(set(features.entity_id[here]))
            assert told[channel]["customers"] == customers > 10
            if customers < 30:
                assert "30 are needed" in told[channel]["reason"]
                continue
            assert told[channel]["mean"] == pytest.approx(0.3 * (label + spent)[here].mean())
            assert 0 < told[channel]["low"] < told[channel]["mean"] < told[channel]["high"]
        assert told[""]["customers"] == sum(told[channel]["customers"] for channel in ("search", "social", "friend"))
        assert any(told[channel]["low"] for channel in ("search", "social", "friend"))


def test_cdnow_is_answered(cdnow: Callable[..., Workspace]) -> None:
    workspace = cdnow("as_of = 1997-05-01", EARLY)
    finding = tw.run(workspace, only=["new_customer_value"]).findings[0]
    assert finding.status in ("answered", "not distinguishable"), finding.found
    together = workspace.table("channels_new_customer_value").to_pylist()
    assert [row["channel"] for row in together] == [""]
    assert together[0]["low"] < together[0]["mean"] < together[0]["high"]


@pytest.mark.parametrize("every", [3, pytest.param(1, marks=pytest.mark.slow)])
def test_online_retail_is_answered_once_its_first_orders_are_declared(
    online_retail: Callable[[bool, int], Workspace], every: int
) -> None:
    refused = tw.run(online_retail(False, every), only=["new_customer_value"]).findings[0]
    assert refused.status == "not answerable"
    assert "in the middle of customers' lives" in " ".join(refused.found)
    workspace = online_retail(True, every)
    finding = tw.run(workspace, only=["new_customer_value"]).findings[0]
    assert finding.status in ("answered", "not distinguishable")
    together = workspace.table("channels_new_customer_value").to_pylist()
    assert [row["channel"] for row in together] == [""]
    assert 0 < together[0]["low"] < together[0]["mean"] < together[0]["high"]
    assert together[0]["customers"] > 500 / every
    assert finding.numbers["expected_total"].value == pytest.approx(
        sum(workspace.table("scores_new_customer_value").column("mean").to_pylist())
    )
