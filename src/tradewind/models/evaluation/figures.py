"""From resampled figures of a classification to named numbers: each with its interval, or the reason why not."""

from __future__ import annotations

import numpy as np

from tradewind.core.finding import Number, missing
from tradewind.models.evaluation.profit import NOT_PROFIT, TOP, Contacts
from tradewind.models.evaluation.result import Rows
from tradewind.stats.bootstrap import Draws
from tradewind.stats.boundary import newcombe_interval, wilson_interval
from tradewind.stats.calibration import Calibration

RANKED = ("auc", "average_precision", "lift_10", "capture_10", "rate_10")
"""Figures of a ranking, computed for the model and for the headline rule."""

_MONEY = ("break_even_share", "profit", "baseline_profit", "profit_gap", "profit_best_share")
_NO_RULE = "there is no rule to compare with"
_NO_LINE = "the predictions do not vary, or separate the outcomes completely"


def why_not(rows: Rows) -> str:
    """Return why most figures cannot be computed, or an empty text where they can."""
    counted = rows.actual[rows.weight > 0]
    if len(counted) == 0:
        return "there are no rows with weight to evaluate"
    if not counted.any():
        return f"nobody of {len(counted):,} had the outcome"
    return f"everybody of {len(counted):,} had the outcome" if counted.all() else ""


def plain_numbers(rows: Rows, draws: Draws, reason: str) -> dict[str, Number]:
    """Return counts, ranking, log-loss, Brier and the line that would correct the probabilities."""
    lines = {
        name: draws.number(name, reason=reason or _NO_LINE) for name in ("calibration_slope", "calibration_intercept")
    }
    return (
        {
            "rows": Number(float(len(rows.actual)), unit="rows"),
            "positives": Number(float(rows.actual.sum()), unit="rows"),
            "base_rate": _share(draws.number("base_rate", reason=reason), len(rows.actual)),
        }
        | _ranked_numbers(rows, draws, "", reason)
        | {name: draws.number(name, reason=reason) for name in ("log_loss", "brier", "calibration_gap")}
        | lines
    )


def calibration_numbers(bands: Calibration | None, reason: str) -> dict[str, Number]:
    """Return the ECE and the highest ECE that perfect calibration would show; see `stats.calibration`."""
    if bands is None:
        return {"ece": missing(reason), "ece_band_high": missing(reason)}
    return {"ece": Number(bands.ece), "ece_band_high": Number(bands.ece_band_high)}


def contact_numbers(rows: Rows, draws: Draws, contacts: Contacts, reason: str) -> dict[str, Number]:
    """Return the confusion table and its ratios at the contact threshold."""
    nobody = reason or "nobody is contacted"
    reached = float(np.count_nonzero(rows.predicted >= contacts.threshold))
    counts = ("true_positives", "false_positives", "false_negatives", "true_negatives")
    return {
        "precision": _share(draws.number("precision", reason=nobody), reached),
        "recall": _share(draws.number("recall", reason=nobody), rows.actual.sum()),
        "f1": draws.number("f1", reason=nobody),
        "threshold": Number(contacts.threshold) if np.isfinite(contacts.threshold) else missing(nobody),
        "contacted_share": Number(contacts.share),
    } | {name: draws.number(name, unit="rows") for name in counts}


def baseline_numbers(rows: Rows, draws: Draws, rule: str, reason: str) -> dict[str, Number]:
    """Return the headline rule's ranking figures and the paired gap in AUC."""
    if not rule:
        return {name: missing(_NO_RULE) for name in [*(f"baseline_{name}" for name in RANKED), "baseline_gap"]}
    gap = draws.number("rule_0_gap", reason=reason)
    return _ranked_numbers(rows, draws, "baseline_", reason) | {"baseline_gap": gap}


def money_numbers(draws: Draws, contacts: Contacts, currency: str | None, rule: str, reason: str) -> dict[str, Number]:
    """Return profit and break-even at the contacted share.

    Args:
        currency: ISO code of profit; None where money is revenue and not profit.
    """
    if currency is None:
        return {name: missing(NOT_PROFIT) for name in _MONEY}
    best = contacts.profit_best_share
    nothing = reason or "nothing was at stake among those contacted"
    beside = {
        name: draws.number(name, currency) if rule else missing(_NO_RULE) for name in ("baseline_profit", "profit_gap")
    }
    return {
        "break_even_share": draws.number("break_even_share", reason=nothing),
        "profit_best_share": missing(reason or "there is nobody to contact") if best is None else Number(best),
        "profit": draws.number("profit", currency, nothing),
    } | beside


def _ranked_numbers(rows: Rows, draws: Draws, prefix: str, reason: str) -> dict[str, Number]:
    numbers = {name: draws.number(prefix + name, reason=reason) for name in RANKED}
    positives = float(rows.actual.sum())
    numbers["capture_10"] = _share(numbers["capture_10"], positives)
    numbers["rate_10"] = _share(numbers["rate_10"], max(1.0, TOP * len(rows.actual)))
    area = numbers["auc"]
    if area.value in (0.0, 1.0) and area.low == area.high:
        low, high = newcombe_interval(area.value, positives, len(rows.actual) - positives)
        numbers["auc"] = Number(area.value, low, high)
    return {prefix + name: number for name, number in numbers.items()}


def _share(number: Number, trials: float) -> Number:
    """Give a share of 0 or 1 on which all resamples agree Wilson's interval instead of none at all."""
    if number.value in (0.0, 1.0) and number.low == number.high and trials > 0:
        low, high = wilson_interval(number.value, trials)
        return Number(number.value, low, high, number.unit)
    return number
