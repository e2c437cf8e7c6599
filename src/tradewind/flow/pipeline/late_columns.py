"""Columns of deals that are filled in when a deal closes: they say how it ended, and nothing is learned from them."""

from __future__ import annotations

from dataclasses import replace

from tradewind.core.contract import SYSTEM_COLUMNS
from tradewind.features.catalog import Catalog
from tradewind.flow.ask import ask
from tradewind.store.engines import Engine

_FEWEST = 30
"""Open deals, and closed ones, that there must be for a column to be judged."""
_CLOSED, _OPEN = 0.98, 0.7
"""Share of closed deals with a value from which, and of open ones up to which, a column is filled in at the end."""


def without_late_columns(engine: Engine, catalog: Catalog) -> Catalog:
    """Return the catalog in which columns of deals that are filled in at the end hold today's value only.

    Such a column may be called stable, by the contract or by config, and yet stand in closed deals alone: a company
    that is noted when the contract is signed. As of a past day nobody knows whether it stood there.

    Args:
        engine: holds the deals.
        catalog: what there is.
    """
    table = catalog.table("deals")
    if table is None or "closed_at" not in table.columns:
        return catalog
    own = {*table.contract.key, *SYSTEM_COLUMNS, "created_at", "closed_at", "amount_base"}
    names = [name for name in table.columns
             if name not in own and name not in table.as_of_today and not table.revealed_by(name)]  # fmt: skip
    if not names:
        return catalog
    counted = ", ".join(f'COUNT("{name}") AS "{name}"' for name in names)
    query = (
        f"SELECT CASE WHEN closed_at IS NULL THEN 0 ELSE 1 END AS closed, COUNT(*) AS rows_there, {counted} "
        "FROM deals WHERE valid_to IS NULL GROUP BY 1"
    )
    rows = {row["closed"]: row for row in ask(engine, query).to_pylist()}
    if len(rows) < 2 or min(row["rows_there"] for row in rows.values()) < _FEWEST:
        return catalog
    share = {name: [rows[closed][name] / rows[closed]["rows_there"] for closed in (0, 1)] for name in names}
    late = {name for name, (of_open, of_closed) in share.items() if of_closed >= _CLOSED and of_open < _OPEN}
    if "amount" in late:
        late |= {"amount_base"} & set(table.columns)
    hidden = replace(table, as_of_today=table.as_of_today | late)
    return replace(catalog, tables={**catalog.tables, "deals": hidden})
