"""The named SELECTs of an analysis: they stand in its folder as `steps.sql`, to be read."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import TYPE_CHECKING

from tradewind.core.time import Cutoff, Days
from tradewind.features.as_of import at_cutoffs, bound_value, parse_select, placeholders, view_as_of
from tradewind.features.catalog import Catalog
from tradewind.flow.ask import ask_known
from tradewind.flow.data import Data
from tradewind.flow.questions.question import Question

if TYPE_CHECKING:
    import pyarrow as pa
    from sqlglot import exp

_NAME = re.compile(r"^[ \t]*--[ \t]*name:[ \t]*(\w+)[ \t]*$", re.MULTILINE)


def read_steps(use_case: str) -> Mapping[str, str]:
    """Return the named SELECTs of a use case's folder."""
    text = files("tradewind.use_cases").joinpath(use_case, "steps.sql").read_text(encoding="utf-8")
    pieces = _NAME.split(text)
    return dict(zip(pieces[1::2], pieces[2::2], strict=True))


def step_today(data: Data, question: Question, name: str, as_it_stands: bool = False) -> pa.Table:
    """Return the rows of a step as known today; `as_it_stands` also shows columns that only tell how things are now."""
    catalog = data.catalog.as_it_stands() if as_it_stands else data.catalog
    return ask_known(data.engine, catalog, read_steps(question.name)[name], data.score_at)


def step_at(
    data: Data,
    question: Question,
    select: str | exp.Expression,
    cutoffs: Sequence[Cutoff],
    catalog: Catalog | None = None,
    more_spans: Mapping[str, Days] | None = None,
) -> pa.Table:
    """Return the rows of a SELECT at many cutoffs, each seeing only what was known by its own.

    Args:
        data: the open snapshot.
        question: gives spans and horizon.
        select: one SELECT for one cutoff.
        cutoffs: the local midnights.
        more_spans: spans beyond the question's that the SELECT names.
        catalog: what may be read; for today also columns that only say how things are today.
    """
    import pyarrow as pa

    where = f"{question.name}: steps.sql"
    template = parse_select(select, where) if isinstance(select, str) else select
    view = view_as_of(template, catalog or data.catalog, where, blanks=True)
    spans = {**question.use_case.settings, **(more_spans or {})}
    statement, _ = at_cutoffs(view, cutoffs[:1], spans, where=where)
    names = {*placeholders(view), "cutoff_day"}
    each = [{f"{name}_0": bound_value(name, cutoff, spans, where=where) for name in names} for cutoff in cutoffs]
    return pa.concat_tables(data.engine.fetch_each(statement, each))
