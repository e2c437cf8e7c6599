"""How good predicted amounts are: every figure with its interval, beside the rules of thumb."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tradewind.core.finding import Number, missing
from tradewind.models.evaluation.deciles import decile_means, decile_of, decile_table
from tradewind.models.evaluation.result import (
    SHARES,
    Evaluation,
    Rows,
    check_columns,
    check_rows,
    curve_table,
    excludes_zero,
    rules_table,
)
from tradewind.models.evaluation.slices import slice_table
from tradewind.stats.amounts import mae, r2, rmse, spearman, total_bias
from tradewind.stats.bootstrap import Draws, Statistics, bootstrap_by_entity, resamples_for
from tradewind.stats.probability import weighted_mean
from tradewind.stats.ranking import Values, capture, divide, rank

_NO_RULE = "there is no rule to compare with"


def evaluate_regression(
    actual: ArrayLike,
    predicted: ArrayLike,
    entity_id: ArrayLike,
    weight: ArrayLike | None,
    baselines: Mapping[str, ArrayLike],
    *,
    rng: np.random.Generator,
    unit: str = "",
    slices: Mapping[str, NDArray[np.object_]] | None = None,
    resamples: int | None = None,
) -> Evaluation:
    """Evaluate predicted amounts at one cutoff that no fitting or tuning has seen.

    On very skewed amounts an interval knows only the large ones that were drawn: with 400 rows of log-normal spend,
    intervals of nominally 95 % held the truth in 91–94 % of simulations (MAE, bias, Spearman, gap), but in 80 % for
    RMSE and 87 % for R². So the gap that decides is in MAE.

    Args:
        actual: (n,) amounts over the horizon, complete and known.
        predicted: (n,) predicted amounts over the horizon.
        entity_id: (n,); intervals come from resampling entities.
        weight: (n,) sampling weights; None counts every row once.
        baselines: rule name to (n,) amount over the horizon; the first is the headline rule. Rows where a rule has
            no amount (NaN) are left out of both sides of the comparison with that rule.
        rng: source of randomness.
        unit: ISO code of the amounts, or their unit in words.
        slices: attribute name to (n,) values.
        resamples: bootstrap resamples; by default 1,000, fewer above 100,000 rows.
    Returns:
        numbers: rows, mean_actual, mean_predicted, mae, rmse, r2, total_bias, spearman; baseline_mae, baseline_rmse,
        baseline_total_bias, baseline_spearman, baseline_gap (the headline rule's MAE minus the model's, paired: above
        zero the model is closer), capture_10 (share of all amounts that the first 10 % hold).
        tables: gain (share of the total amount found), deciles, rules, slices.
    Raises:
        ModelError: the rows cannot be evaluated at all.
    """
    rows = check_rows(actual, predicted, entity_id, weight, binary=False)
    check_columns(rows, {**baselines, **(slices or {})})
    rules = {name: np.asarray(amount, dtype=np.float64) for name, amount in baselines.items()}
    decile = decile_of(rows)
    draws = bootstrap_by_entity(_statistics(rows, rules, decile), rows.entity_id, rows.weight, rng, resamples)
    reason = "" if (rows.weight > 0).any() else "there are no rows with weight to evaluate"
    numbers = _numbers(rows, draws, unit, reason) | _rule_numbers(draws, bool(rules), unit, reason)
    tables = {
        "gain": curve_table("share_found", draws, "gain", "rule_gain"),
        "deciles": decile_table(rows, decile, draws),
        "rules": rules_table(draws, rules, "mae", unit, reason),
    }
    if slices:
        figures = {"total_bias": total_bias, "relative_mae": _relative_mae}
        tables["slices"] = slice_table(rows, slices, figures, _with_amount, "with an amount", rng)
    return Evaluation(
        numbers=numbers,
        tables=tables,
        baseline=next(iter(rules), ""),
        distinguishable=excludes_zero(numbers["baseline_gap"]),
        resamples=resamples_for(len(rows.actual)) if resamples is None else resamples,
    )


def _statistics(rows: Rows, rules: Mapping[str, Values], decile: NDArray[np.intp]) -> Statistics:
    y, p = rows.actual, rows.predicted
    ranking = rank(p)

    def statistics(weight: Values) -> dict[str, Values]:
        figures = {
            "mae": mae(y, p, weight),
            "rmse": rmse(y, p, weight),
            "r2": r2(y, p, weight),
            "total_bias": total_bias(y, p, weight),
            "spearman": spearman(y, ranking, weight),
            "mean_actual": weighted_mean(y, weight),
            "mean_predicted": weighted_mean(p, weight),
            "gain": capture(y, ranking, weight, SHARES),
            "decile_actual": decile_means(decile, y, weight),
        }
        figures["capture_10"] = figures["gain"][:, 10]
        for position, amount in enumerate(rules.values()):
            known = np.isfinite(amount)
            rule, counted = np.where(known, amount, 0.0), weight * known
            figures[f"rule_{position}_mae"] = mae(y, rule, counted)
            figures[f"rule_{position}_gap"] = figures[f"rule_{position}_mae"] - mae(y, p, counted)
            if position == 0:
                order = rank(amount)
                figures |= {
                    "baseline_mae": figures["rule_0_mae"],
                    "baseline_rmse": rmse(y, rule, counted),
                    "baseline_total_bias": total_bias(y, rule, counted),
                    "baseline_spearman": spearman(y, order, counted),
                    "rule_gain": capture(y, order, weight, SHARES),
                }
        return figures

    return statistics


def _relative_mae(actual: Values, predicted: Values, weight: Values) -> Values:
    return divide(mae(actual, predicted, weight), weighted_mean(actual, weight))


def _with_amount(actual: Values) -> int:
    return int(np.count_nonzero(actual))


def _numbers(rows: Rows, draws: Draws, unit: str, reason: str) -> dict[str, Number]:
    amounts = ("mae", "rmse", "mean_actual", "mean_predicted")
    why = {
        "r2": "the amounts do not vary",
        "spearman": "the amounts or the predictions do not vary",
        "total_bias": "the amounts add up to nothing",
        "capture_10": "the amounts add up to nothing",
    }
    return (
        {"rows": Number(float(len(rows.actual)), unit="rows")}
        | {name: draws.number(name, unit, reason) for name in amounts}
        | {name: draws.number(name, reason=reason or because) for name, because in why.items()}
    )


def _rule_numbers(draws: Draws, any_rule: bool, unit: str, reason: str) -> dict[str, Number]:
    amounts, ratios = ("baseline_mae", "baseline_rmse"), ("baseline_total_bias", "baseline_spearman")
    if not any_rule:
        return {name: missing(_NO_RULE) for name in (*amounts, *ratios, "baseline_gap")}
    why = reason or "the rule has no amount for these rows"
    return (
        {name: draws.number(name, unit, why) for name in amounts}
        | {name: draws.number(name, reason=reason or "the rule does not vary, or the total is zero") for name in ratios}
        | {"baseline_gap": draws.number("rule_0_gap", unit, why)}
    )
