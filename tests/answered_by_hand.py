"""A workspace whose answers were written by hand: nothing is learned, so that what pages make of them is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

import pyarrow as pa

import tradewind as tw
from tradewind.core.finding import Check, Finding, Number
from tradewind.report.context import ReportContext
from tradewind.report.json import findings_json
from tradewind.store.manifest import publish, replace_file
from tradewind.store.tables import write_table
from tradewind.store.workspace import Workspace

NOW = datetime(2024, 5, 1, 6)
LATER = datetime(2024, 5, 8, 6)

CONFIG = """
[workspace]
name = "By Hand"
currency = "EUR"
timezone = "Europe/Berlin"
margin = 0.3

[sources.shop]
path = "data/*.csv"
timezone = "Europe/Berlin"

[tables.orders]
from = "shop.orders"
order_id = "order_id"
customer_id = "customer_id"
happened_at = "placed"
amount = "total"

[use_cases.lapse]
contact_cost = 1.0
success_share = 0.1
"""

FINDING = Finding(
    name="lapse",
    title="About to stop buying",
    question="Who will buy nothing in the next 30 days?",
    status="answered",
    evidence="association",
    approach="Learned from the past.",
    found=("Of our first 100, 42 stop buying.",),
    money="Something is at stake.",
    next="Contact them.",
    numbers={"money_at_stake": Number(500.0, unit="EUR"), "expected_profit": Number(60.0, unit="EUR")},
    tables={"scores": "scores_lapse"},
)


@dataclass
class Clock:
    """A clock that stands where it is put."""

    at: datetime = NOW

    def __call__(self) -> datetime:
        return self.at


def scores(people: Sequence[tuple[str, float, float]], cost: float = 1.0, share: float = 0.1) -> pa.Table:
    """Return a table of scores: (id, chance, value) of each, the highest chance first."""
    rows = sorted(people, key=lambda one: -one[1])
    gain = [share * chance * value - cost for _, chance, value in rows]
    return pa.table({
        "customer_id": [who for who, _, _ in rows],
        "mean": [chance for _, chance, _ in rows],
        "value": [value for _, _, value in rows],
        "expected_gain": gain,
        "worth_contacting": [left > 0 for left in gain],
        "reason_1": [f"reason of {who}" for who, _, _ in rows],
        "cutoff": pa.array([date(2024, 5, 1)] * len(rows)),
        "model_version": ["v1"] * len(rows),
    })  # fmt: skip


CUSTOMERS = pa.table({
    "customer_id": ["a", "b", "c", "d"],
    "name": ["Ada", "<b>Ben</b>", "Cem", "Dora"],
    "email": ["ada@example.org", "ben@example.org", None, None],
    "owner": ["Kim", "Kim", "Lee", None],
    "valid_to": pa.array([None] * 4, pa.timestamp("us")),
})  # fmt: skip


def open_by_hand(folder: Path, clock: Clock, config: str = CONFIG) -> Workspace:
    """Write the configuration and open the workspace."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tradewind.toml").write_text(config, encoding="utf-8")
    return tw.open(folder, clock=clock)


def answer_by_hand(
    workspace: Workspace, table: pa.Table, finding: Finding = FINDING, more: Sequence[Finding] = ()
) -> str:
    """Publish a list and the report that stands on it, as a run does; return the snapshot's id."""
    with workspace.lock("test"):
        tables = {"scores_lapse": table, "customers": CUSTOMERS}
        entries = {name: write_table(workspace.root, name, rows) for name, rows in tables.items()}
        manifest = publish(workspace.root, workspace.manifest(), entries, workspace.clock)
    at = workspace.clock()
    context = ReportContext("By Hand", "EUR", "profit", at.date(), manifest.snapshot_id, at)
    told = findings_json([finding, *more], context).encode()
    for name in (f"{at.date()}-{manifest.snapshot_id[:8]}", "latest"):
        replace_file(workspace.root / "reports" / f"{name}.json", told)
    run_id = f"run {at}"
    workspace.state().begin_run(run_id, "run", at)
    workspace.state().finish_run(run_id, "done", at, manifest.snapshot_id)
    return manifest.snapshot_id


def with_check(finding: Finding, status: str) -> Finding:
    """Return a finding with one check."""
    return replace(finding, checks=(Check("The dates fit", status, "they do not", "mend them"),))  # type: ignore[arg-type]
