"""How likely customers are to leave, as past days would have said it, and as today says it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tradewind.core.driver_groups import group_of
from tradewind.core.errors import ModelError, NotAnswerable
from tradewind.core.time import Cutoff, Horizon
from tradewind.features.training import build_features, find_eligible
from tradewind.flow.data import Data
from tradewind.flow.learning.lesson import Lesson, label_of, prepare_lesson, seed_of
from tradewind.flow.learning.still_asked import still_asked
from tradewind.flow.questions.asked import shipped_question
from tradewind.flow.questions.question import Question
from tradewind.models.candidates import DEPLOYABLE
from tradewind.models.protocol import Trial, fit_deployed, run_protocol

Array = NDArray[np.float64]

LOOKS = 9
"""Past days of looking beside the newest complete one, if there are as many."""

MODEL = replace(
    DEPLOYABLE["boosting"],
    settings=({"num_iterations": 150, "learning_rate": 0.05, "num_leaves": 8, "min_data_in_leaf": 50},),
)
"""Small and cautious, with nothing to choose."""

LEARNED = ("usage", "support", "contract")
"""Parts of the business that are learned from. What they pay is looked at as a sign, beside their own past."""


@dataclass(frozen=True)
class Risk:
    """Who is looked at when, and how likely each is to leave.

    Args:
        who: (n,) customers; a customer stands once for each day of looking.
        day: (n,) datetime64[D], day of looking, the last of which is today.
        risk: (n,) chance to leave beside the mean of all on that day; NaN where nothing could be learned.
        unlearned: why nothing was learned, in the words of the problem; empty where something was.
    """

    who: NDArray[np.object_]
    day: NDArray[np.datetime64]
    risk: Array
    unlearned: str = ""


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
        lesson = _of_learned(prepare_lesson(data, churn, earlier=LOOKS))
        trial = run_protocol(
            lesson.table, "classification", lesson.schedule.test.day, (MODEL,), seed_of(question.name),
            churn.time_limit_seconds, data.workspace.clock, LOOKS, data.threads, others=False,
        )  # fmt: skip
    except (NotAnswerable, ModelError) as error:
        return _unlearned(data, churn, error.problems[0].what)
    who, day, risk = _today(data, lesson, trial)
    rows = np.concatenate([trial.earlier_rows, trial.test_rows])
    raw = np.concatenate([trial.earlier_raw, trial.predictor.mean(lesson.table.features.rows(trial.test_rows))])
    past = lesson.table.features.rows(rows)
    return Risk(
        np.concatenate([past.entity_id, who]),
        np.concatenate([past.cutoff, day]).astype("datetime64[D]"),
        np.concatenate([_beside_usual(raw, past.cutoff), risk]),
    )


def _of_learned(lesson: Lesson) -> Lesson:
    """The lesson with the features of the parts that are learned from."""
    others = {feature.name for feature in lesson.feature_set.features if group_of(feature) not in LEARNED}
    table = replace(lesson.table, features=lesson.table.features.without(others))
    return replace(lesson, table=table, feature_set=lesson.feature_set.without(others))


def _today(data: Data, lesson: Lesson, trial: Trial) -> tuple[NDArray[np.object_], NDArray[np.datetime64], Array]:
    deployed, _ = fit_deployed(lesson.table, trial, (MODEL,), seed_of(lesson.question.name))
    case, cutoff = lesson.question.use_case, data.score_at
    find_eligible(data.engine, data.catalog, case, label_of(lesson.question), case.settings, [cutoff])
    features = build_features(data.engine, data.catalog, lesson.feature_set, case.name, [cutoff], case.settings)
    risk = _beside_usual(deployed.predictor.mean(features), features.cutoff)
    kept = still_asked(data, lesson.question, features.entity_id)
    return features.entity_id[kept], features.cutoff[kept], risk[kept]


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
    who = who[still_asked(data, churn, who)]
    day = np.full(len(who), np.datetime64(data.score_at.day, "D"))
    return Risk(who, day, np.full(len(who), np.nan), why)


def _eligible(data: Data, name: str, cutoff: Cutoff) -> NDArray[np.object_]:
    from tradewind.features.compute import eligible_step_rows

    rows = data.engine.fetch(eligible_step_rows("customer_id", f"eligible_{name}"), {"cutoff_day": cutoff.day})
    return np.array(sorted(rows.column("customer_id").to_pylist()), dtype=object)
