"""The source tables of a workspace, as the page of the mapping offers them: names, and columns with a few values."""

from __future__ import annotations

import fnmatch

from tradewind.core.errors import ConfigError, SourceError
from tradewind.flow.mapping.draft import LookedFile
from tradewind.flow.mapping.preview import source_columns
from tradewind.sources.found import SourceTables
from tradewind.store.workspace import Workspace

_MOST = 60


def known_files(workspace: Workspace) -> tuple[LookedFile, ...]:
    """Return the source tables that a mapping uses or could use; only files, whose beginning is read at most.

    Databases are named by the tables that are mapped from them: a page does not wait for one.
    """
    used = list(dict.fromkeys(mapping.from_ for mapping in workspace.config.tables.values()))
    found = {name: _looked(workspace, name) for name in used}
    sources = SourceTables(workspace)
    for name, source in workspace.config.sources.items():
        if source.path is None:
            continue
        try:
            tables = sources.resolve(f"{name}.*", f"sources.{name}")
        except (ConfigError, SourceError):
            continue
        for table in tables:
            if len(found) < _MOST and table.name not in found and not _covered(table.name, used):
                found[table.name] = _looked(workspace, table.name)
    return tuple(found.values())


def _covered(name: str, used: list[str]) -> bool:
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in used)


def _looked(workspace: Workspace, name: str) -> LookedFile:
    columns = source_columns(workspace, name)
    shown = name.partition(".")[2] or name
    return LookedFile(name, shown, 0, tuple(columns), tuple(columns.values()))
