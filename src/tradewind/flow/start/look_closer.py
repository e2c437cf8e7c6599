"""What only the rows say once it is known what they mean: orders that were none."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase

from tradewind.core.errors import SourceError
from tradewind.sources.found import stack
from tradewind.sources.inventory import Found
from tradewind.sources.meaning.states import with_states
from tradewind.sources.proposal import Proposal
from tradewind.sources.raw import Raw


def look_closer(proposal: Proposal, found: Found) -> Proposal:
    """Return a proposal with what its tables' rows say of orders.

    Args:
        proposal: what the tables mean.
        found: the tables with their rows.
    """
    decimals = {each.name: str(each.settings["decimal"]) for each in found.sources if "decimal" in each.settings}
    return with_states(proposal, _raws(proposal, found), decimals)


def _raws(proposal: Proposal, found: Found) -> Mapping[str, Raw]:
    """Every table by name, and those that a pattern names below each other."""
    raws = {each.name: each.raw for each in found.tables}
    for table in proposal.tables:
        together = [(name, raw) for name, raw in raws.items() if fnmatchcase(name, table.from_)]
        if table.from_ not in raws and together:
            try:
                raws[table.from_] = stack(together, table.table)
            except SourceError:
                continue  # loading tells of it
    return raws
