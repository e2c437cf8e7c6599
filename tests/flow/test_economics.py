"""What contacting leaves: the curve is the list, exactly where it is short and within its bound where it is long."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from answered_by_hand import CONFIG, LATER, Clock, answer_by_hand, open_by_hand, scores
from tradewind.core.errors import ConfigError, NotAnswerable
from tradewind.flow.answers.economics import EXACT, RATIO, Curve, curve_of, read_curve, reckon
from tradewind.flow.questions.asked import find_question


def brute(stakes: np.ndarray, cost: float, share: float) -> tuple[int, float, float, int, float]:
    worth = stakes > (cost / share if share else np.inf)
    down = share * np.cumsum(stakes) - cost * np.arange(1, len(stakes) + 1)
    best = int(np.argmax(down)) + 1 if len(down) and down.max() > 0 else 0
    gain = share * stakes[worth].sum() - cost * worth.sum()
    return int(worth.sum()), float(stakes[worth].sum()), float(gain), best, float(down[best - 1]) if best else 0.0


def made(people: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    chance = np.sort(rng.beta(1, 6, people))[::-1]
    return chance * rng.lognormal(3, 1.5, people)


GRID = [(cost, share) for cost in (0.0, 0.3, 1.0, 7.0, 400.0) for share in (0.0, 0.01, 0.1, 0.5, 1.0)]


@pytest.mark.parametrize("people", [0, 1, 2, 3, 60, 900, EXACT])
def test_of_a_short_list_every_figure_is_exact(people: int) -> None:
    for seed in range(3):
        stakes = made(people, seed)
        curve = curve_of(stakes, 3.0)
        for cost, share in GRID:
            told, (contacts, at_stake, gain, best, best_gain) = reckon(curve, cost, share), brute(stakes, cost, share)
            assert told.contacts == contacts
            assert told.at_stake == pytest.approx(at_stake, rel=1e-12)
            assert told.gain == pytest.approx(gain, rel=1e-9, abs=1e-9)
            assert told.best_gain == pytest.approx(best_gain, rel=1e-9, abs=1e-9)
            if cost:
                assert told.best_length == best


@pytest.mark.parametrize("seed", range(4))
def test_of_a_long_list_no_figure_is_off_by_more_than_the_bound(seed: int) -> None:
    stakes = made(40_000, seed)
    curve = curve_of(stakes, 2.0)
    assert len(curve.ranks) < 2_500
    assert len(curve.places) <= EXACT
    for cost, share in GRID:
        told, (contacts, at_stake, gain, best, best_gain) = reckon(curve, cost, share), brute(stakes, cost, share)
        assert abs(told.contacts - contacts) <= (RATIO - 1) * contacts + 1e-9
        assert told.at_stake == pytest.approx(at_stake, rel=RATIO - 1)
        assert told.gain == pytest.approx(gain, rel=RATIO - 1, abs=1e-9)
        assert told.best_gain == pytest.approx(best_gain, rel=1e-9, abs=1e-9)
        if cost:
            assert told.best_length == best


def test_at_the_settings_of_the_question_a_long_list_is_exact_too() -> None:
    stakes = made(40_000, 9)
    told = reckon(curve_of(stakes, 1.37 / 0.07), 1.37, 0.07)
    assert told.contacts == (stakes > 1.37 / 0.07).sum()
    assert told.at_stake == pytest.approx(stakes[stakes > 1.37 / 0.07].sum(), rel=1e-12)


def test_equal_stakes_and_a_list_without_money_have_their_figures() -> None:
    same = reckon(curve_of(np.full(5_000, 2.0), 1.0), 0.5, 0.5)
    assert (same.contacts, same.best_length, same.gain) == (5_000, 5_000, 2_500.0)
    none = reckon(curve_of(np.zeros(10), 1.0), 0.0, 0.5)
    assert (none.contacts, none.break_even_share, none.best_length) == (0, None, 0)


def test_what_cannot_be_is_refused() -> None:
    curve = Curve(0, (), (), (), (), ())
    for cost, share in ((-1.0, 0.1), (float("nan"), 0.1), (float("inf"), 0.1), (1.0, 1.1), (1.0, float("nan"))):
        with pytest.raises(ConfigError):
            reckon(curve, cost, share)


def test_the_curve_is_that_of_the_list(tmp_path: Path) -> None:
    workspace = open_by_hand(tmp_path, Clock())
    question = find_question(workspace.config, "lapse")
    with pytest.raises(NotAnswerable, match="nobody has been scored"):
        read_curve(workspace, question)
    answer_by_hand(workspace, scores([("a", 0.9, 100.0), ("b", 0.5, 30.0), ("c", 0.1, 10.0)]))
    curve = read_curve(workspace, question)
    assert (curve.people, curve.stakes) == (3, (90.0, 15.0, 1.0))
    assert reckon(curve, 1.0, 0.1).contacts == 2
    with pytest.raises(NotAnswerable, match="no list of whom to contact"):
        read_curve(workspace, find_question(workspace.config, "next_spend"))
    revenue = scores([("a", 0.9, 100.0)]).drop_columns("expected_gain").append_column("expected_gain", [[None]])
    answer_by_hand(open_by_hand(tmp_path, Clock(LATER), CONFIG.replace("margin = 0.3", "")), revenue)
    with pytest.raises(NotAnswerable, match="revenue"):
        read_curve(workspace, question)
