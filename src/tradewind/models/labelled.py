"""Learning from a labelled table: the answer in a column, one row per entity; tested on rows never learned from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, cast

import numpy as np
from numpy.typing import NDArray

from tradewind.core.errors import ModelError, NotAnswerable, Problem
from tradewind.core.feature import FeatureTable
from tradewind.core.time import Clock
from tradewind.models.candidates import Candidate, Settings, named
from tradewind.models.choose import Attempt
from tradewind.models.deployed import Deployed
from tradewind.models.folds import find_copies, stratified_folds
from tradewind.models.identifiers import drop_identifiers
from tradewind.models.interval import fit_interval
from tradewind.models.learn import Learnt, Part, learn
from tradewind.models.small import suit_candidates
from tradewind.models.usual import fit_usual

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


@dataclass(frozen=True)
class LabelledTrial:
    """What the procedure chose, and how it did on rows it had not learned from.

    Args:
        design: `shuffled` (repeated cross-validation) or `ordered` (later rows predicted from earlier ones).
        chosen: name of the candidate that did best inside the training rows, over all folds and repeats.
        settings: its settings.
        attempts: every candidate and setting, with its inner score averaged over folds and repeats.
        rows: (m,) positions of the rows predicted: all with a known outcome, or the later ones.
        mean: (m,) calibrated probabilities, averaged over repeats; this is what is evaluated.
        label: (m,) their outcomes.
        by_repeat: (repeats, m) calibrated probabilities of each repeat.
        fold: (repeats, m) fold or part in which each row was predicted.
        picked: the candidate chosen in each fold of each repeat, in order.
        training_rows: rows the deployed model learns from.
        training_positives: outcomes among them.
        features: names of the features used, those that only number rows left out.
        seconds: time taken.
        said: what was left out or done differently, in plain sentences.
    """

    design: Literal["shuffled", "ordered"]
    chosen: str
    settings: Settings
    attempts: tuple[Attempt, ...]
    rows: Places
    mean: Array
    label: Array
    by_repeat: Array
    fold: Places
    picked: tuple[str, ...]
    training_rows: int
    training_positives: int
    features: tuple[str, ...]
    seconds: float
    said: tuple[str, ...]

    @property
    def repeats(self) -> int:
        """How many times every row was predicted."""
        return len(self.by_repeat)


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
            learnt = _learn(prepared, train, candidates, rng, num_threads, _until(clock, began, share))
            mean[test] = learnt.predict(prepared.features.rows(test))
            learned.append(learnt)
        by_repeat.append(mean)
        fold_of.append(fold)
    return _trial("shuffled", prepared, known, learned, by_repeat, fold_of, (clock() - began).total_seconds())


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
        features, outcome = prepared.features.rows(train), prepared.outcome[train]
        suited = suit_candidates(candidates, "classification", int(min(outcome.sum(), (1 - outcome).sum())))
        learnt = learn(features, outcome, inner, suited, seed, num_threads, in_time)
        by_row[test] = learnt.predict(prepared.features.rows(test))
        learned.append(learnt)
    if not learned:
        raise NotAnswerable(Problem("", "nothing could be tested on later rows", "", "more rows with an outcome"))
    tested = np.flatnonzero(~np.isnan(by_row))
    seconds = (clock() - began).total_seconds()
    return _trial("ordered", prepared, prepared.known[tested], learned, [by_row[tested]], [part[tested]], seconds)


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
    copies = find_copies(table.features.rows(known), outcome)
    features, said = drop_identifiers(table.features)
    order = None if table.order is None else table.order[known]
    copied = [copies.said] if copies.said else []
    return _Prepared(known, features.rows(known), outcome, copies.group, order, [*said, *copied])


def _learn(
    prepared: _Prepared, train: Places, candidates: Sequence[Candidate], rng: np.random.Generator, num_threads: int,
    in_time: Callable[[], bool],
) -> Learnt:  # fmt: skip
    outcome = prepared.outcome[train]
    suited = suit_candidates(candidates, "classification", int(min(outcome.sum(), (1 - outcome).sum())))
    parts = _dealt(outcome, prepared.group[train], rng)
    seed = int(rng.integers(2**31))
    return learn(prepared.features.rows(train), outcome, parts, suited, seed, num_threads, in_time)


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
    design: Literal["shuffled", "ordered"], prepared: _Prepared, rows: Places, learned: list[Learnt],
    by_repeat: list[Array], fold: list[Places], seconds: float,
) -> LabelledTrial:  # fmt: skip
    attempts = _summary(learned)
    votes = Counter(learnt.chosen.name for learnt in learned)
    rank = {attempt.name: -place for place, attempt in enumerate(attempts)}
    best = max(votes, key=lambda name: (votes[name], rank[name]))
    said = [*prepared.said, *(a.note for a in attempts if a.note), learned[-1].calibrator.said]
    return LabelledTrial(
        design, best, _settings([each.chosen.settings for each in learned if each.chosen.name == best]),
        attempts, rows, np.mean(by_repeat, axis=0), prepared.outcome[np.searchsorted(prepared.known, rows)],
        np.array(by_repeat), np.array(fold), tuple(learnt.chosen.name for learnt in learned),
        len(prepared.outcome), int(prepared.outcome.sum()),
        tuple(feature.name for feature in prepared.features.features), seconds, tuple(dict.fromkeys(said)),
    )  # fmt: skip


def _summary(learned: Sequence[Learnt]) -> tuple[Attempt, ...]:
    """Return each candidate once, best first: its usual settings, and the mean over folds of its best inner score."""
    best: dict[str, list[Attempt]] = {}
    for learnt in learned:
        tried: dict[str, list[Attempt]] = {}
        for attempt in learnt.attempts:
            tried.setdefault(attempt.name, []).append(attempt)
        for name, group in tried.items():
            best.setdefault(name, []).append(min(group, key=_score))
    made = []
    for name, group in best.items():
        scores = [attempt.score for attempt in group if attempt.score is not None]
        score = float(np.mean(scores)) if len(scores) == len(group) == len(learned) else None
        note = next((attempt.note for attempt in group if attempt.note), "")
        settings = _settings([attempt.settings for attempt in group])
        made.append(Attempt(name, settings, group[0].deployable, score, sum(a.seconds for a in group), note))
    return tuple(sorted(made, key=_score))


def _score(attempt: Attempt) -> float:
    return np.inf if attempt.score is None else attempt.score


def _settings(found: Sequence[Settings]) -> Settings:
    """Return the settings chosen most often; of a blend those of its parts, and the mean weight."""
    if "share" not in found[0]:
        names = [repr(sorted(each.items())) for each in found]
        return found[names.index(Counter(names).most_common(1)[0][0])]
    parts = {part: _settings([cast(Settings, each[part]) for each in found]) for part in ("linear", "boosting")}
    return {**parts, "share": round(float(np.mean([float(str(each["share"])) for each in found])), 3)}
