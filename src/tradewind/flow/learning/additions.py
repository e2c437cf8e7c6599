"""What a use case adds to a learned answer (`also`): tables beside the model, columns of its scores, sentences."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tradewind.flow.learning.learned import Learned, Scored
from tradewind.flow.questions.question import Question
from tradewind.store.workspace import Workspace

if TYPE_CHECKING:
    import pyarrow as pa

    from tradewind.flow.data import Data
    from tradewind.flow.learning.lesson import Lesson
    from tradewind.flow.learning.past_dates import Tested
    from tradewind.flow.learning.score import Asked
    from tradewind.models.deployed import Deployed
    from tradewind.models.protocol import Trial


@dataclass(frozen=True)
class Addition:
    """One addition; what it does not have is None.

    Args:
        adjust: (data, lesson, trial, deployed) → the model as it is kept, its chances put right; before `learn`.
        tested: (data, lesson, trial, deployed) → the predictions that are held against the rules of thumb, where those
            at more dates than the trial's one shall count.
        learn: (data, lesson, trial, deployed) → rows by role, published as `<role>_<question>`; what it learned is kept
            in them.
        columns: (data, question, learned, asked) → further columns of the scores, in the rows' order.
        sentences: (workspace, question, learned, scored) → what it adds to what was found.
    """

    learn: Callable[[Data, Lesson, Trial, Deployed], Mapping[str, pa.Table]] | None = None
    columns: Callable[[Data, Question, Learned, Asked], Mapping[str, pa.Array]] | None = None
    sentences: Callable[[Workspace, Question, Learned, Scored], tuple[str, ...]] | None = None
    adjust: Callable[[Data, Lesson, Trial, Deployed], Deployed] | None = None
    tested: Callable[[Data, Lesson, Trial, Deployed], Tested] | None = None


ADDITIONS: Mapping[str, str] = {
    # One line each: name → module under `tradewind.flow` that has `ADDITION`.
    "won in the end": "pipeline.win_in_end",
    "driver groups": "learning.driver_groups",
    "tiers": "learning.tiers",
    "time to leave": "subscriptions.time_to_leave",
}


def adjusted(data: Data, lesson: Lesson, trial: Trial, deployed: Deployed) -> Deployed:
    """Return a fitted model as the question's additions want it kept."""
    for addition in additions_of(lesson.question):
        if addition.adjust is not None:
            deployed = addition.adjust(data, lesson, trial, deployed)
    return deployed


def tested_at(data: Data, lesson: Lesson, trial: Trial, deployed: Deployed) -> Tested | None:
    """Return the predictions that a question's addition wants tested; None where the trial's own are."""
    wanted = (addition.tested for addition in additions_of(lesson.question))
    found = next((each for each in wanted if each is not None), None)
    return None if found is None else found(data, lesson, trial, deployed)


def additions_of(question: Question) -> tuple[Addition, ...]:
    """Return the additions of a question; their code is imported here."""
    modules = (importlib.import_module(f"tradewind.flow.{ADDITIONS[name]}") for name in question.use_case.also)
    return tuple(module.ADDITION for module in modules)
