"""Uploaded files that no mapping reads yet: found out, and added to the workspace's config below what stands there."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import replace

from tradewind.core.errors import ConfigError, Problem, SourceError
from tradewind.flow.mapping.draft import Change, changing
from tradewind.flow.mapping.save import save_text, standing_mapping
from tradewind.flow.progress import Progress
from tradewind.flow.questions.asked import list_use_cases
from tradewind.flow.start.init import look_at
from tradewind.flow.start.proposed_questions import propose_questions
from tradewind.flow.start.write_config import write_sections
from tradewind.flow.uploads.receive import Upload, list_uploads, path_of
from tradewind.sources.found import SourceTables
from tradewind.sources.inventory import FoundSource
from tradewind.sources.places import source_name
from tradewind.sources.proposal import ProposedTable
from tradewind.store.config import parse_config
from tradewind.store.question_folders import read_question_folders
from tradewind.store.workspace import Workspace


def unread_uploads(workspace: Workspace) -> list[Upload]:
    """Return the uploaded files that no mapping reads."""
    sources, read = SourceTables(workspace), set()
    for name, mapping in workspace.config.tables.items():
        for each in (mapping.from_, *(look.table for look in mapping.lookup)):
            try:
                read |= {table.path for table in sources.resolve(each, f"tables.{name}")}
            except (ConfigError, SourceError):
                continue  # a source that lost its files is told where it is loaded
    return [each for each in list_uploads(workspace.root) if path_of(workspace.root, each) not in read]


def add_new_files(workspace: Workspace, by: str, progress: Progress) -> tuple[str, ...]:
    """Find out what the unread files hold, and add what no table holds yet to `tradewind.toml`.

    Args:
        workspace: an open workspace.
        by: who asked.
        progress: told what is being done.
    Returns:
        the contract tables that were added.
    Raises:
        ConfigError: nothing in them is recognised, or all of it is there already.
        SourceError: they cannot be read.
    """
    places = [str(path_of(workspace.root, each)) for each in unread_uploads(workspace)]
    found, proposal = look_at(workspace.root, places, workspace.environ, workspace.clock, progress)
    new = [each for each in proposal.tables if each.table not in workspace.config.tables]
    if not new:
        there = ", ".join(each.table.replace("_", " ") for each in proposal.tables)
        raise ConfigError(
            Problem(
                "", f"these files hold {there}, and other files do so already", "", "tables that are not there yet",
                "remove the older file, or make them one table: what the files mean, “The file it comes from”",
            )
        )  # fmt: skip
    with changing(workspace.root, workspace.clock):
        standing = standing_mapping(workspace.root)
        assert standing is not None
        names = _new_names(found.sources, standing.text)
        sources = [replace(each, name=names[each.name]) for each in found.sources]
        tables = [_renamed(each, names) for each in new]
        used = {name.split(".")[0] for each in tables for name in (each.from_, *(look for look, _ in each.lookups))}
        stubs = [ProposedTable(name, "", (), "", 1.0) for name in workspace.config.tables]
        asked = propose_questions([*stubs, *tables])
        fresh = {case.name for case in list_use_cases() if set(case.requires) & {each.table for each in tables}}
        questions = [each for each in asked if each.name in fresh and each.name not in workspace.config.use_cases]
        zone = workspace.config.workspace.timezone
        text = write_sections([each for each in sources if each.name in used], tables, questions, zone)
        whole = f"{standing.text.rstrip()}\n\n{text}"
        parse_config(tomllib.loads(whole), workspace.environ, whole, read_question_folders(workspace.root, []))
        changes = tuple(Change(f"tables.{each.table}.from", "", each.from_) for each in tables)
        save_text(workspace.root, standing, whole, changes, by, workspace.clock)
    return tuple(each.table for each in tables)


def _new_names(sources: list[FoundSource], text: str) -> dict[str, str]:
    """A name for each found source that the config does not hold yet."""
    taken = list(tomllib.loads(text).get("sources", {}))
    names: dict[str, str] = {}
    for each in sources:
        names[each.name] = source_name(each.name, [*taken, *names.values()])
    return names


def _renamed(table: ProposedTable, names: Mapping[str, str]) -> ProposedTable:
    def rename(name: str) -> str:
        source, dot, rest = name.partition(".")
        return f"{names.get(source, source)}{dot}{rest}"

    return replace(table, from_=rename(table.from_), lookups=tuple((rename(name), on) for name, on in table.lookups))
