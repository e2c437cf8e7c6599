"""Everybody with all scores in one table for a snapshot, so that lists of a million rows answer at once.

It is made from the snapshot at first need, or at the end of a run, and lies in the workspace's `.cache`, or in a
temporary folder where the workspace may not be written. It holds nothing that the snapshot does not.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tradewind.core.entities import ENTITIES
from tradewind.core.errors import ConfigError, StoreError
from tradewind.flow.kept import keep
from tradewind.flow.people.alias import alias_secret
from tradewind.flow.people.columns import Columns, columns_of
from tradewind.flow.people.index_sql import Listed, listed_tables, people_select, quoted
from tradewind.flow.questions.asked import asked_questions
from tradewind.govern.secrets_kept import digest
from tradewind.store.duckdb_engine import engine_refused, open_connection, scan
from tradewind.store.manifest import Manifest, inside
from tradewind.store.workspace import Workspace

if TYPE_CHECKING:
    import duckdb

CACHE = ".cache"
FEW, MOST_OWNERS = 25, 100
"""Values up to which an attribute can be chosen from a menu; owners that the menu shows."""

LARGE = 50_000
"""Rows of a list from which the first reader would wait for the index."""

VERSION = 3
"""Goes up when the tables of the index change."""


@dataclass(frozen=True)
class PeopleIndex:
    """An open index of one snapshot; safe to read from many threads.

    Args:
        snapshot_id: whose rows.
        columns: of each entity's own table.
        questions: scored and listed questions of each entity, in the order in which they are asked.
        aliased: key columns that hold addresses or telephone numbers: `alias_` is what others call them by.
        connection: to read with; see `rows`.
    """

    snapshot_id: str
    columns: Mapping[str, Columns]
    questions: Mapping[str, tuple[Listed, ...]]
    aliased: frozenset[str]
    connection: duckdb.DuckDBPyConnection
    _usual: dict[str, tuple[int, float | None]] = field(default_factory=dict, repr=False, compare=False)
    _few: dict[str, dict[str, tuple[str, ...]]] = field(default_factory=dict, repr=False, compare=False)

    def few_values(self, entity: str) -> Mapping[str, tuple[str, ...]]:
        """Return the values of the columns of an entity that have few, most frequent first; worked out once."""
        if entity not in self._few:
            attributes = [f"a_{name}" for name in self.columns[entity].attributes]
            counted = {name: self._values(entity, name) for name in ("owner_", "stage_", "state_", *attributes)}
            self._few[entity] = {name: values for name, values in counted.items() if values}
        return self._few[entity]

    def _values(self, entity: str, column: str) -> tuple[str, ...]:
        most = MOST_OWNERS if column == "owner_" else FEW
        found = self.rows(
            f"SELECT {quoted(column)} AS value FROM people_{entity} WHERE {quoted(column)} IS NOT NULL "
            f"GROUP BY ALL ORDER BY count(*) DESC, value LIMIT {most + 1}"
        )
        values = tuple(str(row["value"]) for row in found if row["value"])
        return values if len(found) <= most else values[:most] if column == "owner_" else ()

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[dict[str, Any]]:
        """Run a SELECT with bound values and return its rows.

        Raises:
            StoreError: the engine refuses it.
        """
        import duckdb

        try:
            cursor = self.connection.cursor()
            found = cursor.execute(sql, list(values))
            names = [each[0] for each in found.description]
            return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
        except (duckdb.Error, MemoryError) as error:
            raise engine_refused(error) from error

    def by_key(self, entity: str, keys: Sequence[str]) -> dict[str, dict[str, Any]]:
        """Return the rows of these entities, by key; keys that there are not are absent."""
        shown = "* EXCLUDE (find_, plain_, name_sort_, company_sort_)"
        found = self.rows(f"SELECT {shown} FROM people_{entity} WHERE key_ IN (SELECT unnest(?))", [list(keys)])
        return {str(row["key_"]): row for row in found}

    def usual(self, listed: Listed) -> tuple[int, float | None]:
        """Return how many a question's table holds, and the median of its scores; worked out once."""
        if listed.table not in self._usual:
            median = "median(mean)" if "mean" in listed.columns else "NULL"
            (row,) = self.rows(f"SELECT count(*) AS n, {median} AS usual FROM {quoted(listed.table)}")
            self._usual[listed.table] = int(row["n"]), row["usual"]
        return self._usual[listed.table]

    def anybody(self, entity: str) -> bool:
        """Return whether there is any row about this kind of entity."""
        return bool(self.rows(f"SELECT 1 FROM people_{entity} LIMIT 1"))

    def question(self, entity: str, name: str) -> Listed | None:
        """Return a question that has rows about this entity, or None."""
        return next((each for each in self.questions[entity] if each.name == name), None)

    def close(self) -> None:
        """Close it; readers that are under way finish."""
        self.connection.close()


def people_index(workspace: Workspace) -> PeopleIndex:
    """Return the index of the present snapshot, made now where it is not there yet.

    Raises:
        StoreError: the snapshot's files cannot be read, or there is no room for the index.
    """
    manifest = keep(workspace, "manifest", workspace.manifest)
    name = _name(workspace, manifest)
    return workspace.kept("people", name, lambda: _open(workspace, manifest, name))


def prepare_people(workspace: Workspace) -> None:
    """Make the index of a large snapshot ahead of its first reader; that it cannot be made is his to hear."""
    with suppress(StoreError, OSError):
        manifest = workspace.manifest()
        rows = [entry.rows for name, entry in manifest.tables.items() if name.startswith(("scores_", "list_"))]
        if max(rows, default=0) >= LARGE:
            _file(workspace, manifest, _name(workspace, manifest))


def _name(workspace: Workspace, manifest: Manifest) -> str:
    settings = workspace.config.workspace
    # Another secret gives other aliases.
    secret = digest(alias_secret(workspace))
    parts = [VERSION, manifest.snapshot_id, settings.memory_limit, settings.threads, secret]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:24]


def _open(workspace: Workspace, manifest: Manifest, name: str) -> PeopleIndex:
    try:
        connection = _connect(workspace, manifest, name)
    except StoreError:  # a file that a failing disk or another hand has damaged is made again, once
        with suppress(OSError):
            (inside(workspace.root, CACHE) / "people" / f"{name}.duckdb").unlink()
        connection = _connect(workspace, manifest, name)
    asked = {entity: _as_asked(workspace, listed) for entity, listed in listed_tables(manifest).items()}
    return PeopleIndex(manifest.snapshot_id, _columns(manifest), asked, _aliased(connection), connection)


def _aliased(connection: duckdb.DuckDBPyConnection) -> frozenset[str]:
    found = {key: f"SELECT 1 FROM people_{key} WHERE alias_ IS NOT NULL LIMIT 1" for key in ENTITIES}
    return frozenset(key for key, sql in found.items() if connection.execute(sql).fetchone())


def _connect(workspace: Workspace, manifest: Manifest, name: str) -> duckdb.DuckDBPyConnection:
    import duckdb

    settings = workspace.config.workspace
    path, temporary = _file(workspace, manifest, name)
    # Whoever opens the same file again in this process must ask for the very same: DuckDB shares one instance.
    limits: dict[str, Any] = {
        "memory_limit": settings.memory_limit, "enable_external_access": "false", "lock_configuration": "true",
    }  # fmt: skip
    if settings.threads is not None:
        limits["threads"] = str(settings.threads)
    try:
        return duckdb.connect(str(path), read_only=True, config=limits)
    except duckdb.Error as error:
        raise engine_refused(error) from error
    finally:
        if temporary:  # open files stay readable; nothing of anybody stays behind when the process ends
            shutil.rmtree(path.parent, ignore_errors=True)


def _as_asked(workspace: Workspace, listed: Sequence[Listed]) -> tuple[Listed, ...]:
    """Tables in the order in which the workspace asks their questions; those that it no longer asks are last."""
    try:
        names = [question.name for question in asked_questions(workspace.config)]
    except ConfigError:
        return tuple(listed)
    return tuple(sorted(listed, key=lambda each: names.index(each.name) if each.name in names else len(names)))


def _columns(manifest: Manifest) -> dict[str, Columns]:
    tables = {key: manifest.tables.get(entity.table) for key, entity in ENTITIES.items()}
    return {key: columns_of(key, dict(entry.columns) if entry else {}) for key, entry in tables.items()}


def _file(workspace: Workspace, manifest: Manifest, name: str) -> tuple[Path, bool]:
    """The index's file, made where it is missing; and whether it lies in a temporary folder of this process."""
    folder = inside(workspace.root, CACHE) / "people"
    path = folder / f"{name}.duckdb"
    if path.is_file():
        return path, False
    temporary = not _writable(folder)
    if temporary:
        folder = Path(tempfile.mkdtemp(prefix="tradewind-people-"))
        path = folder / path.name
    try:
        _make(workspace, manifest, path)
    except BaseException:
        if temporary:
            shutil.rmtree(folder, ignore_errors=True)
        raise
    if not temporary:
        _forget_others(folder, path)
    return path, temporary


def _writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        (folder.parent / ".gitignore").write_text("*\n", encoding="utf-8")
    except OSError:
        return False
    return os.access(folder, os.W_OK)


def _make(workspace: Workspace, manifest: Manifest, path: Path) -> None:
    """Write the index beside its place and move it there whole: readers see all of it or nothing."""
    import duckdb

    settings, root = workspace.config.workspace, workspace.root
    new = path.with_name(f"{uuid.uuid4().hex}.tmp")
    connection = open_connection([root / "tables", path.parent], path.parent, settings.memory_limit, settings.threads)
    try:
        connection.execute(f"ATTACH '{str(new).replace(chr(39), chr(39) * 2)}' AS model")
        asked, secret = listed_tables(manifest), alias_secret(workspace)
        for entity, columns in _columns(manifest).items():
            for each in asked[entity]:
                rows = f"SELECT row_number() OVER () AS rank_, * FROM ({scan(root, manifest.tables[each.table])})"
                connection.execute(f"CREATE TABLE model.{quoted(each.table)} AS {rows}")
            tables = {name: scan(root, entry) for name, entry in manifest.tables.items()}
            stored = {name: tuple(column for column, _ in entry.columns) for name, entry in manifest.tables.items()}
            connection.execute(
                f"CREATE TABLE model.people_{entity} AS "
                + people_select(columns, asked[entity], tables, stored, secret)
            )
        connection.execute("DETACH model")
        os.replace(new, path)
    except (duckdb.Error, MemoryError) as error:
        raise engine_refused(error) from error
    finally:
        connection.close()
        for left in (new, new.with_name(new.name + ".wal")):
            left.unlink(missing_ok=True)


def _forget_others(folder: Path, path: Path) -> None:
    for other in folder.glob("*.duckdb"):
        if other != path:
            with suppress(OSError):
                other.unlink()
