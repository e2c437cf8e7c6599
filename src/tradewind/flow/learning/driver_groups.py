"""The addition "driver groups": how much usage, billing, support and contract each go with an outcome."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from tradewind.core.words import say
from tradewind.flow.learning.additions import Addition
from tradewind.flow.learning.learned import Learned, Scored
from tradewind.flow.learning.lesson import seed_of
from tradewind.flow.learning.tell import by_chance
from tradewind.flow.questions.question import Question
from tradewind.models.driver_groups import grouped_drivers
from tradewind.report.numbers import say_of_100
from tradewind.store.workspace import Workspace

if TYPE_CHECKING:
    import pyarrow as pa

    from tradewind.flow.data import Data
    from tradewind.flow.learning.lesson import Lesson
    from tradewind.models.deployed import Deployed
    from tradewind.models.protocol import Trial

ROLE = "driver_groups"
_LEAST = 0.05
"""A group with a smaller share than this is not told."""


def _learn(_: Data, lesson: Lesson, trial: Trial, deployed: Deployed) -> Mapping[str, pa.Table]:
    rng = np.random.default_rng([seed_of(lesson.question.name), 5])
    return {ROLE: grouped_drivers(deployed, lesson.table.features.rows(trial.test_rows), rng)}


def _sentences(workspace: Workspace, question: Question, learned: Learned, _: Scored) -> tuple[str, ...]:
    if by_chance(learned.numbers) or ROLE not in learned.tables:
        return ()
    rows = [row for row in workspace.table(learned.tables[ROLE]).to_pylist() if row["share"] >= _LEAST]
    told = [
        say("drivers.group", group=row["driver_group"], share=say_of_100(row["share"]), first=row["sentence"])
        for row in rows
    ]
    return (say("tell.driver_groups", do=question.do, groups="; ".join(told)),) if told else ()


ADDITION = Addition(learn=_learn, sentences=_sentences)
