"""Colleagues who work on leads: whose leads are whose today, and who has not been seen for long."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from tradewind.core.time import local_day
from tradewind.flow.ask import ask_known
from tradewind.flow.data import Data

_SIGNS = (("activities", "happened_at"), ("leads", "created_at"), ("deals", "created_at"), ("deals", "closed_at"))
"""What shows that a colleague is there: something they did, or that was given to them or closed by them."""


@dataclass(frozen=True)
class LeadOwners:
    """Who works on leads.

    Args:
        of: lead to the colleague who has it today; leads that nobody has are not in it.
        account: lead to the name of its company, where one is known.
        seen: colleague to the last local day on which there was a sign of them.
    """

    of: Mapping[str, str]
    account: Mapping[str, str]
    seen: Mapping[str, date]


def read_lead_owners(data: Data) -> LeadOwners:
    """Read owners as they stand today."""
    leads = _rows(
        data, f"SELECT leads.lead_id, leads.owner, {_company(data)[0]} AS account FROM leads {_company(data)[1]}"
    )
    seen: dict[str, date] = {}
    for table, time in _SIGNS:
        stored = data.catalog.table(table)
        if stored is None or not {"owner", time} <= set(stored.columns):
            continue
        query = f"SELECT owner, max({time}) AS last FROM {table} WHERE {time} < :cutoff GROUP BY owner"
        for row in _rows(data, query):
            if row["owner"] and row["last"] is not None:
                day = local_day(row["last"], data.catalog.zone)
                seen[row["owner"]] = max(day, seen.get(row["owner"], day))
    return LeadOwners(
        {row["lead_id"]: row["owner"] for row in leads if row["owner"]},
        {row["lead_id"]: row["account"] for row in leads if row["account"]},
        seen,
    )


def _company(data: Data) -> tuple[str, str]:
    """The SQL of a lead's company, and the join it needs."""
    leads, accounts = data.catalog.table("leads"), data.catalog.table("accounts")
    if leads is None or "account_id" not in leads.columns:
        return "CAST(NULL AS VARCHAR)", ""
    if accounts is None or "name" not in accounts.columns:
        return "leads.account_id", ""
    return "coalesce(accounts.name, leads.account_id)", "LEFT JOIN accounts ON accounts.account_id = leads.account_id"


def _rows(data: Data, query: str) -> list[dict[str, Any]]:
    rows = ask_known(data.engine, data.catalog.as_it_stands(), query, data.score_at).to_pylist()
    return [dict(row) for row in rows]
