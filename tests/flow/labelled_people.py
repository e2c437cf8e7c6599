"""A small table with the answer in a column, as a user's file would hold it: plans, tenure, spend, who left."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from unittest import mock

import numpy as np

import tradewind as tw
from tradewind.core.finding import Finding
from tradewind.flow.answers.answer import answer
from tradewind.flow.data import open_data
from tradewind.flow.labels.score import score_label
from tradewind.flow.labels.train import train_label
from tradewind.flow.learning.learned import Learned, Scored
from tradewind.flow.learning.lesson import candidates_of
from tradewind.flow.questions.asked import find_question
from tradewind.sources.load import load_tables
from tradewind.store.manifest import publish
from tradewind.store.workspace import Workspace

NOW = datetime(2024, 6, 1, 9)

CONFIG = """
[workspace]
name = "People"
currency = "EUR"
timezone = "Europe/Berlin"
threads = 1
{workspace}
[sources.files]
path = "*.csv"
[tables.customers]
from = "files.people"
customer_id = "{key}"
plan = "plan"
tenure = "tenure"
spend = "spend"
region = "region"
left_us = "left"
{columns}
[labels.churn]
table = "customers"
column = "left_us"
positive = "Yes"
models = ["linear"]
time_limit_seconds = 2
{label}
"""

Row = dict[str, object]


def make_people(count: int = 400, seed: int = 3) -> list[Row]:
    """Return people: monthly plans, short tenure and high spend leave more often."""
    rng = np.random.default_rng(seed)
    rows: list[Row] = []
    for number in range(count):
        monthly, tenure = rng.random() < 0.5, int(rng.integers(0, 60))
        spend = round(float(rng.normal(60, 20)), 2)
        chance = 1 / (1 + np.exp(-(-1.9 + 1.8 * monthly - 0.05 * (tenure - 30) + 0.02 * (spend - 60))))
        rows.append(
            {"id": f"c{number}", "plan": "monthly" if monthly else "yearly", "tenure": tenure, "spend": spend,
             "region": str(rng.choice(["north", "south", "east"])), "left": "Yes" if rng.random() < chance else "No"}
        )  # fmt: skip
    return rows


def write_people(
    folder: Path,
    rows: list[Row],
    key: str = "id",
    columns: str = "",
    label: str = "",
    workspace: str = "",
    more: str = "",
) -> Path:
    """Write the file and its config, and return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "people.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    text = CONFIG.format(key=key, columns=columns, label=label, workspace=workspace) + more
    (folder / "tradewind.toml").write_text(text, encoding="utf-8")
    return folder


def open_people(folder: Path, environ: Mapping[str, str] | None = None, now: datetime = NOW) -> Workspace:
    """Open the workspace at a fixed instant."""
    clock: Callable[[], datetime] = lambda: now  # noqa: E731
    return tw.open(folder, clock=clock, environ=dict(environ or {}))


def answer_people(workspace: Workspace, name: str = "churn") -> Finding:
    """Answer a label as a run does, without writing the report, and with two repeats of the test: both take long.

    Raises:
        TradewindError: what a run tells as a failed question.
    """
    question = find_question(workspace.config, name)
    candidates_of(question)
    load_tables(workspace)
    repeats = mock.patch("tradewind.flow.labels.lesson.REPEATS", 2)
    with workspace.lock("tests"), open_data(workspace) as data, repeats:
        output = train_label(data, question)
        publish(workspace.root, workspace.manifest(), output.tables, workspace.clock)
        learned = Learned.from_json(output.values["learned"])
        scored = None
        if learned.answerable:
            done = score_label(data, question, learned)
            publish(workspace.root, workspace.manifest(), done.tables, workspace.clock)
            scored = Scored.from_json(done.values["scored"])
    return answer(workspace, question, learned, scored)
