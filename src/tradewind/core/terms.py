"""Statistical terms: what they are called and mean, for "How do we know?" and for nowhere else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Term:
    """A statistical figure, for "How do we know?" only.

    Args:
        label: the field's own name for it.
        meaning: how it is computed and read, in words.
    """

    label: str
    meaning: str


TERMS: Mapping[str, Term] = {
    "auc": Term(
        "AUC",
        "Take one that did it and one that did not: how often the first ranks higher. 0.5 is chance, 1 is perfect.",
    ),
    "auc_repeats": Term("AUC over the repeats", "The mean over the repeats, with the lowest and the highest of them."),
    "auc_ordered": Term("AUC in the order of time", "The same, later rows predicted from earlier ones."),
    "auc_shuffled": Term("AUC with the rows shuffled", "The same, without regard to time; usually higher."),
    "auc_with_suspects": Term(
        "AUC with the columns left out", "What they would feign; no list made in time can keep it."
    ),
    "auc_without_suspects": Term("AUC without them", "On the same rows, shuffled."),
    "suspects_gap": Term("What these columns would feign", "Difference of the two on the same rows, paired."),
    "outcomes_for_half": Term(
        "More outcomes to halve the range",
        "Intervals shrink with the root of the number of outcomes, and their tails with it.",
    ),
    "average_precision": Term(
        "Average precision", "Mean share of right ones on the list, taken at each right one found."
    ),
    "log_loss": Term("Log-loss", "Mean of −ln(the probability given to what happened). Lower is better."),
    "brier": Term("Brier score", "Mean of (probability − outcome)². Lower is better."),
    "ece": Term(
        "Expected calibration error", "Mean gap between what was said and what happened, over groups, weighted by size."
    ),
    "ece_band": Term(
        "ECE under perfect calibration",
        "What the gap would be by chance alone if every probability were exactly right.",
    ),
    "calibration_slope": Term(
        "Calibration slope", "1 when probabilities are spread as they should be; below 1 they are too extreme."
    ),
    "calibration_intercept": Term(
        "Calibration intercept", "0 when the total is right; above 0 the probabilities were too low."
    ),
    "lift_10": Term(
        "Lift at 10 %", "Share of right ones in the first tenth of the list, divided by the share among all."
    ),
    "capture_10": Term("Capture at 10 %", "Share of all right ones that stand in the first tenth of the list."),
    "precision": Term("Precision", "Of those above the threshold, the share that did it."),
    "recall": Term("Recall", "Of those who did it, the share above the threshold."),
    "f1": Term("F1", "2 × precision × recall ÷ (precision + recall), at the threshold with the highest profit."),
    "threshold": Term("Threshold", "The probability above which a contact is worth its cost."),
    "baseline_auc": Term("AUC of the rule of thumb", "The same figure for the rule the team could use today."),
    "baseline_gap": Term(
        "Gap to the rule, paired",
        "Difference of the two on the same customers, with a bootstrap interval by customer. Above 0 throughout: "
        "better than the rule.",
    ),
    "baseline_mae": Term("Mean absolute error of the rule", "The same figure for the rule the team could use today."),
    "break_even_share": Term(
        "Break-even share",
        "At the test date, down the list as far as contacting paid best: cost of the contacts ÷ value of those among "
        "them who did it. The share of these that contact must change to pay for itself.",
    ),
    "mae": Term("Mean absolute error", "Mean of |expected − actual| per customer."),
    "rmse": Term("Root mean squared error", "√ of the mean of (expected − actual)²; large misses count more."),
    "r2": Term("R²", "1 − squared misses ÷ squared differences from the mean."),
    "total_bias": Term("Total bias", "Sum expected ÷ sum actual − 1."),
    "holdout_bias": Term(
        "Total bias in the hold-out", "Sum expected ÷ sum actual − 1, over weeks the model had not seen."
    ),
    "spearman": Term("Spearman rank correlation", "Correlation of the two orders. 1 is the same order."),
    "log_likelihood": Term("Log-likelihood", "Natural log of the probability of the data under the fitted model."),
    "r": Term("r", "Shape of the spread of buying rates between customers."),
    "alpha": Term("α", "Scale of the spread of buying rates: mean rate is r ÷ α."),
    "a": Term("a", "First shape of the spread of the chance to drop out after a purchase."),
    "b": Term("b", "Second shape of the spread of the chance to drop out: mean is a ÷ (a + b)."),
    "s": Term("s", "Shape of the spread of drop-out rates between customers."),
    "beta": Term("β", "Scale of the spread of drop-out rates: mean rate is s ÷ β."),
    "p": Term("p", "Shape of the spread of amounts within a customer (Gamma-Gamma)."),
    "q": Term("q", "Shape of the spread of mean amounts between customers (Gamma-Gamma)."),
    "gamma": Term("γ", "Scale of the spread of mean amounts between customers (Gamma-Gamma)."),
    "ece_band_high": Term(
        "ECE at most, if calibration were perfect", "95 % of samples with exactly right probabilities stay below it."
    ),
    "base_rate": Term("Base rate", "Share of all customers who did it."),
    "rate_10": Term("Precision at 10 %", "Of the first tenth of the list, the share that did it."),
    "baseline_rate_10": Term("Precision at 10 % of the rule", "The same figure for the rule of thumb."),
    "baseline_average_precision": Term("Average precision of the rule", "The same figure for the rule of thumb."),
    "baseline_lift_10": Term("Lift at 10 % of the rule", "The same figure for the rule of thumb."),
    "baseline_capture_10": Term("Capture at 10 % of the rule", "The same figure for the rule of thumb."),
    "baseline_rmse": Term("Root mean squared error of the rule", "The same figure for the rule of thumb."),
    "baseline_total_bias": Term("Total bias of the rule", "The same figure for the rule of thumb."),
    "baseline_spearman": Term("Spearman correlation of the rule", "The same figure for the rule of thumb."),
    "contacted_share": Term("Share above the threshold", "Customers worth contacting ÷ all customers asked about."),
    "true_positives": Term("True positives", "Above the threshold, and did it."),
    "false_positives": Term("False positives", "Above the threshold, and did not."),
    "false_negatives": Term("False negatives", "Below the threshold, and did it."),
    "true_negatives": Term("True negatives", "Below the threshold, and did not."),
    "profit": Term(
        "Profit at the test date", "Assumed share changed × value of those who did it − cost, above the threshold."
    ),
    "baseline_profit": Term("Profit of the rule", "The same, for as many customers taken by the rule of thumb."),
    "profit_gap": Term("Profit over the rule, paired", "Difference of the two on the same customers."),
    "profit_best_share": Term(
        "Share with the highest profit", "Where along the list the profit at the test date was highest."
    ),
    "contact_total_cost": Term("Cost of contacting them", "Customers worth contacting × cost of one contact."),
    "mean_actual": Term("Mean that came", "Sum of actual amounts ÷ customers."),
    "mean_predicted": Term("Mean expected", "Sum of expected amounts ÷ customers."),
    "holdout_baseline_bias": Term("Total bias of the rule in the hold-out", "The same for each customer's past rate."),
    "holdout_predicted": Term("Purchases expected in the hold-out", "Sum over customers."),
    "holdout_actual": Term("Purchases in the hold-out", "What came."),
    "holdout_error": Term("Mean absolute error in the hold-out", "Mean of |expected − actual| purchases per customer."),
    "holdout_baseline_error": Term("Mean absolute error of the rule in the hold-out", "The same for the past rate."),
    "holdout_days": Term("Days held out", "Length of the part of the history that was not used for fitting."),
    "correlation": Term("Correlation of purchases and amounts", "Gamma-Gamma assumes that there is none."),
    "gradient_norm": Term("Gradient at the optimum", "0 at a true maximum of the likelihood."),
    "rows": Term("Rows learned from", "Customers × dates."),
    "positives": Term("Outcomes among them", "Rows in which it happened."),
}
"""Number name → term; a name that is absent is shown as its own words."""

STATISTICAL = re.compile(
    r"\b(?:auc|brier|ece|lift|log[- ]loss|log[- ]likelihood|calibrat\w+|p[- ]values?|confidence intervals?|"
    r"bootstrap\w*|"
    r"features?|models?|shap|quantiles?|percentiles?|deciles?|regress\w+|classif\w+|precision|recall|f1|rmse|mae|r²|"
    r"spearman|gini|variances?|standard (?:error|deviation)s?|hyper-?parameters?|baselines?|residuals?|coefficients?|"
    r"correlat\w+|estimators?|priors?|posteriors?|gradient|boosting|lightgbm|logistic|elastic[- ]net|cutoffs?|"
    r"out[- ]of[- ]time|hold-?out|overfit\w*|cross-validat\w+|imputation|significan(?:t|ce))\b",
    re.IGNORECASE,
)
"""Words that may stand under "How do we know?" and nowhere else."""


def statistical_terms(text: str) -> list[str]:
    """Return the statistical terms in a text meant for everybody, in order; empty is as it should be."""
    return [match.group(0) for match in STATISTICAL.finditer(text)]
