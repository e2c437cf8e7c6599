"""Groups whose conversions take clearly longer or shorter than the others' get a delay of their own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tradewind.models.delay.counts import Floats, Ints, count_delays
from tradewind.models.delay.to_come import DRAWS, ToCome, estimate_to_come

LEAST_FINISHED = 30
"""Conversions of leads that had all their time, which a group and the others must each have to be told apart."""
FALSE_ALARMS = 0.05


@dataclass(frozen=True)
class GroupsToCome:
    """Draws of all groups, whichever delay each was corrected by.

    Args:
        share: (draws, groups) chance that a lead converts within the end.
        in_the_end: (draws, groups) leads converted in the end.
        median_days: (groups,) days by which half of those who convert have converted.
        own_pace: numbers of the groups with a delay of their own.
    """

    share: Floats
    in_the_end: Ints
    median_days: Floats
    own_pace: tuple[int, ...]


def estimate_groups(
    group: Ints, groups: int, age_days: Floats, delay_days: Floats, end_days: float, rng: np.random.Generator
) -> GroupsToCome:
    """Estimate what comes of each group, with one delay for all but those that clearly differ.

    Args:
        group: (n,) number of each lead's group.
        groups: how many there are.
        age_days: (n,) days from creation to now.
        delay_days: (n,) days from creation to conversion; NaN where there was none by now.
        end_days: what converts later is not counted.
        rng: source of all randomness.
    Raises:
        NotAnswerable: nobody has converted.
    """
    own = own_pace(group, groups, age_days, delay_days, end_days)
    share, in_the_end = np.empty((DRAWS, groups)), np.empty((DRAWS, groups), dtype=np.int64)
    median = np.empty(groups)
    alike = [each for each in range(groups) if each not in own]
    for together in ([alike] if alike else []) + [[each] for each in own]:
        here = np.isin(group, together)
        number = np.searchsorted(together, group[here])
        counts = count_delays(number, len(together), age_days[here], delay_days[here], end_days)
        drawn: ToCome = estimate_to_come(counts, rng)
        share[:, together], in_the_end[:, together] = drawn.share, drawn.in_the_end
        median[together] = drawn.median_days()
    return GroupsToCome(share, in_the_end, median, own)


def own_pace(group: Ints, groups: int, age_days: Floats, delay_days: Floats, end_days: float) -> tuple[int, ...]:
    """Return the groups whose delay differs from the others', by leads that had all their time.

    The group that differs most is taken out first, so that one slow group does not make all others look fast (rank
    test of Mann and Whitney 1947; Bonferroni over the groups).
    """
    from scipy.stats import mannwhitneyu

    finished = (age_days >= end_days) & (delay_days <= end_days)
    own: list[int] = []
    while len(own) < groups - 1:
        rest = finished & ~np.isin(group, own)
        chances = {}
        for each in range(groups):
            mine, others = delay_days[rest & (group == each)], delay_days[rest & (group != each)]
            if min(len(mine), len(others)) >= LEAST_FINISHED:
                chances[each] = float(mannwhitneyu(mine, others).pvalue)
        if not chances or min(chances.values()) * groups > FALSE_ALARMS:
            break
        # Of two that are left, each differs from the other as much: the smaller one stands apart.
        own.append(min(chances, key=lambda each: (chances[each], int((rest & (group == each)).sum()))))
    return tuple(sorted(own))
