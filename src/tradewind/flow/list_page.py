"""A page of a question's list: those rows that the visitor may see, read from the snapshot without the rest of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tradewind.core.entities import ENTITIES
from tradewind.core.feedback import Feedback
from tradewind.flow.depends import today_of
from tradewind.flow.feedback import handled
from tradewind.flow.list_owner import SeesRow, with_owner
from tradewind.flow.list_rows import Row, listed_row, say_last, scored_row
from tradewind.flow.morning_list import caveat_of
from tradewind.flow.names import say_names
from tradewind.flow.question import Question
from tradewind.flow.snapshot_rows import Ask, snapshot_rows
from tradewind.flow.worklist import SCORE_COLUMNS, entity_of, list_table
from tradewind.store.manifest import Manifest, TableEntry
from tradewind.store.workspace import Workspace


@dataclass(frozen=True)
class ListedRow:
    """A row in words, beside its values as the table holds them."""

    row: Row
    values: Mapping[str, Any]


@dataclass(frozen=True)
class ListPage:
    """Some rows of a list.

    Args:
        question: whose list.
        entity: the column that names whom a row is about.
        as_of: the local day as of which it was made; None where the table does not say.
        rows: in the list's order.
        after: rank after which the next page begins; None on the last.
        on_list: how many rows there are for the visitor, handled ones not counted.
        handled: how many are left out because somebody worked on them or put them off.
        caveat: what to do where the list is no better than a rule or chance; else empty.
        columns: of the table behind it.
    """

    question: Question
    entity: str
    as_of: date | None
    rows: tuple[ListedRow, ...]
    after: int | None
    on_list: int
    handled: int
    caveat: str = ""
    columns: tuple[str, ...] = field(default_factory=tuple)


@dataclass(frozen=True)
class Asked:
    """Which rows of a list are wanted.

    Args:
        after: rows of a rank above this.
        limit: at most so many.
        owner: only what this person owns; everybody's where empty.
        sees: whose rows the visitor may see; None for all.
    """

    after: int = 0
    limit: int = 50
    owner: str = ""
    sees: SeesRow | None = None


def list_page(workspace: Workspace, manifest: Manifest, question: Question, asked: Asked) -> ListPage:
    """Return some rows of a question's list.

    Args:
        workspace: an open workspace.
        manifest: the snapshot whose list is read.
        question: whose list.
        asked: which rows.
    Raises:
        NotAnswerable: no run has made one, or the question has none.
    """
    entry = list_table(manifest, question)
    key = entity_of(entry, question)
    said = workspace.state().feedback()
    resting = resting_ids(workspace, question, key, said)
    tables = [entry.name, *([ENTITIES[key].table] if key in ENTITIES else [])]
    with snapshot_rows(workspace, manifest, tables) as ask:
        source = _Source(ask, manifest, entry, key, asked)
        total, left_out = source.count(resting)
        rows = source.page(resting)
        as_of = source.as_of()
    names = say_names(workspace, key, [str(row[key]) for row in rows])
    last = {each.entity_id: each for each in said if each.question == question.name}
    currency = workspace.config.workspace.currency
    made = tuple(_said(row, key, question, names, last, currency) for row in rows[: asked.limit])
    after = made[-1].row.rank if len(rows) > asked.limit else None
    caveat = caveat_of(workspace, question.name)
    columns = tuple(name for name, _ in entry.columns)
    return ListPage(question, key, as_of, made, after, total, left_out, caveat, columns)


def resting_ids(workspace: Workspace, question: Question, entity: str, said: list[Feedback]) -> list[str]:
    """Return whom to leave alone today: worked on, put off, or ended on any list."""
    today, zone = today_of(workspace), workspace.config.workspace.timezone
    ended = [each for each in said if each.entity == entity and each.verdict in ("won", "lost")]
    own = [each for each in said if each.question == question.name]
    return sorted({**handled(ended, question, today, zone), **handled(own, question, today, zone)})


class _Source:
    """The table of a list with each row's owner: the list's own word, else that of the entity's present row."""

    def __init__(self, ask: Ask, manifest: Manifest, entry: TableEntry, key: str, asked: Asked) -> None:
        self._ask, self._entry, self._key, self._asked = ask, entry, key, asked
        self._from, self._owner = with_owner(manifest, entry, key, key)
        self._owners: list[str] | None = None
        if asked.sees is not None or asked.owner:
            self._owners = self._seen_owners(asked)

    def _seen_owners(self, asked: Asked) -> list[str]:
        """The owners whose rows are wanted, as the table spells them."""
        if not self._owner:
            return []
        rows = self._ask(f"SELECT DISTINCT {self._owner} AS owner FROM {self._from}")
        wanted = asked.owner.strip().casefold()
        owners = [str(row["owner"]) for row in rows if row["owner"]]
        if wanted:
            owners = [owner for owner in owners if owner.strip().casefold() == wanted]
        return [owner for owner in owners if asked.sees is None or asked.sees(owner)]

    @property
    def _seen(self) -> str:
        return "TRUE" if self._owners is None else f"{self._owner or 'NULL'} IN (SELECT unnest($owners::VARCHAR[]))"

    @property
    def _bound(self) -> dict[str, object]:
        return {} if self._owners is None else {"owners": self._owners}

    def count(self, resting: list[str]) -> tuple[int, int]:
        """How many rows are open, and how many rest."""
        rests = f'CAST(l."{self._key}" AS VARCHAR) IN (SELECT unnest($resting::VARCHAR[]))'
        if self._owners is None and not resting:
            return self._entry.rows, 0
        sql = f"SELECT count(*) AS seen, count(*) FILTER ({rests}) AS rest FROM {self._from} WHERE {self._seen}"
        row = self._ask(sql, resting=resting, **self._bound)[0]
        return int(row["seen"]) - int(row["rest"]), int(row["rest"])

    def page(self, resting: list[str]) -> list[dict[str, Any]]:
        """The rows asked for and one more, with `place` and `list_owner`."""
        rests = f'CAST(l."{self._key}" AS VARCHAR) IN (SELECT unnest($resting::VARCHAR[]))'
        owner = f"{self._owner or 'NULL'} AS list_owner"
        sql = (
            f"SELECT l.*, {owner} FROM {self._from} WHERE l.place >= $after AND {self._seen} AND NOT {rests} "
            "ORDER BY l.place LIMIT $limit"
        )
        return self._ask(sql, resting=resting, after=self._asked.after, limit=self._asked.limit + 1, **self._bound)

    def as_of(self) -> date | None:
        """The day as of which the list was made."""
        if "cutoff" not in dict(self._entry.columns) or not self._entry.rows:
            return None
        found = self._ask(f'SELECT l.cutoff AS day FROM "{self._entry.name}" l LIMIT 1')[0]["day"]
        return found if isinstance(found, date) else None


def _said(
    row: dict[str, Any], key: str, question: Question, names: Mapping[str, str], last: Mapping[str, Feedback],
    currency: str,
) -> ListedRow:  # fmt: skip
    values = dict(row)
    place, owner = int(values.pop("place")), values.pop("list_owner")
    found = str(values[key])
    bare = Row(place + 1, found, names.get(found, ""), str(owner or ""), last=say_last(last.get(found)))
    scored = SCORE_COLUMNS & values.keys() >= {"mean"} and question.use_case.task != "analysis"
    if scored:
        people = question.use_case.task == "classification"
        return ListedRow(scored_row(bare, values, key, people, currency), values)
    return ListedRow(listed_row(bare, values, key, currency), values)
