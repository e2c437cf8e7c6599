"""What an answer depends on, so that what has not changed is not done again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta

from tradewind.core.time import local_day
from tradewind.flow.data import contract_tables, tables_read
from tradewind.flow.questions.asked import Question
from tradewind.store.steps import StepOutput, run_step
from tradewind.store.workspace import Workspace

CODE = tuple(f"tradewind.{room}" for room in ("core", "store", "features", "models", "stats", "checks", "flow"))
"""The code that answers depend on besides that of the tables they read."""


def question_step(
    workspace: Workspace, name: str, question: Question, more: Mapping[str, object], work: Callable[[], StepOutput]
) -> StepOutput:
    """Do one piece of work for a question, unless all that it depends on is as it was when it was last done."""
    parts = parts_of(workspace)
    if not _reads_outcomes(workspace, question):
        tables = parts["tables"]
        assert isinstance(tables, dict)
        parts["tables"] = {name: found for name, found in tables.items() if name != "outcomes"}
    return run_step(workspace, name, {**parts, "question": question, **more}, work, code=CODE)


def _reads_outcomes(workspace: Workspace, question: Question) -> bool:
    """Whether a question reads what people told of their lists; the others are not learned anew after every word."""
    features = {**workspace.config.features, **question.features}
    texts = (question.label_sql, *question.use_case.requires, *(feature.sql for feature in features.values()))
    return any("outcomes" in text.lower() for text in texts)


def parts_of(workspace: Workspace) -> dict[str, object]:
    """Everything an answer depends on besides the question: the contract tables, and what config says of all."""
    manifest = workspace.manifest()
    config = workspace.config
    settings = {
        name: getattr(config.workspace, name) for name in ("currency", "timezone", "margin", "as_of", "first_orders")
    }
    stable = {name: list(mapping.stable) for name, mapping in config.tables.items()}
    return {
        "tables": manifest.fingerprints(tables_read(workspace, manifest)),
        "workspace": settings,
        "features": config.features,
        "stable": stable,
        "today": _today_if_it_matters(workspace),
    }


def _today_if_it_matters(workspace: Workspace) -> str:
    """Today's day while data reach into yesterday's month: only then can tomorrow move the newest cutoff."""
    today = today_of(workspace)
    manifest = workspace.manifest()
    months = [file.month for name in contract_tables(manifest) for file in manifest.tables[name].files]
    newest = max((month for month in months if month not in ("all", "none")), default="")
    # Months of files are those of UTC: the first hours of a local month may lie in the month before.
    return today.isoformat() if newest >= (today - timedelta(days=1)).isoformat()[:7] else ""


def today_of(workspace: Workspace) -> date:
    """Return the present day in the workspace's zone."""
    return local_day(workspace.clock(), workspace.config.workspace.timezone)
