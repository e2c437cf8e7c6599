"""Columns that know the answer are named by what they hold, and honest ones are not."""

from __future__ import annotations

import numpy as np
import pytest

from tradewind.sources.label_columns import Hint, find_suspects, tell_outcome

RNG = np.random.default_rng(5)
N = 4_000
Y = (RNG.random(N) < 0.25).astype(float)
HONEST = Y * 0.8 + RNG.normal(size=N)
NOISE = RNG.normal(size=N)


def test_power_of_a_number_is_its_gini() -> None:
    # Normal scores d apart have AUC Φ(d/√2): for d = 0.8 that is 0.714, a Gini of 0.428 (Green and Swets, 1966).
    assert tell_outcome(Y, HONEST).power == pytest.approx(0.428, abs=0.05)
    assert tell_outcome(Y, NOISE).power < 0.06


def test_many_rare_values_tell_nothing() -> None:
    names = [f"n{place}" for place in range(N)]
    assert tell_outcome(Y, names).power < 0.05


def test_what_is_written_only_afterwards_is_named() -> None:
    tags = ["will buy" if came and RNG.random() < 0.7 else str(RNG.choice(["busy", "ringing", "maybe"])) for came in Y]
    grade = [str(RNG.choice(["a", "b"])) if RNG.random() < (0.8 if came else 0.25) else None for came in Y]
    short = np.where(Y == 1, RNG.gamma(6, 100, N), RNG.gamma(1, 180, N))
    found = find_suspects(Y, {"tags": tags, "grade": grade, "talk": short, "honest": HONEST, "noise": NOISE}, {})
    assert set(found) == {"tags", "grade", "talk"}
    assert all(found.values())


def test_an_amount_that_only_the_outcome_brings_is_named() -> None:
    rare = (RNG.random(N) < 0.02).astype(float)
    spend = np.where(rare == 1, RNG.gamma(2, 40, N), 0.0)
    assert set(find_suspects(rare, {"spend": spend, "honest": HONEST, "noise": NOISE}, {})) == {"spend"}


def test_what_came_with_a_suspect_is_a_suspect() -> None:
    grade = [
        str(RNG.choice(["a", "b"], p=[0.8, 0.2] if came else [0.3, 0.7])) if RNG.random() < 0.6 else None for came in Y
    ]
    score = np.array([np.nan if value is None else RNG.normal() for value in grade])
    columns = {"grade": grade, "score": score, "honest": HONEST, "noise": NOISE}
    assert find_suspects(Y, columns, {}) == {}
    found = find_suspects(Y, columns, {"grade": Hint("a grade given later")})
    assert set(found) == {"grade", "score"}
    assert "in which grade is" in found["score"]


def test_a_name_counts_only_where_the_data_agree() -> None:
    hints = {"honest": Hint("a grade given later"), "noise": Hint("a grade given later")}
    assert set(find_suspects(Y, {"honest": HONEST, "noise": NOISE}, hints)) == {"honest"}


def test_nothing_is_said_of_few_rows_or_one_outcome() -> None:
    assert find_suspects(Y[:40], {"tags": Y[:40].copy()}, {}) == {}
    assert find_suspects(np.zeros(N), {"noise": NOISE}, {}) == {}
