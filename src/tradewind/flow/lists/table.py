"""The table that people work from: the scores of a learned question, or the `list` of an analysis."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from tradewind.core.errors import NotAnswerable, Problem
from tradewind.flow.questions.question import Question
from tradewind.store.manifest import Manifest, TableEntry
from tradewind.store.workspace import Workspace

if TYPE_CHECKING:
    import pyarrow as pa

SCORE_COLUMNS = frozenset(
    {"mean", "low", "high", "value", "expected_gain", "worth_contacting", "cutoff", "model_version"}
)
REASONS = ("reason_1", "reason_2", "reason_3")
INFLUENCES = ("influence_1", "influence_2", "influence_3")


@dataclass(frozen=True)
class Source:
    """The rows of a list.

    Args:
        table: name of the table.
        rows: its rows, the first to work on first.
        entity: the column that names whom a row is about.
        scored: whether the rows hold chances or amounts with reasons.
    """

    table: str
    rows: pa.Table
    entity: str
    scored: bool

    @property
    def as_of(self) -> date | None:
        """The local day as of which it was made; None where the table does not say."""
        if "cutoff" not in self.rows.column_names or self.rows.num_rows == 0:
            return None
        found = self.rows["cutoff"][0].as_py()
        return found if isinstance(found, date) else None


def read_source(workspace: Workspace, question: Question) -> Source:
    """Return the list of a question as the last run left it.

    Raises:
        NotAnswerable: no run has made one, or the question has none.
    """
    from tradewind.store.tables import read_table

    entry = list_table(workspace.manifest(), question)
    name, analysis = entry.name, question.use_case.task == "analysis"
    rows = read_table(workspace.root, entry)
    key = question.use_case.entity
    entity = key if key in rows.column_names else rows.column_names[0]
    return Source(name, rows, entity, scored="mean" in rows.column_names and not analysis)


def entity_of(entry: TableEntry, question: Question) -> str:
    """Return the column of a list that names whom a row is about."""
    names = [name for name, _ in entry.columns]
    return question.use_case.entity if question.use_case.entity in names else names[0]


def list_table(manifest: Manifest, question: Question) -> TableEntry:
    """Return the table of a question's list in a snapshot.

    Raises:
        NotAnswerable: no run has made one, or the question has none.
    """
    analysis = question.use_case.task == "analysis"
    name = f"{'list' if analysis else 'scores'}_{question.name}"
    if name not in manifest.tables:
        what = "it has no list of whom to work on" if analysis else "nobody has been scored yet"
        do = f"tradewind run --only {question.name}"
        raise NotAnswerable(Problem(question.name, what, "", f"a table {name}", do))
    return manifest.tables[name]
