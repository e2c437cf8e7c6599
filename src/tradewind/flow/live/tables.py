"""A run brings what came in live into the contract tables, exactly once.

The log of live rows and the tables made of it are published in one snapshot, and the log's notes say up to which event
of the inbox it reaches. Killed before that, a run has done nothing; the next one takes the same events again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tradewind.core.contract import CONTRACT
from tradewind.flow.live.customers import with_said
from tradewind.flow.live.door import REMEMBERED
from tradewind.flow.live.log import Log, grown_log, published_through, read_said
from tradewind.flow.live.orders import counted_orders, lines_of
from tradewind.sources.derived import add_base_amount
from tradewind.store.inbox_state import count_since, forget_events
from tradewind.store.live import LIVE_TABLES, MADE_OF, live_name, loaded_entry
from tradewind.store.manifest import Manifest, TableEntry, publish
from tradewind.store.state_connection import from_micros
from tradewind.store.steps import code_version, fingerprint
from tradewind.store.tables import read_table, write_table
from tradewind.store.workspace import Workspace

if TYPE_CHECKING:
    import pyarrow as pa

_CODE = ("tradewind.flow.live.tables", "tradewind.flow.live.customers", "tradewind.flow.live.orders")


@dataclass(frozen=True)
class InboxSummary:
    """What came in live since the last run.

    Args:
        events: how many events wait for the next run.
        by_kind: how many of each kind of call.
        newest_at: when the last of them came in, naive UTC; None where there is none.
        published: rows of `events` that came in live and are in the present snapshot.
        orders: what became of live orders at the last run: `counted`, `loaded` (known from a source too), `waiting`.
    """

    events: int
    by_kind: Mapping[str, int]
    newest_at: datetime | None
    published: int
    orders: Mapping[str, int]


def inbox_summary(workspace: Workspace) -> InboxSummary:
    """Return what came in live since the last run, and what the last run made of what came before."""
    manifest = workspace.manifest()
    waiting = count_since(workspace.state().engine, published_through(workspace, manifest))
    newest = max((last for _, _, last in waiting.values()), default=None)
    log = manifest.tables.get(live_name("events"))
    orders = manifest.tables.get("orders")
    return InboxSummary(
        sum(count for count, _, _ in waiting.values()),
        {kind: count for kind, (count, _, _) in sorted(waiting.items())},
        None if newest is None else from_micros(newest),
        0 if log is None else log.rows,
        dict(orders.meta.get("live", {})) if orders is not None else {},
    )


def drain_events(workspace: Workspace) -> int:
    """Publish what came in live since the last run, beside what was loaded; return how many events that were.

    Raises:
        WorkspaceLocked: another process is writing to the workspace.
    """
    with workspace.lock("live events"):
        manifest = workspace.manifest()
        log = grown_log(workspace, manifest)
        if not log.tables:
            return 0
        changes: dict[str, TableEntry | None] = {live_name(name): entry for name, entry in log.tables.items()}
        for name in log.tables:
            loaded = loaded_entry(manifest, name)
            changes[f"loaded_{name}"] = loaded
        changes |= _made(workspace, manifest, log)
        publish(workspace.root, manifest, changes, workspace.clock)
        forget_events(workspace.state().engine, log.through, workspace.clock() - REMEMBERED)
    return log.added


def _made(workspace: Workspace, manifest: Manifest, log: Log) -> dict[str, TableEntry | None]:
    """Every contract table that is made of loaded and live rows; what it is made of has not changed, it stays."""
    made: dict[str, TableEntry | None] = {}
    for name in (name for name in LIVE_TABLES if name in log.tables):
        parts = {
            "log": log.tables[name].files, "loaded": _print(manifest, name), "rates": _print(manifest, "rates"),
            "orders": _print(manifest, "orders"), "live orders": _files(log, "orders"),
            "workspace": (workspace.config.workspace.currency, workspace.config.workspace.timezone),
            "code": code_version(_CODE),
        }  # fmt: skip
        of, old = fingerprint(parts), manifest.tables.get(name)
        if old is not None and old.meta.get(MADE_OF) == of:
            continue
        entry = _make(workspace, manifest, log, name)
        made[name] = None if entry is None else replace(entry, meta={**entry.meta, MADE_OF: of})
    return made


def _print(manifest: Manifest, name: str) -> str:
    entry = loaded_entry(manifest, name)
    return "" if entry is None else entry.fingerprint


def _files(log: Log, name: str) -> tuple[str, ...]:
    return tuple(file.path for file in log.tables[name].files) if name in log.tables else ()


def _make(workspace: Workspace, manifest: Manifest, log: Log, name: str) -> TableEntry | None:
    loaded = loaded_entry(manifest, name)
    if CONTRACT[name].kind == "keyed":
        return _said(workspace, name, loaded, log.tables[name])
    if name == "events":
        return beside(name, loaded, log.tables[name])
    live, notes = _counted(workspace, manifest, log, name)
    if live.num_rows == 0:
        return None if loaded is None else replace(loaded, meta={**loaded.meta, **notes})
    rates = loaded_entry(manifest, "rates")
    settings = workspace.config.workspace
    known = None if rates is None else read_table(workspace.root, rates)
    rows = add_base_amount(name, live, known, settings.currency, settings.timezone)
    written = write_table(workspace.root, name, rows, "happened_on")
    return beside(name, loaded, replace(written, meta=notes))


def _said(workspace: Workspace, name: str, loaded: TableEntry | None, log: TableEntry) -> TableEntry:
    stood = None if loaded is None else read_table(workspace.root, loaded)
    rows = with_said(name, stood, read_said(workspace, log))
    meta = {} if loaded is None else loaded.meta
    return write_table(workspace.root, name, rows, None, meta)


def _counted(
    workspace: Workspace, manifest: Manifest, log: Log, name: str
) -> tuple[pa.Table, dict[str, Mapping[str, int]]]:
    loaded = loaded_entry(manifest, "orders")
    stood = None if loaded is None else read_table(workspace.root, loaded)
    orders = counted_orders(read_table(workspace.root, log.tables["orders"]), stood)
    if name == "orders":
        return orders.rows, {"live": orders.notes()}
    lines = lines_of(read_table(workspace.root, log.tables[name]), orders.rows)
    # Lines of a few orders beside many without any would be taken for baskets that were empty.
    wanted = loaded is None or loaded_entry(manifest, "order_lines") is not None
    return (lines if wanted else lines.slice(0, 0)), {}


def beside(name: str, loaded: TableEntry | None, live: TableEntry) -> TableEntry:
    """Return one table of loaded and live files; a column that only one side has is empty on the other."""
    if loaded is None:
        return replace(live, name=name, meta={key: value for key, value in live.meta.items() if key == "live"})
    names = [column.name for column in CONTRACT[name].columns]
    types: dict[str, Any] = {**dict(live.columns), **dict(loaded.columns)}
    order = sorted(types, key=lambda column: _place(column, names, list(types)))
    meta = {**loaded.meta, **{key: value for key, value in live.meta.items() if key == "live"}}
    columns = tuple((column, types[column]) for column in order)
    return TableEntry(name, (*loaded.files, *live.files), columns, loaded.rows + live.rows, meta)


def _place(column: str, contract: list[str], others: list[str]) -> tuple[int, int]:
    return (0, contract.index(column)) if column in contract else (1, others.index(column))
