"""Tiers in words: where config pins them, what a mistake in it is told as, and that a change of months is said."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tradewind.core.errors import ConfigError
from tradewind.core.terms import statistical_terms
from tradewind.flow.learning.tiers import _drift, _edges, _history
from tradewind.flow.questions.question import Question
from tradewind.use_cases.lead_conversion.use_case import USE_CASE


def asked(tiers: object) -> Question:
    return Question(replace(USE_CASE, options={**USE_CASE.options, "tiers": tiers}), "")


def test_tiers_begin_where_config_says() -> None:
    assert _edges(asked((0.3, 0.15, 0.05))) == (0.3, 0.15, 0.05)
    assert _edges(asked(())) == ()


@pytest.mark.parametrize("tiers", [(0.3,), (0.1, 0.2, 0.3), (30, 15, 5), (0.3, 0.3, 0.1), (0.5, 0.2, 0.0)])
def test_tiers_that_cannot_be_are_refused(tiers: tuple[float, ...]) -> None:
    with pytest.raises(ConfigError, match="three falling chances"):
        _edges(asked(tiers))


def months(came: tuple[float, float], expected: tuple[float, float], leads: int = 100) -> list[dict[str, Any]]:
    """Two months of which every lead is in tier A."""
    return [
        {"cutoff": place, "tier": name, "leads": leads * (name == "A"), "expected": said * (name == "A"),
         "happened": here * (name == "A"), "variance": said * (1 - said / leads) * (name == "A")}
        for place, (here, said) in enumerate(zip(came, expected, strict=True)) for name in "ABCD"
    ]  # fmt: skip


def test_what_the_best_tier_meant_is_told_newest_first() -> None:
    assert _history(months((30, 32), (30, 30))) == ["Tier A meant 32 in 100 at the last date, 30 before."]
    assert _history(months((30, 32), (30, 30), leads=9)) == []


def test_a_month_that_brought_clearly_more_is_told_and_chance_is_not() -> None:
    assert _drift(months((30, 34), (30, 30)), ["A"] * 100) == []
    told = _drift(months((30, 60), (30, 30)), ["A"] * 100)
    assert told
    assert "60 in 100, where 30 had been expected" in told[0]
    assert not statistical_terms(told[0])


def test_a_mix_that_moved_is_told() -> None:
    told = _drift(months((30, 30), (30, 30)), ["A"] * 40 + ["B"] * 60)
    assert told == ["40 in 100 are in tier A today, 100 in 100 at the last date."]
