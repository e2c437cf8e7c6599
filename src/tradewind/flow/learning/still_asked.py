"""Who is no longer asked about by this morning's load: a deal that was closed since the midnight is on no list."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from sqlglot import exp

from tradewind.core.time import Cutoff
from tradewind.features.labels import eligible_at
from tradewind.flow.data import Data
from tradewind.flow.learning.lesson import label_of
from tradewind.flow.learning.newest_load import known_today
from tradewind.flow.questions.question import Question

if TYPE_CHECKING:
    from tradewind.flow.learning.score import Asked


def leave_out_ended(data: Data, question: Question, asked: Asked) -> Asked:
    """Return those of a list of today who are still asked about by all that the newest load knows.

    Scores are as of the midnight before; what a row became since the load before is known from this morning's load on.

    Args:
        data: the open snapshot.
        question: what is asked.
        asked: everybody scored as of today's midnight.
    """
    kept = still_asked(data, question, asked.features.entity_id)
    if kept.all() or not kept.any():
        return asked
    arrays = {name: getattr(asked, name)[kept] for name in ("value", "mean", "low", "high")}
    return replace(asked, features=asked.features.rows(kept), **arrays)


def still_asked(data: Data, question: Question, who: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Return (n,) which of those asked about at today's midnight still are, by all that the newest load knows.

    Args:
        data: the open snapshot.
        question: what is asked.
        who: (n,) entity ids.
    """
    tables = sorted({table.name for table in label_of(question).eligible.find_all(exp.Table)})
    known = known_today(data, tables)
    if known <= data.score_at:
        return np.ones(len(who), dtype=bool)
    still = _eligible(data, question, known)
    return np.array([entity in still for entity in who.tolist()], dtype=bool)


def _eligible(data: Data, question: Question, known: Cutoff) -> set[str]:
    """Who is asked about at today's midnight by what is known later."""
    case = question.use_case
    statement = eligible_at(
        label_of(question), data.catalog, case.entity, [data.score_at], case.settings, known_by=known
    )
    return set(data.engine.fetch(*statement).column(case.entity).to_pylist())
