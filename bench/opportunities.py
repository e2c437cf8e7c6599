"""A CRM's list of 8,800 opportunities without a history of stages (fictional): what can be said of it, and what cannot.

Every deal has the day on which work on it began, its stage today, and for closed ones the closing day. What was sold is
known only of won deals, so the list price of the product stands for the amount. 500 deals have no date at all.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

import tradewind as tw
from tradewind.core.finding import Finding, Number
from tradewind.flow.run import run as answer_all
from tradewind.stats.bootstrap import bootstrap_by_entity, rarer_class
from tradewind.stats.probability import log_loss
from tradewind.stats.ranking import Values
from tradewind.store.workspace import Workspace

Row = dict[str, Any]

CONFIG = """
[workspace]
name = "Opportunities of a hardware vendor (fictional)"
currency = "USD"
timezone = "America/New_York"
simulated = true
as_of = 2018-01-01
[sources.crm]
path = "*.parquet"
timezone = "America/New_York"
[tables.accounts]
from = "crm.accounts"
account_id = "account"
name = "account"
industry = "sector"
employees = "employees"
revenue = "revenue"
country = "office_location"
stable = ["industry", "employees", "revenue", "country"]
[tables.deals]
from = "crm.sales_pipeline"
lookup = [
  { table = "crm.products", on = "product = product" },
  { table = "crm.sales_teams", on = "sales_agent = sales_agent" },
]
deal_id = "opportunity_id"
created_at = "engage_date"
stage = "deal_stage"
amount = "sales_price"
owner = '"sales_pipeline"."sales_agent"'
team = "manager"
office = "regional_office"
product = '"sales_pipeline"."product"'
series = "series"
account_id = "account"
closed_at = "close_date"
won = "CASE WHEN deal_stage = 'Won' THEN true WHEN deal_stage = 'Lost' THEN false END"
stable = ["amount", "owner", "team", "office", "product", "series"]
[labels.won_in_the_end]
table = "deals"
column = "won"
positive = "true"
order = "created_at"
after = ["stage"]
does = "are won"
value = "amount"
time_limit_seconds = 600
[use_cases.deal_win]
time_limit_seconds = 600
[use_cases.pipeline_health]
[use_cases.pipeline_forecast]
"""


def run(shared: Path) -> list[Row]:
    """Load the set, ask what a sales lead asks, and hold the chances against the base rate."""
    with tempfile.TemporaryDirectory(prefix="tradewind-") as folder:
        workspace = write_workspace(shared, Path(folder))
        begun = time.perf_counter()
        findings = {each.name: each for each in answer_all(workspace).findings}
        seconds = time.perf_counter() - begun
        rows = [
            *_within_the_horizon(workspace, findings["deal_win"]),
            *_in_the_end(findings["won_in_the_end"]),
            *_standing_still(workspace, findings["pipeline_health"]),
            *_forecast(findings["pipeline_forecast"]),
            _row("Opportunities: all four questions, seconds", round(seconds), ""),
        ]
    for row in rows:
        print(f"  {row['what']}: {row['figure']} {row['note']}", flush=True)
    return rows


def write_workspace(shared: Path, folder: Path) -> Workspace:
    """Write the set and its config into a folder; one product's name is written as its list of products has it."""
    source = shared / "crm_sales_opportunities"
    for name in ("accounts", "products", "sales_teams"):
        shutil.copy(source / f"{name}.parquet", folder)
    deals = pq.read_table(source / "sales_pipeline.parquet")
    place = deals.column_names.index("product")
    product = deals["product"].cast(pa.string())
    named = pc.if_else(pc.equal(product, "GTXPro"), "GTX Pro", product)
    pq.write_table(deals.set_column(place, "product", named), folder / "sales_pipeline.parquet")
    (folder / "tradewind.toml").write_text(CONFIG, encoding="utf-8")
    return tw.open(folder)


def _within_the_horizon(workspace: Workspace, finding: Finding) -> list[Row]:
    """Won within 60 days, at a date nobody had seen, against the share that was known before it."""
    predictions, training = workspace.table("predictions_deal_win"), workspace.table("training_deal_win")
    outcome, said = (predictions[name].to_numpy().astype(float) for name in ("outcome", "predicted"))
    test = predictions["cutoff"][0].as_py()
    before = pc.filter(training["outcome"], pc.less(training["cutoff"], pa.scalar(test)))
    base = float(pc.mean(before).as_py())
    gain = _gain(outcome, said, np.full(len(outcome), base))
    return [
        _row("Opportunities: won within 60 days, AUC at the test date", _said(finding.numbers["auc"], 3), "",
             f"{len(outcome):,} open deals, {int(outcome.sum()):,} won; rule “{finding.rule}”: "
             f"{_said(finding.numbers['baseline_auc'], 3)}"),
        _row("Opportunities: won within 60 days, log-loss below that of the base rate", _said(gain, 4), "",
             f"base rate {base:.3f}, {_verdict(gain)}"),
    ]  # fmt: skip


def _in_the_end(finding: Finding) -> list[Row]:
    """Won or lost in the end, learned from closed deals by what was fixed when they were opened."""
    area = finding.numbers["auc"]
    better = area.low is not None and area.low > 0.5
    note = "better than chance" if better else "not distinguishable from the base rate"
    return [_row("Opportunities: won in the end, from what is fixed at the beginning: AUC", _said(area, 3), "", note)]


def _standing_still(workspace: Workspace, finding: Finding) -> list[Row]:
    rows = workspace.table(finding.tables["list"])
    figure = f"{rows.num_rows:,} of {finding.numbers['open_deals'].value:,.0f} open"
    known = next((each for each in finding.found if each.startswith("Nobody recorded")), "")
    return [_row("Opportunities: deals that stand still", figure, "", known)]


def _forecast(finding: Finding) -> list[Row]:
    """Whether it runs, and what it says that it cannot tell."""
    cannot = [each for each in finding.found if "nobody" in each.lower() or "not been measured" in each]
    told = " ".join([*finding.found[:1], *cannot])
    return [_row("Opportunities: forecast", finding.status, "answered", told, finding.status == "answered")]


def _gain(outcome: np.ndarray[Any, Any], said: np.ndarray[Any, Any], base: np.ndarray[Any, Any]) -> Number:
    """Log-loss of the base rate less ours, with the 95 % interval of the paired difference."""

    def figures(weight: Values) -> dict[str, Values]:
        return {"gain": log_loss(outcome, base, weight) - log_loss(outcome, said, weight)}

    entity, weight = np.arange(len(outcome)), np.ones(len(outcome))
    few = rarer_class(outcome, entity, weight)
    return bootstrap_by_entity(figures, entity, weight, np.random.default_rng(0), effective=few).number("gain")


def _verdict(gain: Number) -> str:
    if gain.low is not None and gain.low > 0:
        return "better than the base rate"
    return "worse than the base rate" if gain.high is not None and gain.high < 0 else "not distinguishable from it"


def _said(number: Number, digits: int) -> str:
    if number.value is None:
        return f"not known: {number.reason}"
    if number.low is None or number.high is None:
        return f"{number.value:.{digits}f}"
    return f"{number.value:.{digits}f} ({number.low:.{digits}f} to {number.high:.{digits}f})"


def _row(what: str, figure: object, target: object, note: str = "", reached: bool | None = None) -> Row:
    return {"what": what, "figure": figure, "target": target, "reached": reached, "note": note}
