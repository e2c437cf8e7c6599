"""One load of one workspace: what all of its tables share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from tradewind.sources.found import SourceTables
from tradewind.store.live import loaded_entry
from tradewind.store.manifest import FileEntry
from tradewind.store.steps import Progress
from tradewind.store.tables import read_table

if TYPE_CHECKING:
    import pyarrow as pa

    from tradewind.store.config import TableMapping
    from tradewind.store.workspace import Workspace


@dataclass
class Job:
    """One load of one workspace.

    Args:
        workspace: the open workspace.
        sources: its source tables.
        loaded_at: the instant of the load, naive UTC.
        progress: told of each step.
        rejected: table to its file of rejected rows; None where there are none.
    """

    workspace: Workspace
    sources: SourceTables
    loaded_at: datetime
    progress: Progress
    rejected: dict[str, FileEntry | None] = field(default_factory=dict)

    @property
    def zone(self) -> str:
        """The workspace's zone."""
        return self.workspace.config.workspace.timezone

    @property
    def mappings(self) -> Mapping[str, TableMapping]:
        """The mapped tables."""
        return self.workspace.config.tables

    def derives_orders(self) -> bool:
        """Whether orders are made from their lines."""
        return "orders" not in self.mappings and "order_lines" in self.mappings

    def stored(self, name: str) -> pa.Table | None:
        """Return a table as the last load left it, or None."""
        entry = loaded_entry(self.workspace.manifest(), name)
        return None if entry is None else read_table(self.workspace.root, entry)
