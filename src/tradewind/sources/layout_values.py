"""Vendors' exports known by what stands in them, where their headers were translated, renamed or lost.

A layout's `[values]` say what a column's values look like (`ch_…` are Stripe's charges). Each header is given to a
column that looks like it: the fullest one, unless it prefers another. Only a file with all of them is that export.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from tradewind.sources.layouts import Layout, all_layouts, propose_table
from tradewind.sources.proposal import ProposedTable

if TYPE_CHECKING:
    import pyarrow as pa

_LOOKED_AT = 4_000
"""Rows looked at, spread over the table."""
_FITTING = 0.98
"""Share of a column's values that must look as they should."""

Values = Mapping[str, list[str]]


def recognise_values(tables: Mapping[str, pa.Table]) -> tuple[ProposedTable, ...]:
    """Say which source tables hold what a known vendor exports, by their values alone.

    Args:
        tables: source table (`shop.tabelle1`) to its rows as read.
    Returns:
        the contract tables they hold, at most one of each name; less sure than what headers tell.
    """
    proposed: dict[str, ProposedTable] = {}
    layouts = [layout for layout in all_layouts() if layout.values]
    for name, data in tables.items():
        values = _sample(data)
        for layout in layouts:
            columns = _assign(layout, values)
            if columns is None:
                continue
            for table in layout.tables:
                proposal = propose_table(layout, table, name, tuple(data.column_names), columns)
                if proposal is not None:
                    proposed.setdefault(proposal.table, proposal)
            break
    return tuple(proposed.values())


def _sample(data: pa.Table) -> Values:
    """The present values of each text column among rows spread over the table."""
    import pyarrow as pa

    places = np.unique(np.linspace(0, max(data.num_rows - 1, 0), min(data.num_rows, _LOOKED_AT)).astype(np.int64))
    rows = data.take(pa.array(places)) if data.num_rows else data
    return {
        name: [value.strip() for value in column.to_pylist() if value and value.strip()]
        for name, column in zip(rows.column_names, rows.columns, strict=True)
        if pa.types.is_string(column.type) or pa.types.is_large_string(column.type)
    }


def _assign(layout: Layout, values: Values) -> dict[str, str] | None:
    """Documented header to the column that looks like it; None where one is not there."""
    found: dict[str, str] = {}
    for header, how in layout.values.items():
        like = re.compile(how["like"])
        fitting = [name for name in values if name not in found.values() and _fits(values[name], like)]
        if not fitting:
            return None
        best = _PREFERENCES[how.get("prefer", "fullest")]
        found[header] = max(fitting, key=lambda name: best(values[name]))
    return found


def _fits(texts: list[str], like: re.Pattern[str]) -> bool:
    return bool(texts) and sum(like.fullmatch(text) is not None for text in texts) >= _FITTING * len(texts)


def _earliest(texts: list[str]) -> tuple[float, float]:
    """Times that read like dates backwards: among the fullest, the one whose texts come first in the alphabet."""
    middle = sorted(texts)[len(texts) // 2]
    return len(texts), -float("".join(re.findall(r"\d", middle))[:14].ljust(14, "0"))


_PREFERENCES: Mapping[str, Callable[[list[str]], tuple[float, ...]]] = {
    "fullest": lambda texts: (len(texts), _sum(texts)),
    "sparsest": lambda texts: (-len(texts),),
    "largest": lambda texts: (_sum(texts),),
    "most distinct": lambda texts: (len(set(texts)),),
    "longest": lambda texts: (len(set(texts)) > 1, sum(map(len, texts)) / len(texts)),
    "earliest": _earliest,
}
"""How to choose among columns that all look right."""


def _sum(texts: list[str]) -> float:
    return sum(float(text) for text in texts if re.fullmatch(r"\d+(\.\d+)?", text))
