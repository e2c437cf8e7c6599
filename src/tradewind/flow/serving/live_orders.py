"""Which orders that have arrived count beside the loaded ones: told one by one what `flow.live.orders` tells of all."""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from tradewind.flow.live.orders import LONGEST_GAP, SAME_ORDER
from tradewind.flow.serving.inbox import Arrived
from tradewind.store.live import live_name, loaded_entry
from tradewind.store.manifest import Manifest
from tradewind.store.tables import read_columns
from tradewind.store.workspace import Workspace

_COLUMNS = ("order_id", "customer_id", "amount", "happened_at")


class LiveOrders:
    """Lets through what counts; an order that waits for others comes when they have come.

    Args:
        workspace: an open workspace.
        manifest: the snapshot beside whose orders they would stand.
    """

    def __init__(self, workspace: Workspace, manifest: Manifest) -> None:
        self._workspace, self._manifest = workspace, manifest
        self._ready = False
        self._loaded: Any = None
        self._reach: datetime | None = None
        self._newest: datetime | None = None
        self._near: set[tuple[object, object]] = set()
        self._told: dict[object, datetime] = {}
        self._counted: set[object] = set()
        self._lines: dict[object, list[Arrived]] = {}
        self._seen: set[tuple[object, ...]] = set()
        self._waiting: list[tuple[datetime, int, Arrived]] = []
        self._takes_lines = loaded_entry(manifest, "orders") is None or "order_lines" in manifest.tables

    def admit(self, row: Arrived) -> list[Arrived]:
        """Return the rows that count from now on, in order."""
        if row.table not in ("orders", "order_lines"):
            return [row]
        if not self._ready:
            self._prepare(self._workspace, self._manifest)
        return self._line(row) if row.table == "order_lines" else self._order(row)

    def _prepare(self, workspace: Workspace, manifest: Manifest) -> None:
        import pyarrow as pa
        import pyarrow.compute as pc

        self._ready = True
        loaded = loaded_entry(manifest, "orders")
        if loaded is not None and loaded.rows:
            rows = read_columns(workspace.root, loaded, _COLUMNS)
            self._loaded = rows["order_id"].combine_chunks()
            self._newest = self._reach = pc.max(rows["happened_at"]).as_py()
            if self._newest is not None and {"customer_id", "amount"} <= set(rows.column_names):
                late = rows.filter(pc.greater(rows["happened_at"], pa.scalar(self._newest - SAME_ORDER)))
                self._near = set(zip(late["customer_id"].to_pylist(), late["amount"].to_pylist(), strict=True))
        log = manifest.tables.get(live_name("orders"))
        if log is not None:
            for each in read_columns(workspace.root, log, (*_COLUMNS, "known_at")).to_pylist():
                self._order(Arrived("orders", each, each["known_at"]))

    def _order(self, row: Arrived) -> list[Arrived]:
        order, happened = row.row.get("order_id"), row.row.get("happened_at")
        if order in self._told or happened is None:
            return []
        self._told[order] = row.known_at
        if self._newest is None or self._reach is None:
            return self._let_in([row])
        if happened <= self._newest or self._is_loaded(order):
            return []
        if (row.row.get("customer_id"), row.row.get("amount")) in self._near:
            return []
        insort(self._waiting, (happened, len(self._told), row))
        return self._let_in(self._in_reach())

    def _in_reach(self) -> Iterable[Arrived]:
        while self._waiting and self._reach is not None and self._waiting[0][0] - self._reach <= LONGEST_GAP:
            happened, _, row = self._waiting.pop(0)
            self._reach = max(self._reach, happened)
            yield row

    def _let_in(self, rows: Iterable[Arrived]) -> list[Arrived]:
        made: list[Arrived] = []
        for row in rows:
            order = row.row.get("order_id")
            self._counted.add(order)
            made += [row, *self._lines.pop(order, ())]
        return made

    def _line(self, row: Arrived) -> list[Arrived]:
        order = row.row.get("order_id")
        key = (order, row.row.get("product_id"), row.row.get("line"))
        if not self._takes_lines or self._told.get(order) != row.known_at or key in self._seen:
            return []
        self._seen.add(key)
        if order in self._counted:
            return [row]
        self._lines.setdefault(order, []).append(row)
        return []

    def _is_loaded(self, order: object) -> bool:
        import pyarrow as pa
        import pyarrow.compute as pc

        return self._loaded is not None and pc.index(self._loaded, pa.scalar(order, pa.string())).as_py() >= 0
