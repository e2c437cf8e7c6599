"""Can the answers be taken at their word? Checks on an evaluation's figures; what is missing is unknown, never pass."""

from __future__ import annotations

from collections.abc import Mapping

from tradewind.core.finding import Check, Number, is_chance, missing

_SMALL_ERROR = 0.01
_LARGE_ERROR = 0.10
_FEW_OUTCOMES = 50


def check_probabilities(numbers: Mapping[str, Number]) -> Check:
    """Check that probabilities are what happens: the ECE is one that perfect calibration would show.

    Pass inside the band, or when off by less than 1 in 100 (on many rows any model is outside); warn outside; fail
    outside and off by 10 in 100 or more.

    Args:
        numbers: with `ece`, `ece_band_high` and `calibration_intercept`.
    """
    name = "When we say 30 in 100, it is 30"
    ece, band, intercept = (_figure(numbers, key) for key in ("ece", "ece_band_high", "calibration_intercept"))
    if ece.value is None or band.value is None:
        return Check(name, "unknown", ece.reason or band.reason, "evaluate where both outcomes occur")
    seen = f"off by {100 * ece.value:.1f} in 100 on average; chance alone allows {100 * band.value:.1f}"
    if ece.value <= band.value or ece.value < _SMALL_ERROR:
        return Check(name, "pass", seen)
    side = "" if intercept.value is None else " (too low)" if intercept.value > 0 else " (too high)"
    do = "use the order and not the probabilities; add newer cutoffs, or look for a change in what customers do"
    return Check(name, "fail" if ece.value >= _LARGE_ERROR else "warn", seen + side, do)


def check_spread(numbers: Mapping[str, Number]) -> Check:
    """Check that probabilities are neither too extreme nor too timid: the slope's interval holds 1.

    Args:
        numbers: with `calibration_slope`.
    """
    name = "High is high enough, low is low enough"
    slope = _figure(numbers, "calibration_slope")
    if slope.value is None or slope.low is None or slope.high is None:
        return Check(name, "unknown", slope.reason or "the slope has no interval", "evaluate on more outcomes")
    seen = f"slope {slope.value:.2f} ({slope.low:.2f} to {slope.high:.2f}); 1 is right"
    if slope.low <= 1 <= slope.high or abs(slope.value - 1) < 0.1:
        return Check(name, "pass", seen)
    extreme = "too extreme" if slope.value < 1 else "too timid"
    do = "calibrate on more outcomes; use the order and not the probabilities until then"
    return Check(name, "fail" if slope.high < 0.5 else "warn", f"{seen}: {extreme}", do)


def check_total(numbers: Mapping[str, Number]) -> Check:
    """Check that predicted amounts add up to what happened: within ±5 %, or not distinguishable from it.

    Fail beyond ±25 % when chance does not explain it.

    Args:
        numbers: with `total_bias`.
    """
    name = "The total adds up"
    bias = _figure(numbers, "total_bias")
    if bias.value is None:
        return Check(name, "unknown", bias.reason, "evaluate where amounts occur")
    seen = f"the total was predicted {abs(bias.value):.1%} too {'high' if bias.value > 0 else 'low'}"
    by_chance = bias.low is not None and bias.high is not None and bias.low <= 0 <= bias.high
    if abs(bias.value) <= 0.05 or (by_chance and abs(bias.value) <= 0.25):
        return Check(name, "pass", seen + (", which chance can explain" if by_chance else ""))
    do = "use the order and not the amounts; look for a season or a price change the history does not hold"
    return Check(name, "warn" if by_chance or abs(bias.value) <= 0.25 else "fail", seen, do)


def check_beats_rule(numbers: Mapping[str, Number], rule: str) -> Check:
    """Check that the model beats the rule of thumb: the paired 95 % interval of the gap is above zero.

    Args:
        numbers: with `baseline_gap`, above zero where the model is better.
        rule: name of the rule in plain words.
    """
    name = "Better than the rule of thumb"
    gap = _figure(numbers, "baseline_gap")
    if gap.value is None or gap.low is None or gap.high is None:
        return Check(name, "unknown", gap.reason or "the gap has no interval", "give a rule and more outcomes")
    unit = f" {gap.unit}" if gap.unit else ""
    seen = f"ahead of “{rule}” by {gap.value:.3g}{unit} ({gap.low:.3g} to {gap.high:.3g})"
    if gap.low > 0 and is_chance(numbers.get("auc")):
        return Check(name, "warn", f"{seen}, but the order cannot be told from a random one", "wait for more outcomes")
    if gap.low > 0:
        return Check(name, "pass", seen)
    if gap.high < 0:
        behind = f"behind “{rule}” by {-gap.value:.3g}{unit} ({-gap.high:.3g} to {-gap.low:.3g})"
        return Check(name, "fail", behind, "use the rule instead of the model")
    return Check(name, "warn", f"not distinguishable from the rule: {seen}", "use the rule, or add history")


def check_outcomes(positives: int, rows: int) -> Check:
    """Check that there is enough of both outcomes to learn from.

    Args:
        positives: rows with the outcome.
        rows: all rows whose outcome is known.
    """
    name = "Enough outcomes to learn from"
    rare = min(positives, rows - positives)
    if rows == 0:
        return Check(name, "fail", "no row has a known outcome", "add history that reaches beyond the horizon")
    seen = f"{positives:,} of {rows:,} rows have the outcome"
    if rare == 0:
        return Check(name, "fail", f"{seen}: there is only one outcome", "check the mapping of what counts as one")
    if rare < _FEW_OUTCOMES:
        return Check(name, "warn", seen, "read the intervals, they are wide; add history or a longer horizon")
    return Check(name, "pass", seen)


def _figure(numbers: Mapping[str, Number], name: str) -> Number:
    return numbers.get(name, missing(f"“{name}” was not evaluated"))
