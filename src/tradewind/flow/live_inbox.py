"""What waits in the inbox, as the next run will count it: for scores that are made afresh between two runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tradewind.flow.ask import ask
from tradewind.flow.events import InboxRow, inbox_rows
from tradewind.flow.live_log import published_through
from tradewind.flow.live_orders import LONGEST_GAP
from tradewind.store.live import loaded_entry
from tradewind.store.manifest import Manifest
from tradewind.store.workspace import Workspace

_TAKEN = ("events", "orders", "order_lines")


@dataclass
class LiveInbox:
    """The inbox of a workspace beside its present snapshot; what is said of customers counts from the next run on.

    Args:
        workspace: an open workspace.
    """

    workspace: Workspace
    _known: tuple[datetime | None, set[str]] | None = field(default=None, repr=False)
    _counted: int = field(default=0, repr=False)

    def rows_since(self, sequence: int) -> list[InboxRow]:
        """Return the rows that came after a number, in order; of orders those that will count."""
        return [row for row in inbox_rows(self.workspace, sequence) if row.table in _TAKEN and self._counts(row)]

    def drained_by(self, manifest: Manifest) -> int:
        """Return the number up to which a snapshot holds the rows itself; 0 for none."""
        return published_through(self.workspace, manifest)

    def _counts(self, row: InboxRow) -> bool:
        """Whether a run would count it: an event always, an order once, and only after the newest that is there."""
        if row.table == "events":
            return True
        if row.table == "order_lines":
            return row.sequence == self._counted and self._has_lines()
        self._known = self._known or self._known_orders()
        newest, ids = self._known
        order, at = str(row.row["order_id"]), row.row["happened_at"]
        if order in ids or (newest is not None and not newest < at <= newest + LONGEST_GAP):
            return False
        ids.add(order)
        self._counted = row.sequence
        return True

    def _has_lines(self) -> bool:
        manifest = self.workspace.manifest()
        return loaded_entry(manifest, "orders") is None or loaded_entry(manifest, "order_lines") is not None

    def _known_orders(self) -> tuple[datetime | None, set[str]]:
        """When the newest order was placed, None where none are loaded, and the numbers that are there already."""
        manifest = self.workspace.manifest()
        loaded = loaded_entry(manifest, "orders") is not None
        if "orders" not in manifest.tables:
            return None, set()
        with self.workspace.engine(["orders"], manifest) as engine:
            newest = (
                ask(engine, "SELECT MAX(happened_at) AS at FROM orders").column("at")[0].as_py() if loaded else None
            )
            since = newest - timedelta(days=1) if newest is not None else datetime(1970, 1, 1)
            query = "SELECT order_id FROM orders WHERE happened_at > :since"
            ids = ask(engine, query, since=since).column("order_id").to_pylist()
        return newest, set(map(str, ids))
