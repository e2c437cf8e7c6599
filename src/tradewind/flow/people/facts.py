"""What happened, read from one snapshot's files for a single person at a time; kept open between requests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tradewind.core.contract import CONTRACT
from tradewind.core.identity import HISTORY, LINKS
from tradewind.flow.kept import keep
from tradewind.flow.people.index_sql import quoted
from tradewind.store.duckdb_engine import engine_refused, open_connection, scan
from tradewind.store.manifest import Manifest
from tradewind.store.workspace import Workspace

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True)
class Facts:
    """The contract tables of one snapshot, open to be read from many threads.

    Args:
        snapshot_id: whose.
        columns: of each table that there is.
        connection: to read with; see `rows`.
    """

    snapshot_id: str
    columns: Mapping[str, frozenset[str]]
    connection: duckdb.DuckDBPyConnection

    def has(self, table: str, *columns: str) -> bool:
        """Whether there is a table with all these columns."""
        return table in self.columns and self.columns[table] >= set(columns)

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[dict[str, Any]]:
        """Run a SELECT with bound values and return its rows.

        Raises:
            StoreError: the engine refuses it.
        """
        import duckdb

        try:
            found = self.connection.cursor().execute(sql, list(values))
            names = [each[0] for each in found.description]
            return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
        except (duckdb.Error, MemoryError) as error:
            raise engine_refused(error) from error

    def close(self) -> None:
        """Close it; readers that are under way finish."""
        self.connection.close()


def open_facts(workspace: Workspace) -> Facts:
    """Return the facts of the present snapshot."""
    manifest = keep(workspace, "manifest", workspace.manifest)
    return workspace.kept("facts", manifest.snapshot_id, lambda: _open(workspace, manifest))


def _open(workspace: Workspace, manifest: Manifest) -> Facts:
    settings = workspace.config.workspace
    connection = open_connection([workspace.root / "tables"], None, settings.memory_limit, settings.threads)
    tables = {name: entry for name, entry in manifest.tables.items() if name in CONTRACT or name in (LINKS, HISTORY)}
    for name, entry in tables.items():
        connection.execute(f"CREATE VIEW {quoted(name)} AS {scan(workspace.root, entry)}")
    columns = {name: frozenset(column for column, _ in entry.columns) for name, entry in tables.items()}
    return Facts(manifest.snapshot_id, columns, connection)
