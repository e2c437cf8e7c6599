"""What open leads had done by each past week, as known then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlparse

import numpy as np
from numpy.typing import NDArray

from tradewind.core.errors import NotAnswerable, Problem
from tradewind.core.time import Cutoff, Days
from tradewind.core.words import WORDS, say
from tradewind.flow.answers.named_steps import read_steps, step_at, step_today
from tradewind.flow.data import Data
from tradewind.flow.questions.question import Question

if TYPE_CHECKING:
    import pyarrow as pa

KINDS = ("events", "touches", "activities", "texts")
MOST_ACTIONS = 10
LEAST_HISTORY = 8
"""Weeks that must lie between the first lead and the last week whose outcome is known."""
_VIEWS = ("page view", "pageview", "page viewed", "viewed page", "page", "visit", "view")
"""Events that only say that a page was seen; it is the page that tells."""
_AGES = (3, 7, 14, 21, 28, 42, 63, 91, 126, 183, 365)
"""Days at which a lead enters the next age class."""


@dataclass(frozen=True)
class OpenLeads:
    """Open leads week by week: one row a lead and cutoff.

    Args:
        ids: (n,) which lead.
        day: (n,) the cutoff, as days since 1970.
        age_days: (n,) its age at the cutoff.
        age: (n,) its age class.
        source: (n,) where it came from, or None.
        owner: (n,) who works on it, or None.
    """

    ids: NDArray[np.object_]
    day: NDArray[np.int64]
    age_days: NDArray[np.float64]
    age: NDArray[np.int64]
    source: Sequence[str | None]
    owner: Sequence[str | None]


@dataclass(frozen=True)
class Done:
    """What was done before each row's cutoff.

    Args:
        row: (m,) number of the row of `OpenLeads`.
        what: (m,) the action in plain words.
        ago_days: (m,) days from the action to the cutoff.
    """

    row: NDArray[np.int64]
    what: NDArray[np.str_]
    ago_days: NDArray[np.float64]


def weekly_cutoffs(data: Data, question: Question) -> list[Cutoff]:
    """Return the cutoffs to learn from: a week apart, their outcomes complete and known by today.

    Raises:
        NotAnswerable: the history is too short.
    """
    case = question.use_case
    first = data.first_day_of("leads")
    every = case.every or Days(7)
    last = data.score_at.back(case.horizon.length).back(case.horizon.lag)
    start = last if first is None else first.ahead(every)
    count = min(question.cutoffs, (last.day - start.day).days // every.count + 1)
    if first is None or count < LEAST_HISTORY:
        needed = LEAST_HISTORY * every.count + case.horizon.length.count
        raise NotAnswerable(
            Problem("tables.leads", "the history is too short", f"leads since {start.day}",
                    f"{needed} days of leads", "load older leads, or set a shorter horizon")
        )  # fmt: skip
    return [Cutoff(last.day - timedelta(days=every.count * back), last.zone) for back in reversed(range(count))]


def kinds_of_action(data: Data) -> tuple[str, ...]:
    """Return the tables that say what a lead did.

    Raises:
        NotAnswerable: there is none.
    """
    kinds = tuple(kind for kind in KINDS if data.catalog.has(kind, "lead_id"))
    if not kinds:
        raise NotAnswerable(
            Problem("tables.events", "nothing says what a lead did", "no table with lead_id",
                    "events, touches, activities or texts that name a lead",
                    "map lead_id in [tables.events] or [tables.activities]")
        )  # fmt: skip
    return kinds


def read_open_leads(data: Data, question: Question, cutoffs: Sequence[Cutoff]) -> OpenLeads:
    """Read who was an open lead at each cutoff."""
    catalog = data.catalog.as_it_stands() if list(cutoffs) == [data.score_at] else data.catalog
    rows = step_at(data, question, read_steps(question.name)["open"], cutoffs, catalog=catalog)
    rows = rows.sort_by([("cutoff", "ascending"), ("lead_id", "ascending")])
    day = rows.column("cutoff").to_numpy().astype("datetime64[D]").astype(np.int64)
    at = _instants(cutoffs, day)
    created = rows.column("created_at").to_numpy(zero_copy_only=False).astype("datetime64[us]")
    age_days = (at - created).astype(np.int64) / 86_400e6
    ids = np.asarray(rows.column("lead_id").to_pylist(), dtype=object)
    source, owner = (rows.column(name).to_pylist() for name in ("source", "owner"))
    return OpenLeads(ids, day, age_days, np.digitize(age_days, _AGES).astype(np.int64), source, owner)


def read_done(
    data: Data, question: Question, kinds: Sequence[str], leads: OpenLeads, cutoffs: Sequence[Cutoff]
) -> Done:
    """Read what was done before each row's cutoff, as known by it."""
    steps = read_steps(question.name)
    place = {key: number for number, key in enumerate(zip(leads.ids.tolist(), leads.day.tolist(), strict=True))}
    row: list[NDArray[np.int64]] = []
    what: list[str] = []
    ago: list[NDArray[np.float64]] = []
    for kind in kinds:
        found = step_at(data, question, steps[kind], cutoffs)
        day = found.column("cutoff").to_numpy().astype("datetime64[D]").astype(np.int64)
        keys = zip(found.column("lead_id").to_pylist(), day.tolist(), strict=True)
        row.append(np.array([place.get(key, -1) for key in keys], dtype=np.int64))
        what += _in_words(kind, found)
        happened = found.column("happened_at").to_numpy(zero_copy_only=False).astype("datetime64[us]")
        ago.append((_instants(cutoffs, day) - happened).astype(np.int64) / 86_400e6)
    done = Done(np.concatenate(row), np.array(what, dtype=str), np.concatenate(ago))
    # Engines give rows in any order; what follows must not depend on it.
    order = np.lexsort((done.what, done.ago_days, done.row))
    order = order[done.row[order] >= 0]  # who was no open lead then is left out
    return Done(done.row[order], done.what[order], done.ago_days[order])


def converted_at(data: Data, question: Question) -> Mapping[str, np.datetime64]:
    """Return when each lead converted, as known today.

    Raises:
        NotAnswerable: no lead says when it converted.
    """
    if not data.catalog.has("leads", "converted_at", "created_at"):
        raise NotAnswerable(
            Problem("tables.leads", "it needs to know when leads came in and when they converted", "no such columns",
                    "created_at and converted_at of each lead", "map created_at and converted_at in [tables.leads]")
        )  # fmt: skip
    rows = step_today(data, question, "converted").to_pylist()
    return {row["lead_id"]: np.datetime64(row["converted_at"], "us") for row in rows}


def _instants(cutoffs: Sequence[Cutoff], day: NDArray[np.int64]) -> NDArray[np.datetime64]:
    days = np.array([np.datetime64(cutoff.day, "D").astype(np.int64) for cutoff in cutoffs])
    at = np.array([cutoff.at for cutoff in cutoffs], dtype="datetime64[us]")
    return np.asarray(at[np.searchsorted(days, day)])


def _in_words(kind: str, rows: pa.Table) -> list[str]:
    """Each action as people would say it: "pricing page", "mail click", "call"."""
    known: dict[tuple[str | None, str | None], str] = {}
    said = []
    for what, more in zip(rows.column("what").to_pylist(), rows.column("more").to_pylist(), strict=True):
        if (what, more) not in known:
            known[what, more] = _say_action(kind, what, more)
        said.append(known[what, more])
    return said


def _say_action(kind: str, what: str | None, more: str | None) -> str:
    name = _spoken(what) or say(f"ready.action.{kind}")
    if kind == "events" and more:
        page = _spoken(urlparse(more).path.strip("/").split("/")[0].rsplit(".", 1)[0])
        if name in _VIEWS:
            return say("ready.action.page", page=page) if page else say("ready.action.home")
        return say("ready.action.on", action=name, page=page) if page and page not in name else name
    if kind == "touches" and more:
        return f"{name} {_spoken(more)}"
    return WORDS.get(f"ready.kind.{name}", name) if kind == "activities" else name


def _spoken(name: str | None) -> str:
    return " ".join((name or "").replace("_", " ").replace("-", " ").split()).lower()
