"""Customers and companies as the sources and the live door tell of them: of every column the newest word counts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tradewind.core.contract import CONTRACT, SQL_TYPES, SYSTEM_COLUMNS
from tradewind.flow.live.log import SAID

if TYPE_CHECKING:
    import pyarrow as pa

MOST_ATTRIBUTES = 50
"""Attributes that the live door may add to a table; the ones that came first."""

Version = dict[str, Any]


def with_said(table: str, loaded: pa.Table | None, said: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Return a keyed table's row versions with what the live door was told of its rows.

    Args:
        table: `customers` or `accounts`.
        loaded: versions as the sources gave them, or None.
        said: key, `known_at` and `said` (column to value) of each word, in the order in which they came.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    key = CONTRACT[table].key[0]
    kinds = _kinds(table, loaded, said)
    schema = pa.schema(list(kinds.items()))
    words: dict[str, list[tuple[datetime, dict[str, Any]]]] = defaultdict(list)
    for each in said:
        fitting = {name: fit for name, value in each[SAID].items() if (fit := _fit(value, kinds.get(name))) is not None}
        words[each[key]].append((each["known_at"], fitting))
    versions: dict[str, list[Version]] = defaultdict(list)
    untouched = None
    if loaded is not None:
        touched = pc.is_in(loaded[key], pa.array(list(words), pa.string()))
        untouched = _as(loaded.filter(pc.invert(touched)), schema)
        for row in loaded.filter(touched).to_pylist():
            versions[row[key]].append(row)
    made = [row for name in words for row in told_versions({key: name}, versions[name], words[name], list(kinds))]
    rows = pa.Table.from_pylist(made, schema)
    return rows if untouched is None else pa.concat_tables([untouched, rows])


def told_versions(
    key: Mapping[str, str], loaded: Iterable[Version], words: Iterable[tuple[datetime, Version]], columns: Sequence[str]
) -> list[Version]:
    """Return the versions of one row, each valid until the next is known.

    A load speaks of the columns in which it differs from the load before; a word of the door speaks of those it names.
    What a source has deleted stays deleted, whatever is said of it later.

    Args:
        key: names the row.
        loaded: its versions from the sources.
        words: when each was known, and column to value.
        columns: of the table.
    """
    steps: list[tuple[datetime, int, Version | None, datetime]] = []
    before: Version = {}
    closed: datetime | None = None
    for row in sorted(loaded, key=lambda row: row["known_at"]):
        if closed is not None and closed != row["known_at"]:
            steps.append((closed, 1, None, closed))
        changed = {name: row[name] for name in row if name not in SYSTEM_COLUMNS and row[name] != before.get(name)}
        steps.append((row["known_at"], 0, changed, row["first_seen_at"]))
        before, closed = row, row["valid_to"]
    if closed is not None:
        steps.append((closed, 1, None, closed))
    steps += [(known_at, 2, dict(word), known_at) for known_at, word in words]
    made: list[Version] = []
    state: Version = {**dict.fromkeys(columns), **key}
    deleted = False
    for known_at, kind, changes, seen in sorted(steps, key=lambda step: step[:2]):
        if changes is None:
            _close(made, known_at)
            deleted = True
            continue
        if kind == 2 and (deleted or (made and all(state.get(name) == value for name, value in changes.items()))):
            continue  # nothing new
        deleted = False
        state = {**state, **changes, "known_at": known_at, "valid_to": None, "first_seen_at": seen}
        _close(made, known_at)
        if made and made[-1]["known_at"] == known_at:
            made.pop()  # two words of one moment are one version
        made.append(state)
    return made


def _close(made: list[Version], at: datetime) -> None:
    if made and made[-1]["valid_to"] is None:
        made[-1] = {**made[-1], "valid_to": at}


def _kinds(table: str, loaded: pa.Table | None, said: Iterable[Mapping[str, Any]]) -> dict[str, pa.DataType]:
    """Columns and types: those that were loaded, then what the door adds; an attribute is a number if always one."""
    import pyarrow as pa

    contract = CONTRACT[table]
    own = {column.name: _ARROW[column.type] for column in contract.columns}
    stood = {} if loaded is None else {f.name: f.type for f in loaded.schema if f.name not in SYSTEM_COLUMNS}
    named: dict[str, bool] = {}
    for each in said:
        for name, value in each[SAID].items():
            named[name] = named.get(name, True) and isinstance(value, float)
    added = [name for name in named if name not in own and name not in stood][:MOST_ATTRIBUTES]
    wanted = {**dict.fromkeys(contract.key), **dict.fromkeys(stood)}
    wanted |= dict.fromkeys(name for name in named if name in own)
    text, time = pa.string(), pa.timestamp("us")
    kinds = {name: stood.get(name) or getattr(pa, own[name])() for name in wanted}
    kinds |= {name: pa.float64() if named[name] else text for name in added}
    return {**kinds, **dict.fromkeys(SYSTEM_COLUMNS, time)}


_ARROW = {kind: {"VARCHAR": "string", "DOUBLE": "float64"}.get(name, "string") for kind, name in SQL_TYPES.items()}


def _fit(value: object, kind: pa.DataType | None) -> object:
    """A word in the type of its column; None where it does not fit, or there is no such column."""
    import pyarrow as pa

    if kind is None or value is None:
        return None
    if pa.types.is_floating(kind):
        try:
            return float(str(value))
        except ValueError:
            return None
    if pa.types.is_boolean(kind):
        return {"true": True, "false": False}.get(str(value).lower())
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    return None


def _as(rows: pa.Table, schema: pa.Schema) -> pa.Table:
    import pyarrow as pa

    columns = {
        field.name: rows[field.name].cast(field.type) if field.name in rows.column_names
        else pa.nulls(rows.num_rows, field.type)
        for field in schema
    }  # fmt: skip
    return pa.table(columns, schema)
