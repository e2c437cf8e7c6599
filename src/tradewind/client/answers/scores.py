"""What the API answers about scores of one and of many."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tradewind.client.answers.lists import Reason


@dataclass(frozen=True)
class BatchRow:
    """The answer to one row of a file; `status` is scored, or not asked about."""

    id: str
    status: str
    score: float | None
    low: float | None
    high: float | None
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Batch:
    """The answer to a file, one item for each of its rows."""

    question: str
    kind: str
    model_version: str | None
    as_of: date | None
    scored: int
    missing_features: tuple[str, ...]
    ignored_columns: tuple[str, ...]
    items: tuple[BatchRow, ...]


@dataclass(frozen=True)
class ScoreReason:
    """Why a score is what it is; texts are empty where nothing is known."""

    text: str
    influence: str = ""
    group: str = ""
    direction: str = ""


@dataclass(frozen=True)
class Score:
    """One entity's score and where it comes from; or `because`: why there is none."""

    question: str
    id: str
    status: str
    score: float | None
    low: float | None
    high: float | None
    unit: str
    value: float | None
    as_of: date | None
    model_version: str
    computed: str
    reasons: tuple[ScoreReason, ...]
    because: str
    note: str


@dataclass(frozen=True)
class FeatureUsed:
    """One feature as the model read it."""

    name: str
    means: str
    value: float | str | None


@dataclass(frozen=True)
class Explanation(Score):
    """One score beside everybody's, with up to six reasons."""

    usual: float | None
    rank: int | None
    asked: int
    features: tuple[FeatureUsed, ...]


@dataclass(frozen=True)
class Scores:
    """One answer for each id, in the order asked."""

    items: tuple[Score, ...]


@dataclass(frozen=True)
class Predictions:
    """Scores of rows of features, in their order."""

    model_version: str
    unit: str
    predictions: tuple[float, ...]
