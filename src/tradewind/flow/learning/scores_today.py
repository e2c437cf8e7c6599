"""Today's scores of another question: as they were published, or worked out where they are not those of this day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tradewind.flow.data import Data
from tradewind.flow.learning.additions import adjusted
from tradewind.flow.learning.lesson import candidates_of, prepare_lesson, seed_of, try_lesson
from tradewind.flow.learning.score import ask_with, score_rows
from tradewind.flow.questions.question import Question
from tradewind.models.protocol import fit_deployed
from tradewind.models.reasons import explain

if TYPE_CHECKING:
    import pyarrow as pa


def scores_today(data: Data, question: Question) -> pa.Table:
    """Return a question's scores as of today, as `scores_<question>` holds them.

    Raises:
        NotAnswerable: these data cannot answer the question.
    """
    published = f"scores_{question.name}"
    if published in data.workspace.manifest().tables:
        rows = data.workspace.table(published)
        if rows.num_rows and rows["cutoff"][0].as_py() == data.score_at.day:
            return rows
    lesson, candidates = prepare_lesson(data, question), candidates_of(question)
    trial = try_lesson(data, lesson, candidates)
    deployed, _ = fit_deployed(lesson.table, trial, candidates, seed_of(question.name))
    deployed = adjusted(data, lesson, trial, deployed)
    asked = ask_with(data, question, deployed, lesson.feature_set, data.score_at)
    reasons = explain(deployed, asked.features, currency=data.workspace.config.workspace.currency)
    return score_rows(data, question, "", asked, reasons)
