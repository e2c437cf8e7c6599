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
    check_columns,
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


_TOP = int(np.flatnonzero(SHARES == TOP)[0])


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
        value: (n,) money at stake per entity, as of the cutoff; unknown (NaN) counts as nothing at stake.
        economics: cost of a contact and assumed success share.
        rng: source of randomness.
        currency: ISO code of `value`.
        is_profit: whether `value` is gross margin; if not, no profit and no break-even is shown.
        slices: attribute name to (n,) values, for showing where the model is less reliable.
        resamples: bootstrap resamples; by default 1,000, fewer above 100,000 rows (`stats.bootstrap.resamples_for`).
    Returns:
        numbers: rows, positives, base_rate, auc, average_precision, log_loss, brier, calibration_slope,
        calibration_intercept, calibration_gap (mean predicted minus base_rate), ece, ece_band_high, lift_10,
        capture_10, rate_10 (share with the outcome among the first 10 %); at the contact threshold precision,
        recall, f1, true_positives, false_positives, false_negatives, true_negatives, threshold, contacted_share;
        baseline_auc, baseline_average_precision, baseline_lift_10, baseline_capture_10, baseline_rate_10,
        baseline_gap (AUC minus the headline rule's, paired); break_even_share, profit_best_share, profit,
        baseline_profit, profit_gap (at the contacted share).
        tables: gain, calibration, deciles, rules, slices, and profit where money is gross margin.
    Raises:
        ModelError: the rows cannot be evaluated at all (lengths, unknown outcomes, no probabilities).
    """
    rows = check_rows(label, predicted, entity_id, weight, binary=True)
    check_columns(rows, {"value": value, **baselines, **(slices or {})})
    worth = np.nan_to_num(np.asarray(value, dtype=np.float64))
    # Best predicted first, once: every ranking figure then reads its weights in order.
    best_first = rank(rows.predicted).order
    rows, worth = rows.take(best_first), worth[best_first]
    contacts = choose_contacts(rows.predicted, worth, rows.weight, economics, is_profit)
    rules = {name: np.asarray(score, dtype=np.float64)[best_first] for name, score in baselines.items()}
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
        "gain": curve_table("share_found", draws, "gain", "baseline_gain"),
        "rules": rules_table(draws, rules, "auc", reason=reason),
        "deciles": decile_table(rows, decile, draws),
    }
    if bands is not None:
        tables["calibration"] = _calibration_table(bands)
    if is_profit:
        cost = economics.contact_cost * SHARES * rows.weight.sum()
        tables["profit"] = curve_table("profit", draws, "profit_curve", "baseline_profit_curve").append_column(
            "expected_cost", [cost]
        )
    if slices:
        figures = {"auc": auc, "calibration_gap": _calibration_gap}
        tables["slices"] = slice_table(
            rows,
            {name: values[best_first] for name, values in slices.items()},
            figures,
            _rarer,
            "of the rarer outcome",
            rng,
        )
    return Evaluation(
        numbers=numbers,
        tables=tables,
        baseline=headline,
        distinguishable=excludes_zero(numbers["baseline_gap"]),
        resamples=resamples_for(len(rows.actual)) if resamples is None else resamples,
        contact_rule=contacts.rule,
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
    y, p, ranking = rows.actual, rows.predicted, rank(rows.predicted)
    rule_orders = [rank(score) for score in rules.values()]
    population = rows.weight.sum()

    def statistics(weight: Values) -> dict[str, Values]:
        ours = _ranked(y, value, ranking, weight, economics, contacts.share, population)
        figures = ours | {
            "log_loss": log_loss(y, p, weight),
            "brier": brier(y, p, weight),
            "calibration_slope": calibration_slope(y, p, weight),
            "calibration_intercept": calibration_intercept(y, p, weight),
            "base_rate": weighted_mean(y, weight),
            "calibration_gap": weighted_mean(p - y, weight),
            "decile_actual": decile_means(decile, y, weight),
            "break_even_share": break_even_share(y, value, ranking, weight, economics, contacts.share),
        }
        figures |= confusion(y, p, weight, contacts.threshold)
        for position, order in enumerate(rule_orders):
            if position == 0:
                # Gathered once in the rule's order instead of once per figure.
                here, best = weight[:, order.order], Ranking(order.order, order.starts, in_order=True)
                y_here, value_here = y[order.order], value[order.order]
                rule = _ranked(y_here, value_here, best, here, economics, contacts.share, population)
                figures |= {f"baseline_{name}": figure for name, figure in rule.items()}
                figures["profit_gap"] = ours["profit"] - rule["profit"]
            area = figures["baseline_auc"] if position == 0 else auc(y, order, weight)
            figures |= {f"rule_{position}_auc": area, f"rule_{position}_gap": ours["auc"] - area}
        return figures

    return statistics


def _ranked(
    label: Values,
    value: Values,
    ranking: Ranking,
    weight: Values,
    economics: Economics,
    share: float,
    population: float,
) -> dict[str, Values]:
    gain = capture(label, ranking, weight, SHARES)
    found = gain[:, _TOP]
    money = profit_curve(label, value, ranking, weight, economics, np.append(SHARES, share))
    # A resample's total weight differs by chance: profit is for as many as there are.
    money = divide(money * population, weight.sum(axis=-1)[:, None])
    return {
        "auc": auc(label, ranking, weight),
        "average_precision": average_precision(label, ranking, weight),
        "gain": gain,
        "capture_10": found,
        "lift_10": found / TOP,
        "rate_10": found / TOP * weighted_mean(label, weight),
        "profit_curve": money[:, :-1],
        "profit": money[:, -1],
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
