"""Sections on questions of one's own, in business words, and what can be wrong with their names."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from tradewind.core.errors import Problem
from tradewind.store.config_problems import sections_of
from tradewind.store.config_section import Name, Section, Span, TuningBudget

QUESTION_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
"""A question's name is also that of tables and folders."""


def _as_text(value: object) -> object:
    """What one is worth may be written as a number."""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


class QuestionSettings(Section):
    """`[questions.<name>]`: a question of your own, in business words; see docs/concepts/new-questions.md.

    Args:
        who: whom it is about, and which of them: "customers with an order in the last 90 days".
        what: what happens to them: "an order of category 'coffee'", "no order", "converts".
        within: how far ahead: "30 days".
        worth: what one success is worth in revenue: "orders in the last 90 days", an amount, or an attribute.
        title: plain-word title.
        question: the question in one sentence.
        action: what one does with the answer.
        does: what those with the outcome do, as a verb ("buy coffee again").
        contact_cost: cost of one contact in the workspace's currency.
        success_share: assumed share of contacted people whom the contact changes.
        every: days from one past date that is learned from to the next.
        enabled: whether `run` answers it.
        models: names of the models to compare, or `auto`.
        time_limit_seconds: for choosing a model.
        cutoffs: how many earlier days to learn from.
        tune: how long to look for better settings of each model (`60 seconds`, `40 trials`); not at all when absent.
        rule: the team's own rule, beside which the model is shown: a `[rules.<name>]`, or a column with a score.
    """

    who: Name
    what: Name
    within: Name
    worth: Annotated[str, BeforeValidator(_as_text)] = ""
    title: str = ""
    question: str = ""
    action: str = ""
    does: str = ""
    contact_cost: Annotated[float, Field(ge=0)] | None = None
    success_share: Annotated[float, Field(ge=0, le=1)] | None = None
    every: Span | None = None
    enabled: bool = True
    models: Literal["auto"] | tuple[str, ...] = "auto"
    time_limit_seconds: Annotated[float, Field(gt=0)] | None = None
    cutoffs: Annotated[int, Field(ge=1)] | None = None
    tune: TuningBudget | None = None
    rule: str = ""


def question_problems(raw: Mapping[str, Any], folders: Collection[str]) -> Iterator[Problem]:
    """Yield what is wrong with the names of `[questions.*]` and of the workspace's own folders of questions.

    Args:
        raw: the whole file, as parsed.
        folders: names of the folders in `use_cases/` of the workspace.
    """
    labels, use_cases = sections_of(raw, "labels"), sections_of(raw, "use_cases")
    for name in sections_of(raw, "questions"):
        where = f"questions.{name}"
        if not QUESTION_NAME.fullmatch(name):
            yield Problem(
                where, "this cannot be a question's name", repr(name[:80]), "small letters, digits, underscores"
            )
        if name in labels or name in use_cases:
            section = "labels" if name in labels else "use_cases"
            yield Problem(where, f"there is a section [{section}] of the same name", name, "a name of its own")
        if name in folders:
            yield Problem(where, f"there is a folder use_cases/{name} too", name, "one of the two, or another name")
    for name in folders:
        if name in labels:
            yield Problem(f"labels.{name}", f"there is a folder use_cases/{name} too", name, "a name of its own")
