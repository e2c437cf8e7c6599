"""The workspace's own inbox: what the live door accepted and no run has read yet."""

from __future__ import annotations

from collections.abc import Sequence

from tradewind.flow.live.door import InboxRow, inbox_rows
from tradewind.flow.live.log import published_through
from tradewind.store.manifest import Manifest
from tradewind.store.workspace import Workspace


class LiveInbox:
    """Rows by the number of their event.

    Args:
        workspace: an open workspace.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def rows_since(self, sequence: int) -> Sequence[InboxRow]:
        """Return the rows of events accepted after this number."""
        return tuple(inbox_rows(self._workspace, sequence))

    def drained_by(self, manifest: Manifest) -> int:
        """Return the number of the last event whose rows stand in a snapshot."""
        return published_through(self._workspace, manifest)
