"""A business question as a value: who is asked about, what counts, within how long, worth how much."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from tradewind.core.time import Days, Horizon

Task = Literal["classification", "regression", "lifetime", "analysis"]
"""A chance, an amount, a lifetime; or an analysis, for which nothing is learned and kept for each entity."""
Need = Literal["first orders"]


@dataclass(frozen=True)
class Economics:
    """What acting on an answer is worth.

    Args:
        success: plain words for what a success is ("a customer who stays").
        value_sentence: how the value of a success is computed, in plain words.
        contact_cost: cost of one contact in the workspace's currency.
        success_share: assumed share of contacted people whom the contact changes, until a test measured it.
    """

    success: str
    value_sentence: str
    contact_cost: float = 0.5
    success_share: float = 0.05


@dataclass(frozen=True)
class Baseline:
    """A rule of thumb the team could use today instead of a model.

    Args:
        name: plain words ("longest without an order first").
        feature: the feature whose value is the rule's score.
        sign: +1 when a higher value means more of the outcome, −1 when less.
        scale_days: for regression: the feature is an amount over this many days, scaled to the horizon; None when
            it already is an amount over the horizon.
        of_rate: whether the feature is a word (a stage), and the score how often the outcome had come where it stood.
    """

    name: str
    feature: str
    sign: Literal[1, -1] = 1
    scale_days: int | None = None
    of_rate: bool = False


@dataclass(frozen=True)
class UseCase:
    """One business question; its folder holds this value, its `label.sql` and its README.

    Args:
        name: folder name; also the command, the table suffix and the key of `[use_cases.<name>]`.
        title: plain-word title ("About to stop buying").
        question: one sentence a shop owner would ask.
        action: what one does with the answer.
        task: what kind of number the answer is.
        entity: key column of the entity (`customer_id`).
        horizon: how far ahead it looks.
        settings: named look-back spans that `label.sql` may use as `:<name>_ago` ("active_within").
        requires: contract tables without which it cannot be answered; the first row of the first one begins the history
            that it is learned from.
        needs: properties of the data without which it cannot be answered.
        positive: plain words for the outcome ("buys nothing for 30 days").
        economics: what acting is worth.
        baselines: rules of thumb beside which the model is shown; the first is the headline rule.
        minimum_history: days of history a cutoff needs before it.
        columns: without which it cannot be answered, as `table.column`; `|` between those of which one is enough.
        waits: the setting that says how long after the horizon an outcome may still turn; labels wait for it.
        every: days from one cutoff to the next; None for the horizon's length.
        cutoffs: the most past moments to learn from, where config does not say.
        caveat: what the answer leans on beyond the data, in one plain sentence; shown beside it.
        amounts: for questions about how much: what customers `spend`, or what they are `worth` (gross margin of it).
        does: what those with the outcome do ("leave", "are won"); empty for the table of words to say it.
        options: further settings that config may give, with their defaults; a setting has its default's type.
        after: questions whose answers of today it stands on; they are answered before it.
        also: what is added to a learned answer, by its name in `flow/learning/additions.py`.
    """

    name: str
    title: str
    question: str
    action: str
    task: Task
    entity: str
    horizon: Horizon
    positive: str
    economics: Economics
    settings: Mapping[str, Days] = field(default_factory=dict)
    requires: tuple[str, ...] = ("orders",)
    needs: tuple[Need, ...] = ()
    columns: tuple[str, ...] = ()
    waits: str = ""
    baselines: tuple[Baseline, ...] = ()
    minimum_history: Days = Days(90)
    every: Days | None = None
    cutoffs: int = 12
    caveat: str = ""
    amounts: Literal["spend", "worth"] = "worth"
    does: str = ""
    options: Mapping[str, object] = field(default_factory=dict)
    after: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
