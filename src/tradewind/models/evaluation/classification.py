"""How good predicted probabilities are: every figure with its interval, beside the rules of thumb, and in money."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tradewind.core.use_case import Economics
from tradewind.models.evaluation.deciles import decile_means, decile_of, decile_table
from tradewind.models.evaluation.figures import (
    baseline_numbers,
    calibration_numbers,
    contact_numbers,
    money_numbers,
    plain_numbers,
    why_not,
)
from tradewind.models.evaluation.profit import (
    TOP,
    Contacts,
    break_even_share,
    choose_contacts,
    profit_curve,
)
from tradewind.models.evaluation.result import (
    SHARES,
    Evaluation,
    Rows,
    check_rows,
    curve_table,
    excludes_zero,
    rules_table,
    table_of,
)
from tradewind.models.evaluation.slices import slice_table
from tradewind.stats.bootstrap import Statistics, bootstrap_by_entity, rarer_class, resamples_for
from tradewind.stats.calibration import Calibration, calibrate_bands
from tradewind.stats.probability import brier, calibration_intercept, calibration_slope, log_loss, weighted_mean
from tradewind.stats.ranking import Ranking, Values, auc, average_precision, capture, divide, rank
from tradewind.stats.threshold import confusion

if TYPE_CHECKING:
    import pyarrow as pa


def evaluate_classification(
    label: ArrayLike,
    predicted: ArrayLike,
    entity_id: ArrayLike,
    weight: ArrayLike | None,
    baselines: Mapping[str, ArrayLike],
    value: ArrayLike,
    economics: Economics,
    *,
    rng: np.random.Generator,
    currency: str = "",
    is_profit: bool = True,
    slices: Mapping[str, NDArray[np.object_]] | None = None,
    resamples: int | None = None,
) -> Evaluation:
    """Evaluate probabilities at one cutoff that no fitting, tuning or calibration has seen.

    Args:
        label: (n,) 0 or 1, complete and known.
        predicted: (n,) probabilities.
        entity_id: (n,); intervals come from resampling entities.
        weight: (n,) sampling weights; None counts every row once.
        baselines: rule name to (n,) score, higher for more of the outcome, on any scale; the first is the headline
            rule. A row whose rule score is unknown (NaN) ranks last for that rule.
        value: (n,) money at stake per entity, as of the cutoff.
        economics: cost of a contact and assumed success share.
        rng: source of randomness.
        currency: ISO code of `value`.
        is_profit: whether `value` is gross margin; if not, no profit and no break-even is shown.
        slices: attribute name to (n,) values, for showing where the model is less reliable.
        resamples: bootstrap resamples; by default 1,000, fewer above 100,000 rows (`stats.bootstrap.resamples_for`).
    Returns:
        numbers: rows, positives, base_rate, auc, average_precision, log_loss, brier, calibration_slope,
        calibration_intercept, ece, ece_band_high, lift_10, capture_10, rate_10 (share with the outcome among the
        first 10 %); at the contact threshold precision, recall, f1, true_positives, false_positives,
        false_negatives, true_negatives, threshold, contacted_share; baseline_auc, baseline_average_precision,
        baseline_lift_10, baseline_capture_10, baseline_rate_10, baseline_gap (AUC minus the headline rule's, paired);
        break_even_share, profit_best_share, profit, baseline_profit, profit_gap (at the contacted share).
        tables: gain, calibration, deciles, rules, slices, and profit where money is gross margin.
    Raises:
        ModelError: the rows cannot be evaluated at all (lengths, unknown outcomes, no probabilities).
    """
    rows = check_rows(label, predicted, entity_id, weight, binary=True)
    worth = np.nan_to_num(np.asarray(value, dtype=np.float64))
    contacts = choose_contacts(rows.predicted, worth, rows.weight, economics, is_profit)
    rules = {name: np.asarray(score, dtype=np.float64) for name, score in baselines.items()}
    decile = decile_of(rows)
    statistics = _statistics(rows, rules, worth, economics, contacts, decile)
    rare = rarer_class(rows.actual, rows.entity_id, rows.weight)
    draws = bootstrap_by_entity(statistics, rows.entity_id, rows.weight, rng, resamples, rare)
    reason = why_not(rows)
    bands = calibrate_bands(rows.actual, rows.predicted, rows.weight, rng) if rows.weight.sum() > 0 else None
    headline = next(iter(rules), "")
    numbers = (
        plain_numbers(rows, draws, reason)
        | calibration_numbers(bands, reason)
        | contact_numbers(rows, draws, contacts, reason)
        | baseline_numbers(rows, draws, headline, reason)
        | money_numbers(draws, contacts, currency if is_profit else None, headline, reason)
    )
    tables = {
        "gain": curve_table("share_found", draws, "gain", "rule_gain"),
        "rules": rules_table(draws, rules, "auc", reason=reason),
        "deciles": decile_table(rows, decile, draws),
    }
    if bands is not None:
        tables["calibration"] = _calibration_table(bands)
    if is_profit:
        cost = economics.contact_cost * SHARES * rows.weight.sum()
        tables["profit"] = curve_table("profit", draws, "profit_curve", "rule_profit_curve").append_column(
            "expected_cost", [cost]
        )
    if slices:
        figures = {"auc": auc, "calibration_gap": _calibration_gap}
        tables["slices"] = slice_table(rows, slices, figures, _rarer, "of the rarer outcome", rng)
    return Evaluation(
        numbers=numbers,
        tables=tables,
        baseline=headline,
        distinguishable=excludes_zero(numbers["baseline_gap"]),
        resamples=resamples_for(len(rows.actual)) if resamples is None else resamples,
    )


def _statistics(
    rows: Rows,
    rules: Mapping[str, Values],
    value: Values,
    economics: Economics,
    contacts: Contacts,
    decile: NDArray[np.intp],
) -> Statistics:
    """Return one function from weights to everything that is resampled, so that all differences are paired."""
    y, p = rows.actual, rows.predicted
    ranking, rule_rankings = rank(p), [rank(score) for score in rules.values()]
    population = rows.weight.sum()

    def profit(order: Ranking, weight: Values) -> Values:
        curve = profit_curve(y, value, order, weight, economics, np.append(SHARES, contacts.share))
        # A resample's total weight differs by chance: the curve is for as many as there are.
        return divide(curve * population, weight.sum(axis=-1)[:, None])

    def statistics(weight: Values) -> dict[str, Values]:
        figures = _ranked(y, ranking, weight) | {
            "log_loss": log_loss(y, p, weight),
            "brier": brier(y, p, weight),
            "calibration_slope": calibration_slope(y, p, weight),
            "calibration_intercept": calibration_intercept(y, p, weight),
            "base_rate": weighted_mean(y, weight),
            "gain": capture(y, ranking, weight, SHARES),
            "decile_actual": decile_means(decile, y, weight),
            "break_even_share": break_even_share(y, value, ranking, weight, economics, contacts.share),
        }
        figures |= confusion(y, p, weight, contacts.threshold)
        money = profit(ranking, weight)
        figures |= {"profit_curve": money[:, :-1], "profit": money[:, -1]}
        for position, order in enumerate(rule_rankings):
            rule = _ranked(y, order, weight)
            figures |= {f"rule_{position}_auc": rule["auc"], f"rule_{position}_gap": figures["auc"] - rule["auc"]}
            if position == 0:
                figures |= {f"baseline_{name}": figure for name, figure in rule.items()}
                rule_money = profit(order, weight)
                figures |= {
                    "rule_gain": capture(y, order, weight, SHARES),
                    "rule_profit_curve": rule_money[:, :-1],
                    "baseline_profit": rule_money[:, -1],
                    "profit_gap": money[:, -1] - rule_money[:, -1],
                }
        return figures

    return statistics


def _ranked(label: Values, ranking: Ranking, weight: Values) -> dict[str, Values]:
    found = capture(label, ranking, weight, [TOP])[:, 0]
    return {
        "auc": auc(label, ranking, weight),
        "average_precision": average_precision(label, ranking, weight),
        "capture_10": found,
        "lift_10": found / TOP,
        "rate_10": found / TOP * weighted_mean(label, weight),
    }


def _calibration_gap(label: Values, predicted: Values, weight: Values) -> Values:
    return weighted_mean(predicted - label, weight)


def _rarer(label: Values) -> int:
    return int(min(label.sum(), len(label) - label.sum()))


def _calibration_table(bands: Calibration) -> pa.Table:
    return table_of(
        {
            "band": np.arange(1, len(bands.n) + 1),
            "n": bands.n,
            "predicted": bands.predicted,
            "observed": bands.observed,
            "low": bands.low,
            "high": bands.high,
        }
    )
