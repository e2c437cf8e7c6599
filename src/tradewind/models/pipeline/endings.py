"""Which stages mean that a deal was won or lost: from what became of the deals, else by the words people use."""

from __future__ import annotations

import re
import unicodedata

import numpy as np
from numpy.typing import NDArray

_WON = re.compile(
    r"(closed)?won|win|gewonnen|gagnee?|ganad[oa]|vint[oa]|ganh[oa]|vunnen|vundet|voitettu|wygran[ay]|signed|"
    r"unterschrieben|firmado|beauftragt"
)
_LOST = re.compile(
    r"(closed)?lost|verloren|perdue?|perdid[oa]|pers[oa]|forlorad|tabt|havitty|przegran[ay]|abgelehnt|abgesagt|rejected|"
    r"disqualified|dead|storniert|cancell?ed|abandoned"
)
_AT_LEAST = 0.9
"""Share of a stage's deals that must have ended in one way, and there, for the stage to mean that end."""
_FEWEST = 5
"""Deals whose end must be known before they, and not a word, say what a stage means."""


def ending_by_word(name: str) -> str:
    """Return "won", "lost" or nothing for the name of a stage, by words of several languages."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    words = re.split(r"[^a-z]+", plain)
    if any(_LOST.fullmatch(word) for word in words):
        return "lost"
    return "won" if any(_WON.fullmatch(word) for word in words) else ""


def find_endings(
    last_stage: NDArray[np.object_], won: NDArray[np.float64], ended_there: NDArray[np.bool_], followed: frozenset[str]
) -> tuple[frozenset[str], frozenset[str]]:
    """Return the names of the stages that mean won, and lost.

    A stage means won where its deals ended as won on the day on which they entered it. Where nobody says how deals
    ended, a word decides. A stage that deals usually leave for another one is no ending, whatever it is called.

    Args:
        last_stage: (d,) the newest recorded stage of each deal.
        won: (d,) 1, 0, or NaN for a deal of which no end is known.
        ended_there: (d,) whether the deal closed about when it entered that stage.
        followed: stages that deals usually leave for another stage.
    """
    found: dict[str, set[str]] = {"won": set(), "lost": set()}
    for name in {str(each) for each in last_stage} - followed - {""}:
        here = last_stage == name
        kind = _by_data(won[here], ended_there[here]) or _by_word(name, won[here])
        if kind:
            found[kind].add(name)
    return frozenset(found["won"]), frozenset(found["lost"])


def _by_data(won: NDArray[np.float64], ended_there: NDArray[np.bool_]) -> str:
    """What a stage means by what became of its deals: nearly all ended in one way, and as they entered it."""
    known = ~np.isnan(won)
    if known.sum() < _FEWEST or (known & ended_there).sum() < _AT_LEAST * len(won):
        return ""
    share = float(won[known].mean())
    return "won" if share >= _AT_LEAST else "lost" if share <= 1 - _AT_LEAST else ""


def _by_word(name: str, won: NDArray[np.float64]) -> str:
    """What a stage means by its name, unless what is known of its deals speaks against it."""
    kind, known = ending_by_word(name), won[~np.isnan(won)]
    if kind and len(known) and abs(float(known.mean()) - (kind == "won")) > 0.5:
        return ""
    return kind
