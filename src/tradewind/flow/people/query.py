"""What a reader asks of a list of people, as SQL over the index: values are bound, what he may not see is refused."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from tradewind.core.entities import ENTITIES
from tradewind.core.errors import ConfigError, Problem, Stale
from tradewind.core.visitor import Visitor
from tradewind.flow.people.index import PeopleIndex
from tradewind.flow.people.index_sql import Listed, quoted

Value = TypeVar("Value")
LONGEST_SEARCH = 200
MOST_ROWS = 500
BANDS = {"tenth": 0.1, "quarter": 0.25, "half": 0.5}
"""Parts of a question's list, best first, by name."""

SORTS = {
    "key": "key_",
    "name": "name_sort_",
    "company": "company_sort_",
    "owner": "COALESCE(owner_key_, chr(1114111))",
    "newest": "COALESCE(-epoch_us(created_), 9000000000000000000)",
    "amount": "COALESCE(-amount_, 1e308)",
}
"""Ways to sort, each as one ascending expression that is never NULL; `list` sorts by the place on a question's list."""

_REST = 9_000_000_000_000_000_000


@dataclass(frozen=True)
class Wanted:
    """What a reader wants to see.

    Args:
        search: words that all must stand in key, name, e-mail, telephone, company or stage.
        question: only those on this question's list.
        band: only the first `tenth`, `quarter` or `half` of that list.
        worth: only those whose contact is worth its cost.
        owner: only those of this owner.
        mine: only those of the visitor.
        state: open, won, lost, converted or given up.
        stage: of deals.
        where: (attribute, value) pairs that all must hold.
        unhandled: only those of whom nobody has said yet what came of it.
        sort: one of `SORTS`, or `list`; the question's order or the key where empty.
        cursor: where the page before ended.
        limit: rows of a page.
    """

    search: str = ""
    question: str = ""
    band: str = ""
    worth: bool = False
    owner: str = ""
    mine: bool = False
    state: str = ""
    stage: str = ""
    where: tuple[tuple[str, str], ...] = ()
    unhandled: bool = False
    sort: str = ""
    cursor: str = ""
    limit: int = 50


@dataclass
class Query:
    """Conditions and their bound values."""

    conditions: list[str] = field(default_factory=list)
    values: list[object] = field(default_factory=list)

    def add(self, condition: str, *values: object) -> None:
        """Add one condition that must hold, with its values."""
        self.conditions.append(condition)
        self.values += values

    @property
    def sql(self) -> str:
        """The WHERE clause."""
        return f"WHERE {' AND '.join(self.conditions)}" if self.conditions else ""


def query_of(index: PeopleIndex, entity: str, wanted: Wanted, visitor: Visitor, resting: Sequence[str]) -> Query:
    """Return the conditions of what is wanted and of what the visitor may see.

    Args:
        index: of the snapshot.
        entity: key column.
        wanted: what to show.
        visitor: who asks; sales gets rows of its own, viewers cannot search names.
        resting: keys of those who were worked on or put off.
    Raises:
        ConfigError: there is no such question, attribute or way to sort, or the visitor may not use it.
    """
    columns, query = index.columns[entity], Query()
    asked = question_of(index, entity, wanted)
    owner = f"COALESCE({quoted(f'owner_{asked.name}')}, owner_key_)" if _gives_owners(asked) and asked else "owner_key_"
    if visitor.own_only or wanted.mine:
        query.add(f"{owner} IN (SELECT lower(trim(name)) FROM unnest(?) AS mine(name))", list(visitor.owners))
    searched = "find_" if visitor.sees_personal else "plain_"
    for word in _printable(wanted.search).split()[:20]:
        query.add(f"contains({searched}, strip_accents(lower(?)))", word)
    if asked is not None:
        query.add(f"{quoted(f'rank_{asked.name}')} IS NOT NULL")
        if wanted.band:
            share = _known(BANDS, wanted.band, "band")
            of = f"(SELECT count(*) FROM {quoted(asked.table)})"
            query.add(f"{quoted(f'rank_{asked.name}')} <= ceil({share} * {of})")
        if wanted.worth and "worth_contacting" in asked.columns:
            query.add(quoted(f"worth_{asked.name}"))
    for given, column in ((wanted.state, "state_"), (wanted.stage, "stage_")):
        if given:
            query.add(f"{column} = ?", given)
    if wanted.owner:
        query.add(f"{owner} = lower(trim(?))", wanted.owner)
    for name, value in wanted.where:
        allowed = [each for each in columns.attributes if visitor.sees_personal or each not in columns.personal]
        if name not in allowed:
            raise ConfigError(
                Problem("where", "there is nothing of this name to filter by", name[:80], ", ".join(allowed))
            )
        query.add(f"{quoted(f'a_{name}')} = ?", value)
    if wanted.unhandled and resting:
        query.add("key_ NOT IN (SELECT unnest(?))", list(resting))
    return query


def _gives_owners(asked: Listed | None) -> bool:
    """Whether a list itself says who is to work on its rows."""
    return asked is not None and asked.kind == "list" and "owner" in asked.columns


def question_of(index: PeopleIndex, entity: str, wanted: Wanted) -> Listed | None:
    """Return the question whose list is wanted.

    Raises:
        ConfigError: it has no rows about these entities.
    """
    if not wanted.question:
        return None
    found = index.question(entity, wanted.question)
    if found is None:
        names = ", ".join(each.name for each in index.questions[entity]) or "none yet: run first"
        raise ConfigError(
            Problem(
                "question", f"there is no list of {ENTITIES[entity].people} of this name", wanted.question[:80], names
            )
        )
    return found


def order_of(index: PeopleIndex, entity: str, wanted: Wanted, visitor: Visitor) -> str:
    """Return the expression to sort by; the key decides between equals.

    Raises:
        ConfigError: there is no such way to sort, or the visitor may not see what is sorted by.
    """
    asked = question_of(index, entity, wanted)
    key = key_column(index, entity, visitor)
    sort = wanted.sort or ("list" if asked is not None else first_order(index, entity))
    if sort == "list" and asked is not None:
        return f"COALESCE({quoted(f'rank_{asked.name}')}, {_REST})"
    personal = "name" in index.columns[entity].personal and not visitor.sees_personal
    ways = {name: sql for name, sql in SORTS.items() if not (personal and name == "name")} | {"key": key}
    if sort.startswith("list:") and index.question(entity, sort[5:]) is not None:
        return f"COALESCE({quoted(f'rank_{sort[5:]}')}, {_REST})"
    return _known(ways, sort, "sort")


def key_column(index: PeopleIndex, entity: str, visitor: Visitor) -> str:
    """Return the column of keys as the visitor knows them; it decides between equals, and stands in cursors."""
    return "alias_" if entity in index.aliased and not visitor.sees_personal else "key_"


def first_order(index: PeopleIndex, entity: str) -> str:
    """Return the order of a list that nobody chose one for: that of the first question with scores, else of a list."""
    asked = sorted(index.questions[entity], key=lambda each: each.kind != "scores")
    return f"list:{asked[0].name}" if asked else "key"


def after(order: str, key_column: str, wanted: Wanted, index: PeopleIndex) -> tuple[str, list[object]]:
    """Return the condition that begins behind the page before.

    Raises:
        ConfigError: the cursor was not made here, or for another order.
        Stale: it was made for another state of the data.
    """
    if not wanted.cursor:
        return "", []
    try:
        snapshot, made_for, value, key = json.loads(base64.urlsafe_b64decode(wanted.cursor.encode()))
    except (ValueError, TypeError) as error:
        raise _bad_cursor(wanted) from error
    if snapshot != index.snapshot_id:
        raise Stale(
            Problem("cursor", "the data have changed since this page was made", do="begin at the first page again")
        )
    if made_for != order or not isinstance(value, int | float | str) or not isinstance(key, str):
        raise _bad_cursor(wanted)
    return f"(order_ > ? OR (order_ = ? AND {key_column} > ?))", [value, value, key]


def cursor_of(index: PeopleIndex, order: str, key_column: str, row: dict[str, Any]) -> str:
    """Return the cursor that goes on behind a row."""
    value = row["order_"]
    text = json.dumps([index.snapshot_id, order, value, row[key_column]], ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode()).decode()


def bounded(wanted: Wanted) -> Wanted:
    """Return what is wanted with a page of a size that can be served."""
    return replace(wanted, limit=min(max(wanted.limit, 1), MOST_ROWS))


def _bad_cursor(wanted: Wanted) -> ConfigError:
    return ConfigError(
        Problem("cursor", "this cursor was not made for this list", wanted.cursor[:80], "the next page's")
    )


def _printable(text: str) -> str:
    return "".join(mark if mark.isprintable() else " " for mark in text[:LONGEST_SEARCH])


def _known(ways: Mapping[str, Value], name: str, where: str) -> Value:
    if name not in ways:
        raise ConfigError(Problem(where, "there is no such choice", name[:80], ", ".join(ways)))
    return ways[name]
