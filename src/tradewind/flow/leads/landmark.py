"""Deals (or leads) on the day on which their first weeks are over: what was done, what was known, how it ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tradewind.core.errors import ConfigError, NotAnswerable, Problem
from tradewind.core.time import Cutoff, Days
from tradewind.features.as_of import parse_select
from tradewind.features.catalog import CatalogTable
from tradewind.flow.answers.named_steps import read_steps, step_at, step_today
from tradewind.flow.data import Data
from tradewind.flow.questions.question import Question

_NOT_KNOWN_OF = frozenset(
    {"account_id", "lead_id", "deal_id", "customer_id", "closed_at", "won", "created_at", "converted_at", "lost_at",
     "currency", "expected_close_at", "parent_account_id", "name", "domain", "amount", "status"}
)  # fmt: skip
"""Columns that name somebody, say how it ended, or stand in another column as well."""


@dataclass(frozen=True)
class Landmark:
    """Deals that were still open when their first weeks were over, each once.

    Args:
        ids: (n,) which deal.
        account: (n,) whose deal it is; the deal itself where no company is known.
        won: (n,) 1 where it was won within the horizon after that day.
        done: (n, kinds) how often each activity was done in the first weeks.
        kinds: names of the activities.
        known: what was known of them on that day, by name, (n,) each.
    """

    ids: NDArray[np.object_]
    account: NDArray[np.object_]
    won: NDArray[np.float64]
    done: NDArray[np.int64]
    kinds: tuple[str, ...]
    known: Mapping[str, Sequence[float | str | None]]


def read_landmark(data: Data, question: Question) -> Landmark:
    """Read them.

    Raises:
        ConfigError: `of` is neither deals nor leads.
        NotAnswerable: nobody knows when deals were opened and how they ended, or none is old enough.
    """
    what = _asked(data, question)
    case = question.use_case
    every = case.every or Days(7)
    spans = {"reached": Days(case.settings["first"].count + every.count)}
    cutoffs = _cutoffs(data, question, what, every)
    steps = read_steps(question.name)
    template, columns = _with_known(data, parse_select(steps[what], question.name), what)
    rows = step_at(data, question, template, cutoffs, more_spans=spans).sort_by([("entity", "ascending")])
    rows = _once(rows.to_pylist())
    ended = {row["entity"]: row for row in step_today(data, question, f"ended_{what}").to_pylist()}
    rows = [row for row in rows if (end := ended.get(row["entity"])) is None or end["won"] is not None]
    if not rows:
        raise NotAnswerable(
            Problem(f"tables.{what}", f"no {question.one} is old enough to say how it ended", "0", f"older {what}",
                    "load older data, or set a shorter horizon")
        )  # fmt: skip
    at = {cutoff.day: cutoff for cutoff in cutoffs}
    won = np.array([_won(ended.get(row["entity"]), at[row["cutoff"]], case.horizon.length) for row in rows])
    done_rows = step_at(data, question, steps[f"done_for_{what}"], cutoffs, more_spans=spans).to_pylist()
    kinds, done = _done(rows, done_rows, case.settings["first"])
    known: dict[str, Sequence[Any]] = {name: [row[alias] for row in rows] for alias, name in columns.items()}
    if what == "deals" and "stage" not in known.values() and data.catalog.has("deal_stages", "stage", "entered_at"):
        known["stage"] = _stages(rows, step_at(data, question, steps["stages"], cutoffs, more_spans=spans).to_pylist())
    known["when it began"] = [float((row["cutoff"] - data.score_at.day).days) for row in rows]
    ids = np.array([row["entity"] for row in rows], dtype=object)
    account = np.array([row["account_id"] or row["entity"] for row in rows], dtype=object)
    return Landmark(ids, account, won, done, kinds, known)


def _asked(data: Data, question: Question) -> str:
    what = str(question.option("of"))
    if what not in ("deals", "leads"):
        raise ConfigError(
            Problem(f"use_cases.{question.name}.of", "this setting cannot be read", repr(what), '"deals" or "leads"')
        )
    needed = ("created_at", "closed_at", "won") if what == "deals" else ("created_at", "converted_at")
    if not data.catalog.has(what, *needed):
        columns = ", ".join(needed[:-1]) + f" and {needed[-1]}"
        raise NotAnswerable(
            Problem(f"tables.{what}", f"it needs to know when {what} began and how they ended", "no such columns",
                    f"{columns} of {what}", f"map {columns} in [tables.{what}]")
        )  # fmt: skip
    key = "deal_id" if what == "deals" else "lead_id"
    if not data.catalog.has("activities", key):
        raise NotAnswerable(
            Problem("tables.activities", f"no activity names one of the {what}", f"no column {key}",
                    f"{key} of activities", f"map {key} in [tables.activities]")
        )  # fmt: skip
    return what


def _cutoffs(data: Data, question: Question, what: str, every: Days) -> list[Cutoff]:
    """Weekly cutoffs whose outcomes are complete and known by today."""
    horizon = question.use_case.horizon
    last = data.score_at.back(horizon.length).back(horizon.lag)
    first = data.first_day_of(what)
    count = 0 if first is None else (last.day - first.day).days // every.count
    if count < 1:
        raise NotAnswerable(
            Problem(f"tables.{what}", "the history is too short",
                    f"{what} since {first.day if first is not None else 'never'}",
                    f"more than {horizon.length} before today", f"load older {what}, or set a shorter horizon")
        )  # fmt: skip
    back = range(min(count, question.cutoffs))
    return [Cutoff(last.day - timedelta(days=every.count * step), last.zone) for step in reversed(back)]


def _with_known(data: Data, template: Any, what: str) -> tuple[Any, dict[str, str]]:
    """Add the columns whose past is known; return the SELECT, and what each of its columns is called by people."""
    from sqlglot import exp

    columns: dict[str, str] = {}
    for table in (what, "accounts", *(["leads"] if what == "deals" else [])):
        stored = data.catalog.table(table)
        if stored is None:
            # The join needs a table: one without rows stands in for it.
            template = _without(template, table)
            continue
        for name in _usable(stored, table == "leads" and what == "deals"):
            alias = f"known_{len(columns)}"
            spoken = "amount" if name == "amount_base" else name.replace("_", " ")
            if spoken in columns.values():
                continue
            columns[alias] = spoken
            template = template.select(exp.alias_(exp.column(name, table, quoted=True), alias))
    return template, columns


def _usable(stored: CatalogTable, source_only: bool) -> list[str]:
    if source_only:
        return ["source"] if stored.has("source") else []
    plain = [name for name in stored.attributes() if name not in _NOT_KNOWN_OF and stored.has(name)]
    kinds = [name for name in plain if not stored.columns[name].upper().startswith(("TIMESTAMP", "DATE"))]
    return kinds + (["amount_base"] if stored.has("amount_base") else [])


def _without(template: Any, table: str) -> Any:
    """Leave out the join with a table that is not there."""
    joins = template.args.get("joins") or []
    template.set("joins", [join for join in joins if join.this.name != table])
    return template


def _once(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    seen: dict[str, dict[str, Any]] = {}
    for row in rows:
        seen.setdefault(row["entity"], row)
    return list(seen.values())


def _won(end: Mapping[str, Any] | None, cutoff: Cutoff, horizon: Days) -> float:
    return float(end is not None and bool(end["won"]) and cutoff.at <= end["ended_at"] < cutoff.ahead(horizon).at)


def _done(
    rows: list[dict[str, Any]], done: list[dict[str, Any]], first: Days
) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """Count each kind of activity in the first days of each, as known when they were over."""
    place = {(row["entity"], row["cutoff"]): number for number, row in enumerate(rows)}
    kinds = tuple(sorted({row["kind"] for row in done if (row["entity"], row["cutoff"]) in place}))
    number = {kind: at for at, kind in enumerate(kinds)}
    count = np.zeros((len(rows), len(kinds)), dtype=np.int64)
    for row in done:
        at = place.get((row["entity"], row["cutoff"]))
        if at is not None:
            begun = rows[at]["created_at"]
            if begun <= row["happened_at"] < begun + timedelta(days=first.count):
                count[at, number[row["kind"]]] += 1
    return kinds, count


def _stages(rows: list[dict[str, Any]], stages: list[dict[str, Any]]) -> list[str | None]:
    """The stage in which each stood on its day."""
    latest: dict[tuple[str, Any], tuple[Any, str]] = {}
    for row in stages:
        key = (row["entity"], row["cutoff"])
        latest[key] = max(latest.get(key, (row["entered_at"], row["stage"])), (row["entered_at"], row["stage"]))
    return [latest.get((row["entity"], row["cutoff"]), (None, None))[1] for row in rows]
