"""An analysis: a question answered from the data at once, with nothing learned for each entity and kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from tradewind.core.finding import Finding
from tradewind.flow.data import Data
from tradewind.flow.learning.require import require_answerable
from tradewind.flow.questions.question import Question
from tradewind.store.steps import StepOutput
from tradewind.store.tables import write_table

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Analysed:
    """What an analysis found.

    Args:
        finding: the finding; the names of its tables are filled in when they are published.
        tables: role (`list`, `stages` …) to rows; published as `<role>_<question>`. `list` is the one to work from:
            its first column names the entity.
    """

    finding: Finding
    tables: Mapping[str, pa.Table] = field(default_factory=dict)


Analysis = Callable[[Data, Question], Analysed]


def run_analysis(data: Data, question: Question, analysis: Analysis) -> StepOutput:
    """Answer a question by its analysis.

    Args:
        data: the open snapshot.
        question: what is asked.
        analysis: its work.
    Returns:
        The tables to publish, and the finding as JSON under `finding`.
    Raises:
        NotAnswerable: these data cannot answer it.
    """
    require_answerable(data, question.use_case)
    analysed = analysis(data, question)
    names = {role: f"{role}_{question.name}" for role in analysed.tables}
    root = data.workspace.root
    entries = {names[role]: write_table(root, names[role], rows) for role, rows in analysed.tables.items()}
    finding = replace(analysed.finding, tables=names)
    return StepOutput(entries, {"finding": finding.to_json()})
