"""Choosing, tuning and calibrating inside one set of training rows: what every fold of an evaluation does anew."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from tradewind.core.errors import ModelError, Problem
from tradewind.core.feature import FeatureTable, TrainingTable
from tradewind.models.calibrate import ISOTONIC_FROM, Calibrator, fit_probability_calibrator
from tradewind.models.candidates import Candidate, Settings
from tradewind.models.choose import Attempt, best_attempt, log_losses
from tradewind.models.deployed import Predictor
from tradewind.models.fitting import Learner
from tradewind.models.small import CAUTIOUS, clearly_better
from tradewind.models.tuning import Place, Tuning

Array = NDArray[np.float64]
Places = NDArray[np.intp]

SHARES = (0.2, 0.35, 0.5, 0.65, 0.8)
"""Weights of the linear part that a blend is tried with."""
_DAY = date(2000, 1, 1)


@dataclass(frozen=True)
class Part:
    """One inner part: rows to learn from and rows to predict, as positions among the training rows."""

    learned: Places
    predicted: Places


@dataclass(frozen=True)
class Learnt:
    """What was learned from one set of training rows.

    Args:
        predictor: the chosen model, fitted on all of them.
        calibrator: learned from the inner predictions.
        chosen: the attempt that was chosen.
        attempts: every candidate and setting, with its inner score; times are not taken.
        rows: (m,) positions predicted inside.
        mean: (m,) the chosen model's inner predictions, each part calibrated on the other parts.
        raw: (m,) the same, uncalibrated.
        tunings: what looking for better settings brought.
    """

    predictor: Predictor
    calibrator: Calibrator
    chosen: Attempt
    attempts: tuple[Attempt, ...]
    rows: Places
    mean: Array
    raw: Array
    tunings: tuple[Tuning, ...] = ()

    def predict(self, features: FeatureTable) -> Array:
        """Return (n,) calibrated probabilities."""
        return self.calibrator.apply(self.predictor.mean(features))


def learner_of(features: FeatureTable, outcome: Array, seed: int, num_threads: int) -> Learner:
    """Return what fits candidates on rows whose outcomes (0/1) are all known."""
    nothing = np.zeros(len(outcome))
    table = TrainingTable(features, {_DAY: outcome}, {}, nothing, {}, np.ones(len(outcome)))
    return Learner(table, "classification", _DAY, seed, num_threads)


def learn(
    features: FeatureTable,
    outcome: Array,
    parts: Sequence[Part],
    candidates: Sequence[Candidate],
    seed: int,
    num_threads: int,
    in_time: Callable[[], bool] = lambda: True,
) -> Learnt:
    """Choose among candidates by predictions inside the training rows, calibrate on them, and fit on all rows.

    Args:
        features: (n) training rows.
        outcome: (n,) 0/1.
        parts: the inner parts.
        candidates: what to try; the first deployable one is tried in any case.
        seed: for whatever is random in a fit.
        num_threads: threads for fitting.
        in_time: whether there is time for another attempt.
    Raises:
        ModelError: no candidate could be fitted.
    """
    inside = _Inside.of(outcome, parts)
    attempts = _try_all(features, outcome, parts, candidates, inside, seed, num_threads, in_time)
    best = best_attempt(attempts, lambda attempt: log_losses(inside.calibrated(attempt), inside.outcome))
    if best is None:
        raise ModelError(Problem("models", "no model could be fitted", "; ".join(a.note for a in attempts if a.note)))
    raw = np.concatenate(best.means)
    candidate = next(each for each in candidates if each.name == best.name)
    predictor = learner_of(features, outcome, seed, num_threads).fit(candidate, best.settings)
    told = tuple(replace(attempt, means=()) for attempt in attempts)
    chosen = replace(best, means=())
    return Learnt(predictor, inside.calibrator(best), chosen, told, inside.rows, inside.calibrated(best), raw)


def inner_places(
    features: FeatureTable, outcome: Array, parts: Sequence[Part], seed: int, num_threads: int
) -> list[Place]:
    """Return the inner parts as places for tuning: nobody learns from the rows of the last but the last."""
    held = np.zeros(len(outcome), dtype=bool)
    held[parts[-1].predicted] = True
    made = []
    for part in parts:
        learned = part.learned[~held[part.learned]]
        learner = learner_of(features.rows(learned), outcome[learned], seed, num_threads)
        asked = part.predicted
        made.append(Place(learner, features.rows(asked), outcome[asked], np.ones(len(asked))))
    return made


@dataclass(frozen=True)
class _Inside:
    """The rows predicted inside: their positions, outcomes and parts."""

    rows: Places
    outcome: Array
    weight: Array
    part: Places

    @classmethod
    def of(cls, outcome: Array, parts: Sequence[Part]) -> _Inside:
        rows = np.concatenate([part.predicted for part in parts])
        place = np.repeat(np.arange(len(parts)), [len(part.predicted) for part in parts])
        return cls(rows, outcome[rows], np.ones(len(rows)), place)

    def curve(self, raw: Array, rows: NDArray[np.bool_] | slice = slice(None), free: bool = False) -> Calibrator:
        least = 0.0 if free else np.inf
        return fit_probability_calibrator(raw[rows], self.outcome[rows], self.weight[rows], least)

    def calibrated(self, attempt: Attempt, free: bool = False) -> Array:
        """Return the attempt's predictions, each part corrected by a curve learned on the other parts."""
        raw = np.concatenate(attempt.means)
        if attempt.name == CAUTIOUS or len(np.unique(self.part)) < 2:
            return raw
        made = np.empty_like(raw)
        for each in np.unique(self.part):
            here = self.part == each
            made[here] = self.curve(raw, ~here, free).apply(raw[here])
        return made

    def calibrator(self, attempt: Attempt) -> Calibrator:
        """Return two parameters; a free curve only where many outcomes show that it is clearly better.

        Models that minimise log-loss need little correction, and a free curve's steps cost order: on public tables it
        lost 0.001 of AUC and won nothing.
        """
        if attempt.name == CAUTIOUS:
            return Calibrator("identity", said="Probabilities allow for how little there was to learn from.")
        raw = np.concatenate(attempt.means)
        free = self.outcome.sum() >= ISOTONIC_FROM and clearly_better(
            log_losses(self.calibrated(attempt, free=True), self.outcome),
            log_losses(self.calibrated(attempt), self.outcome),
        )
        return self.curve(raw, free=free)

    def scored(self, attempt: Attempt) -> Attempt:
        return replace(attempt, score=float(log_losses(self.calibrated(attempt), self.outcome).mean()))


def _try_all(
    features: FeatureTable, outcome: Array, parts: Sequence[Part], candidates: Sequence[Candidate], inside: _Inside,
    seed: int, num_threads: int, in_time: Callable[[], bool],
) -> list[Attempt]:  # fmt: skip
    """Predict every part with every candidate: all defaults, then other settings, those of trees first, in time."""
    learners = [learner_of(features.rows(part.learned), outcome[part.learned], seed, num_threads) for part in parts]
    asked = [features.rows(part.predicted) for part in parts]
    # A blend whose weights are to be found is made of its parts; with given weights, or alone, it is fitted.
    parts_there = {"linear", "boosting"} <= {c.name for c in candidates}
    single = [c for c in candidates if c.name != "blend" or "share" in c.settings[0] or not parts_there]
    plan = [(c, c.settings[0]) for c in single] + [(c, s) for c in reversed(single) for s in c.settings[1:]]
    attempts: list[Attempt] = []
    for candidate, settings in plan:
        if any(a.score is not None and a.deployable for a in attempts) and not in_time():
            break
        tried = Attempt(candidate.name, settings, candidate.deployable, None, 0.0)
        try:
            means = [x.fit(candidate, settings).mean(ask) for x, ask in zip(learners, asked, strict=True)]
        except ModelError as error:
            attempts.append(replace(tried, note=str(error)))
        else:
            attempts.append(inside.scored(replace(tried, means=tuple(means))))
    blend = next((c for c in candidates if c not in single), None)
    return attempts if blend is None else [*attempts, *_blends(attempts, inside, blend.deployable)]


def _blends(attempts: Sequence[Attempt], inside: _Inside, deployable: bool) -> list[Attempt]:
    """Weigh the best linear and the best boosting attempt; their predictions are there already."""
    first, second = _best(attempts, "linear"), _best(attempts, "boosting")
    if first is None or second is None:
        return []
    made = []
    for share in SHARES:
        means = tuple(
            _logistic(share * _logit(a) + (1 - share) * _logit(b))
            for a, b in zip(first.means, second.means, strict=True)
        )
        settings: Settings = {"linear": dict(first.settings), "boosting": dict(second.settings), "share": share}
        made.append(inside.scored(Attempt("blend", settings, deployable, None, 0.0, "", means)))
    return made


def _best(attempts: Sequence[Attempt], name: str) -> Attempt | None:
    scored = [a for a in attempts if a.name == name and a.score is not None]
    return min(scored, key=lambda a: a.score if a.score is not None else np.inf, default=None)


def _logit(mean: Array) -> Array:
    return np.asarray(np.log(mean / (1 - mean)))


def _logistic(margin: Array) -> Array:
    return np.asarray(1 / (1 + np.exp(-margin)))
