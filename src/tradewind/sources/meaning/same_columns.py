"""Files with the same columns are one table: orders_2023 and orders_2024 are `orders_*`."""

from __future__ import annotations

import fnmatch
from collections.abc import Sequence

from tradewind.sources.profile import SourceProfile, profile_table


def put_together(tables: Sequence[SourceProfile]) -> tuple[list[SourceProfile], list[str]]:
    """Put tables with the same headers and a common beginning of their names below each other.

    Args:
        tables: profiled tables.
    Returns:
        the tables, those that belong together as one under a name with `*`; and notes that say so.
    """
    groups: dict[tuple[str, frozenset[str]], list[SourceProfile]] = {}
    for table in tables:
        source = table.name.rpartition(".")[0]
        groups.setdefault((source, frozenset(column.name for column in table.columns)), []).append(table)
    found: list[SourceProfile] = []
    notes: list[str] = []
    for (source, headers), group in groups.items():
        pattern = _pattern(source, [table.short for table in group])
        others = [table for table in tables if table not in group and fnmatch.fnmatchcase(table.name, pattern or "")]
        stacked = _stack(pattern, group) if len(group) > 1 and len(headers) > 1 and pattern and not others else None
        if stacked is None:
            found += group
            continue
        found.append(stacked)
        named = ", ".join(table.short for table in group)
        notes.append(f"{named} have the same columns, so they are one table: {pattern}")
    return found, notes


def _pattern(source: str, names: Sequence[str]) -> str:
    """`orders_*` for orders_2023 and orders_2024; empty where the names have no beginning in common."""
    first, last = min(names), max(names)
    start = next((first[:length] for length in range(len(first), 0, -1) if last.startswith(first[:length])), "")
    start = start.rstrip("0123456789")
    if len(start.strip("_- ")) < 3:
        return ""
    return f"{source}.{start}*" if source else f"{start}*"


def _stack(pattern: str, group: Sequence[SourceProfile]) -> SourceProfile | None:
    import pyarrow as pa

    names = group[0].data.column_names
    if len(set(names)) < len(names):
        return None
    try:
        data = pa.concat_tables([table.data.select(names) for table in group], promote_options="permissive")
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        return None
    return profile_table(pattern, data)
