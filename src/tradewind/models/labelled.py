"""Learning from a labelled table: the answer in a column, one row per entity; tested on rows never learned from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tradewind.core.errors import ModelError, NotAnswerable, Problem
from tradewind.core.feature import FeatureTable
from tradewind.core.time import Clock
from tradewind.models.candidates import Candidate, named
from tradewind.models.deployed import Deployed
from tradewind.models.folds import find_copies, stratified_folds
from tradewind.models.identifiers import drop_identifiers
from tradewind.models.interval import fit_interval
from tradewind.models.labelled_trial import LabelledTrial, agree
from tradewind.models.learn import Learnt, Part, inner_places, learn
from tradewind.models.small import say_few, suit_candidates
from tradewind.models.tuning import Tuning, tune_candidates
from tradewind.models.usual import fit_usual

__all__ = ["LabelledTable", "LabelledTrial", "cross_validate", "fit_labelled", "time_ordered"]

Array = NDArray[np.float64]
Places = NDArray[np.intp]

INNER = 4
"""Parts of the training rows on which models are chosen and calibrated."""
FIRST = 0.6
"""Share of the time limit that the first repeat may use for choosing; what is left is for more repeats."""


@dataclass(frozen=True)
class LabelledTable:
    """Entities with what is known of them and, where it is known, the answer.

    Args:
        features: (n) one row per entity.
        outcome: (n,) 1 where it happened, 0 where not, NaN where not known: such rows are only scored.
        order: (n,) rises with time, or None where rows have no time.
    """

    features: FeatureTable
    outcome: Array
    order: Array | None = None

    def __len__(self) -> int:
        return len(self.features)

    @property
    def known(self) -> Places:
        """Positions of the rows whose outcome is known."""
        return np.flatnonzero(~np.isnan(self.outcome))


def cross_validate(
    table: LabelledTable,
    candidates: Sequence[Candidate],
    rng_seed: int,
    time_limit: float,
    clock: Clock,
    folds: int = 5,
    repeats: int = 5,
    num_threads: int = 2,
) -> LabelledTrial:
    """Predict every known row by models that never saw it: repeated stratified nested K-fold.

    In each fold everything is learned anew from its training rows alone: filling, categories, scaling, choice,
    settings and calibration.

    Args:
        table: the labelled table, every column as it came.
        candidates: what to try; see `candidates.choose_candidates`.
        rng_seed: for folds and whatever is random in a fit.
        time_limit: seconds; the first repeat finishes in any case, later ones start only while there is time.
        clock: the present instant.
        folds: parts into which the rows are dealt.
        repeats: at most so many times, each with other folds.
        num_threads: threads for fitting.
    Returns:
        The trial.
    Raises:
        LeakError: the same row would stand in training and test.
        NotAnswerable: too few rows or outcomes; the problem says how many.
        ModelError: outcomes are neither 0 nor 1, or no candidate could be fitted.
    """
    began = clock()
    prepared = _prepare(table)
    known, outcome, group = prepared.known, prepared.outcome, prepared.group
    folds = min(folds, int(min(outcome.sum(), (1 - outcome).sum())))
    by_repeat, fold_of, learned = [], [], []
    if any(each.budget is not None for each in candidates) and repeats > 1:
        prepared.said.append("Better settings are looked for anew in every fold, so the test is not repeated.")
        repeats = 1
    for repeat in range(repeats):
        elapsed = (clock() - began).total_seconds()
        if repeat and elapsed * (repeat + 1) / repeat > time_limit:
            prepared.said.append(f"There was time for {repeat} of {repeats} repeats of the test.")
            break
        rng = np.random.default_rng([rng_seed, repeat])
        fold = stratified_folds(outcome, group, folds, rng)
        mean = np.empty(len(known))
        for each in range(folds):
            train, test = np.flatnonzero(fold != each), np.flatnonzero(fold == each)
            share = FIRST * time_limit * (each + 1) / folds if repeat == 0 else time_limit
            parts = _dealt(outcome[train], group[train], rng)
            effort = _Effort(int(rng.integers(2**31)), num_threads, clock, folds, _until(clock, began, share))
            learnt = _learn(prepared, train, parts, candidates, effort)
            mean[test] = learnt.predict(prepared.features.rows(test))
            learned.append(learnt)
        by_repeat.append(mean)
        fold_of.append(fold)
    return _trial(
        "shuffled", prepared, np.arange(len(known)), learned, by_repeat, fold_of, (clock() - began).total_seconds()
    )


def time_ordered(
    table: LabelledTable,
    candidates: Sequence[Candidate],
    rng_seed: int,
    time_limit: float,
    clock: Clock,
    parts: int = 5,
    num_threads: int = 2,
) -> LabelledTrial:
    """Predict later rows from earlier ones, as it will be when the model is used.

    Rows are divided in order of time; each part but the first two is predicted by what was learned from the parts
    before it, chosen and calibrated on the later of those.

    Args:
        table: the labelled table; `order` is needed.
        candidates: what to try.
        rng_seed: for whatever is random in a fit.
        time_limit: seconds.
        clock: the present instant.
        parts: of nearly equal size; rows of one moment stay together.
        num_threads: threads for fitting.
    Returns:
        The trial; `fold` holds the part of each row.
    Raises:
        LeakError: the same row would stand in training and test.
        NotAnswerable: too few rows, outcomes, or moments.
        ModelError: there is no order, or no candidate could be fitted.
    """
    began = clock()
    prepared = _prepare(table)
    if prepared.order is None:
        raise ModelError(Problem("order", "these rows have no order in time"))
    part = _in_order(prepared.order, parts)
    by_row, learned = np.full(len(part), np.nan), []
    for each in range(2, int(part.max()) + 1):
        train, test = np.flatnonzero(part < each), np.flatnonzero(part == each)
        inner = [Part(np.flatnonzero(part[train] < one), np.flatnonzero(part[train] == one)) for one in range(1, each)]
        inner = [one for one in inner if _both_ways(prepared.outcome[train[one.learned]])]
        if not inner or not _both_ways(prepared.outcome[train[np.concatenate([one.predicted for one in inner])]]):
            prepared.said.append(f"Part {each + 1} of {parts} could not be tested: too little had happened before.")
            continue
        in_time = _until(clock, began, time_limit * (each - 1) / max(parts - 2, 1))
        seed = int(np.random.default_rng([rng_seed, each]).integers(2**31))
        effort = _Effort(seed, num_threads, clock, max(parts - 2, 1), in_time)
        learnt = _learn(prepared, train, inner, candidates, effort)
        by_row[test] = learnt.predict(prepared.features.rows(test))
        learned.append(learnt)
    if not learned:
        raise NotAnswerable(Problem("", "nothing could be tested on later rows", "", "more rows with an outcome"))
    tested = np.flatnonzero(~np.isnan(by_row))
    seconds = (clock() - began).total_seconds()
    return _trial("ordered", prepared, tested, learned, [by_row[tested]], [part[tested]], seconds)


def fit_labelled(
    table: LabelledTable,
    trial: LabelledTrial,
    candidates: Sequence[Candidate],
    rng_seed: int,
    num_threads: int = 2,
) -> Deployed:
    """Fit the chosen model on every known row; its figures are those of the procedure.

    Args:
        table: the table of the trial.
        trial: what was chosen.
        candidates: those of the trial.
        rng_seed: for whatever is random in a fit.
        num_threads: threads for fitting.
    Returns:
        The model to save and to score with, calibrated on predictions inside the known rows.
    """
    prepared = _prepare(table)
    candidate = named(trial.chosen, candidates)
    only = [replace(candidate, settings=(trial.settings,))]
    rng = np.random.default_rng([rng_seed, 0])
    parts = _dealt(prepared.outcome, prepared.group, rng)
    learnt = learn(prepared.features, prepared.outcome, parts, only, int(rng.integers(2**31)), num_threads)
    inside, ones = prepared.outcome[learnt.rows], np.ones(len(learnt.rows))
    interval = fit_interval(learnt.mean, inside, ones, "classification")
    usual = fit_usual(prepared.features, np.ones(len(prepared.outcome)))
    return Deployed(learnt.predictor, learnt.calibrator, interval, usual)


@dataclass(frozen=True)
class _Prepared:
    """The known rows, without columns that only number them, and which of them are alike."""

    known: Places
    features: FeatureTable
    outcome: Array
    group: Places
    order: Array | None
    said: list[str]


def _prepare(table: LabelledTable) -> _Prepared:
    strange = table.outcome[~np.isin(table.outcome, (0.0, 1.0)) & ~np.isnan(table.outcome)]
    if len(strange):
        raise ModelError(Problem("outcome", "some outcomes are not what was asked for", f"{strange[0]:g}", "0 or 1"))
    known = table.known
    outcome = table.outcome[known]
    rarer = int(min(outcome.sum(), (1 - outcome).sum()))
    if rarer < 2:
        found = f"it happened in {int(outcome.sum()):,} of {len(outcome):,} cases"
        raise NotAnswerable(Problem("", "the outcome is always the same, so nothing tells rows apart", found))
    features, said = drop_identifiers(table.features)
    copies = find_copies(table.features.rows(known), features.rows(known), outcome)
    order = None if table.order is None else table.order[known]
    told = [text for text in (*said, copies.said, say_few(rarer)) if text]
    return _Prepared(known, features.rows(known), outcome, copies.group, order, told)


@dataclass(frozen=True)
class _Effort:
    """With which seed, threads and patience one set of training rows is learned from.

    Args:
        seed: for whatever is random in a fit.
        num_threads: threads for fitting.
        clock: the present instant.
        searches: how many such sets share a budget for tuning.
        in_time: whether there is time for another attempt.
    """

    seed: int
    num_threads: int
    clock: Clock
    searches: int
    in_time: Callable[[], bool]


def _learn(
    prepared: _Prepared, train: Places, parts: Sequence[Part], candidates: Sequence[Candidate], effort: _Effort
) -> Learnt:
    features, outcome = prepared.features.rows(train), prepared.outcome[train]
    suited = suit_candidates(candidates, "classification", int(min(outcome.sum(), (1 - outcome).sum())))
    tunings: tuple[Tuning, ...] = ()
    if any(each.budget is not None for each in suited):
        places = inner_places(features, outcome, parts, effort.seed, effort.num_threads)
        suited, tunings = tune_candidates(suited, places, effort.seed, effort.clock, effort.searches)
    learnt = learn(features, outcome, parts, suited, effort.seed, effort.num_threads, effort.in_time)
    return replace(learnt, tunings=tunings)


def _dealt(outcome: Array, group: Places, rng: np.random.Generator) -> list[Part]:
    fold = stratified_folds(outcome, group, INNER, rng)
    return [Part(np.flatnonzero(fold != each), np.flatnonzero(fold == each)) for each in range(INNER)]


def _in_order(order: Array, parts: int) -> Places:
    """Return (n,) the part of each row; rows of one moment stay together, so that there may be fewer parts."""
    if not np.isfinite(order).all():
        raise ModelError(Problem("order", f"{int((~np.isfinite(order)).sum()):,} rows have no place in time"))
    edges = np.quantile(order, np.arange(1, parts) / parts, method="higher")
    part = np.unique(np.searchsorted(edges, order, side="right"), return_inverse=True)[1]
    if part.max(initial=0) < 2:
        raise NotAnswerable(Problem("", "there are too few different moments to test on later rows"))
    return np.asarray(part)


def _both_ways(outcome: Array) -> bool:
    return bool(0 < outcome.sum() < len(outcome))


def _until(clock: Clock, began: object, limit: float) -> Callable[[], bool]:
    return lambda: (clock() - began).total_seconds() < limit  # type: ignore[operator]


def _trial(
    design: Literal["shuffled", "ordered"], prepared: _Prepared, tested: Places, learned: list[Learnt],
    by_repeat: list[Array], fold: list[Places], seconds: float,
) -> LabelledTrial:  # fmt: skip
    choice = agree(learned)
    tunings = tuple(tuning for learnt in learned for tuning in learnt.tunings)
    said = [*prepared.said, *choice.said, *(tuning.said for tuning in tunings), learned[-1].calibrator.said]
    return LabelledTrial(
        design, choice.name, choice.settings, choice.attempts, prepared.known[tested], np.mean(by_repeat, axis=0),
        prepared.outcome[tested], np.array(by_repeat), np.array(fold), tuple(learnt.chosen.name for learnt in learned),
        len(prepared.outcome), int(prepared.outcome.sum()),
        tuple(feature.name for feature in prepared.features.features), seconds, tuple(dict.fromkeys(said)), tunings,
    )  # fmt: skip
