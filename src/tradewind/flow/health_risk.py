"""How likely customers are to leave, as past days would have said it, and as today says it with reasons."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tradewind.core.errors import NotAnswerable
from tradewind.core.score import Reason
from tradewind.core.time import Cutoff, Horizon
from tradewind.features.training import build_features, find_eligible
from tradewind.flow.data import Data
from tradewind.flow.lesson import Lesson, label_of, prepare_lesson, seed_of
from tradewind.flow.question import Question
from tradewind.flow.questions import shipped_question
from tradewind.models.candidates import DEPLOYABLE
from tradewind.models.protocol import Trial, fit_deployed, run_protocol
from tradewind.models.reasons import explain

Array = NDArray[np.float64]

LOOKS = 9
"""Past days of looking beside the newest complete one, if there are as many."""

MODEL = replace(
    DEPLOYABLE["boosting"],
    settings=({"num_iterations": 60, "learning_rate": 0.05, "num_leaves": 6, "min_data_in_leaf": 50},),
)
"""Small and cautious, with nothing to choose."""

READABLE = ("usage", "support", "contract")
"""Parts of the business of which a learned reason can be read out loud without the question "compared with what?"."""


@dataclass(frozen=True)
class Risk:
    """Who is looked at when, and how likely each is to leave.

    Args:
        who: (n,) customers; a customer stands once for each day of looking.
        day: (n,) datetime64[D], day of looking, the last of which is today.
        risk: (n,) chance to leave beside the mean of all on that day; NaN where nothing could be learned.
        reasons: today's reasons by customer; only those that raise the chance.
        learned: whether anything was learned from who left.
        said: why not, in the words of the problem; empty where it was.
    """

    who: NDArray[np.object_]
    day: NDArray[np.datetime64]
    risk: Array
    reasons: dict[str, tuple[Reason, ...]]
    learned: bool
    said: str = ""


def churn_question(data: Data, question: Question) -> Question:
    """Return "About to leave" as this workspace asks it, with the horizon and the spans of the health question."""
    churn = shipped_question(data.workspace.config, "churn")
    ours, case = question.use_case, churn.use_case
    options = {**case.options, "with_trials": question.option("with_trials")}
    horizon = Horizon(ours.horizon.length, ours.settings["switch_within"])
    changed = replace(case, horizon=horizon, settings={**case.settings, **ours.settings}, options=options, also=())
    return replace(churn, use_case=changed)


def read_risk(data: Data, question: Question) -> Risk:
    """Learn who leaves as each past day would have learned it, by one cautious model, and look at everybody.

    The model is fixed, so that nothing is chosen by what came later: its chance on a past day comes from outcomes
    complete by that day alone.
    """
    churn = churn_question(data, question)
    try:
        lesson = prepare_lesson(data, churn, earlier=LOOKS)
        trial = run_protocol(
            lesson.table, "classification", lesson.schedule.test.day, (MODEL,), seed_of(question.name),
            churn.time_limit_seconds, data.workspace.clock, LOOKS, data.threads, others=False,
        )  # fmt: skip
    except NotAnswerable as error:
        return _unlearned(data, churn, error.problems[0].what)
    who, day, risk, reasons = _today(data, lesson, trial)
    rows = np.concatenate([trial.earlier_rows, trial.test_rows])
    raw = np.concatenate([trial.earlier_raw, trial.predictor.mean(lesson.table.features.rows(trial.test_rows))])
    past = lesson.table.features.rows(rows)
    return Risk(
        np.concatenate([past.entity_id, who]),
        np.concatenate([past.cutoff, day]).astype("datetime64[D]"),
        np.concatenate([_beside_usual(raw, past.cutoff), risk]),
        reasons,
        True,
    )


def _today(
    data: Data, lesson: Lesson, trial: Trial
) -> tuple[NDArray[np.object_], NDArray[np.datetime64], Array, dict[str, tuple[Reason, ...]]]:
    deployed, _ = fit_deployed(lesson.table, trial, (MODEL,), seed_of(lesson.question.name))
    case, cutoff = lesson.question.use_case, data.score_at
    find_eligible(data.engine, data.catalog, case, label_of(lesson.question), case.settings, [cutoff])
    features = build_features(data.engine, data.catalog, lesson.feature_set, case.name, [cutoff], case.settings)
    told = explain(deployed, features, currency=data.workspace.config.workspace.currency)
    raising = (
        tuple(each for each in reasons if each.direction == "raises" and each.group in READABLE) for reasons in told
    )
    risk = _beside_usual(deployed.predictor.mean(features), features.cutoff)
    return features.entity_id, features.cutoff, risk, dict(zip(features.entity_id.tolist(), raising, strict=True))


def _beside_usual(mean: Array, day: NDArray[np.datetime64]) -> Array:
    """Each chance beside the mean of its day."""
    _, place = np.unique(day, return_inverse=True)
    usual = np.bincount(place, weights=mean) / np.maximum(np.bincount(place), 1)
    return np.asarray(mean / np.maximum(usual[place], 1e-9))


def _unlearned(data: Data, churn: Question, why: str) -> Risk:
    """Everybody who can be looked at today, with no chance to tell."""
    case = churn.use_case
    find_eligible(data.engine, data.catalog, case, label_of(churn), case.settings, [data.score_at])
    who = _eligible(data, case.name, data.score_at)
    day = np.full(len(who), np.datetime64(data.score_at.day, "D"))
    return Risk(who, day, np.full(len(who), np.nan), {}, False, why)


def _eligible(data: Data, name: str, cutoff: Cutoff) -> NDArray[np.object_]:
    from tradewind.features.compute import eligible_step_rows

    rows = data.engine.fetch(eligible_step_rows("customer_id", f"eligible_{name}"), {"cutoff_day": cutoff.day})
    return np.array(sorted(rows.column("customer_id").to_pylist()), dtype=object)
