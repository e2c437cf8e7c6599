"""A link: two records that one piece of evidence says are one person, why in words, and since when that was known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

MANUAL, BECAME, SIMILARITY = "decided by hand", "became this customer", "similarity"


@dataclass(frozen=True)
class Link:
    """One piece of evidence that two records are one person.

    Args:
        left: place of one record, the senior of the two.
        right: place of the other.
        rule: the rule that made it (`email`, `phone + surname`), `similarity`, or `decided by hand`.
        strength: how far to trust it, 0 to 1: a match probability where similarity made it, and the stated strength of
            a rule. It decides which links go first, nothing else.
        why: in words ("same e-mail; given name one letter different").
        known_at: the later of the two moments at which the values it rests on were known.
        doubt: why it needs a person's eye before it is made; empty where it needs none.
    """

    left: int
    right: int
    rule: str
    strength: float
    why: str
    known_at: np.datetime64
    doubt: str = ""

    @property
    def pair(self) -> tuple[int, int]:
        """The two records, senior first."""
        return self.left, self.right


def strongest(links: Iterable[Link]) -> list[Link]:
    """Return one link for each pair, the strongest; of what each says, the earliest moment is kept."""
    best: dict[tuple[int, int], Link] = {}
    for link in links:
        other = best.get(link.pair)
        if other is None or _trust(link) > _trust(other):
            best[link.pair] = link
    return [best[pair] for pair in sorted(best)]


def by_strength(links: Sequence[Link]) -> list[Link]:
    """Return links, the most trusted first; equal ones in record order, so that the result never depends on theirs."""
    return sorted(links, key=lambda link: (tuple(-part for part in _trust(link)), link.pair))


def _trust(link: Link) -> tuple[bool, bool, float]:
    """A rule before likeness, even one in doubt; then one without doubt before one with; then the stronger."""
    return link.rule != SIMILARITY, not link.doubt, link.strength
