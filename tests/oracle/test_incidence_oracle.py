"""Shares over time against published figures, a slow product of fractions, and counting where nobody waits."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from tradewind.stats.incidence import WAITING, Curves, count_spells, ending_curves, reach_day

REMISSION = (6, 6, 6, 7, 10, 13, 16, 22, 23)
STILL = (6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35)
"""Weeks of remission under 6-mercaptopurine, and of those still in remission: Freireich et al. (1963), as printed in
Kalbfleisch and Prentice (2002, table 1.2) and Klein and Moeschberger (2003, §1.2)."""


def curves(days: list[int], way: list[int], ways: int = 1) -> Curves:
    n = len(days)
    spells = count_spells(np.arange(n), np.array(days), np.array(way), ways, n)
    return ending_curves(spells, np.ones((1, n)))


def test_the_curve_of_remissions_is_the_published_one() -> None:
    """Klein and Moeschberger (2003, table 4.1): 0.857, 0.807, 0.753, 0.690, 0.628, 0.538, 0.448; median 23 weeks."""
    found = curves([*REMISSION, *STILL], [0] * len(REMISSION) + [WAITING] * len(STILL))
    at = found.waiting[0, [6, 7, 10, 13, 16, 22, 23]]
    assert at == pytest.approx([0.857, 0.807, 0.753, 0.690, 0.628, 0.538, 0.448], abs=0.0006)
    assert reach_day(1 - found.waiting, 0.5) == [23]
    assert np.isnan(reach_day(1 - found.waiting, 0.8))[0]


def test_two_ways_to_end_against_a_slow_product_of_fractions() -> None:
    rng = np.random.default_rng(4)
    days, way = rng.integers(0, 12, 60), rng.integers(-1, 2, 60)
    found = curves(days.tolist(), way.tolist(), 2)
    waiting, ended = Fraction(1), [Fraction(0), Fraction(0)]
    for day in range(int(days.max()) + 1):
        at_risk = int((days >= day).sum())
        here = [int(((days == day) & (way == each)).sum()) for each in (0, 1)]
        for each in (0, 1):
            ended[each] += waiting * Fraction(here[each], at_risk)
        waiting *= 1 - Fraction(sum(here), at_risk)
        assert found.waiting[0, day] == pytest.approx(float(waiting), abs=1e-12)
        assert found.ended[0, :, day] == pytest.approx([float(each) for each in ended], abs=1e-12)
    assert waiting + sum(ended) == 1


def test_where_nobody_waits_shares_are_counts_and_weights_are_repetitions() -> None:
    days, way = np.array([1, 1, 2, 3, 3, 3]), np.array([0, 1, 0, 0, 1, 1])
    found = curves(days.tolist(), way.tolist(), 2)
    assert found.ended[0, :, -1] == pytest.approx([3 / 6, 3 / 6])
    weight = np.array([[2.0, 1.0, 0.0, 1.0, 3.0, 1.0]])
    weighted = ending_curves(count_spells(np.arange(6), days, way, 2, 6), weight)
    again = np.repeat(np.arange(6), weight[0].astype(int))
    repeated = curves(days[again].tolist(), way[again].tolist(), 2)
    assert weighted.ended[0] == pytest.approx(repeated.ended[0])
