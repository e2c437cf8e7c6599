"""What who sees only his own records reads in answers: sums of the team, and nothing of a single colleague."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from tradewind.core.entities import ENTITIES
from tradewind.core.finding import Finding
from tradewind.core.visitor import is_own
from tradewind.core.words import say
from tradewind.flow.answers.published import Published
from tradewind.flow.answers.table_rights import KEYS, colleague_in, is_of_people
from tradewind.flow.kept import keep
from tradewind.flow.people.index import people_index
from tradewind.flow.people.names import OWNERS
from tradewind.store.workspace import Workspace

if TYPE_CHECKING:
    import pyarrow as pa

Owners = tuple[str, ...] | None
"""Names under which somebody sees records; None for who sees all."""


def told_to(workspace: Workspace, finding: Finding, owners: Owners) -> Finding:
    """Return a finding without the sentences that name colleagues of somebody; whole for who sees all."""
    hidden = _pattern(workspace, owners)
    if hidden is None:
        return finding
    found = tuple(each for each in finding.found if not hidden.search(each))
    if len(found) < len(finding.found):
        found = (*found, say("colleagues.left_out"))
    checks = tuple(each for each in finding.checks if not hidden.search(f"{each.name} {each.what} {each.do}"))

    def kept(text: str) -> str:
        return "" if hidden.search(text) else text

    return replace(
        finding, found=found, checks=checks, approach=kept(finding.approach), money=kept(finding.money),
        next=kept(finding.next), caption=kept(finding.caption), subtitle=kept(finding.subtitle),
    )  # fmt: skip


def published_to(workspace: Workspace, published: Published, owners: Owners) -> Published:
    """Return the findings of a report as somebody reads them."""
    if owners is None:
        return published
    return replace(published, findings=tuple(told_to(workspace, each, owners) for each in published.findings))


def has_colleagues(workspace: Workspace, finding: Finding) -> bool:
    """Whether a table behind a finding has rows of single colleagues, which its charts would show."""
    tables = workspace.manifest().tables
    entries = [tables[name] for name in finding.tables.values() if name in tables]
    return any(colleague_in(entry) and not is_of_people(entry) for entry in entries)


def tables_to(tables: Mapping[str, pa.Table], owners: Owners) -> dict[str, pa.Table]:
    """Return the tables behind charts, by role, without rows of single colleagues; see `table_rights.rows_for`."""
    if owners is None:
        return dict(tables)
    return {role: _without(table, owners) for role, table in tables.items()}


def _without(table: pa.Table, owners: tuple[str, ...]) -> pa.Table:
    names = table.column_names
    if not KEYS.isdisjoint(names):
        return table
    if {"kind", "who"} <= set(names):
        pairs = zip(table["kind"].to_pylist(), table["who"].to_pylist(), strict=True)
        who = [name if kind == "owner" else None for kind, name in pairs]
    elif {"attribute", "value"} <= set(names):
        pairs = zip(table["attribute"].to_pylist(), table["value"].to_pylist(), strict=True)
        who = [name if attribute in OWNERS else None for attribute, name in pairs]
    elif own := next((name for name in OWNERS if name in names), ""):
        who = table[own].to_pylist()
    else:
        return table
    import pyarrow as pa

    return table.filter(pa.array([not name or is_own(str(name), owners) for name in who], pa.bool_()))


def _pattern(workspace: Workspace, owners: Owners) -> re.Pattern[str] | None:
    """What finds the name of a colleague in a sentence; None where there is nobody to hide."""
    if owners is None:
        return None
    names = [name for name in keep(workspace, "colleagues", lambda: _colleagues(workspace))
             if not is_own(name, owners)]  # fmt: skip
    if not names:
        return None
    return re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, sorted(names, key=len, reverse=True))) + r")(?!\w)")


def _colleagues(workspace: Workspace) -> tuple[str, ...]:
    """Everybody who works on any record."""
    index = people_index(workspace)
    sql = " UNION ".join(f"SELECT owner_ AS name FROM people_{entity} WHERE owner_ IS NOT NULL" for entity in ENTITIES)
    return tuple(str(row["name"]) for row in index.rows(sql) if str(row["name"]).strip())
