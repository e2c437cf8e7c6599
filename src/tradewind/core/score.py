"""What a model leaves behind: one score per entity with its reasons, and the card that says how far to trust it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from tradewind.core.feature import Influence
from tradewind.core.finding import Number


@dataclass(frozen=True)
class Reason:
    """Why one entity's score is what it is.

    Args:
        text: the whole reason in plain words ("no order for 41 days; usually every 6").
        family: the family of features it stands for.
        direction: whether it raises or lowers the score.
        influence: whether one can act on it.
        contribution: its part of the score on the model's own scale, as a number.
        group: to which part of the business it belongs ("usage", "billing").
        stability: share of bootstrap refits in which it stays among the top reasons; None where not measured.
    """

    text: str
    family: str
    direction: str
    influence: Influence
    contribution: float
    group: str = ""
    stability: float | None = None


@dataclass(frozen=True)
class Score:
    """One entity's answer: mean, interval, reasons.

    Args:
        entity_id: who.
        use_case: which question.
        model_version: which model said so.
        cutoff: as of which local day.
        mean: probability, or expected amount.
        low: lower end of the 80 % interval.
        high: upper end.
        reasons: most important first, at most three.
    """

    entity_id: str
    use_case: str
    model_version: str
    cutoff: date
    mean: float
    low: float
    high: float
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class ModelCard:
    """What a saved model is, how it was made and how it did; its figures belong to the procedure.

    Args:
        use_case: which question.
        version: content-derived version name.
        algorithm: name of the estimator chosen.
        trained_through: newest cutoff it learned from.
        rows: rows learned from.
        positives: outcomes among them (classification), else None.
        test_cutoff: where the procedure was tested.
        snapshot_id: which data.
        code_version: which Tradewind.
        format: format version of the model files.
        features: names of the features in order.
        metrics: figures of the procedure at the test cutoff.
        settings: parameters, as written.
        economics: the money assumptions.
    """

    use_case: str
    version: str
    algorithm: str
    trained_through: date
    rows: int
    positives: int | None
    test_cutoff: date
    snapshot_id: str
    code_version: str
    format: int
    features: tuple[str, ...]
    metrics: Mapping[str, Number] = field(default_factory=dict)
    settings: Mapping[str, object] = field(default_factory=dict)
    economics: Mapping[str, object] = field(default_factory=dict)
