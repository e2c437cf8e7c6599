"""Databases found: files known by their first bytes, servers by an address that stays in the environment."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

from tradewind.core.errors import Problem, SourceError
from tradewind.sources.databases import list_tables, read_database, shown_address
from tradewind.sources.inventory import MOST_COLUMNS, Found, FoundSource, FoundTable, Ignored
from tradewind.sources.places import path_from, variable_name

MOST_TABLES = 200
"""Tables of a database that are looked at."""

_OURS = re.compile(r"^(sqlite_|pg_|alembic_version$|schema_migrations$|flyway_|django_migrations$)")


def database_kind(path: Path) -> str | None:
    """Return `sqlite` or `duckdb` where a file is such a database, whatever its name, or None."""
    try:
        with open(path, "rb") as file:
            head = file.read(16)
    except OSError as error:
        raise SourceError(
            Problem(str(path), "the file cannot be read", error.strerror or "", "a readable file")
        ) from None
    if head.startswith(b"SQLite format 3\0"):
        return "sqlite"
    return "duckdb" if head[8:12] == b"DUCK" else None


def find_database_file(found: Found, path: Path, kind: str, root: Path, shown: str) -> None:
    """Add a database that is one file."""
    written, allow = path_from(root, path)
    name = found.name_for(path.stem)
    source = FoundSource(name, {"url": f"{kind}:///{written}"}, allow, shown)
    _add_tables(found, source, f"{kind}:///{path.resolve()}", shown, lambda _: None)


def find_address(found: Found, place: str, environ: Mapping[str, str], tell: Callable[[str], None]) -> None:
    """Add a database server; its address is kept in an environment variable, never in the config.

    Args:
        found: what was found so far.
        place: an address, or `${NAME}` of the variable that holds it.
        environ: environment variables.
        tell: told what is being read.
    """
    given = re.fullmatch(r"\$\{?(\w+)\}?", place)
    if given is not None and given[1] not in environ:
        raise SourceError(
            Problem(place, f"the environment variable {given[1]} is not set", do=f"export {given[1]}='postgresql://…'")
        )
    url = environ[given[1]] if given is not None else place
    shown = shown_address(url)
    name = found.name_for(given[1].lower().removesuffix("_url") if given is not None else _database_name(url))
    variable = given[1] if given is not None else variable_name(name)
    found.variables[variable] = url
    _add_tables(found, FoundSource(name, {"url": f"${{{variable}}}"}, "", shown), url, shown, tell)


def _add_tables(found: Found, source: FoundSource, url: str, shown: str, tell: Callable[[str], None]) -> None:
    names = [name for name in list_tables(url, shown) if not _OURS.match(name)]
    if not names:
        raise SourceError(Problem(shown, "this database has no tables", "", "at least one table"))
    for name in names[MOST_TABLES:]:
        found.ignored.append(Ignored(f"{shown}, table {name}", f"only the first {MOST_TABLES} tables are looked at"))
    tables = []
    for name in names[:MOST_TABLES]:
        said = f"{shown}, table {name}"
        tell(said)
        raw = read_database(url, table=name, where=said)
        if not raw.data.num_rows:
            found.ignored.append(Ignored(said, "it has no rows"))
        elif raw.data.num_columns > MOST_COLUMNS:
            found.ignored.append(Ignored(said, f"it has {raw.data.num_columns:,} columns", trouble=True))
        else:
            tables.append(FoundTable(f"{source.name}.{name}", source.name, said, raw))
    found.add(source, tables)


def _database_name(url: str) -> str:
    bare = url.split("?", 1)[0].rstrip("/")
    name = bare.rsplit("/", 1)[-1]
    return name if name and "@" not in name and ":" not in name else "database"
