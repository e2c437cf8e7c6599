"""The data of one snapshot, opened for a question: engine, catalog, the day of the newest answer, the margin."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta

from tradewind.core.contract import CONTRACT
from tradewind.core.errors import NotAnswerable, Problem
from tradewind.core.feature import FeatureTable
from tradewind.core.identity import LINKS
from tradewind.core.time import Cutoff, local_day
from tradewind.features.catalog import Catalog, catalog_of, with_starts
from tradewind.flow.answers.margin import Margin, find_margin
from tradewind.flow.ask import ask
from tradewind.flow.learning.part import Part
from tradewind.flow.pipeline.late_columns import without_late_columns
from tradewind.store.engines import Engine
from tradewind.store.manifest import Manifest
from tradewind.store.workspace import Workspace


@dataclass(frozen=True)
class Data:
    """One snapshot, open.

    Args:
        workspace: whose data.
        manifest: the snapshot.
        engine: SQL engine with its contract tables loaded.
        catalog: which tables and columns there are.
        first_day: first local day with an order (or any fact).
        score_at: the local midnight after the newest fact: today's answers are given as of it.
        margin: share of revenue that is gross margin.
        made: features computed already, by all that they depend on; questions often ask about the same people.
        kept: what was read of it already for all who ask, by name and the day as of which.
        part: which people these are where the data are those of a part only; see `flow.learning.part`.
    """

    workspace: Workspace
    manifest: Manifest
    engine: Engine
    catalog: Catalog
    first_day: Cutoff
    score_at: Cutoff
    margin: Margin
    made: dict[object, FeatureTable] = field(default_factory=dict, repr=False, compare=False)
    kept: dict[object, object] = field(default_factory=dict, repr=False, compare=False)
    part: Part | None = None

    def first_day_of(self, table: str) -> Cutoff:
        """Return the first local day of a contract table's rows; that of all facts where its rows have no time."""
        key = ("first day", table)
        if key not in self.kept:
            self.kept[key] = self._first_day_of(table)
        found = self.kept[key]
        return found if isinstance(found, Cutoff) else self.first_day

    def _first_day_of(self, table: str) -> Cutoff | None:
        stored = self.catalog.table(table)
        if table == "orders" or stored is None or stored.contract.time not in stored.columns:
            return None
        if table in self.catalog.starts:
            return Cutoff(self.catalog.starts[table], self.catalog.zone)
        time = stored.contract.time
        oldest = ask(self.engine, f"SELECT MIN({time}) AS oldest FROM {table}").column("oldest")[0].as_py()
        return None if oldest is None else Cutoff(local_day(oldest, self.catalog.zone), self.catalog.zone)

    @property
    def threads(self) -> int:
        """Processors that fitting may use."""
        return self.workspace.config.workspace.threads or os.cpu_count() or 1


def contract_tables(manifest: Manifest) -> tuple[str, ...]:
    """Return the names of the contract tables that a snapshot has."""
    return tuple(name for name in manifest.tables if name in CONTRACT)


def tables_read(workspace: Workspace, manifest: Manifest) -> tuple[str, ...]:
    """Return the names of all tables that answers are read from: the contract's, and who is one person where config
    asks for it."""
    links = (LINKS,) if linked_kinds(workspace, manifest) else ()
    return (*contract_tables(manifest), *links)


def linked_kinds(workspace: Workspace, manifest: Manifest) -> tuple[str, ...]:
    """Return the kinds of record that links join to persons; none without `[identity]`."""
    settings = workspace.config.identity
    if settings is None or not settings.enabled or LINKS not in manifest.tables:
        return ()
    return tuple(manifest.tables[LINKS].meta.get("kinds", ()))


def _or_a_label(manifest: Manifest) -> str:
    """What else is to be done where there are rows that may hold an answer."""
    table = next((name for name in ("leads", "deals", "accounts", "customers") if name in manifest.tables), "")
    return (
        f'; or, where a column of {table} tells how each row ended, name it: [labels.NAME] with table = "{table}", '
        "column = … and positive = …" if table else ""
    )  # fmt: skip


@contextmanager
def open_data(workspace: Workspace) -> Iterator[Data]:
    """Open the present snapshot's contract tables in the workspace's engine.

    Raises:
        NotAnswerable: there are no facts at all, and no label whose answer would stand in a table without.
    """
    manifest = workspace.manifest()
    settings = workspace.config.workspace
    stable = {name: mapping.stable for name, mapping in workspace.config.tables.items()}
    with workspace.engine(tables_read(workspace, manifest), manifest) as engine:
        linked = linked_kinds(workspace, manifest)
        catalog = with_starts(engine, catalog_of(manifest.tables, settings.timezone, stable, linked))
        catalog = without_late_columns(engine, catalog)
        first = catalog.history_start
        dated = any(manifest.tables[name].rows for name in _dated_tables(catalog))
        if first is None and not workspace.config.labels and not dated:
            raise NotAnswerable(
                Problem("", "there are no orders or other events", "0 rows", "at least one table of facts",
                        "map [tables.orders] or [tables.order_lines], and look whether their files hold rows"
                        + _or_a_label(manifest))
            )  # fmt: skip
        yield Data(
            workspace,
            manifest,
            engine,
            catalog,
            Cutoff(first or _today(workspace), settings.timezone),
            Cutoff(_newest_cutoff(workspace, engine, catalog), settings.timezone),
            find_margin(workspace, engine, catalog),
        )


def _newest_cutoff(workspace: Workspace, engine: Engine, catalog: Catalog) -> date:
    """The day after the newest purchase, or today where data reach further: an unfinished day is never scored.

    Without purchases it is the day after the newest moment of any fact, or of a row that begins or ends at a time.
    """
    today = _today(workspace)
    if "orders" in catalog.starts:
        newest: date = ask(engine, "SELECT MAX(happened_on) AS newest FROM orders").column("newest")[0].as_py()
        return min(newest + timedelta(days=1), today)
    begins = Cutoff(today, catalog.zone).at
    moments = [
        ask(engine, f"SELECT MAX({time}) AS newest FROM {table} WHERE {time} < :today", today=begins)
        for table, times in _dated_tables(catalog).items()
        for time in times
    ]
    days = [local_day(row, catalog.zone) for found in moments if (row := found.column("newest")[0].as_py()) is not None]
    return min(max(days) + timedelta(days=1), today) if days else today


_BEGINS_OR_ENDS = ("happened_at", "entered_at", "created_at", "started_at", "ended_at", "converted_at", "closed_at")


def _dated_tables(catalog: Catalog) -> dict[str, tuple[str, ...]]:
    """Return the tables whose rows happen, begin or end at a time, each with those times; people and products, which
    are there without one, are left out."""
    dated = {}
    for name, table in catalog.tables.items():
        happens = table.contract.kind == "fact" or table.contract.dated or name == "subscriptions"
        times = tuple(time for time in _BEGINS_OR_ENDS if time in table.columns)
        if happens and times and name != "outcomes":  # what people tell today does not move the day of the data
            dated[name] = times
    return dated


def _today(workspace: Workspace) -> date:
    settings = workspace.config.workspace
    return settings.as_of or local_day(workspace.clock(), settings.timezone)


OpenData = Callable[[], Data]
"""Opens the snapshot at its first call, and returns what is open at the next ones."""


@contextmanager
def lazy_data(workspace: Workspace) -> Iterator[OpenData]:
    """Open the snapshot at first use only: a run in which nothing has changed never does."""
    with ExitStack() as stack:
        held: list[Data] = []

        def get() -> Data:
            if not held:
                held.append(stack.enter_context(open_data(workspace)))
            return held[0]

        yield get
