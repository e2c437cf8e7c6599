"""Pipelines with known chances and durations: their intervals hold the truth as often as they say."""

from __future__ import annotations

import numpy as np

from made_deals import drawn_history, history_of
from tradewind.models.pipeline.stage_figures import PipelineFigures, measure_stages
from tradewind.models.pipeline.win_in_end import win_in_end

FORWARD, DAYS = (0.7, 0.5, 0.8), (6.0, 15.0, 10.0)
WIN = (0.28, 0.4, 0.8)


def _usual(mean: float, share: float) -> int:
    """The day by which that share of geometric stays is over."""
    return int(np.ceil(np.log(1 - share) / np.log(1 - 1 / mean) - 1e-9))


def test_shares_and_days_are_found_again_and_intervals_hold_them() -> None:
    """60 pipelines of 260 deals, a tenth of them still under way: nominal 95 %; 180 intervals of each kind."""
    held: dict[str, list[bool]] = {"reach_next": [], "win": [], "lost": [], "half": [], "ninety": []}
    for seed in range(60):
        rng = np.random.default_rng([7, seed])
        figures = measure_stages(drawn_history(rng, 260, FORWARD, DAYS, 240), rng, 120)
        for place, stage in enumerate(figures.stages):
            for name, number, truth in (
                ("reach_next", stage.reach_next, FORWARD[place]),
                ("win", stage.win, WIN[place]),
                ("lost", stage.lost_here, 1 - FORWARD[place]),
                ("half", stage.usual[0.5], _usual(DAYS[place], 0.5)),
                ("ninety", stage.usual[0.9], _usual(DAYS[place], 0.9)),
            ):
                assert number.low is not None
                assert number.high is not None
                held[name].append(number.low <= truth <= number.high)
    shares = {name: float(np.mean(each)) for name, each in held.items()}
    # Three standard errors of a share of 180 around 0.95, and days, whole numbers, may be held more often.
    assert all(0.90 <= share <= 1.0 for share in shares.values()), shares


def test_the_slow_stage_and_the_leaking_one_are_named_and_told_apart() -> None:
    rng = np.random.default_rng(3)
    found: PipelineFigures = measure_stages(drawn_history(rng, 900, FORWARD, DAYS), rng)
    assert found.slowest is not None
    assert found.leakiest is not None
    assert (found.slowest.stage, found.leakiest.stage) == (1, 1)
    assert found.slowest.clear
    assert found.leakiest.clear


def test_equal_stages_are_not_told_apart() -> None:
    rng = np.random.default_rng(5)
    found = measure_stages(drawn_history(rng, 300, (0.7, 0.7), (9.0, 9.0)), rng)
    assert found.slowest is not None
    assert not found.slowest.clear


def test_deals_still_under_way_count_for_as_long_as_they_have_waited() -> None:
    """Half of the deals wait for ever: among those that went on the stay is short, but half of all never leave."""
    moving = {f"M{place:02d}": [("A", place), ("B", place + 3), ("Won", place + 5)] for place in range(30)}
    stuck = {f"S{place:02d}": [("A", place)] for place in range(30)}
    found = measure_stages(history_of({**moving, **stuck}, 200), np.random.default_rng(0)).stages[0]
    assert found.usual[0.9].value == 3
    assert found.leaves[0.8].value is None
    assert found.reach_next.value is not None
    assert found.reach_next.value < 0.51
    assert found.undecided > 0.49


def test_of_few_deals_nothing_is_said() -> None:
    few = {f"D{place}": [("A", place), ("B", place + 2)] for place in range(5)}
    found = measure_stages(history_of(few, 30), np.random.default_rng(0))
    assert found.stages[0].usual[0.5].value is None
    assert "5 deals" in found.stages[0].usual[0.5].reason
    assert found.slowest is None


def test_the_chance_in_the_end_is_right_for_deals_that_have_waited() -> None:
    """50 pipelines: of 100 open deals said to be won as many are, and intervals of a stage's chance hold the truth."""
    truth_of = {0: WIN[0], 1: WIN[1], 2: WIN[2]}
    held, said, expected = [], 0.0, 0.0
    for seed in range(50):
        rng = np.random.default_rng([13, seed])
        history = drawn_history(rng, 400, FORWARD, DAYS, 240)
        ends = win_in_end(history, rng, 100)
        stage = {deal: place for deal, place, lasts in zip(history.deal, history.stage, history.lasting, strict=True)
                 if lasts}  # fmt: skip
        truth = np.array([truth_of[int(stage[deal])] for deal in ends.deal])
        held += ((ends.low <= truth) & (truth <= ends.high)).tolist()
        said += float(ends.chance.sum())
        expected += float(truth.sum())
    assert abs(said / expected - 1) < 0.04
    assert 0.9 <= np.mean(held) <= 0.99
