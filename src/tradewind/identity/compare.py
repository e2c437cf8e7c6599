"""How two names differ, in words: one letter, another order, an initial, or another name altogether."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass


@dataclass(frozen=True)
class Agreement:
    """How far two names agree.

    Args:
        share: 1 for equal, less for less.
        words: the difference in words; empty where there is none or a name is lacking.
        conflict: whether they are the names of two people.
    """

    share: float
    words: str
    conflict: bool


def compare_names(one: str | None, other: str | None) -> Agreement:
    """Compare two folded names whose words stand in any order.

    Two names conflict when none of their words agrees, or when only words agree that a family shares: one word is equal
    and the words left over begin differently. Names in different scripts are not compared.
    """
    if one is None or other is None or one == other:
        return Agreement(1.0, "", conflict=False)
    if _script(one) != _script(other):
        return Agreement(0.99, "names in different scripts", conflict=False)
    left, right = one.split(), other.split()
    shared = [word for word in left if word in right]
    for word in shared:
        if word in left and word in right:
            left.remove(word)
            right.remove(word)
    if not left or not right:
        return (
            Agreement(0.99, "one name has a word more", conflict=False)
            if shared
            else Agreement(0.9, "the names differ", conflict=True)
        )
    least = min(edits(a, b) for a in left for b in right)
    if least <= max(1, len(max(*left, *right, key=len)) // 4):
        letters = "one letter" if least == 1 else f"{least} letters"
        return Agreement(0.98, f"name {letters} different", conflict=False)
    if any(a[0] == b[0] and 1 in (len(a), len(b)) for a in left for b in right):
        return Agreement(0.97, "one name has an initial", conflict=False)
    return Agreement(0.9, "one word of the name is another" if shared else "the names differ", conflict=True)


def edits(one: str, other: str) -> int:
    """Return the fewest letters to insert, delete, replace or swap with their neighbour.

    Damerau (1964), in the form of optimal string alignment.
    """
    before: list[int] = []
    last = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        row = [i]
        for j, b in enumerate(other, 1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before, last = last, row
    return last[-1]


def _script(text: str) -> str:
    """The script of the first letter (`LATIN`, `CYRILLIC`, `CJK` …)."""
    letter = next((c for c in text if c.isalpha()), "")
    return unicodedata.name(letter, "NONE").split()[0] if letter else "NONE"
