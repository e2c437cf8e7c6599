"""What of a page a visitor sees: whose rows, and whether with names."""

from __future__ import annotations

from tradewind.core.visitor import Visitor
from tradewind.core.words import EVIDENCE
from tradewind.report.story import Badge


def owners_for(visitor: Visitor) -> tuple[str, ...] | None:
    """Return the names whose rows alone a visitor sees; None where he sees everybody's."""
    return visitor.owners if visitor.own_only else None


def evidence_badge(grade: str) -> Badge | None:
    """Return how we know, as a sign with words; None where there is no grade."""
    if grade not in EVIDENCE:
        return None
    sign, words, meaning = EVIDENCE[grade]  # type: ignore[index]
    return Badge(grade, sign, words, meaning)
