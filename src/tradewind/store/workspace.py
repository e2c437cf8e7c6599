"""A workspace: the folder in which everything of one company lies, opened once."""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from tradewind.core.errors import Problem, SourceError
from tradewind.core.time import Clock, system_clock
from tradewind.store.config import Config, load_config
from tradewind.store.lock import workspace_lock
from tradewind.store.manifest import Manifest, inside, read_manifest

if TYPE_CHECKING:
    import pyarrow as pa

    from tradewind.store.engines import Engine
    from tradewind.store.state import State


class _Closes(Protocol):
    def close(self) -> None: ...


Closable = TypeVar("Closable", bound=_Closes)


@dataclass(frozen=True)
class Workspace:
    """An open workspace folder.

    Args:
        root: the folder, with all symlinks resolved.
        config: its configuration, secrets filled in.
        clock: the present instant, naive UTC.
        environ: environment variables, for secrets.
    """

    root: Path
    config: Config
    clock: Clock = system_clock
    environ: Mapping[str, str] = field(default_factory=dict, repr=False)
    _opened: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)
    _opening: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    @property
    def name(self) -> str:
        """What to call it in reports."""
        return self.config.workspace.name or self.root.name

    def manifest(self) -> Manifest:
        """Return the present snapshot; keep it for as long as the answers must agree with each other."""
        return read_manifest(self.root)

    def table(self, name: str) -> pa.Table:
        """Return the rows of a table of the present snapshot.

        Raises:
            StoreError: there is no such table, or its files are damaged.
        """
        from tradewind.store.tables import read_table

        return read_table(self.root, self.manifest().entry(name))

    def training_table(self, use_case: str) -> pa.Table:
        """Return what a question was learned from: features as of each cutoff, the outcome that followed, the value.

        Raises:
            StoreError: the question has not been trained yet.
        """
        return self.table(f"training_{use_case}")

    def sql(self, query: str) -> pa.Table:
        """Run a person's SELECT over the tables of the present snapshot; it can touch nothing else.

        Raises:
            UnsafeExpression: it is not one SELECT.
            StoreError: the engine refuses it.
        """
        from tradewind.store.duckdb_engine import run_user_sql, safe_connection

        settings = self.config.workspace
        with (
            tempfile.TemporaryDirectory(prefix="tradewind-") as scratch,
            safe_connection(
                self.root, self.manifest(), settings.memory_limit, settings.threads, Path(scratch)
            ) as connection,
        ):
            return run_user_sql(connection, query)

    def engine(self, tables: Iterable[str] | None = None, manifest: Manifest | None = None) -> Engine:
        """Open the SQL engine that the configuration names, with tables of a snapshot loaded; close it after use.

        Args:
            tables: names of those to load; those that do not exist are left out. All when None.
            manifest: the snapshot; the present one when None.
        """
        snapshot = manifest or self.manifest()
        engine = self._new_engine()
        try:
            for name in snapshot.tables if tables is None else tables:
                if name in snapshot.tables:
                    engine.load_table(name, snapshot.tables[name])
        except BaseException:
            engine.close()
            raise
        return engine

    def _new_engine(self) -> Engine:
        settings = self.config.workspace
        if settings.engine is not None:
            from tradewind.store.postgres_engine import PostgresEngine

            return PostgresEngine(self.root, settings.engine)
        from tradewind.store.duckdb_engine import DuckDBEngine

        return DuckDBEngine(self.root, settings.memory_limit, settings.threads)

    def state(self) -> State:
        """Return the state database, opened at first use."""
        from tradewind.store.state import open_state, sqlite_url

        if "state" not in self._opened:
            self._opened["state"] = open_state(self.config.workspace.state or sqlite_url(self.root))
        state: State = self._opened["state"]
        return state

    def use_state(self, state: State) -> None:
        """Use a state database that somebody else opened and will close."""
        self._opened["state"] = state

    def kept(self, name: str, version: str, make: Callable[[], Closable]) -> Closable:
        """Return what was opened under a name, opened anew where its version is another; one caller opens, others wait.

        Args:
            name: what it is called among all that is kept open.
            version: what it was opened for, such as a snapshot.
            make: opens it.
        """
        with self._opening:
            held = self._opened.get(name)
            if held is None or held[0] != version:
                self._opened[name] = version, make()
                if held is not None:
                    held[1].close()
            found: Closable = self._opened[name][1]
            return found

    def path(self, relative: str) -> Path:
        """Return the real path of a file or folder of the workspace (`models/lapse/v1`), to read or to write.

        Raises:
            StoreError: it leads out of the workspace, also through a symlink.
        """
        return inside(self.root, relative)

    def lock(self, holder: str) -> AbstractContextManager[None]:
        """Hold the right to write; see `workspace_lock`."""
        return workspace_lock(self.root, holder, self.clock)

    def source_files(self, pattern: str) -> list[Path]:
        """Return the files that a source's path means, sorted by name.

        Args:
            pattern: a glob relative to the workspace, or below one of `allow_paths` as it is written there.
        Raises:
            SourceError: a file lies outside, also through a symlink.
        """
        folders = self.config.workspace.allow_paths
        allowed = [self.root, *((self.root / folder).resolve() for folder in folders)]
        start = Path(pattern)
        outside = next((Path(folder) for folder in folders if start.is_relative_to(folder)), None)
        rest = start if outside is None else start.relative_to(outside)
        if ".." in rest.parts:
            raise SourceError(_outside(pattern, start))
        if outside is not None:
            files = sorted(_glob((self.root / outside).resolve(), rest))
        elif start.is_absolute():
            files = sorted(_glob(Path(start.anchor), start.relative_to(start.anchor)))
        else:
            files = sorted(self.root.glob(pattern))
        for file in files:
            real = file.resolve()
            if not any(real.is_relative_to(folder) for folder in allowed):
                raise SourceError(_outside(pattern, file))
        return [file for file in files if file.is_file()]

    def close(self) -> None:
        """Close the state database and all that is kept open."""
        if "state" in self._opened:
            self._opened.pop("state").close()
        self.close_kept()

    def close_kept(self) -> None:
        """Close all that is kept open, but not the state database, which may be somebody else's."""
        with self._opening:
            for name in [each for each in self._opened if each != "state"]:
                self._opened.pop(name)[1].close()


def _glob(folder: Path, rest: Path) -> list[Path]:
    """The files below a folder, or the folder's own name where it is a file."""
    return [folder] if not rest.parts else list(folder.glob(str(rest)))


def _outside(pattern: str, file: Path) -> Problem:
    return Problem(
        pattern,
        "this file lies outside the workspace",
        str(file),
        "a file inside the workspace folder",
        'copy it into the workspace, or name its folder in [workspace] allow_paths = ["..."]',
    )


def open_workspace(
    root: Path | str, clock: Clock = system_clock, environ: Mapping[str, str] | None = None
) -> Workspace:
    """Open a workspace folder; nothing is written and no data are read.

    Raises:
        ConfigError: its configuration has problems; all are told.
        FormatError: its manifest was written by another format version.
    """
    folder = Path(root).resolve()
    variables = os.environ if environ is None else environ
    workspace = Workspace(folder, load_config(folder, variables), clock, variables)
    workspace.manifest()
    return workspace
