"""Worth over the next 12 months: CDNOW's published parameters are near, and a panel answers for its own span."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

import tradewind as tw
from contract.use_case_contract import TinyShop, UseCaseContract
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


def test_cdnow_is_answered(cdnow: Callable[..., Workspace]) -> None:
    """Fader, Hardie and Lee (2005) give r 0.243, α 4.414, a 0.793, b 2.426 on the first 39 weeks; here on all 78."""
    workspace = cdnow()
    result = tw.run(workspace, only=["lifetime_value"])
    finding = result.findings[0]
    assert finding.status == "answered"
    numbers = finding.numbers
    value = {name: number.value for name, number in numbers.items()}
    assert value["customers"] == 2_357
    assert value["r"] == pytest.approx(0.243, abs=0.06)
    assert value["alpha"] == pytest.approx(4.414, abs=1.5)
    assert math.isfinite(value["log_likelihood"])
    assert abs(value["holdout_bias"]) < 0.25
    assert numbers["holdout_bias"].low < value["holdout_bias"] < numbers["holdout_bias"].high
    assert value["holdout_error"] < value["holdout_baseline_error"]
    rows = workspace.table("scores_lifetime_value")
    assert rows.num_rows == 2_357


def test_a_panel_answers_for_its_own_span_and_says_why(cdnow: Callable[..., Workspace]) -> None:
    settings = '[use_cases.lifetime_value]\nmodels = ["linear"]\ncutoffs = 3\n'
    workspace = cdnow('first_orders = "partial"', settings)
    finding = tw.run(workspace, only=["lifetime_value"]).findings[0]
    assert finding.status in ("answered", "not distinguishable")
    assert "first orders" in finding.numbers["r"].reason
    assert "60 days" in " ".join(finding.found)
    assert finding.numbers["total_bias"].value is not None
