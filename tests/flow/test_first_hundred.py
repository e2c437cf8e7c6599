"""What the first lines say of the list, the rule and chance."""

from __future__ import annotations

from tradewind.core.finding import Number
from tradewind.flow.learning.learned import Learned
from tradewind.flow.learning.tell import first_hundred


def said(rate: float, rule_rate: float, low: float, better: bool) -> list[str]:
    numbers = {
        "rate_10": Number(rate),
        "base_rate": Number(0.5),
        "baseline_rate_10": Number(rule_rate),
        "auc": Number(0.76, low, 0.8),
        "baseline_auc": Number(0.70, low - 0.05, 0.75),
    }
    return first_hundred(Learned("converted", rule="largest first", better=better, numbers=numbers), "convert")


def test_a_rule_with_an_equal_top_is_said_to_fall_behind_where_the_list_is_better() -> None:
    assert "falls behind" in said(0.78, 0.78, 0.7, better=True)[-1]
    assert not any("falls behind" in line for line in said(0.78, 0.60, 0.7, better=True))


def test_chance_comes_before_the_rule() -> None:
    assert said(0.52, 0.5, 0.45, better=False)[0].startswith("No list can be told from a random one")
    assert said(0.78, 0.7, 0.6, better=False)[0].startswith("The rule")


def test_of_a_short_list_the_first_tenth_is_told() -> None:
    numbers = {"rate_10": Number(0.87), "base_rate": Number(0.36), "rows": Number(103.0), "auc": Number(0.8, 0.7, 0.9)}
    told = first_hundred(Learned("won", numbers=numbers), "are won")
    assert told == ["In the first tenth of our list 87 of 100 are won; at random, 36."]
    told = first_hundred(Learned("won", numbers={**numbers, "rows": Number(5_000.0)}), "are won")
    assert told == ["Of our first 100, 87 are won; at random, 36."]


def test_a_short_list_tested_on_many_dates_is_still_short() -> None:
    numbers = {
        "rate_10": Number(0.51),
        "base_rate": Number(0.11),
        "rows": Number(1_200.0),
        "auc": Number(0.8, 0.7, 0.9),
    }
    told = first_hundred(Learned("converted", numbers=numbers, tests=5), "convert", Number(236.0))
    assert told == ["In the first tenth of our list 51 of 100 convert; at random, 11."]
