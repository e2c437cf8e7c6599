"""Small businesses that were answered once, and what a run would say of them with further rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

import tradewind as tw
from small_worlds import NOW, write_small_subscriptions
from tradewind.core.time import Cutoff
from tradewind.flow.data import open_data
from tradewind.flow.learning.score import Asked, ask_everybody
from tradewind.flow.orders.lifetime import panel_question
from tradewind.flow.questions.asked import find_question
from tradewind.flow.serving.inbox import as_loaded
from tradewind.flow.serving.scorer import Scorer
from tradewind.store.manifest import Manifest
from tradewind.store.tables import read_table
from tradewind.store.workspace import Workspace

SUBSCRIPTIONS = """
[use_cases.churn]
models = ["tree"]
cutoffs = 4
"""


@dataclass(frozen=True)
class SentRow:
    """One row of the inbox of a test."""

    sequence: int
    table: str
    row: dict[str, Any]


@dataclass
class MadeInbox:
    """An inbox that a test fills."""

    rows: list[SentRow] = field(default_factory=list)
    drained: int = 0

    def send(self, table: str, known_at: datetime, **row: Any) -> None:
        self.rows.append(SentRow(len(self.rows) + 1, table, {**row, "known_at": known_at}))

    def rows_since(self, sequence: int) -> Sequence[SentRow]:
        return self.rows[sequence:]

    def drained_by(self, manifest: Manifest) -> int:
        return self.drained


def write_answered_subscriptions(folder: Path) -> Path:
    """Write a small subscription business of whom it is asked who leaves."""
    return write_small_subscriptions(folder, SUBSCRIPTIONS)


def scorer_of(workspace: Workspace, inbox: MadeInbox | None = None, **more: Any) -> Scorer:
    """Return a scorer whose present instant is that of the small worlds."""
    return Scorer(lambda: workspace, lambda: NOW, lambda _: inbox or MadeInbox(), **more)


def opened(folder: Path) -> Workspace:
    """Open a small world at its present instant."""
    return tw.open(folder, clock=lambda: NOW)


def batch(workspace: Workspace, name: str, day: Cutoff, sent: Sequence[SentRow] = ()) -> Asked:
    """Return what a run as of a day says of everybody once these rows are in its tables, with the deployed model."""
    question = find_question(workspace.config, name)
    if question.use_case.task == "lifetime":
        question = panel_question(question)
    model = workspace.state().newest_model(name)
    assert model is not None
    settings = workspace.config.workspace
    with open_data(workspace) as data:
        for table in {row.table for row in sent} & set(data.catalog.tables):
            stored = read_table(workspace.root, data.manifest.tables[table])
            loaded = [as_loaded(row, ZoneInfo(settings.timezone), settings.currency).row for row in sent
                      if row.table == table]  # fmt: skip
            rows = [{column: row.get(column) for column in stored.column_names} for row in loaded]
            data.engine.load_table(table, pa.concat_tables([stored, pa.Table.from_pylist(rows, stored.schema)]))
        return ask_everybody(replace(data, score_at=max(day, data.score_at)), question, model.version, day)
