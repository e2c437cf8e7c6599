"""What serving says of one entity: a score with where it comes from, or why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from tradewind.flow.serving.listed import Said

Computed = Literal["last run", "now"]
Status = Literal["scored", "not asked", "not known"]


@dataclass(frozen=True)
class Answer:
    """One entity's answer.

    Args:
        question: its name.
        id: who.
        status: `scored`; `not asked`: the question is not about this one; `not known`: nobody of this id is in the
            data, or no answer can be given now.
        score: probability or amount; None where there is none.
        low: lower end of the 80 % interval.
        high: upper end.
        unit: `probability`, or the currency of amounts.
        value: money at stake; None where nobody knows.
        as_of: the local day as of which it holds.
        model_version: which model said so.
        computed: `last run`, or `now` from the entity's rows of this moment.
        reasons: most important first.
        because: why there is no score, in plain words; empty where there is one.
        note: what to know about it, such as that newer events are not in it; mostly empty.
    """

    question: str
    id: str
    status: Status
    score: float | None
    low: float | None
    high: float | None
    unit: str
    value: float | None
    as_of: date | None
    model_version: str
    computed: Computed
    reasons: tuple[Said, ...] = ()
    because: str = ""
    note: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON data."""
        return {
            "question": self.question, "id": self.id, "status": self.status, "score": self.score, "low": self.low,
            "high": self.high, "unit": self.unit, "value": self.value,
            "as_of": None if self.as_of is None else self.as_of.isoformat(), "model_version": self.model_version,
            "computed": self.computed, "reasons": [each.as_json() for each in self.reasons],
            "because": self.because, "note": self.note,
        }  # fmt: skip


@dataclass(frozen=True)
class Explained:
    """One entity's answer beside everybody's.

    Args:
        answer: its own, with up to six reasons.
        usual: median score of everybody on the last list; None where there is none.
        rank: its place on that list, 1 is first; the place it would have where it was computed now.
        asked: how many are on that list.
        features: what the model read, by name; only where it was asked for and worked out.
        sentences: the features' names in plain words.
    """

    answer: Answer
    usual: float | None
    rank: int | None
    asked: int
    features: Mapping[str, float | str | None] = field(default_factory=dict)
    sentences: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON data."""
        features = [
            {"name": name, "means": self.sentences.get(name, ""), "value": value}
            for name, value in self.features.items()
        ]
        return {
            **self.answer.as_json(), "usual": self.usual, "rank": self.rank, "asked": self.asked, "features": features,
        }  # fmt: skip
