"""What a company has: files, sheets and tables found where one points, each read as a `run` will read it again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tradewind.core.errors import Problem, SourceError
from tradewind.sources.discover_databases import database_kind, find_address, find_database_file
from tradewind.sources.discover_files import Read, plain_source, read_plain, read_workbook, single_source
from tradewind.sources.files import format_of
from tradewind.sources.found import file_order
from tradewind.sources.inventory import Found, Ignored, Tell
from tradewind.sources.places import is_address
from tradewind.sources.unrelated import why_unrelated

MOST_FILES = 2_000
"""Files that a folder may hold: beyond that the wrong folder was named."""

_OWN = frozenset({"tables", "models", "reports", "backups", "snapshots"})
_DEEPEST = 3


def discover(places: Sequence[str], root: Path, environ: Mapping[str, str], tell: Tell = lambda _: None) -> Found:
    """Look at every place and read what is there.

    Args:
        places: folders, files and database addresses.
        root: the workspace that shall use them; need not exist yet.
        environ: environment variables, for an address given as `${NAME}`.
        tell: told what is being read.
    Returns:
        sources, tables, and what was ignored.
    Raises:
        SourceError: a place does not exist, or nothing anywhere can be read; with every problem.
    """
    found = Found()
    problems: list[Problem] = []
    for place in dict.fromkeys(places):
        try:
            if is_address(place):
                find_address(found, place, environ, tell)
            else:
                _find_path(found, Path(place).expanduser(), root, tell)
        except SourceError as error:
            problems += error.problems
    if problems:
        raise SourceError(problems)
    if not found.tables:
        raise SourceError(_nothing(places, found))
    return found


def _find_path(found: Found, path: Path, root: Path, tell: Tell) -> None:
    if not path.exists():
        raise SourceError(
            Problem(str(path), "there is no such file or folder", "", "a folder, a file or a database's address",
                    "look at how it is written")
        )  # fmt: skip
    if _made_by_us(path.resolve()):
        raise SourceError(
            Problem(str(path), "this folder is a workspace's own: its tables are made from your files", "",
                    "the folder with the files themselves")
        )  # fmt: skip
    if path.is_dir():
        for folder, files in _folders(path, root):
            _find_folder(found, folder, files, path, root, tell)
    else:
        _find_file(found, path, root, tell)


def _made_by_us(path: Path) -> bool:
    """Whether a path lies in the tables, models or reports of any workspace."""
    above = [parent for parent in path.parents if (parent / "tradewind.toml").exists()]
    return any(path.relative_to(parent).parts[0] in _OWN for parent in above)


def _folders(top: Path, root: Path) -> Iterator[tuple[Path, list[Path]]]:
    """A folder and those below it, with their files; hidden ones and workspaces left out."""
    count = 0
    waiting = [(top, 0)]
    while waiting:
        folder, depth = waiting.pop(0)
        try:
            entries = sorted(folder.iterdir())
        except OSError as error:
            raise SourceError(
                Problem(str(folder), "this folder cannot be read", error.strerror or "", "a readable folder")
            ) from None
        own = folder.resolve() == root.resolve() or (folder / "tradewind.toml").exists()
        files = [entry for entry in entries if entry.is_file() and not entry.name.startswith((".", "~$"))]
        files.sort(key=file_order)
        files = [
            entry for entry in files if not (own and entry.name.startswith(("tradewind.", "workspace.", "state.")))
        ]
        count += len(files)
        if count > MOST_FILES:
            raise SourceError(
                Problem(str(top), "this folder holds too many files to be a set of exports",
                        f"more than {MOST_FILES:,}", "a folder with the exports only",
                        "name the folder below it that holds them")
            )  # fmt: skip
        yield folder, files
        if depth < _DEEPEST:
            waiting += [
                (entry, depth + 1) for entry in entries
                if entry.is_dir() and not entry.name.startswith((".", "__")) and not (entry / "tradewind.toml").exists()
                and not (own and entry.name in _OWN)
            ]  # fmt: skip


def _find_folder(found: Found, folder: Path, files: list[Path], top: Path, root: Path, tell: Tell) -> None:
    """The plain tables of a folder become one source; a file that is read in a way of its own gets its own."""
    plain = []
    for path in files:
        shown = path.relative_to(top.parent if top.parent != Path() else top).as_posix() if top != folder else path.name
        why = why_unrelated(path)
        if why is not None:
            found.ignored.append(Ignored(shown, why))
            continue
        tell(shown)
        try:
            plain += _read(found, path, shown, root)
        except SourceError as error:
            found.ignored.append(_ignored(shown, error))
    if plain:
        found.add(*plain_source(found, folder, plain, root))


def _find_file(found: Found, path: Path, root: Path, tell: Tell) -> None:
    why = why_unrelated(path)
    if why is not None:
        raise SourceError(
            Problem(str(path), "no table can be read from this", why, "CSV, Excel, JSON, Parquet, SQLite or DuckDB",
                    "export the data as CSV")
        )  # fmt: skip
    tell(path.name)
    for read in _read(found, path, path.name, root):
        found.add(*single_source(found, read, root))


def _read(found: Found, path: Path, shown: str, root: Path) -> list[Read]:
    """Read one file; databases and workbooks with several sheets add their own sources, the rest is returned."""
    kind = database_kind(path)
    if kind is not None:
        find_database_file(found, path, kind, root, shown)
        return []
    if format_of(path, None) == "excel":
        reads, ignored = read_workbook(path, shown)
        found.ignored += ignored
        if len(reads) > 1 or (reads and reads[0].settings):
            for read in reads:
                found.add(*single_source(found, read, root))
            return []
        return reads
    return [read_plain(path, shown)]


def _ignored(shown: str, error: SourceError) -> Ignored:
    problem = error.problems[0]
    return Ignored(shown, problem.what + (f" ({problem.found})" if problem.found else ""), trouble=True)


def _nothing(places: Sequence[str], found: Found) -> list[Problem]:
    if not found.ignored:
        return [
            Problem(", ".join(places), "there are no files", "an empty folder",
                    "at least one table: CSV, Excel, JSON, Parquet or a database")
        ]  # fmt: skip
    return [
        Problem(each.shown, each.why, "", "a file with a table", "export the data as CSV")
        for each in found.ignored[:20]
    ]
