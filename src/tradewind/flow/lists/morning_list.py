"""The morning list: whom to work on today, with name, chance, worth, reasons, what to do and what was said last."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pyarrow as pa

from tradewind.flow.depends import today_of
from tradewind.flow.lists.feedback import handled
from tradewind.flow.lists.rows import Row, listed_row, say_last, scored_row
from tradewind.flow.lists.table import read_source
from tradewind.flow.people.names import owners_of, say_names
from tradewind.flow.questions.asked import find_question
from tradewind.store.workspace import Workspace

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""A cell that begins so would be run by a spreadsheet."""


@dataclass(frozen=True)
class MorningList:
    """Whom to work on today.

    Args:
        question: name of the question.
        title: in plain words.
        action: what to do.
        people: what those on the list are called.
        as_of: the local day as of which it was made.
        rows: the first of them.
        on_list: how many there are in all, handled ones not counted.
        handled: how many are left out because somebody worked on them or put them off.
        table: the table behind it.
        entity: the column of it that names whom a row is about.
        owners: names of those who own rows, most rows first.
        caveat: what the last report says to do where the list is no better than a rule or than chance; else empty.
    """

    question: str
    title: str
    action: str
    people: str
    as_of: date | None
    rows: tuple[Row, ...]
    on_list: int
    handled: int
    table: str
    entity: str
    owners: tuple[str, ...] = field(default_factory=tuple)
    caveat: str = ""


def morning_list(workspace: Workspace, name: str, owner: str = "", top: int = 20) -> MorningList:
    """Return whom to work on today.

    Args:
        workspace: an open workspace.
        name: of the question.
        owner: only what this person owns; everybody's where empty.
        top: at most so many rows.
    Raises:
        ConfigError: there is no such question.
        NotAnswerable: no run has made a list of it.
    """
    question = find_question(workspace.config, name)
    source = read_source(workspace, question)
    said = workspace.state().feedback()
    feedback = [each for each in said if each.question == name]
    ended = [each for each in said if each.entity == source.entity and each.verdict in ("won", "lost")]
    zone = workspace.config.workspace.timezone
    # How somebody ended holds on every list; the other words are about one list only.
    resting = {
        **handled(ended, question, today_of(workspace), zone),
        **handled(feedback, question, today_of(workspace), zone),
    }
    owners = owners_of(workspace, source.entity, source.rows)
    ids = [str(value) for value in source.rows[source.entity].to_pylist()]
    if not source.scored and "owner" in source.rows.column_names:  # whoever the list itself gives it to
        owners = {
            **owners,
            **{one: name for one, name in zip(ids, source.rows["owner"].to_pylist(), strict=True) if name},
        }
    mine = [place for place, entity in enumerate(ids) if not owner or _same(owners.get(entity, ""), owner)]
    open_rows = [place for place in mine if ids[place] not in resting]
    shown = open_rows[: max(top, 0)]
    names = say_names(workspace, source.entity, [ids[place] for place in shown])
    last = {each.entity_id: each for each in feedback}
    currency = workspace.config.workspace.currency
    rows = source.rows.take(pa.array(shown, pa.int64())).to_pylist()
    people = question.use_case.task == "classification"
    made = []
    for place, row in zip(shown, rows, strict=True):
        key = ids[place]
        bare = Row(place + 1, key, names.get(key, ""), owners.get(key, ""), last=say_last(last.get(key)))
        scored = source.scored
        made.append(scored_row(bare, row, source.entity, people, currency) if scored
                    else listed_row(bare, row, source.entity, currency))  # fmt: skip
    case = question.use_case
    return MorningList(
        question=name,
        title=question.words(case.title),
        action=question.words(case.action),
        people=question.people,
        as_of=source.as_of,
        rows=tuple(made),
        on_list=len(open_rows),
        handled=len(mine) - len(open_rows),
        table=source.table,
        entity=source.entity,
        owners=_most_frequent(owners.values()),
        caveat=caveat_of(workspace, name),
    )


def caveat_of(workspace: Workspace, name: str) -> str:
    """Return what the last report says to do with a list that is not better than a rule of thumb, or than chance."""
    try:
        findings = json.loads(workspace.path("reports/latest.json").read_text(encoding="utf-8"))
        found: dict[str, Any] = next((each for each in findings if each["name"] == name), {})
        return str(found["next"]) if found.get("status") == "not distinguishable" else ""
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _same(one: str, other: str) -> bool:
    return one.strip().casefold() == other.strip().casefold()


def _most_frequent(owners: Iterable[str]) -> tuple[str, ...]:
    return tuple(name for name, _ in Counter(owner for owner in owners if owner).most_common(20))


def as_csv(made: MorningList) -> str:
    """Return the list as CSV text that a spreadsheet opens without running anything in it."""
    further = list(dict.fromkeys(key for row in made.rows for key, _ in row.more))
    why = ["why_1", "why_2", "why_3"]
    head = ["rank", made.entity, "who", "owner", "chance", "worth", *why, *further, "what_to_do", "said_last"]
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([neutral(cell) for cell in head])
    for row in made.rows:
        more = dict(row.more)
        reasons = [*row.reasons, "", "", ""][:3]
        cells = [str(row.rank), row.entity_id, row.who, row.owner, row.chance, row.worth, *reasons]
        cells += [*(more.get(name, "") for name in further), row.do or made.action, row.last]
        writer.writerow([neutral(cell) for cell in cells])
    return text.getvalue()


def neutral(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell
