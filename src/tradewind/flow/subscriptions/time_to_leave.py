"""The addition "time to leave": after how long people leave, when each of today's is likely to, and how sure it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tradewind.core.errors import ModelError, Problem
from tradewind.core.time import Cutoff
from tradewind.flow.ask import ask_known
from tradewind.flow.data import Data
from tradewind.flow.learning.additions import Addition
from tradewind.flow.learning.lesson import Lesson, seed_of
from tradewind.flow.questions.question import Question
from tradewind.flow.subscriptions.contracts import Contracts, billing_period, day_number, day_of, read_contracts
from tradewind.flow.subscriptions.landmarks import Followed, certain_day, features_at, follow, landmark_cutoffs
from tradewind.flow.subscriptions.leave_test import HIGH, LOW, MIDDLE, LeaveTest, figure_rows, measure
from tradewind.flow.subscriptions.stay_curves import curve_of_all, curve_rows, running
from tradewind.flow.subscriptions.tell_leave import tell_leave, when_words
from tradewind.models.deployed import Deployed
from tradewind.models.protocol import Trial
from tradewind.models.survival.files import hazard_text, read_hazard
from tradewind.models.survival.hazard import Hazard, Kind, fit_hazard, sight_of
from tradewind.models.survival.remaining import days_until, survival_ahead

if TYPE_CHECKING:
    import pyarrow as pa

    from tradewind.core.feature import FeatureTable
    from tradewind.features.feature_set import FeatureSet
    from tradewind.flow.learning.learned import Learned
    from tradewind.flow.learning.score import Asked

Array = NDArray[np.float64]

MOST_PERIODS = 60
"""Periods looked ahead at most."""
MOST_TREE_ROWS = 1_000_000
"""Today's customers times periods ahead beyond which trees, which read each of them, take too long."""
LEAST_FOR_TREES = 500
"""Stays that ended below which trees are not tried."""
TEST_SHARE = 0.4
"""Share of the history that follows the day of the test."""
CHUNK = 100_000
"""Customers foretold at a time, so that memory stays small."""


@dataclass(frozen=True)
class Study:
    """What time-to-leave is learned from.

    Args:
        question: what is asked.
        features: of everybody at each past cutoff.
        cutoffs: those, oldest first.
        period: days of a period.
        today: contracts as known today.
        certain: day number before which ends are certain today.
    """

    question: Question
    features: FeatureTable
    cutoffs: tuple[Cutoff, ...]
    period: int
    today: Contracts
    certain: int


def learn(data: Data, lesson: Lesson, _trial: Trial, _deployed: Deployed) -> Mapping[str, pa.Table]:
    """Learn when people leave, test it, and keep curve, model and figures as tables.

    Returns:
        `survival`: the curves; `leave_test`: figures; `hazard`: the model, no row where none could be learned.
    """
    question = lesson.question
    today = read_contracts(data, question.use_case.entity, data.score_at, switch_days(question))
    words = {"in_trial": str(today.in_trial), "backwards": str(today.backwards), "stays": str(len(today.stay_start))}
    if not len(today.stay_start):
        return {"survival": _no_curve(), "leave_test": figure_rows({}, {**words, "why": "nobody has paid yet"}),
                "hazard": _model_rows(None)}  # fmt: skip
    curves = curve_rows(today, day_number(data.score_at.day))
    try:
        study = prepare(data, question, lesson.feature_set, today)
        tested, kind = try_out(data, study)
        hazard = fit(data, study, data.score_at, kind, today)
    except ModelError as error:
        why = error.problems[0]
        text = f"{why.what} ({why.found})" if why.found else why.what
        return {"survival": curves, "leave_test": figure_rows({}, {**words, "why": text}), "hazard": _model_rows(None)}
    words |= {"kind": kind, "sight_days": str(hazard.sight * hazard.period)}
    numbers = {}
    if tested is None:
        words["untested"] = "the history is too short to hold what is foretold against what came"
    else:
        words |= {"better": "yes" if tested.better else "no"}
        numbers = dict(tested.numbers)
    return {"survival": curves, "leave_test": figure_rows(numbers, words), "hazard": _model_rows(hazard)}


def prepare(data: Data, question: Question, feature_set: FeatureSet, today: Contracts) -> Study:
    """Compute the features of everybody at past cutoffs.

    Raises:
        ModelError: the history is too short, or nobody was there.
    """
    period = _period(data, question)
    certain = certain_day(question, data.score_at)
    last = Cutoff(day_of(certain), data.catalog.zone)
    first = data.first_day_of("subscriptions").ahead(question.use_case.minimum_history)
    cutoffs = landmark_cutoffs(first, last, period)
    if not cutoffs:
        raise ModelError(Problem("", "the history is too short to see anybody leave", "", f"{2 * period} days"))
    features = features_at(data, question, feature_set, cutoffs)
    return Study(question, features, cutoffs, period, today, certain)


def try_out(data: Data, study: Study) -> tuple[LeaveTest | None, Kind]:
    """Choose between models at an earlier day, and test the chosen one at a later day; None where there is no room."""
    test = _day_before(study, study.cutoffs[-1])
    if test is None:
        return None, "linear"
    inner = _day_before(study, test)
    kinds: Sequence[Kind] = ("linear", "boosting") if _trees_pay(study, data) else ("linear",)
    kind: Kind = "linear"
    if inner is not None and len(kinds) > 1:
        losses = {}
        for each in kinds:
            tried = _test_at(data, study, inner, each, known_by=test)
            if tried is not None:
                losses[each] = tried.loss
        kind = min(losses, key=lambda name: losses[name], default="linear")
    return _test_at(data, study, test, kind, known_by=data.score_at), kind


def fit(data: Data, study: Study, known_by: Cutoff, kind: Kind, contracts: Contracts) -> Hazard:
    """Learn a hazard from all that was known by a day.

    Raises:
        ModelError: too few left.
    """
    certain = certain_day(study.question, known_by)
    before = study.features.cutoff.astype("datetime64[D]").astype(np.int64) + study.period <= certain
    known = follow(study.features.rows(before), contracts, certain)
    ids, name = known.past.features.entity_id, study.question.name
    sight = sight_of(ids, known.until_left, known.seen, study.period, MOST_PERIODS)
    if sight == 0:
        raise ModelError(Problem("", "too few were followed for one period", f"{len(set(ids))}", "at least 30"))
    return fit_hazard(
        known.past, known.until_left, known.seen, study.period, sight, kind, seed_of(name), data.threads
    )  # fmt: skip


def _test_at(data: Data, study: Study, day: Cutoff, kind: Kind, known_by: Cutoff) -> LeaveTest | None:
    """Learn from what was known on a past day, and hold what it says of those there against what came by another."""
    entity = study.question.use_case.entity
    then = read_contracts(data, entity, day, switch_days(study.question))
    try:
        hazard = fit(data, study, day, kind, then)
        curve = curve_of_all(then, day_number(day.day))
    except ModelError:
        return None
    later = read_contracts(data, entity, known_by, switch_days(study.question))
    here = study.features.cutoff == np.datetime64(day.day)
    asked: Followed = follow(study.features.rows(here), later, certain_day(study.question, known_by))
    if len(asked.day) < 20 or asked.seen.min() < study.period:
        return None
    rng = np.random.default_rng([seed_of(study.question.name), 6])
    return measure(hazard, curve, asked, rng)


def _day_before(study: Study, day: Cutoff) -> Cutoff | None:
    """The cutoff that divides the history before a day for a test; None where too little would come before it."""
    span = (day.day - study.cutoffs[0].day).days
    wanted = day.day.toordinal() - max(TEST_SHARE * span, study.period)
    earlier = [each for each in study.cutoffs if each.day.toordinal() <= wanted]
    return earlier[-1] if len(earlier) > 2 else None


def _trees_pay(study: Study, data: Data) -> bool:
    """Whether enough have left for trees to learn from, and those of today are few enough to be read by them."""
    going = running(study.today)
    asked = going * (1.0 if data.part is None else data.part.stands_for)
    return asked * MOST_PERIODS <= MOST_TREE_ROWS and len(study.today.stay_start) - going >= LEAST_FOR_TREES


def _period(data: Data, question: Question) -> int:
    """Days of a period: what people are billed in, where payments tell."""
    entity = question.use_case.entity
    if not data.catalog.has("orders", entity):
        return 30
    gaps = ask_known(
        data.engine, data.catalog,
        f"SELECT gap, COUNT(*) AS times FROM (SELECT date_diff('day', LAG(happened_on) OVER (PARTITION BY {entity} "
        f"ORDER BY happened_on), happened_on) AS gap FROM orders WHERE {entity} IS NOT NULL) AS gaps "
        "WHERE gap >= 5 GROUP BY gap ORDER BY gap",
        data.score_at,
    )  # fmt: skip
    return billing_period(gaps.column("gap").to_numpy(), gaps.column("times").to_numpy())


def switch_days(question: Question) -> int:
    """Return how many days after an end another subscription still goes on with it."""
    span = question.use_case.settings.get("switch_within")
    return 7 if span is None else span.count


def columns(data: Data, question: Question, learned: Learned, asked: Asked) -> Mapping[str, pa.Array]:
    """Return for everybody asked about the days until leaving: middle, early and late; NULL beyond what can be seen.

    `leave_when` says it in words.
    """
    import pyarrow as pa

    n = len(asked.mean)
    days, known = np.full((n, 3), np.nan), np.zeros(n, dtype=bool)
    hazard = _hazard_of(data, learned)
    sight = 0 if hazard is None else hazard.sight * hazard.period
    if hazard is not None:
        today = read_contracts(data, question.use_case.entity, data.score_at, switch_days(question))
        for begin in range(0, n, CHUNK):
            here = np.arange(begin, min(begin + CHUNK, n))
            days[here], known[here] = remaining_days(hazard, asked.features.rows(here), today)
    made = {
        name: pa.array(np.round(days[:, place]), from_pandas=True)
        for place, name in enumerate(("leave_median_days", "leave_low_days", "leave_high_days"))
    }
    return {**made, "leave_when": pa.array(when_words(days, known, sight), pa.string())}


def remaining_days(
    hazard: Hazard, features: FeatureTable, today: Contracts
) -> tuple[Array, NDArray[np.bool_]]:  # fmt: skip
    """Return (n, 3) days until leaving: the middle, and the ends of the range that holds eight in ten, NaN beyond what
    can be seen; and whether one has a subscription that is paid for, of which alone anything can be said."""
    _, going = today.at(features.entity_id, features.cutoff.astype("datetime64[D]").astype(np.int64))
    days = np.full((len(features), 3), np.nan)
    if going.any():
        now = follow(features.rows(going), today, 0)
        survival = survival_ahead(hazard.chances(now.past))
        days[going] = np.column_stack([days_until(survival, hazard.period, q) for q in (MIDDLE, LOW, HIGH)])
    return days, going


def _hazard_of(data: Data, learned: Learned) -> Hazard | None:
    rows = data.workspace.table(learned.tables["hazard"])
    return read_hazard(rows.column("model")[0].as_py()) if rows.num_rows else None


def _model_rows(hazard: Hazard | None) -> pa.Table:
    import pyarrow as pa

    texts = [] if hazard is None else [hazard_text(hazard)]
    return pa.table({"model": pa.array(texts, pa.string())})


def _no_curve() -> pa.Table:
    import pyarrow as pa

    kinds = {"group": pa.string(), "days": pa.float64(), "share": pa.float64(), "low": pa.float64(),
             "high": pa.float64(), "at_risk": pa.int64(), "left": pa.int64()}  # fmt: skip
    return pa.table({name: pa.array([], kind) for name, kind in kinds.items()})


ADDITION = Addition(learn, columns, tell_leave)
