"""The rolling origin: choose, calibrate and test a model only on what would have been known at the time (DESIGN §6)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from tradewind.core.errors import ModelError, NotAnswerable, Problem
from tradewind.core.feature import TrainingTable
from tradewind.core.time import Clock
from tradewind.models.calibrate import Calibrator
from tradewind.models.candidates import Candidate, Settings, Task, named
from tradewind.models.choose import (
    Attempt,
    best_attempt,
    calibrate,
    log_losses,
    out_of_time_means,
    out_of_time_score,
)
from tradewind.models.deployed import Deployed, Predictor
from tradewind.models.fitting import (
    NOTHING,
    Learner,
    rarer_outcomes,
    refuse_leaks,
    refuse_strange_outcomes,
    too_little,
)
from tradewind.models.interval import fit_interval
from tradewind.models.small import say_few, say_more, suit_candidates
from tradewind.models.tuning import Place, Tuning, tune_candidates
from tradewind.models.usual import fit_usual

Array = NDArray[np.float64]
Rows = NDArray[np.intp]

KEPT_FOR_TEST = 0.25
"""Share of the time limit kept for the fit that is tested."""

FOR_SETTINGS = 0.5
"""Other settings than the first are tried only in so much of the time: every kind of model comes before fine tuning."""


@dataclass(frozen=True)
class Trial:
    """What the procedure chose, and how it did where it had not looked.

    Args:
        task: what kind of number the answer is.
        test_cutoff: where the procedure was tested, once.
        origins: the earlier cutoffs with out-of-time predictions, oldest first.
        chosen: name of the candidate chosen.
        settings: its settings.
        attempts: every candidate and setting, with its out-of-time score and seconds.
        earlier_rows: (m,) rows of the training table predicted out of time.
        earlier_raw: (m,) the chosen model's uncalibrated means there.
        earlier_mean: (m,) the same, each origin calibrated on the other origins.
        earlier_label: (m,) outcomes as known at the test cutoff.
        test_rows: (k,) rows of the training table at the test cutoff.
        test_mean: (k,) calibrated predictions there.
        test_label: (k,) outcomes as known today.
        others: name of each other candidate to its (k,) calibrated test predictions; they had no part in the choice.
        calibrator: fitted on `earlier_raw`, used for `test_mean`.
        predictor: the model tested.
        training_rows: rows it learned from.
        training_positives: outcomes among them (classification), else None.
        seconds: time taken.
        said: what was left out or done differently, in plain sentences.
        tunings: what looking for better settings brought, for each kind of model that was asked to.
    """

    task: Task
    test_cutoff: date
    origins: tuple[date, ...]
    chosen: str
    settings: Settings
    attempts: tuple[Attempt, ...]
    earlier_rows: Rows
    earlier_raw: Array
    earlier_mean: Array
    earlier_label: Array
    test_rows: Rows
    test_mean: Array
    test_label: Array
    others: dict[str, Array]
    calibrator: Calibrator
    predictor: Predictor
    training_rows: int
    training_positives: int | None
    seconds: float
    said: tuple[str, ...]
    tunings: tuple[Tuning, ...] = ()


@dataclass(frozen=True)
class _Origin:
    """One earlier cutoff: what could be learned by then, and whom to predict then."""

    day: date
    learner: Learner
    rows: Rows


def run_protocol(
    table: TrainingTable,
    task: Task,
    test_cutoff: date,
    candidates: Sequence[Candidate],
    rng_seed: int,
    time_limit: float,
    clock: Clock,
    origins: int = 3,
    num_threads: int = 2,
    others: bool = True,
    overlapping: bool = False,
) -> Trial:
    """Choose among candidates by out-of-time predictions, calibrate on them, and test once.

    Args:
        table: features and labels; `labels` must hold every origin used, among them `test_cutoff`.
        task: classification (0/1) or regression.
        test_cutoff: its rows are predicted once, by a model that learned from labels known before it.
        candidates: what to try; see `choose_candidates`.
        rng_seed: for whatever is random in a fit.
        time_limit: seconds; the first deployable candidate finishes in any case, and what did not fit is said.
        clock: the present instant.
        origins: how many earlier cutoffs to choose and calibrate on.
        num_threads: threads for fitting.
        others: whether the candidates that were not chosen are tested too, for comparison.
        overlapping: whether one outcome is seen from several cutoffs, which lie closer together than the horizon is
            long: outcomes are then counted, and models told apart, by entity and not by row.
    Returns:
        The trial.
    Raises:
        LeakError: a row occurs twice (oversampled), or a label is there before its time.
        NotAnswerable: too few rows, customers or outcomes; the problem says how many.
        ModelError: no candidate could be fitted, outcomes are no outcomes, or `labels` lack the test cutoff.
    """
    began = clock()
    refuse_leaks(table)
    refuse_strange_outcomes(table, task)
    if test_cutoff not in table.labels:
        raise ModelError(Problem("", "the labels as known at the test cutoff are missing", str(test_cutoff)))
    final = Learner(table, task, test_cutoff, rng_seed, num_threads)
    test_rows = np.flatnonzero((table.features.cutoff == np.datetime64(test_cutoff)) & ~np.isnan(table.label))
    shortage = too_little(table, final.rows, test_cutoff, task, NOTHING)
    if shortage is not None:
        raise NotAnswerable(shortage)
    if len(test_rows) == 0:
        raise NotAnswerable(
            Problem("", f"nobody's outcome after {test_cutoff} is known yet", "0 rows", "data that reach further")
        )
    earlier, said = _earlier_origins(table, task, test_cutoff, origins, rng_seed, num_threads)
    rarer = rarer_outcomes(final.outcome, final.weight, final.features.entity_id if overlapping else None)
    said.append(say_few(rarer) if task == "classification" else "")
    candidates = suit_candidates(candidates, task, rarer)
    candidates, tunings = tune_candidates(candidates, _places(table, test_cutoff, earlier), rng_seed, clock)
    said += [tuning.said for tuning in tunings]
    tuned = clock()

    def elapsed() -> float:
        return (clock() - tuned).total_seconds()

    limit = time_limit * (1 - KEPT_FOR_TEST)
    attempts = _try_all(table, task, test_cutoff, candidates, earlier, limit, elapsed)
    chosen = _choose(attempts, lambda attempt: _losses(table, test_cutoff, earlier, attempt, overlapping))

    def test(attempt: Attempt) -> _Tested:
        candidate = named(attempt.name, candidates)
        return _test_once(final, test_rows, _together(table, test_cutoff, earlier, attempt), candidate, attempt)

    best = test(chosen)
    means: dict[str, Array] = {}
    for attempt in _best_of_each(attempts) if others else ():
        if attempt.name == chosen.name or elapsed() > time_limit:
            continue
        try:
            means[attempt.name] = test(attempt).mean
        except ModelError as error:
            said.append(str(error))
    said += [attempt.note for attempt in attempts if attempt.note]
    if task == "classification":
        said.append(say_more(rarer_outcomes(table.label[test_rows], table.weight[test_rows])))
    rows, label, raw = best.earlier
    corrected = out_of_time_means(task, raw, label, table.weight[rows], table.features.cutoff[rows])
    return Trial(
        task, test_cutoff, tuple(origin.day for origin in earlier), chosen.name, chosen.settings,
        tuple(replace(attempt, means=()) for attempt in attempts), rows, raw, corrected, label,
        test_rows, best.mean, table.label[test_rows], means, best.calibrator, best.predictor, len(final.rows),
        int((final.outcome > 0.5).sum()) if task == "classification" else None,
        (clock() - began).total_seconds(), tuple(dict.fromkeys(filter(None, [*said, best.calibrator.said]))), tunings,
    )  # fmt: skip


@dataclass(frozen=True)
class _Tested:
    """One attempt, tested: its out-of-time rows, labels and raw means; what was fitted; its means at the test."""

    earlier: tuple[Rows, Array, Array]
    calibrator: Calibrator
    predictor: Predictor
    mean: Array


def _test_once(
    final: Learner, test_rows: Rows, earlier: tuple[Rows, Array, Array], candidate: Candidate, attempt: Attempt
) -> _Tested:
    """Calibrate an attempt out of time, fit it on all that was known before the test, and predict the test."""
    rows, label, raw = earlier
    table = final.table
    calibrator = calibrate(final.task, raw, label, table.weight[rows], table.features.cutoff[rows])
    predictor = final.fit(candidate, attempt.settings)
    mean = calibrator.apply(predictor.mean(table.features.rows(test_rows)))
    return _Tested(earlier, calibrator, predictor, mean)


def fit_deployed(
    table: TrainingTable, trial: Trial, candidates: Sequence[Candidate], rng_seed: int, num_threads: int = 2
) -> tuple[Deployed, date]:
    """Refit the chosen model through the newest complete cutoff; its figures are those of the procedure.

    Args:
        table: the table of the trial.
        trial: what was chosen and how it did.
        candidates: those of the trial.
        rng_seed: for whatever is random in a fit.
        num_threads: threads for fitting.
    Returns:
        The model to save, calibrated on the trial's out-of-time predictions and those of its test; and the newest
        cutoff it learned from.
    """
    learner = Learner(table, trial.task, max(table.labels), rng_seed, num_threads)
    candidate = named(trial.chosen, candidates)
    predictor = learner.fit(candidate, trial.settings)
    rows = np.concatenate([trial.earlier_rows, trial.test_rows])
    raw = np.concatenate([trial.earlier_raw, trial.predictor.mean(table.features.rows(trial.test_rows))])
    label, weight = table.label[rows], table.weight[rows]
    calibrator = calibrate(trial.task, raw, label, weight, table.features.cutoff[rows])
    interval = fit_interval(calibrator.apply(raw), label, weight, trial.task)
    newest: date = table.features.cutoff[learner.rows].max().item()
    return Deployed(predictor, calibrator, interval, fit_usual(learner.features, learner.weight)), newest


def _earlier_origins(
    table: TrainingTable, task: Task, test_cutoff: date, count: int, seed: int, num_threads: int
) -> tuple[list[_Origin], list[str]]:
    """Return the latest `count` cutoffs before the test whose own outcomes are known by then, oldest first."""
    known = ~np.isnan(table.labels[test_cutoff])
    days = [
        day
        for day in table.cutoffs
        if day < test_cutoff and day in table.labels and known[table.features.cutoff == np.datetime64(day)].any()
    ]
    found, said = [], []
    for day in days[-count:] if count else []:
        learner = Learner(table, task, day, seed, num_threads)
        shortage = too_little(table, learner.rows, day, task)
        if shortage is None:
            rows = np.flatnonzero((table.features.cutoff == np.datetime64(day)) & known)
            found.append(_Origin(day, learner, rows))
        elif len(learner.rows):
            said.append(f"{day} could not be used to choose the model: {shortage.what}.")
    if len(found) < count:
        said.append(f"Only {len(found)} earlier days, not {count}, could be used to choose and correct the model.")
    return found, said


def _places(table: TrainingTable, test_cutoff: date, earlier: list[_Origin]) -> list[Place]:
    """Return the earlier origins as places for tuning."""
    known = table.labels[test_cutoff]
    return [
        Place(one.learner, table.features.rows(one.rows), known[one.rows], table.weight[one.rows]) for one in earlier
    ]


def _try_all(
    table: TrainingTable, task: Task, test_cutoff: date, candidates: Sequence[Candidate], earlier: list[_Origin],
    limit: float, elapsed: Callable[[], float],
) -> list[Attempt]:  # fmt: skip
    """Predict every origin with every candidate: first all defaults, then the other settings, while time lasts."""
    first = next((c for c in candidates if c.deployable), None)
    if first is None:
        raise ModelError(Problem("models", "none of the models named can be deployed", "", "linear or boosting"))
    order = [first, *(c for c in candidates if c is not first)]
    plan = [(c, c.settings[0]) for c in order] + [(c, s) for c in order for s in c.settings[1:]]
    attempts: list[Attempt] = []
    pace: dict[str, float] = {}
    for candidate, settings in plan:
        must = candidate is first and settings is candidate.settings[0]
        start, allowed = elapsed(), limit if settings is candidate.settings[0] else limit * FOR_SETTINGS
        if not must and start + pace.get(candidate.name, 0.0) > allowed:
            note = f"There was no time to try {_words(candidate.name)}{' with other settings' if settings else ''}."
            attempts.append(Attempt(candidate.name, settings, candidate.deployable, None, 0.0, note))
            continue
        attempts.append(
            _try_one(table, task, test_cutoff, candidate, settings, earlier, None if must else allowed, elapsed)
        )
        pace[candidate.name] = elapsed() - start
    return attempts


def _try_one(
    table: TrainingTable, task: Task, test_cutoff: date, candidate: Candidate, settings: Settings,
    earlier: list[_Origin], limit: float | None, elapsed: Callable[[], float],
) -> Attempt:  # fmt: skip
    start, means = elapsed(), []
    note = ""
    for origin in earlier:
        if limit is not None and elapsed() > limit:
            note = f"There was no time to finish trying {_words(candidate.name)}."
            return Attempt(candidate.name, settings, candidate.deployable, None, elapsed() - start, note)
        try:
            means.append(origin.learner.fit(candidate, settings).mean(table.features.rows(origin.rows)))
        except ModelError as error:
            return Attempt(candidate.name, settings, candidate.deployable, None, elapsed() - start, str(error))
        note = note or origin.learner.sampled(candidate)
    score = None
    if means:
        rows = np.concatenate([origin.rows for origin in earlier])
        label, weight = table.labels[test_cutoff][rows], table.weight[rows]
        score = out_of_time_score(task, np.concatenate(means), label, weight, table.features.cutoff[rows])
    return Attempt(candidate.name, settings, candidate.deployable, score, elapsed() - start, note, tuple(means))


def _losses(
    table: TrainingTable, test_cutoff: date, earlier: list[_Origin], attempt: Attempt, by_entity: bool
) -> Array:
    """Return the weighted log-loss of each row predicted out of time, or of each entity over all of its rows."""
    rows, label, raw = _together(table, test_cutoff, earlier, attempt)
    weight = table.weight[rows]
    mean = out_of_time_means("classification", raw, label, weight, table.features.cutoff[rows])
    losses = np.asarray(weight * log_losses(mean, label))
    if not by_entity:
        return losses
    _, entity = np.unique(table.features.entity_id[rows].astype(str), return_inverse=True)
    return np.asarray(np.bincount(entity, losses))


def _choose(attempts: Sequence[Attempt], losses: Callable[[Attempt], Array]) -> Attempt:
    """Return the best deployable attempt; without any out-of-time score, the first that can be deployed."""
    best = best_attempt(attempts, losses)
    if best is not None:
        return best
    fallback = next((a for a in attempts if a.deployable and not a.note), None)
    if fallback is None:
        raise ModelError(Problem("models", "no model could be fitted", "; ".join(a.note for a in attempts if a.note)))
    return fallback


def _best_of_each(attempts: Sequence[Attempt]) -> list[Attempt]:
    best: dict[str, Attempt] = {}
    for attempt in attempts:
        if attempt.score is not None:
            held = best.get(attempt.name)
            if held is None or held.score is None or attempt.score < held.score:
                best[attempt.name] = attempt
    return list(best.values())


def _together(
    table: TrainingTable, test_cutoff: date, earlier: list[_Origin], attempt: Attempt
) -> tuple[Rows, Array, Array]:
    if not earlier:
        return np.zeros(0, dtype=np.intp), np.zeros(0), np.zeros(0)
    rows = np.concatenate([origin.rows for origin in earlier])
    return rows, table.labels[test_cutoff][rows], np.concatenate(attempt.means)


def _words(name: str) -> str:
    return name.replace("_", " ")
