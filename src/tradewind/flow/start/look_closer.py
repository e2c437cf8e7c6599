"""What only the rows say once it is known what they mean: orders that were none, and who may be contacted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from fnmatch import fnmatchcase

from tradewind.core.errors import SourceError
from tradewind.sources.found import stack
from tradewind.sources.inventory import Found
from tradewind.sources.meaning.consents import with_consents
from tradewind.sources.meaning.permissions import find_permissions
from tradewind.sources.meaning.states import with_states
from tradewind.sources.proposal import Proposal
from tradewind.sources.raw import Raw


def look_closer(proposal: Proposal, found: Found, today: date) -> Proposal:
    """Return a proposal with what its tables' rows say of orders and of permissions.

    Args:
        proposal: what the tables mean.
        found: the tables with their rows.
        today: the day before it stands for permissions without a time: it has passed wherever the business is.
    """
    import duckdb

    decimals = {each.name: str(each.settings["decimal"]) for each in found.sources if "decimal" in each.settings}
    raws = _raws(proposal, found)
    try:
        permissions, unread = find_permissions(proposal, raws, decimals)
        undecided = (*proposal.undecided, *unread)
        told = replace(proposal, permissions=permissions, undecided=undecided)
        told = with_consents(told, today - timedelta(days=1))
        return with_states(told, raws, decimals)
    except duckdb.Error as error:  # values that no engine reads are no reason to refuse the files
        note = f"who may be contacted, and which orders count, could not be told: {str(error).splitlines()[0][:200]}"
        return replace(proposal, undecided=(*proposal.undecided, note))


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
