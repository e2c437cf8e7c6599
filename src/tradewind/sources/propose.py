"""Profiled source tables into a proposal: which contract tables they hold, and why."""

from __future__ import annotations

from collections.abc import Sequence

from tradewind.sources.profile import SourceProfile
from tradewind.sources.proposal import Proposal


def propose(tables: Sequence[SourceProfile]) -> Proposal:
    """Propose what a company's tables mean.

    Args:
        tables: every table found, profiled; their names are as the config will write them.
    Returns:
        contract tables with a reason for each guess, answers found in columns, and what only the owner can say.
    """
    return Proposal((), unused={table.name: "not looked at" for table in tables})
