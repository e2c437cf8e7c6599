"""Checks on figures: what is missing is unknown, what is off by little on many rows passes."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from tradewind.checks.calibration import (
    check_beats_rule,
    check_outcomes,
    check_probabilities,
    check_spread,
    check_total,
)
from tradewind.core.finding import Check, Number, missing


def ece(value: float, band: float, intercept: float = 0.1) -> dict[str, Number]:
    return {"ece": Number(value), "ece_band_high": Number(band), "calibration_intercept": Number(intercept)}


@pytest.mark.parametrize(
    ("check", "numbers", "status"),
    [
        (check_probabilities, ece(0.02, 0.03), "pass"),
        (check_probabilities, ece(0.009, 0.001), "pass"),
        (check_probabilities, ece(0.04, 0.03), "warn"),
        (check_probabilities, ece(0.12, 0.03), "fail"),
        (check_probabilities, {"ece": missing("nobody had the outcome")}, "unknown"),
        (check_probabilities, {}, "unknown"),
        (check_spread, {"calibration_slope": Number(0.9, 0.7, 1.1)}, "pass"),
        (check_spread, {"calibration_slope": Number(0.95, 0.94, 0.96)}, "pass"),
        (check_spread, {"calibration_slope": Number(0.7, 0.6, 0.8)}, "warn"),
        (check_spread, {"calibration_slope": Number(0.3, 0.2, 0.4)}, "fail"),
        (check_spread, {"calibration_slope": Number(1.0)}, "unknown"),
        (check_total, {"total_bias": Number(0.04, 0.03, 0.05)}, "pass"),
        (check_total, {"total_bias": Number(-0.1, -0.2, 0.1)}, "pass"),
        (check_total, {"total_bias": Number(0.1, 0.05, 0.2)}, "warn"),
        (check_total, {"total_bias": Number(0.5, -0.2, 1.5)}, "warn"),
        (check_total, {"total_bias": Number(-0.4, -0.5, -0.3)}, "fail"),
        (check_total, {"total_bias": missing("the amounts add up to nothing")}, "unknown"),
    ],
)
def test_states(check: Callable[[Mapping[str, Number]], Check], numbers: dict[str, Number], status: str) -> None:
    result = check(numbers)
    assert result.status == status
    assert result.what
    assert bool(result.do) == (status != "pass")


@pytest.mark.parametrize(
    ("gap", "status"),
    [
        (Number(0.05, 0.01, 0.09), "pass"),
        (Number(0.05, -0.01, 0.09), "warn"),
        (Number(-0.05, -0.09, -0.01), "fail"),
        (Number(0.05), "unknown"),
        (missing("there is no rule to compare with"), "unknown"),
    ],
)
def test_beating_the_rule(gap: Number, status: str) -> None:
    check = check_beats_rule({"baseline_gap": gap}, "longest away first")
    assert check.status == status
    assert bool(check.do) == (status != "pass")


def test_the_side_of_the_error_is_told() -> None:
    assert "too low" in check_probabilities(ece(0.05, 0.01, 0.5)).what
    assert "too high" in check_probabilities(ece(0.05, 0.01, -0.5)).what


@pytest.mark.parametrize(
    ("positives", "rows", "status"), [(400, 1000, "pass"), (20, 1000, "warn"), (0, 10, "fail"), (0, 0, "fail")]
)
def test_enough_outcomes(positives: int, rows: int, status: str) -> None:
    assert check_outcomes(positives, rows).status == status


def test_who_is_no_better_than_chance_beats_no_rule() -> None:
    numbers = {"baseline_gap": Number(0.2, 0.05, 0.4), "auc": Number(0.7, 0.4, 0.9)}
    check = check_beats_rule(numbers, "source: referral first")
    assert check.status == "warn"
    assert "random" in check.what
