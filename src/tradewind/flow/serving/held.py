"""A snapshot's rows in memory, found by the id of whom they belong to; only the columns that statements read."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from tradewind.core.identity import ID_COLUMNS, LINKS
from tradewind.flow.serving.columns import Column, NotKnownHere, Relation, Words, kind_of, of_arrow, of_values
from tradewind.flow.serving.inbox import Arrived
from tradewind.store.manifest import Manifest
from tradewind.store.tables import read_columns

RECORDS: Mapping[str, str] = {column: kind for kind, column in ID_COLUMNS.items()}
"""Column that names a record of a person to its kind in the table of links."""


@dataclass(frozen=True)
class Index:
    """Where the rows of each id stand.

    Args:
        keys: ids, rising.
        starts: where the rows of each begin in `order`; one more than keys.
        order: places of rows, by id.
    """

    keys: Any
    starts: Any
    order: Any

    @classmethod
    def of(cls, column: Column) -> Index:
        """Index a column; rows without a value belong to nobody."""
        rows = np.arange(len(column.values)) if column.null is None else np.flatnonzero(~column.null)
        order = rows[np.argsort(column.values[rows], kind="stable")]
        keys, starts = np.unique(column.values[order], return_index=True)
        return cls(keys, np.append(starts, len(order)), order)

    def find(self, values: Iterable[int]) -> list[Any]:
        """Return the places of the rows of these ids, one part for each id that has some."""
        found = []
        for value in values:
            at = int(np.searchsorted(self.keys, value))
            if at < len(self.keys) and self.keys[at] == value:
                found.append(self.order[self.starts[at] : self.starts[at + 1]])
        return found

    @property
    def size(self) -> int:
        """Bytes."""
        return int(self.keys.nbytes + self.starts.nbytes + self.order.nbytes)


@dataclass
class HeldTable:
    """One contract table in memory.

    Args:
        name: of the table.
        rows: how many.
        columns: those that statements read.
        types: stored column to its SQL type.
        indexes: by column; made when first asked.
    """

    name: str
    rows: int
    columns: Mapping[str, Column]
    types: Mapping[str, str]
    indexes: dict[str, Index] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock, repr=False)

    def index(self, column: str) -> Index:
        """Return where the rows of each value of a column stand."""
        if column not in self.indexes:
            if column not in self.columns:
                raise NotKnownHere(f"{self.name}.{column}")
            with self._lock:
                if column not in self.indexes:
                    self.indexes[column] = Index.of(self.columns[column])
        return self.indexes[column]

    def at(self, places: Any) -> Relation:
        """Return the rows at these places."""
        makers: dict[str, Callable[[], Column]] = {
            name: partial(column.take, places) for name, column in self.columns.items()
        }
        return Relation(len(places), makers)

    @property
    def size(self) -> int:
        """Bytes."""
        held = sum(
            each.values.nbytes + (0 if each.null is None else each.null.nbytes) for each in self.columns.values()
        )
        return int(held + sum(index.size for index in self.indexes.values()))


def hold_table(root: Path, manifest: Manifest, name: str, wanted: Collection[str], words: Words) -> HeldTable:
    """Read the wanted columns of a stored table.

    Raises:
        NotKnownHere: a column is of a type that is left to the engine.
        StoreError: a file is missing, damaged or outside the workspace.
    """
    entry = manifest.entry(name)
    names = [column for column, _ in entry.columns if column in wanted]
    whole = read_columns(root, entry, names)
    columns = {column: of_arrow(whole[column], words) for column in names}
    return HeldTable(name, entry.rows, columns, dict(entry.columns))


class Links:
    """Which records may be one person, at any time: more rows than needed are gathered rather than too few.

    Args:
        table: the table of links; None where every id is a person.
    """

    def __init__(self, table: HeldTable | None, words: Words) -> None:
        self._next: dict[tuple[str, int], set[tuple[str, int]]] = {}
        if table is None:
            return
        columns = [table.columns[name] for name in ("record_type", "record_id", "customer_id")]
        known = ~np.asarray(columns[2].null) if columns[2].null is not None else np.ones(table.rows, dtype=bool)
        kinds, records, customers = (column.values[known].tolist() for column in columns)
        for kind, record, customer in zip(kinds, records, customers, strict=True):
            one, other = (words.text(kind), record), ("customer", customer)
            if one != other:
                self._next.setdefault(one, set()).add(other)
                self._next.setdefault(other, set()).add(one)

    def same(self, kind: str, number: int) -> dict[str, set[int]]:
        """Return every record that is linked to this one, also over others: kind to ids."""
        start = (kind, number)
        if start not in self._next:
            return {kind: {number}}
        seen, waiting = {start}, [start]
        while waiting:
            for other in self._next.get(waiting.pop(), ()):
                if other not in seen:
                    seen.add(other)
                    waiting.append(other)
        found: dict[str, set[int]] = {}
        for each, record in seen:
            found.setdefault(each, set()).add(record)
        return found


class Own(Mapping[str, Relation]):
    """The rows that may belong to one entity, table by table, gathered when a statement looks at them.

    Args:
        tables: what is held.
        ids: id column to the ids whose rows may be the entity's.
        fresh: table to its rows of the inbox.
        words: texts as numbers.
    """

    def __init__(
        self,
        tables: Mapping[str, HeldTable],
        ids: Mapping[str, Collection[int]],
        fresh: Mapping[str, Sequence[Arrived]],
        words: Words,
    ) -> None:
        self._tables, self._ids, self._fresh, self._words = tables, ids, fresh, words
        self._made: dict[str, Relation] = {}

    def __getitem__(self, name: str) -> Relation:
        found = self._made.get(name)
        if found is None:
            found = self._made[name] = self._gather(name)
        return found

    def arrived(self, names: Iterable[str]) -> tuple[tuple[Arrived, ...], ...]:
        """Return the rows of each of these tables that came from the inbox."""
        return tuple(tuple(self._fresh.get(name, ())) for name in names)

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables)

    def __len__(self) -> int:
        return len(self._tables)

    def _gather(self, name: str) -> Relation:
        table = self._tables[name]
        parts: list[Any] = []
        for column in self._ids.keys() & table.columns.keys():
            parts += table.index(column).find(self._ids[column])
        if not parts:
            places = np.zeros(0, dtype=np.intp)
        else:
            places = parts[0] if len(parts) == 1 else np.unique(np.concatenate(parts))
        stored, rows = table.at(places), self._fresh.get(name, ())
        if not rows:
            return stored
        makers = {
            column: partial(_with_fresh, stored, column, rows, table.types[column], self._words)
            for column in table.columns
        }
        return Relation(stored.size + len(rows), makers)


def _with_fresh(stored: Relation, name: str, rows: Sequence[Arrived], sql_type: str, words: Words) -> Column:
    old = stored.column(name)
    kind, scale = kind_of(sql_type)
    new = of_values([row.row.get(name) for row in rows], kind, scale, words)
    if old.kind != new.kind or old.scale != new.scale:
        raise NotKnownHere(f"{name} of another type")
    values = np.concatenate([old.values, new.values])
    if old.null is None and new.null is None:
        return Column(old.kind, values, None, old.scale)
    nulls = [np.zeros(len(each.values), dtype=bool) if each.null is None else each.null for each in (old, new)]
    return Column(old.kind, values, np.concatenate(nulls), old.scale)


def look_up(tables: Mapping[str, HeldTable], name: str, column: str, values: Any) -> Relation:
    """Return the rows of a table that belongs to nobody in which a column has one of these values."""
    table = tables[name]
    if column not in table.columns or column not in table.types:
        raise NotKnownHere(f"{name}.{column}")
    index = table.index(column)
    if len(index.keys) == 0 or len(values) == 0:
        return table.at(np.zeros(0, dtype=np.intp))
    at = np.minimum(np.searchsorted(index.keys, values), len(index.keys) - 1)
    at = at[index.keys[at] == values]
    counts = index.starts[at + 1] - index.starts[at]
    if (counts == 1).all():
        return table.at(index.order[index.starts[at]])
    places = [index.order[index.starts[one] : index.starts[one + 1]] for one in at]
    return table.at(np.concatenate(places) if places else np.zeros(0, dtype=np.intp))


LINK_COLUMNS = ("record_type", "record_id", "customer_id", "since", "known_at", "valid_to")
"""Columns of the table of links that views read."""


def links_table(root: Path, manifest: Manifest, words: Words) -> HeldTable:
    """Read the table of links."""
    return hold_table(root, manifest, LINKS, LINK_COLUMNS, words)
