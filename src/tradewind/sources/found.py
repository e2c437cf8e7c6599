"""Which source tables there are: files behind each path, tables behind each database; read when asked for."""

from __future__ import annotations

import fnmatch
import hashlib
import re
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tradewind.core.errors import ConfigError, Problem, SourceError
from tradewind.sources.files import can_read, read_file
from tradewind.sources.raw import Raw

if TYPE_CHECKING:
    import pyarrow as pa

    from tradewind.store.config import Source
    from tradewind.store.workspace import Workspace


@dataclass(frozen=True)
class SourceTable:
    """One table of one source.

    Args:
        name: as mappings write it: `shop` or `shop.transactions`.
        source: how the config says it is read.
        path: its file; None for a database.
        table: its table in a database; None with a query, or for a file.
    """

    name: str
    source: Source
    path: Path | None = None
    table: str | None = None


@dataclass
class SourceTables:
    """The source tables of a workspace."""

    workspace: Workspace
    _listed: dict[str, list[SourceTable]] = field(default_factory=dict)
    _read: dict[str, Raw] = field(default_factory=dict)

    def resolve(self, name: str, where: str) -> list[SourceTable]:
        """Return the tables that a mapping's name means; several where it holds a `*`.

        Raises:
            ConfigError: there is none, or two files share the name.
            SourceError: the source's path holds no file, or its database cannot be reached.
        """
        from tradewind.sources.joining import missing_source

        source = name.split(".", 1)[0]
        known = self._tables_of(source, where)
        names = [table.name for table in known]
        found = [table for table in known if table.name == name] or [
            table for table in known if fnmatch.fnmatchcase(table.name, name) or _full_name(table) == name
        ]
        if not found and name == source and len(known) == 1:
            found = known
        if not found:
            raise ConfigError(missing_source(where, name, names))
        if len({table.name for table in found}) < len(found):
            files = ", ".join(str(table.path) for table in found)
            raise ConfigError(
                Problem(where, f"two files are called {name!r}", files, "one file for each name", "move one away")
            )
        return found

    def beside(self, name: str, where: str, used: Collection[str]) -> list[str]:
        """Return the files that no mapping reads and that are called like one that this one reads, but for a number.

        Args:
            name: as the mapping writes it.
            where: the mapping's place in the config, for messages.
            used: what all mappings read, as they write it.
        """
        mine = [table for table in self.resolve(name, where) if table.path is not None]
        kinds = {_without_numbers(table.name) for table in mine}
        return [
            table.name
            for table in self._tables_of(name.split(".", 1)[0], where)
            if mine and _without_numbers(table.name) in kinds
            if not any(fnmatch.fnmatchcase(table.name, pattern) for pattern in used)
        ]

    def fingerprint(self, name: str, where: str) -> list[object]:
        """Return what the contents of a source table depend on: its bytes, and how they are read."""
        parts: list[object] = []
        for table in self.resolve(name, where):
            if table.path is not None:
                digest = _file_digest(table.path)
            else:
                digest = _table_digest(self._one(table, None).data)
            how = table.source.model_dump(exclude={"path", "url"})
            parts.append([table.name, digest, {key: value for key, value in how.items() if value is not None}])
        return parts

    def read(self, name: str, where: str, columns: Collection[str] | None = None) -> Raw:
        """Read a source table; several that one pattern names stand below each other.

        Args:
            name: as the mapping writes it.
            where: the mapping's place in the config, for messages.
            columns: the columns that are needed, in lower case; None for all.
        """
        raws = [(table.name, self._one(table, columns)) for table in self.resolve(name, where)]
        return raws[0][1] if len(raws) == 1 else stack(raws, where)

    def settings(self, name: str, where: str) -> Source:
        """Return how the source of a table is read."""
        return self.resolve(name, where)[0].source

    def _one(self, table: SourceTable, columns: Collection[str] | None) -> Raw:
        if table.path is not None:
            return read_file(table.path, table.source, columns, shown=self._shown(table.path))
        if table.name not in self._read:
            from tradewind.sources.databases import read_database

            where = f"sources.{table.name.split('.', 1)[0]}"
            url = self._url(table.source, where)
            self._read[table.name] = read_database(url, table.table, table.source.query, where)
        return self._read[table.name]

    def _shown(self, path: Path) -> str:
        root = self.workspace.root
        return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)

    def _tables_of(self, source: str, where: str) -> list[SourceTable]:
        if source not in self._listed:
            settings = self.workspace.config.sources.get(source)
            if settings is None:
                from tradewind.sources.joining import missing_source

                raise ConfigError(missing_source(where, source, sorted(self.workspace.config.sources)))
            self._listed[source] = self._list(source, settings)
        return self._listed[source]

    def _list(self, name: str, source: Source) -> list[SourceTable]:
        where = f"sources.{name}"
        if source.path is not None:
            files = self.workspace.source_files(source.path)
            if not files:
                raise SourceError(
                    Problem(
                        f"{where}.path", "no file is found there", source.path, "at least one file", "check the path"
                    )
                )
            # A folder may hold pictures and letters too; a path that means nothing else is an error, told on reading.
            readable = [path for path in files if can_read(path)] if source.format is None else files
            ordered = sorted(readable or files, key=file_order)
            return [SourceTable(f"{name}.{stem(path)}", source, path) for path in ordered]
        if source.table is not None or source.query is not None:
            return [SourceTable(name, source, table=source.table)]
        from tradewind.sources.databases import list_tables

        tables = list_tables(self._url(source, where), where)
        return [SourceTable(f"{name}.{table}", source, table=table) for table in tables]

    def _url(self, source: Source, where: str) -> str:
        """The database's address; a file's path in it is relative to the workspace and may not lead out of it."""
        from tradewind.sources.databases import database_file

        url = source.url or ""
        scheme, _, rest = url.partition(":///")
        if scheme.split("+")[0] not in ("sqlite", "duckdb") or not rest:
            return url
        files = self.workspace.source_files(rest)
        if len(files) != 1:
            raise SourceError(
                Problem(f"{where}.url", "this database file does not exist", rest, "a file in the workspace")
            )
        url = f"{scheme}:///{files[0]}"
        database_file(url)
        return url


def _full_name(table: SourceTable) -> str:
    """A file's name with its ending, for folders in which `orders.csv` lies beside `orders.xlsx`."""
    return "" if table.path is None else f"{table.name.split('.', 1)[0]}.{table.path.name}"


def _without_numbers(name: str) -> str:
    return re.sub(r"[\W\d_]+", " ", name).strip().lower()


def file_order(path: Path) -> tuple[object, ...]:
    """Return what puts files of one kind in order: the later one is the newer export, and its rows count.

    Numbers are compared as numbers, and endings last, so that `orders_10` and `orders_9 corrected` follow `orders_9`.
    """
    parts = re.split(r"(\d+)", stem(path).lower())
    return str(path.parent), [int(part) if part.isdigit() else part for part in parts], path.name


def stem(path: Path) -> str:
    """Return a file's name without its endings: `orders.csv.gz` is `orders`."""
    name = path.name[: -len(".gz")] if path.name.lower().endswith(".gz") else path.name
    return name.rsplit(".", 1)[0] if "." in name[1:] else name


def stack(raws: list[tuple[str, Raw]], where: str) -> Raw:
    """Put tables below each other, column by column name; rows are numbered through, `pieces` says where each begins.

    Raises:
        SourceError: a column holds numbers in one and times in another.
    """
    import pyarrow as pa

    from tradewind.sources.raw import BrokenRow

    try:
        data = pa.concat_tables([raw.data for _, raw in raws], promote_options="permissive")
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        names = ", ".join(name for name, _ in raws)
        raise SourceError(
            Problem(where, "these files do not fit together", f"{names}: {error}", "the same columns of the same types")
        ) from error
    broken: list[BrokenRow] = []
    pieces: list[tuple[str, int]] = []
    start = 0
    for name, raw in raws:
        pieces.append((name, start))
        broken += [BrokenRow(row.row + start, row.text, row.reason) for row in raw.broken]
        start += raw.rows
    names_ = tuple(dict.fromkeys(name for _, raw in raws for name in raw.names))
    notes = tuple(f"{name}: {note}" for name, raw in raws for note in raw.notes)
    return Raw(data, names_, tuple(broken), notes, tuple(pieces))


def _file_digest(path: Path) -> str:
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise SourceError(
            Problem(str(path), "the file cannot be read", error.strerror or "", "a readable file")
        ) from error


def _table_digest(data: pa.Table) -> str:
    import pyarrow as pa

    sink = hashlib.sha256()
    with pa.ipc.new_stream(pa.PythonFile(_Sink(sink), mode="w"), data.schema) as writer:
        writer.write_table(data.combine_chunks())
    return sink.hexdigest()


class _Sink:
    """A file that only remembers the digest of what is written to it."""

    closed = False

    def __init__(self, digest: object) -> None:
        self._digest = digest

    def write(self, data: bytes) -> int:
        """Take bytes into the digest."""
        self._digest.update(data)  # type: ignore[attr-defined]
        return len(data)

    def flush(self) -> None:
        """Nothing waits."""

    def close(self) -> None:
        """Nothing is open."""
