"""One snapshot with its models, ready to answer: made in the background, never changed, put in place as a whole."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any

from tradewind.core.contract import CONTRACT
from tradewind.core.errors import NotAnswerable
from tradewind.core.identity import LINKS
from tradewind.core.time import Clock, Cutoff, local_day
from tradewind.flow.answers.rule_list import rule_of_list
from tradewind.flow.data import Data, open_data
from tradewind.flow.questions.asked import Question, asked_questions
from tradewind.flow.serving.columns import NotKnownHere, Relation, Words
from tradewind.flow.serving.engine_path import EnginePath
from tradewind.flow.serving.fresh import Worker
from tradewind.flow.serving.held import RECORDS, HeldTable, Links, Own, hold_table, links_table, look_up
from tradewind.flow.serving.inbox import Arrived, Inbox, Waiting
from tradewind.flow.serving.listed import Listed
from tradewind.flow.serving.live_orders import LiveOrders
from tradewind.flow.serving.served import Served, serve_question
from tradewind.store.config import Config
from tradewind.store.manifest import Manifest
from tradewind.store.pins_state import pinned_models
from tradewind.store.workspace import Workspace

GIGABYTE = 1_000_000_000


@dataclass(frozen=True)
class Stamp:
    """What a generation stands for; another one is made when it changes.

    Args:
        snapshot: id of the snapshot.
        config: the configuration.
        versions: question to the deployed model's version.
    """

    snapshot: str
    config: Config
    versions: Mapping[str, str]


@dataclass(frozen=True)
class Generation:
    """Everything that answers are made of.

    Args:
        stamp: what it stands for.
        data: the snapshot; its engine is closed.
        served: question to how it is served.
        tables: contract tables in memory.
        links: which records are one person.
        words: texts as numbers.
        workers: question to what computes its features, where that is possible in memory.
        engine: the long way, for the others.
        waiting: rows that no run has read yet.
        left_out: why no rows are held in memory; empty where they are.
    """

    stamp: Stamp
    data: Data | None
    served: Mapping[str, Served]
    tables: Mapping[str, HeldTable]
    links: Links
    words: Words
    workers: Mapping[str, Worker]
    engine: EnginePath | None
    waiting: Waiting
    left_out: str = ""

    def ids_of(self, entity: str, entity_id: str) -> dict[str, set[str]]:
        """Return every id, by column, whose rows may be an entity's."""
        kind = RECORDS.get(entity)
        if kind is None or self.data is None or not self.data.catalog.linked:
            return {entity: {entity_id}}
        found = self.links.same(kind, self.words.number(entity_id))
        columns = {kind: column for column, kind in RECORDS.items()}
        return {columns[each]: {self.words.text(number) for number in numbers} for each, numbers in found.items()}

    def rows_of(self, ids: Mapping[str, Collection[str]], arrived: list[Arrived]) -> Own:
        """Return an entity's rows, stored and arrived."""
        fresh: dict[str, list[Arrived]] = {}
        for row in arrived:
            if CONTRACT[row.table].kind == "fact":
                fresh.setdefault(row.table, []).append(row)
        numbers = {column: {self.words.number(each) for each in values} for column, values in ids.items()}
        return Own(self.tables, numbers, fresh, self.words)

    @property
    def zone(self) -> str:
        """The workspace's time zone."""
        assert self.data is not None
        return self.data.catalog.zone

    def day_after(self, served: Served, newest: date | None) -> Cutoff:
        """Return as of which day a question is answered: its list's, or the midnight after the newest row since.

        Args:
            served: the question.
            newest: the local day on which the newest row was received; None where nothing came.
        """
        assert self.data is not None
        listed = None if served.listed is None else served.listed.day
        day = self.data.score_at if listed is None else Cutoff(listed, self.zone)
        if newest is None:
            return day
        after, pinned = newest + timedelta(days=1), self.data.workspace.config.workspace.as_of
        return max(day, Cutoff(after if pinned is None else min(after, pinned), self.zone))

    def known_by(self, served: Served, day: Cutoff, clock: Clock) -> Cutoff:
        """Return by when rows may be known that tell whether somebody is still asked about as of a day."""
        assert self.data is not None
        pinned = self.data.workspace.config.workspace.as_of is not None
        today = None if pinned else Cutoff(local_day(clock(), day.zone), day.zone)
        return served.known_by(day, today, self.waiting.newest)

    @property
    def size(self) -> int:
        """Bytes held, about."""
        lists = sum(each.listed.size for each in self.served.values() if each.listed is not None)
        return lists + sum(table.size for table in self.tables.values())

    def close(self) -> None:
        """Close the engine that it may have opened."""
        if self.engine is not None:
            self.engine.close()


def stamp_of(workspace: Workspace, manifest: Manifest, questions: Collection[Question]) -> Stamp:
    """Return what a generation of now would stand for."""
    versions = {question.name: version for question in questions if (version := deployed_version(workspace, question))}
    return Stamp(manifest.snapshot_id, workspace.config, versions)


def deployed_version(workspace: Workspace, question: Question) -> str:
    """Return the version of the deployed model: the one that somebody chose, else the newest; empty for none."""
    pin = pinned_models(workspace.state()).get(question.name)
    if pin is not None:
        return pin.version
    found = workspace.state().newest_model(question.name)
    return "" if found is None else found.version


def learned_questions(workspace: Workspace) -> tuple[Question, ...]:
    """Return the questions that give scores."""
    return tuple(each for each in asked_questions(workspace.config) if each.use_case.task != "analysis")


def build_generation(workspace: Workspace, inbox: Inbox, most_bytes: int = GIGABYTE) -> Generation:
    """Read a snapshot and its models into memory.

    Args:
        workspace: an open workspace.
        inbox: where rows wait for the next run.
        most_bytes: what the rows of contract tables may take; beyond it, scores are those of the last run.
    """
    manifest, questions = workspace.manifest(), learned_questions(workspace)
    stamp = stamp_of(workspace, manifest, questions)
    settings = workspace.config.workspace
    admit = LiveOrders(workspace, manifest).admit
    waiting = Waiting(inbox.drained_by(manifest), settings.timezone, settings.currency, admit)
    words = Words()
    try:
        with open_data(workspace) as data:
            served = {each.name: serve_question(data, each, _listed(workspace, data.manifest, each),
                                                stamp.versions.get(each.name, "")) for each in questions}  # fmt: skip
    except NotAnswerable:
        return Generation(stamp, None, {}, {}, Links(None, words), words, {}, None, waiting)
    left_out = _too_large(data.manifest, served, most_bytes)
    tables = {} if left_out else dict(_held(data, served, words))
    workers = dict(_workers(served, tables, words)) if not left_out else {}
    linked = links_table(workspace.root, data.manifest, words) if data.catalog.linked else None
    if linked is not None:
        tables = {**tables, LINKS: linked}
    return Generation(
        stamp, data, served, tables, Links(linked, words), words, workers, EnginePath(data), waiting, left_out
    )


def _listed(workspace: Workspace, manifest: Manifest, question: Question) -> Listed | None:
    from tradewind.store.tables import read_table

    name = f"scores_{question.name}"
    if name not in manifest.tables:
        return None
    entry = manifest.tables[name]
    return Listed(read_table(workspace.root, entry), question.use_case.entity, rule_of_list(manifest, question.name))


def _columns(served: Mapping[str, Served]) -> dict[str, frozenset[str]]:
    """Every table that compiled statements read, with the columns."""
    wanted: dict[str, frozenset[str]] = {}
    for each in served.values():
        if each.model is not None and each.model.statements is not None:
            for name, columns in each.model.statements.columns.items():
                wanted[name] = wanted.get(name, frozenset()) | columns
    return wanted


def _too_large(manifest: Manifest, served: Mapping[str, Served], most_bytes: int) -> str:
    needed = 0
    for name, columns in _columns(served).items():
        entry = manifest.tables[name]
        widths = [4 if kind in ("VARCHAR", "DATE") else 8 for column, kind in entry.columns if column in columns]
        needed += entry.rows * (sum(widths) + 8)
    if needed <= most_bytes:
        return ""
    return (
        f"the rows that scores are made of would take {needed / GIGABYTE:,.1f} GB of memory, more than the "
        f"{most_bytes / GIGABYTE:,.1f} GB that this server may use for them"
    )


def _held(data: Data, served: Mapping[str, Served], words: Words) -> Iterator[tuple[str, HeldTable]]:
    for name, columns in _columns(served).items():
        try:
            yield name, hold_table(data.workspace.root, data.manifest, name, columns, words)
        except NotKnownHere:
            continue  # questions that read it go the long way


def _workers(
    served: Mapping[str, Served], tables: Mapping[str, HeldTable], words: Words
) -> Iterator[tuple[str, Worker]]:
    for name, each in served.items():
        model = each.model
        if model is None or model.statements is None or not model.statements.columns.keys() <= tables.keys():
            continue
        lookup: Any = partial(_look_up, tables)
        yield name, Worker(model.statements, model.feature_set, each.spans, words, lookup)


def _look_up(tables: Mapping[str, HeldTable], name: str, column: str, values: Any) -> Relation:
    if name not in tables:
        raise NotKnownHere(name)
    return look_up(tables, name, column, values)
