"""Records of people as one table of roles: every version a record ever had, each value in one spelling."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tradewind.core.identity import RecordType, record_key
from tradewind.identity.guards import refuse
from tradewind.identity.normalise import NORMALISE, code

if TYPE_CHECKING:
    import pyarrow as pa

Times = NDArray[np.datetime64]


@dataclass(frozen=True)
class Source:
    """One stored table whose rows are records of people.

    Args:
        record_type: what a row is.
        rows: row versions: the id column, `known_at`, `valid_to`, `first_seen_at`, and columns with roles.
        id_column: names the record.
        roles: role (or column that a rule names) to column of `rows`.
        as_of_today: columns whose values before they were first loaded nobody knows.
    """

    record_type: RecordType
    rows: pa.Table
    id_column: str
    roles: Mapping[str, str]
    as_of_today: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Records:
    """Records and every version of their values.

    Args:
        key: (n,) record key, `core.identity.record_key`.
        record_type: (n,) kind of record.
        known_at: (n,) when the record was first known.
        first_seen_at: (n,) the load that first saw it.
        of: (m,) which record each version belongs to.
        current: (m,) whether a version is the record's present one.
        values: role to (m,) values in one spelling, None where there is none or it cannot identify.
        evident_at: role to (m,) the instant at which that value was known; a value that is only known as of today was
            known from the load that first saw it, unless config calls its column stable.
        refused: (role, reason) to how many values were not used.
    """

    key: NDArray[np.object_]
    record_type: NDArray[np.object_]
    known_at: Times
    first_seen_at: Times
    of: NDArray[np.int64]
    current: NDArray[np.bool_]
    values: Mapping[str, NDArray[np.object_]]
    evident_at: Mapping[str, Times]
    refused: Mapping[tuple[str, str], int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.key)

    @property
    def roles(self) -> tuple[str, ...]:
        """Roles of which at least one record has a value."""
        return tuple(role for role, values in self.values.items() if any(value is not None for value in values))

    def now(self, role: str) -> NDArray[np.object_]:
        """Return (n,) present values of a role, in record order."""
        found = np.full(len(self), None, dtype=object)
        found[self.of[self.current]] = self.values[role][self.current]
        return found

    def known_of(self, role: str) -> Times:
        """Return (n,) since when each record's present value of a role is known; the record where it has none."""
        found = self.known_at.copy()
        here = self.current & np.array([value is not None for value in self.values[role]], dtype=bool)
        found[self.of[here]] = np.maximum(found[self.of[here]], self.evident_at[role][here])
        return found


def gather(sources: Sequence[Source]) -> Records:
    """Bring the row versions of several tables into one; values get one spelling, and those that name nobody go."""
    refused: Counter[tuple[str, str]] = Counter()
    roles = list(dict.fromkeys(role for source in sources for role in source.roles))
    parts = [_part(source, roles, refused) for source in sources if source.rows.num_rows]
    if not parts:
        empty, times = np.array([], dtype=object), np.array([], dtype="M8[us]")
        none = np.array([], dtype=np.int64)
        return Records(empty, empty, times, times, none, none.astype(bool), {}, {})
    versions = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    key, first, of = np.unique(versions["key"].astype(str), return_index=True, return_inverse=True)
    known, seen = (_earliest(versions[name], of, len(key)) for name in ("known_at", "seen_at"))
    order = np.lexsort((key, known, seen))
    rank = np.empty(len(key), dtype=np.int64)
    rank[order] = np.arange(len(key))
    return Records(
        key[order].astype(object),
        versions["type"][first][order],
        known[order],
        seen[order],
        rank[of],
        versions["current"].astype(bool),
        {role: versions[f"v {role}"] for role in roles},
        {role: versions[f"t {role}"] for role in roles},
        dict(refused),
    )


def texts_now(sources: Sequence[Source], records: Records, role: str) -> list[str | None]:
    """Return (n,) present values of a role as they were written, in record order."""
    written: dict[str, str | None] = {}
    for source in sources:
        column = source.roles.get(role)
        if column is None or column not in source.rows.column_names:
            continue
        open_rows = source.rows.filter(source.rows["valid_to"].is_null())
        for name, text in zip(as_texts(open_rows[source.id_column]), as_texts(open_rows[column]), strict=True):
            written[record_key(source.record_type, str(name))] = text
    return [written.get(key) for key in records.key]


def _part(source: Source, roles: Sequence[str], refused: Counter[tuple[str, str]]) -> dict[str, NDArray[np.generic]]:
    rows, count = source.rows, source.rows.num_rows
    known, seen = (rows[name].to_numpy().astype("M8[us]") for name in ("known_at", "first_seen_at"))
    ids = as_texts(rows[source.id_column])
    part: dict[str, NDArray[np.generic]] = {
        "key": np.array([record_key(source.record_type, str(one)) for one in ids], dtype=object),
        "type": np.full(count, source.record_type, dtype=object),
        "known_at": known,
        "seen_at": seen,
        "current": rows["valid_to"].is_null().to_numpy(),
    }
    for role in roles:
        column = source.roles.get(role)
        part[f"v {role}"] = np.full(count, None, dtype=object)
        part[f"t {role}"] = np.maximum(known, seen) if column in source.as_of_today else known
        if column is not None and column in rows.column_names:
            part[f"v {role}"] = spell(role, as_texts(rows[column]), refused)
    return part


def spell(role: str, texts: Iterable[str | None], refused: Counter[tuple[str, str]]) -> NDArray[np.object_]:
    """Return values in one spelling; a value that cannot identify anybody becomes None and is counted."""
    normalise = NORMALISE.get(role, code)
    known: dict[str | None, tuple[str | None, str]] = {None: (None, "")}
    found: list[str | None] = []
    for text in texts:
        if text not in known:
            value = normalise(text) if text is not None else None
            reason = refuse(role, value) if value is not None else ""
            known[text] = (None if reason else value, reason)
        value, reason = known[text]
        if reason:
            refused[role, reason] += 1
        found.append(value)
    return np.array([*found, None], dtype=object)[:-1]


def as_texts(column: pa.ChunkedArray) -> list[str | None]:
    """Return a column as text; whole numbers without a decimal point, dates as ISO days."""
    texts: list[str | None] = []
    for value in column.to_pylist():
        if isinstance(value, float):
            value = int(value) if value.is_integer() else value
        texts.append(None if value is None else str(value))
    return texts


def _earliest(times: NDArray[np.generic], of: NDArray[np.int64], count: int) -> Times:
    found = np.full(count, np.datetime64("9999-12-31", "us"))
    np.minimum.at(found.view(np.int64), of, times.astype("M8[us]").view(np.int64))
    return found
