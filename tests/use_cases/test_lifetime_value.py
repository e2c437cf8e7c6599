"""Worth over the next 12 months: CDNOW's published parameters are near, and a panel answers for its own span."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pyarrow as pa

import tradewind as tw
from contract.use_case_contract import TinyShop, UseCaseContract, chain
from tradewind.core.time import Cutoff
from tradewind.features.probe import probe_time_travel
from tradewind.flow.data import contract_tables, open_data
from tradewind.flow.orders.lifetime import panel_question, read_orders
from tradewind.flow.questions.asked import find_question
from tradewind.store.workspace import Workspace

TINY = TinyShop(
    orders=(
        ("first instant, last instant", "2020-12-15 00:00:00", 10),
        ("first instant, last instant", "2021-03-15 00:00:00", 1.25),
        ("first instant, last instant", "2021-05-13 23:59:59", 2.5),
        ("horizon over", "2021-03-14 23:59:59", 20),
        ("horizon over", "2021-05-14 00:00:00", 99),
        ("returns part", "2021-03-01 12:00:00", 8),
        ("returns part", "2021-04-20 12:00:00", 30),
        ("returns part", "2021-04-25 12:00:00", -12.5),
        # Not asked about:
        ("an instant too old", "2020-12-14 23:59:59", 10),
        ("begins at the cutoff", "2021-03-15 00:00:00", 10),
    ),
    answers={
        "first instant, last instant": (3.75, None),
        "horizon over": (0.0, None),
        "returns part": (17.5, None),
    },
)


class TestLifetimeValue(UseCaseContract):
    name = "lifetime_value"
    tiny = TINY

    def test_a_panel_does_not_see_the_future_either(self, shop: Workspace) -> None:
        question = find_question(shop.config, self.name).with_models(("tree",), 8.0)
        stop = Cutoff(self.stop, "Europe/Berlin")
        with open_data(shop) as data:
            tables = {name: shop.table(name) for name in contract_tables(data.manifest)}
            panel = chain(data, panel_question(question), stop)
            probe_time_travel(panel, tables, stop, np.random.default_rng(2), {"customers": ("country",)}, rounds=1)

    def test_the_tested_model_sees_only_what_was_known_on_its_day(self, shop: Workspace) -> None:
        """The model held against later months is fitted as of an earlier day than today's answers."""
        stop = Cutoff(self.stop, "Europe/Berlin")
        with open_data(shop) as data:
            names = contract_tables(data.manifest)

            def compute(tables: Mapping[str, pa.Table]) -> dict[str, object]:
                for name, rows in tables.items():
                    data.engine.load_table(name, rows)
                seen = read_orders(data, stop).summary(stop.day)
                return {"who": seen.entity_id.tolist(), "purchases": seen.frequency, "recency": seen.recency_days,
                        "age": seen.age_days, "amount": seen.mean_amount}  # fmt: skip

            probe_time_travel(compute, {name: shop.table(name) for name in names}, stop, np.random.default_rng(3))


def test_cdnow_after_39_weeks_gives_the_published_parameters(cdnow: Callable[..., Workspace]) -> None:
    """Fader, Hardie and Lee (2005), Marketing Science 24(2), BG/NBD on the 1/10 sample, to the digits they show."""
    finding = tw.run(cdnow("as_of = 1997-10-01"), only=["lifetime_value"]).findings[0]
    value = {name: number.value for name, number in finding.numbers.items()}
    assert (round(value["r"], 3), round(value["alpha"], 3)) == (0.243, 4.414)
    assert (round(value["a"], 3), round(value["b"], 3)) == (0.793, 2.426)
    assert round(value["log_likelihood"], 1) == -9582.4


def test_cdnow_after_78_weeks_is_held_against_the_last_31(cdnow: Callable[..., Workspace]) -> None:
    workspace = cdnow()
    finding = tw.run(workspace, only=["lifetime_value"]).findings[0]
    assert finding.status == "answered"
    value = {name: number.value for name, number in finding.numbers.items()}
    bias = finding.numbers["holdout_bias"]
    assert bias.low < bias.value < bias.high
    assert abs(bias.value) < 0.15 < value["holdout_baseline_bias"]
    assert value["holdout_error"] < value["holdout_baseline_error"]
    assert value["holdout_days"] == 219
    assert workspace.table("scores_lifetime_value").num_rows == value["customers"] == 2_357
    assert 500 < value["still_customers"] < 2_357


def test_a_panel_answers_for_its_own_span_and_says_why(cdnow: Callable[..., Workspace]) -> None:
    settings = '[use_cases.lifetime_value]\nmodels = ["tree"]\ncutoffs = 3\n'
    workspace = cdnow('first_orders = "partial"', settings)
    finding = tw.run(workspace, only=["lifetime_value"]).findings[0]
    assert finding.status in ("answered", "not distinguishable")
    assert "first orders" in finding.numbers["r"].reason
    assert "60 days" in " ".join(finding.found)
    assert finding.numbers["total_bias"].value is not None
