"""Score the rows of a labelled table without an answer; where all have one, those whose outcome may still come."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tradewind.core.errors import NotAnswerable, Problem
from tradewind.core.time import Cutoff
from tradewind.flow.data import Data
from tradewind.flow.labels.rows import LabelRows, read_label_rows
from tradewind.flow.learning.learned import Learned, Scored
from tradewind.flow.learning.model_files import model_folder
from tradewind.flow.learning.score import Asked, score_rows, sums
from tradewind.flow.questions.question import Question
from tradewind.models.files import load_model
from tradewind.models.reasons import explain
from tradewind.store.steps import StepOutput
from tradewind.store.tables import write_table

if TYPE_CHECKING:
    import pyarrow as pa

Array = NDArray[np.float64]


@dataclass(frozen=True)
class LabelAsked:
    """The rows of a label that are on the list, with what the saved model says of them.

    Args:
        asked: features, values, the model and the scores.
        day: the local day of the newest load.
        waiting: whether these are rows without an answer; else rows whose outcome is not the positive one, scored by
            models that had not seen them.
    """

    asked: Asked
    day: Cutoff
    waiting: bool


def ask_label(data: Data, question: Question, version: str, predictions: pa.Table) -> LabelAsked:
    """Read a label's table and score who is on the list.

    Args:
        data: the open snapshot.
        question: a label.
        version: of the saved model.
        predictions: what models that had not seen a row said of it: entity_id, outcome, predicted.
    Raises:
        NotAnswerable: nobody is left to be listed.
        ModelError: the saved model is missing or damaged.
    """
    deployed, _ = load_model(model_folder(data.workspace.root, question.name, version))
    rows = read_label_rows(data, question)
    outcome = rows.table.outcome
    waiting = np.flatnonzero(np.isnan(outcome))
    chosen = waiting if len(waiting) else np.flatnonzero(outcome == 0)
    if len(chosen) == 0:
        raise NotAnswerable(
            Problem(question.name, "every row has the outcome, so there is nobody to be scored", "0 rows",
                    "rows without an answer", "load rows whose answer is not known yet")
        )  # fmt: skip
    features = rows.table.features.rows(chosen)
    mean = deployed.mean(features) if len(waiting) else _unseen(rows, chosen, predictions)
    low, high = deployed.interval.apply(mean)
    value = np.nan_to_num(rows.value[chosen]) * data.margin.factor
    asked = Asked(features, value, deployed, mean, low, high)
    return LabelAsked(asked, Cutoff(rows.as_of, data.catalog.zone), bool(len(waiting)))


def _unseen(rows: LabelRows, chosen: NDArray[np.intp], predictions: pa.Table) -> Array:
    """What models that had not seen a row said of it: a row that was learned from would know its own answer."""
    said = dict(
        zip(predictions.column("entity_id").to_pylist(), predictions.column("predicted").to_pylist(), strict=True)
    )
    return np.array([said[entity] for entity in rows.ids[chosen]], dtype=np.float64)


def score_label(data: Data, question: Question, learned: Learned) -> StepOutput:
    """Score who is on the list, with the three most telling reasons each.

    Returns:
        The table `scores_<label>` and the `Scored` record under `scored`.
    """
    learned.require()
    predictions = data.workspace.table(learned.tables["predictions"])
    listed = ask_label(data, question, learned.version, predictions)
    then = replace(data, score_at=listed.day)
    currency = data.workspace.config.workspace.currency
    reasons = explain(listed.asked.deployed, listed.asked.features, currency=currency)
    rows = score_rows(then, question, learned.version, listed.asked, reasons)
    name = f"scores_{question.name}"
    scored = Scored(listed.day.day, learned.version, name, sums(then, question, listed.asked), question.people)
    return StepOutput({name: write_table(data.workspace.root, name, rows)}, {"scored": scored.to_json()})
