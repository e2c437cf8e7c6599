"""How candidates are compared out of time: calibrated on the other origins, then scored where they had not looked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tradewind.models.calibrate import Calibrator, fit_amount_calibrator, fit_probability_calibrator
from tradewind.models.candidates import Settings, Task
from tradewind.models.small import CAUTIOUS, clearly_better

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Attempt:
    """One candidate with one setting, tried at every earlier origin.

    Args:
        name: the candidate.
        settings: the settings.
        deployable: whether it could be chosen.
        score: out-of-time score, smaller is better; None where it was not tried or failed.
        seconds: time taken.
        note: why there is no score, or what was done differently, in plain words.
        means: uncalibrated predictions, one array per origin.
    """

    name: str
    settings: Settings
    deployable: bool
    score: float | None
    seconds: float
    note: str = ""
    means: tuple[Array, ...] = field(default=(), repr=False)


def calibrate(task: Task, mean: Array, outcome: Array, weight: Array, origin: NDArray[np.datetime64]) -> Calibrator:
    """Return the calibrator that suits the task."""
    if task == "classification":
        return fit_probability_calibrator(mean, outcome, weight)
    return fit_amount_calibrator(mean, outcome, weight, origin)


def out_of_time_means(task: Task, mean: Array, outcome: Array, weight: Array, origin: NDArray[np.datetime64]) -> Array:
    """Calibrate each origin's predictions on the other origins; a single origin is left as it is.

    Args:
        task: classification or regression.
        mean: (m,) uncalibrated out-of-time predictions.
        outcome: (m,) what came.
        weight: (m,) sampling weights.
        origin: (m,) the origin of each row.
    Returns:
        (m,) calibrated predictions, none calibrated on its own origin.
    """
    made = np.array(mean, dtype=np.float64)
    days = np.unique(origin)
    for day in days if len(days) > 1 else ():
        here = origin == day
        made[here] = calibrate(task, mean[~here], outcome[~here], weight[~here], origin[~here]).apply(mean[here])
    return made


def out_of_time_score(task: Task, mean: Array, outcome: Array, weight: Array, origin: NDArray[np.datetime64]) -> float:
    """Score out-of-time predictions; smaller is better.

    Args:
        task: classification or regression.
        mean: (m,) uncalibrated out-of-time predictions.
        outcome: (m,) what came.
        weight: (m,) sampling weights.
        origin: (m,) the origin of each row.
    Returns:
        Log-loss for classification. For regression the mean of MAE and RMSE, each as a share of what the weighted
        average of all would give: the one honours the typical customer, the other the large ones and the total.
    """
    made = out_of_time_means(task, mean, outcome, weight, origin)
    if task == "classification":
        return float(np.average(log_losses(made, outcome), weights=weight))
    flat = np.average(outcome, weights=weight)
    errors, flat_errors = np.abs(made - outcome), np.abs(flat - outcome)
    absolute = np.average(errors, weights=weight) / max(np.average(flat_errors, weights=weight), 1e-12)
    squared = np.average(errors**2, weights=weight) / max(np.average(flat_errors**2, weights=weight), 1e-12)
    return float((absolute + np.sqrt(squared)) / 2)


def log_losses(mean: Array, outcome: Array) -> Array:
    """Return (m,) log-loss of each row."""
    p = np.clip(mean, 1e-6, 1 - 1e-6)
    return np.asarray(-(outcome * np.log(p) + (1 - outcome) * np.log(1 - p)))


def best_attempt(attempts: Sequence[Attempt], losses: Callable[[Attempt], Array]) -> Attempt | None:
    """Return the best deployable attempt with a score; where the cautious model was tried, only if clearly better.

    Args:
        attempts: what was tried.
        losses: from an attempt to its (m,) log-losses out of time; asked only where the cautious model was tried.
    """
    scored = [a for a in attempts if a.deployable and a.score is not None]
    best = min(scored, key=lambda a: a.score if a.score is not None else np.inf, default=None)
    cautious = next((a for a in scored if a.name == CAUTIOUS), None)
    if best is None or cautious is None or best.name == CAUTIOUS:
        return best
    return best if clearly_better(losses(best), losses(cautious)) else cautious
