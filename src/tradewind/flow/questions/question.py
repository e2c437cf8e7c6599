"""A business question as one workspace asks it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tradewind.core.entities import ENTITIES
from tradewind.core.time import Days
from tradewind.core.use_case import UseCase
from tradewind.core.words import say_do
from tradewind.flow.answers.margin import Margin
from tradewind.flow.learning.team_rule import TeamRule
from tradewind.models.budget import Budget
from tradewind.store.config import UserFeature
from tradewind.store.config_labels import LabelSettings


@dataclass(frozen=True)
class Question:
    """A use case as one workspace asks it.

    Args:
        use_case: the folder's value with the workspace's horizon, spans and economics.
        label_sql: text of the folder's `label.sql`; empty where the answer stands in a column, or is an analysis.
        models: names of candidates, or ("auto",).
        time_limit_seconds: how long choosing among candidates may take.
        cutoffs: the most past moments to learn from.
        label: where the answer stands in a column: its settings.
        rule: the team's own rule; None where there is none.
        tune: how long to look for better settings; None for not at all.
        features: features of the question's own, beside those that everybody has.
    """

    use_case: UseCase
    label_sql: str
    models: tuple[str, ...] = ("auto",)
    time_limit_seconds: float = 20.0
    cutoffs: int = 12
    label: LabelSettings | None = None
    rule: TeamRule | None = None
    tune: Budget | None = None
    features: Mapping[str, UserFeature] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The folder's name, or that of the label."""
        return self.use_case.name

    @property
    def people(self) -> str:
        """What those asked about are called ("customers")."""
        return ENTITIES[self.use_case.entity].people

    @property
    def one(self) -> str:
        """What one of those asked about is called ("customer")."""
        return ENTITIES[self.use_case.entity].one

    @property
    def do(self) -> str:
        """What the people of the question do ("stop buying")."""
        if self.label is not None:
            return self.words(self.use_case.positive)
        return self.words(self.use_case.does) if self.use_case.does else say_do(self.name)

    def option(self, name: str) -> Any:
        """Return a further setting of the question, as config gives it or its default."""
        return self.use_case.options[name]

    def with_models(self, models: tuple[str, ...], time_limit_seconds: float) -> Question:
        """Return the question with other candidates."""
        return replace(self, models=models, time_limit_seconds=time_limit_seconds)

    def amount_factor(self, margin: Margin) -> float:
        """Return what predicted spend is multiplied with to be the question's amounts."""
        return 1.0 if self.use_case.amounts == "spend" else margin.factor

    def words(self, text: str) -> str:
        """Fill a sentence of the use case with this workspace's spans."""
        spans = {name: str(span) for name, span in self.use_case.settings.items()}
        return text.format(horizon=speak_days(self.use_case.horizon.length), **spans)


def speak_days(span: Days) -> str:
    """Say a span as people do: 365 days are 12 months."""
    return {365: "12 months", 180: "6 months"}.get(span.count, str(span))
