"""The whole loop on a small simulated shop: every question is answered, in plain words, and nothing is done twice."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path

import pytest

import tradewind as tw
from small_shop import CONFIG, NOW, OTHERS, write_small_shop
from tradewind.core.terms import statistical_terms
from tradewind.flow.run import RunResult

CLASSIFICATION = {
    "auc", "average_precision", "brier", "ece", "lift_10", "baseline_auc", "baseline_gap", "break_even_share",
}  # fmt: skip
LIFETIME = {"r", "alpha", "a", "b", "log_likelihood", "holdout_bias"}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tw.Workspace]:
    folder = write_small_shop(tmp_path_factory.mktemp("small"), config=CONFIG + OTHERS)
    workspace = tw.open(folder, clock=lambda: NOW)
    yield workspace
    workspace.close()


@pytest.fixture(scope="module")
def result(shop: tw.Workspace) -> RunResult:
    return tw.run(shop)


def test_every_question_is_answered(result: RunResult) -> None:
    status = {finding.name: finding.status for finding in result.findings}
    assert set(status) == {
        "lapse", "next_spend", "lifetime_value", "campaign_response", "repeat_purchase", "new_customer_value",
    }  # fmt: skip
    assert set(status.values()) <= {"answered", "not distinguishable"}, status


def test_the_json_is_a_list_of_findings_with_the_promised_numbers(result: RunResult) -> None:
    findings = json.loads(result.written.json.read_text(encoding="utf-8"))
    for finding in findings:
        assert {"name", "question", "status", "evidence", "numbers", "tables", "next"} <= set(finding)
        for name, number in finding["numbers"].items():
            assert ("reason" in number) != ("value" in number), name
            if "value" in number:
                assert math.isfinite(number["value"])
                assert {"value", "low", "high", "unit"} <= set(number)
    numbers = {finding["name"]: set(finding["numbers"]) for finding in findings}
    assert numbers["lapse"] >= CLASSIFICATION
    assert numbers["campaign_response"] >= CLASSIFICATION
    assert numbers["lifetime_value"] >= LIFETIME


def test_scores_have_one_row_per_customer_and_plain_reasons(shop: tw.Workspace, result: RunResult) -> None:
    for finding in result.findings:
        rows = shop.table(f"scores_{finding.name}")
        ids = rows.column("customer_id").to_pylist()
        assert len(ids) == len(set(ids)) > 0
        assert all(low <= mean <= high for low, mean, high in zip(
            *(rows.column(name).to_pylist() for name in ("low", "mean", "high")), strict=True))  # fmt: skip
        if "reason_1" in rows.column_names:
            for reason in rows.column("reason_1").to_pylist():
                assert reason is None or ("_" not in reason and not statistical_terms(reason))


def test_findings_speak_plainly(result: RunResult) -> None:
    for finding in result.findings:
        told = " ".join(
            (finding.title, finding.question, finding.approach, *finding.found, finding.money, finding.next)
        )
        assert not statistical_terms(told), told
        assert "{" not in told
        assert " nan" not in told.lower()


def test_no_earnings_are_claimed_without_a_test(result: RunResult) -> None:
    for finding in result.findings:
        assert finding.evidence != "measured"
        assert "No earnings are claimed" in finding.money


def test_the_second_run_does_nothing_again(shop: tw.Workspace, result: RunResult) -> None:
    before = shop.manifest()
    again = tw.run(shop)
    assert shop.manifest().tables == before.tables
    assert [finding.to_json() for finding in again.findings] == [finding.to_json() for finding in result.findings]
    assert all(load.skipped for load in again.loads)


def test_one_customer_is_explained_as_in_the_table(shop: tw.Workspace, result: RunResult) -> None:
    first = shop.table("scores_lapse").slice(0, 1).to_pylist()[0]
    told = tw.explain(shop, "lapse", first["customer_id"])
    assert told.score.mean == first["mean"]
    assert told.rank == 1
    assert told.score.reasons[0].text == first["reason_1"]


def test_an_unknown_customer_is_refused_in_words(shop: tw.Workspace, result: RunResult) -> None:
    with pytest.raises(tw.TradewindError, match="nobody of this key"):
        tw.explain(shop, "lapse", "nobody")


def test_the_analyst_finds_the_training_table_and_the_charts(shop: tw.Workspace, result: RunResult) -> None:
    table = shop.training_table("lapse")
    assert {"cutoff", "customer_id", "outcome", "days_since_last_order"} <= set(table.column_names)
    assert len(table.to_pandas()) == table.num_rows > 500
    drawn = tw.charts(shop, "lapse")
    assert len(drawn) >= 4
    counted = shop.sql("SELECT COUNT(*) AS n FROM orders").to_pylist()[0]["n"]
    assert counted == shop.manifest().tables["orders"].rows


def test_own_estimators_are_compared_on_the_same_moments(shop: tw.Workspace, result: RunResult) -> None:
    from sklearn.dummy import DummyClassifier

    rows = tw.compare(shop, "lapse", ("linear", "naive_bayes"), {"mine": DummyClassifier(strategy="prior")}).to_pylist()
    by_name = {row["model"]: row for row in rows}
    assert set(by_name) == {"linear", "naive_bayes", "mine"}
    assert by_name["linear"]["chosen"]
    assert by_name["mine"]["value"] == pytest.approx(0.5)
    assert by_name["linear"]["value"] > 0.6


def test_without_margin_amounts_are_revenue_and_no_break_even_is_shown(tmp_path: Path) -> None:
    folder = write_small_shop(
        tmp_path, customers=100, config=CONFIG.replace("margin = 0.3\n", "").replace('"linear", ', "") + "cutoffs = 2\n"
    )
    workspace = tw.open(folder, clock=lambda: NOW)
    finding = tw.run(workspace).findings[0]
    assert "as revenue before any cost" in finding.money
    assert finding.numbers["break_even_share"].reason
    assert "profit" not in finding.tables
