"""One row of a question's list as it is shown today: its values, and what is usual on that list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from tradewind.flow.lists.table import entity_of, list_table
from tradewind.flow.questions.question import Question
from tradewind.flow.snapshot_rows import snapshot_rows
from tradewind.store.workspace import Workspace


@dataclass(frozen=True)
class ShownRow:
    """A row of a list.

    Args:
        entity: the column that names whom it is about.
        values: of the row; None where nobody of the key is on the list.
        score: chance or amount as shown; None where the list has none.
        usual: mean of the list's scores.
        version: of the model; empty for an analysis.
        as_of: the local day as of which the list was made.
    """

    entity: str
    values: Mapping[str, Any] | None
    score: float | None = None
    usual: float | None = None
    version: str = ""
    as_of: date | None = None


def shown_row(workspace: Workspace, question: Question, entity_id: str) -> ShownRow:
    """Return the row about an entity, read without the rest of the list.

    Raises:
        NotAnswerable: no run has made a list of the question, or it has none.
    """
    manifest = workspace.manifest()
    entry = list_table(manifest, question)
    key = entity_of(entry, question)
    columns = dict(entry.columns)
    scored = "mean" in columns and question.use_case.task != "analysis"
    with snapshot_rows(workspace, manifest, [entry.name]) as ask:
        same = f'CAST(l."{key}" AS VARCHAR) = $entity_id'
        found = ask(f'SELECT * FROM "{entry.name}" l WHERE {same} ORDER BY place LIMIT 1', entity_id=entity_id)
        usual = ask(f'SELECT avg(l.mean) AS usual FROM "{entry.name}" l')[0]["usual"] if scored else None
    if not found:
        return ShownRow(key, None, usual=usual)
    row = found[0]
    day = row.get("cutoff")
    return ShownRow(
        key,
        row,
        float(row["mean"]) if scored and row["mean"] is not None else None,
        usual,
        str(row.get("model_version") or "") if scored else "",
        day if isinstance(day, date) else None,
    )
