"""Rows of one snapshot, a page at a time: SQL with bound parameters over its files, never a whole table in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tradewind.core.errors import Problem, Stale
from tradewind.store.manifest import SNAPSHOTS, Manifest, read_snapshot
from tradewind.store.workspace import Workspace

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

MEMORY = "512MB"


@dataclass(frozen=True)
class Ask:
    """Asks the opened tables: `ask(sql, name=value, …)`.

    Args:
        connection: it can read the workspace's tables and nothing else.
    """

    connection: duckdb.DuckDBPyConnection

    def __call__(self, sql: str, **parameters: object) -> list[dict[str, Any]]:
        """Return the rows of a SELECT with bound parameters."""
        rows: list[dict[str, Any]] = self.arrow(sql, **parameters).to_pylist()
        return rows

    def arrow(self, sql: str, **parameters: object) -> pa.Table:
        """Return them as an Arrow table.

        Raises:
            StoreError: the engine refuses it, or a file is missing or damaged.
        """
        import duckdb

        from tradewind.store.duckdb_engine import engine_refused

        try:
            return self.connection.sql(sql, params=parameters).to_arrow_table()
        except (duckdb.Error, MemoryError) as error:
            raise engine_refused(error) from error


def find_snapshot(workspace: Workspace, snapshot_id: str) -> Manifest:
    """Return a snapshot by its id, the present one where it is empty.

    Raises:
        Stale: it is no longer kept.
    """
    present = workspace.manifest()
    if snapshot_id in ("", present.snapshot_id):
        return present
    known = snapshot_id.isalnum() and len(snapshot_id) <= 64
    path = workspace.path(f"{SNAPSHOTS}/{snapshot_id}.json") if known else None
    if path is None or not path.is_file():
        raise Stale(
            Problem("cursor", "the data have changed, and those it belongs to are no longer kept", snapshot_id[:64],
                    f"a cursor of the present data ({present.snapshot_id})", "begin again without a cursor")
        )  # fmt: skip
    return read_snapshot(workspace.root, path)


@contextmanager
def snapshot_rows(workspace: Workspace, manifest: Manifest, tables: Iterable[str]) -> Iterator[Ask]:
    """Open tables of a snapshot under their names; `place` beside a table's columns is a row's number in its file.

    Args:
        workspace: an open workspace.
        manifest: the snapshot.
        tables: names of those to open; those that do not exist are left out.
    Raises:
        StoreError: a file is missing or damaged, when it is read.
    """
    import duckdb

    from tradewind.store.duckdb_engine import engine_refused, open_connection, scan

    connection = open_connection([workspace.root / "tables"], None, MEMORY, workspace.config.workspace.threads)
    try:
        for name in tables:
            if name in manifest.tables:
                rows = scan(workspace.root, manifest.tables[name]).removesuffix(")")
                numbered = f"{rows}, file_row_number = true)"
                connection.execute(
                    f'CREATE VIEW "{name}" AS FROM ({numbered}) SELECT * RENAME (file_row_number AS place)'
                )
        yield Ask(connection)
    except duckdb.Error as error:
        raise engine_refused(error) from error
    finally:
        connection.close()
