"""What of a page a visitor sees: whose rows, and whether with names."""

from __future__ import annotations

from tradewind.core.finding import Evidence
from tradewind.core.visitor import Visitor
from tradewind.core.words import EVIDENCE
from tradewind.report.story import Badge


def owners_for(visitor: Visitor) -> tuple[str, ...] | None:
    """Return the names whose rows alone a visitor sees; None where he sees everybody's."""
    return visitor.owners if visitor.own_only else None


def evidence_badge(grade: Evidence) -> Badge:
    """Return the sign and words of an evidence grade."""
    sign, words, meaning = EVIDENCE[grade]
    return Badge(grade, sign, words, meaning)
