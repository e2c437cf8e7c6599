"""Finding patterns on earlier leads and confirming them on later ones, each for what it adds to those before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tradewind.models.patterns.at_age import AgeMatched, AtRisk, Flags, match_by_age
from tradewind.models.patterns.pattern import ActionRows, Pattern, Recent, possible_patterns
from tradewind.stats.multiplicity import benjamini_hochberg

LEAST_LEADS = 20
"""Earlier leads that must show a pattern before it is looked at."""
MOST_PATTERNS = 8
FALSE_ALARMS = 0.10
"""Share of the patterns shown that may be false alarms, on average."""
ADDS = 0.01
"""What chance may make of a pattern beside each of its parts, before it is preferred to them."""


@dataclass(frozen=True)
class FoundPattern:
    """A pattern found on earlier leads, and what later leads say of it.

    Args:
        pattern: which.
        earlier: how it did where it was found; flattering, since it was chosen there.
        later: how it did on later leads; None where they cannot tell.
        confirmed: whether later leads confirm it, all patterns found taken together.
    """

    pattern: Pattern
    earlier: AgeMatched
    later: AgeMatched | None
    confirmed: bool


@dataclass(frozen=True)
class Search:
    """What a search found.

    Args:
        looked_at: how many patterns enough earlier leads showed.
        found: those found, in the order in which each adds to the ones before it.
    """

    looked_at: int
    found: tuple[FoundPattern, ...]


def find_patterns(actions: ActionRows, risk: AtRisk, earlier: Flags, within_days: Sequence[int]) -> Search:
    """Find and confirm.

    The second pattern is looked for, and confirmed, among the rows that do not show the first, and so on: what only
    goes along with a pattern that is there already adds nothing. Later leads test only what earlier ones found, so
    that the number of patterns looked at does not matter for them (Benjamini and Hochberg 1995 over those found).

    Args:
        actions: what was done before each row's cutoff.
        risk: the rows.
        earlier: (rows,) whether the row's lead is one of the earlier ones; all rows of a lead alike.
        within_days: the spans that patterns may have.
    Returns:
        The patterns, those that later leads do not confirm among them and marked.
    """
    recent = {days: Recent.within(actions, days) for days in within_days}
    holds = {}
    for pattern in _shown_by_enough(actions.actions, recent, risk, earlier):
        holds[pattern] = recent[pattern.within_days].holds(pattern)
    chosen = _choose(holds, risk, earlier)
    free = np.ones(len(risk.outcome), dtype=np.bool_)
    told: list[tuple[Pattern, AgeMatched, AgeMatched | None]] = []
    for pattern, where_found in chosen:
        kept = free & ~earlier
        told.append((pattern, where_found, match_by_age(holds[pattern][kept], risk.only(kept))))
        free &= ~holds[pattern]
    chances = benjamini_hochberg([1.0 if later is None else later.p_value for _, _, later in told])
    found = [FoundPattern(*each, _stands(each[2], chance)) for each, chance in zip(told, chances, strict=True)]
    return Search(len(holds), tuple(found))


def _stands(later: AgeMatched | None, chance: float) -> bool:
    """Whether later leads confirm: together with the others found, and by the interval of its own lift."""
    return later is not None and chance <= FALSE_ALARMS and later.lift_low > 1


def _shown_by_enough(actions: int, recent: dict[int, Recent], risk: AtRisk, earlier: Flags) -> list[Pattern]:
    """The patterns that enough earlier leads show, without those that hold in the very same rows as a simpler one."""
    kept: list[Pattern] = []
    seen: set[bytes] = set()
    rare: set[tuple[int, tuple[int, ...]]] = set()
    for pattern in possible_patterns(actions, tuple(recent)):
        days, steps = pattern.within_days, pattern.actions
        if len(steps) == 3 and {(days, steps[:2]), (days, steps[1:])} & rare:
            continue
        holds = recent[days].holds(pattern)
        if len(np.unique(risk.lead[holds & earlier])) < LEAST_LEADS:
            if pattern.kind == "then":
                rare.add((days, steps))
            continue
        mark = np.packbits(holds).tobytes()
        if mark not in seen:
            seen.add(mark)
            kept.append(pattern)
    return kept


def _choose(holds: dict[Pattern, Flags], risk: AtRisk, earlier: Flags) -> list[tuple[Pattern, AgeMatched]]:
    """Take the sharpest of the clear patterns, then the sharpest among the rows without it, while there is one."""
    left = list(holds)
    free = earlier.copy()
    chosen: list[tuple[Pattern, AgeMatched]] = []
    looked_at = len(left)
    while left and len(chosen) < MOST_PATTERNS:
        rows = risk.only(free)
        matched = {pattern: match_by_age(holds[pattern][free], rows) for pattern in left}
        told = {pattern: each for pattern, each in matched.items() if each is not None and each.leads >= LEAST_LEADS}
        # Those left out along the way still count as looked at.
        chances = benjamini_hochberg([each.p_value for each in told.values()] + [1.0] * (looked_at - len(told)))
        clear = [pattern for pattern, chance in zip(told, chances, strict=False) if chance <= FALSE_ALARMS]
        adding = [pattern for pattern in clear if _adds(pattern, holds, free, risk)]
        if not adding:
            break
        # By what it surely lifts, all looked at taken together: neither the widest, which would swallow the sharper
        # ones that are part of it, nor a rare one that was lucky.
        sure = [told[pattern].lift_at_least(FALSE_ALARMS / 2 / looked_at) for pattern in adding]
        pattern = adding[int(np.argmax(sure))]
        chosen.append((pattern, told[pattern]))
        free &= ~holds[pattern]
        left = [each for each in clear if each != pattern]
    return chosen


def _adds(pattern: Pattern, holds: dict[Pattern, Flags], free: Flags, risk: AtRisk) -> bool:
    """Whether rows with a pattern convert more often than those with only a part of it, whichever part."""
    for part in pattern.parts():
        if part in holds:
            kept = free & holds[part]
            matched = match_by_age(holds[pattern][kept], risk.only(kept))
            if matched is None or matched.p_value > ADDS:
                return False
    return True
