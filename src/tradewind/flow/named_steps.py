"""The named SELECTs of an analysis: they stand in its folder as `steps.sql`, to be read."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import TYPE_CHECKING

from tradewind.core.time import Cutoff, Horizon
from tradewind.features.as_of import at_cutoffs, parse_select, view_as_of
from tradewind.features.persons import Sight
from tradewind.flow.ask import ask_known
from tradewind.flow.data import Data
from tradewind.flow.question import Question

if TYPE_CHECKING:
    import pyarrow as pa
    from sqlglot import exp

_NAME = re.compile(r"^[ \t]*--[ \t]*name:[ \t]*(\w+)[ \t]*$", re.MULTILINE)


def read_steps(use_case: str) -> Mapping[str, str]:
    """Return the named SELECTs of a use case's folder."""
    text = files("tradewind.use_cases").joinpath(use_case, "steps.sql").read_text(encoding="utf-8")
    pieces = _NAME.split(text)
    return dict(zip(pieces[1::2], pieces[2::2], strict=True))


def step_today(data: Data, question: Question, name: str) -> pa.Table:
    """Return the rows of a step as known today."""
    return ask_known(data.engine, data.catalog, read_steps(question.name)[name], data.score_at)


def step_at(
    data: Data,
    question: Question,
    select: str | exp.Expression,
    cutoffs: Sequence[Cutoff],
    steps: Mapping[str, exp.Expression] | None = None,
    known_by: Cutoff | None = None,
) -> pa.Table:
    """Return the rows of a SELECT at many cutoffs, each seeing only what was known by its own.

    Args:
        data: the open snapshot.
        question: gives spans and horizon.
        select: one SELECT for one cutoff.
        cutoffs: the local midnights.
        steps: names that stand for earlier steps.
        known_by: for outcomes: the day by which they must be known, instead of the cutoff.
    """
    where = f"{question.name}: steps.sql"
    template = parse_select(select, where) if isinstance(select, str) else select
    sight: Sight = "cutoff" if known_by is None else "known_by"
    view = view_as_of(template, data.catalog, where, sight, steps)
    case = question.use_case
    horizon: Horizon | None = None if known_by is None else case.horizon
    statement, parameters = at_cutoffs(view, cutoffs, case.settings, horizon, known_by, where=where)
    return data.engine.fetch(statement, parameters)
