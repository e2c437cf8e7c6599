"""Which actions of a lead precede its conversion, and which open leads show such a pattern today."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tradewind.core.errors import NotAnswerable, Problem
from tradewind.flow.answers.analyse import Analysed
from tradewind.flow.data import Data
from tradewind.flow.leads.actions import (
    MOST_ACTIONS,
    Done,
    OpenLeads,
    converted_at,
    kinds_of_action,
    read_done,
    read_open_leads,
    weekly_cutoffs,
)
from tradewind.flow.leads.tell_patterns import say_lately, say_pattern, tell_patterns
from tradewind.flow.questions.question import Question
from tradewind.models.patterns.at_age import AtRisk
from tradewind.models.patterns.find import FoundPattern, Search, find_patterns
from tradewind.models.patterns.pattern import ActionRows, Recent

LEAST_CONVERSIONS = 20
"""Conversions that earlier and later leads must each have."""


def answer(data: Data, question: Question) -> Analysed:
    """Find patterns on earlier leads, confirm them on later ones, and list who shows one today.

    Raises:
        NotAnswerable: nothing says what leads did or when they converted, or too few did.
    """
    kinds, came = kinds_of_action(data), converted_at(data, question)
    cutoffs = weekly_cutoffs(data, question)
    leads = read_open_leads(data, question, cutoffs)
    done = read_done(data, question, kinds, leads, cutoffs)
    names = _most_seen(done, leads)
    case = question.use_case
    ends = {int(np.datetime64(c.day, "D").astype(np.int64)): c.ahead(case.horizon.length).at for c in cutoffs}
    risk = _at_risk(leads, came, ends)
    earlier = _earlier(leads)
    _require_conversions(leads, risk, earlier)
    spans = [case.settings[name].count for name in ("recent", "lately")]
    search = find_patterns(_numbered(done, names, len(leads.ids)), risk, earlier, spans)
    now = read_open_leads(data, question, [data.score_at])
    today = read_done(data, question, kinds, now, [data.score_at])
    rows = _listed(search, names, now, today, spans)
    counted = np.bincount([row["number"] for row in rows], minlength=len(search.found)).tolist()
    patterns = [_pattern_row(found, names, count) for found, count in zip(search.found, counted, strict=True)]
    shape = Shape(len(np.unique(leads.ids[~earlier])), len(cutoffs), len(now.ids))
    finding = tell_patterns(question, search, patterns, rows, shape)
    return Analysed(finding, {"patterns": _patterns_table(patterns), "list": _list_table(rows)})


@dataclass(frozen=True)
class Shape:
    """How much stands behind the answer.

    Args:
        later: leads that confirm.
        weeks: past weeks looked at.
        open: leads open today.
    """

    later: int
    weeks: int
    open: int


def _most_seen(done: Done, leads: OpenLeads) -> tuple[str, ...]:
    """The actions that most leads show, those first."""
    _, lead = np.unique(leads.ids, return_inverse=True)
    pairs = np.unique(np.stack([lead[done.row].astype(str), done.what]), axis=1) if len(done.row) else None
    if pairs is None:
        raise NotAnswerable(
            Problem("tables.events", "no open lead did anything", "0 actions of leads", "actions before conversions",
                    "map lead_id in [tables.events] or [tables.activities]")
        )  # fmt: skip
    names, counts = np.unique(pairs[1], return_counts=True)
    return tuple(names[np.argsort(-counts, kind="stable")][:MOST_ACTIONS].tolist())


def _numbered(done: Done, names: tuple[str, ...], rows: int) -> ActionRows:
    place = {name: number for number, name in enumerate(names)}
    number = np.array([place.get(each, -1) for each in done.what.tolist()], dtype=np.int64)
    kept = number >= 0
    return ActionRows(done.row[kept], number[kept], done.ago_days[kept], rows, len(names))


def _at_risk(leads: OpenLeads, came: Any, ends: dict[int, Any]) -> AtRisk:
    """Whether each row converted within the horizon; who converted before the cutoff is no open lead and not here."""
    when = np.array([came.get(each, np.datetime64("NaT")) for each in leads.ids], dtype="datetime64[us]")
    end = np.array([ends[each] for each in leads.day.tolist()], dtype="datetime64[us]")
    _, lead = np.unique(leads.ids, return_inverse=True)
    return AtRisk((when < end).astype(np.float64), lead.astype(np.int64), leads.age)


def _earlier(leads: OpenLeads) -> NDArray[np.bool_]:
    """Whether a row's lead is of the earlier half, by the day it came in."""
    born = leads.day - leads.age_days
    _, first = np.unique(leads.ids, return_index=True)
    return np.asarray(born < np.median(born[first]))


def _require_conversions(leads: OpenLeads, risk: AtRisk, earlier: NDArray[np.bool_]) -> None:
    converted = risk.outcome > 0
    fewest = min(len(np.unique(leads.ids[converted & half])) for half in (earlier, ~earlier))
    if fewest < LEAST_CONVERSIONS:
        needed = f"{LEAST_CONVERSIONS} conversions in each half of the history"
        raise NotAnswerable(
            Problem("tables.leads", "too few open leads converted within the horizon",
                    f"{fewest} in one half of the history", needed, "load older leads, or set a longer horizon")
        )  # fmt: skip


def _listed(
    search: Search, names: tuple[str, ...], now: OpenLeads, today: Done, spans: list[int]
) -> list[dict[str, Any]]:
    """Open leads with a confirmed pattern today: each with the first it shows, the highest rate on top."""
    actions = _numbered(today, names, len(now.ids))
    recent = {days: Recent.within(actions, days) for days in spans}
    shown = np.full(len(now.ids), -1)
    for number, found in enumerate(search.found):
        holds = recent[found.pattern.within_days].holds(found.pattern)
        # A pattern that was not confirmed still takes its leads out of the next one's rate.
        shown[holds & (shown == -1)] = number
    rows = []
    for place in np.flatnonzero(shown >= 0).tolist():
        found = search.found[int(shown[place])]
        if not found.confirmed or found.later is None:
            continue
        mine = today.row == place
        rows.append(
            {
                "lead_id": now.ids[place],
                "reason": say_pattern(found.pattern, names),
                "rate": found.later.rate,
                "rate_low": found.later.rate_low,
                "rate_high": found.later.rate_high,
                "lately": say_lately(
                    today.what[mine], today.ago_days[mine], [names[action] for action in found.pattern.actions]
                ),
                "source": now.source[place],
                "owner": now.owner[place],
                "age_days": float(np.floor(now.age_days[place])),
                "number": int(shown[place]),
            }
        )
    return sorted(rows, key=lambda row: (-row["rate"], row["age_days"], row["lead_id"]))


def _pattern_row(found: FoundPattern, names: tuple[str, ...], count: int) -> dict[str, Any]:
    later = found.later
    return {
        "pattern": say_pattern(found.pattern, names),
        "leads_now": count,
        "leads_before": 0 if later is None else later.leads,
        "rate": None if later is None else later.rate,
        "low": None if later is None else later.rate_low,
        "high": None if later is None else later.rate_high,
        "others": None if later is None else later.expected,
        "lift": None if later is None else later.lift,
        "lift_low": None if later is None else later.lift_low,
        "lift_high": None if later is None else later.lift_high,
        "confirmed": found.confirmed,
    }


def _patterns_table(rows: list[dict[str, Any]]) -> Any:
    import pyarrow as pa

    kinds = {"pattern": pa.string(), "leads_now": pa.int64(), "leads_before": pa.int64(), "confirmed": pa.bool_()}
    names = ("pattern", "leads_now", "leads_before", "rate", "low", "high", "others", "lift", "lift_low", "lift_high",
             "confirmed")  # fmt: skip
    return pa.Table.from_pylist(rows, schema=pa.schema([(name, kinds.get(name, pa.float64())) for name in names]))


def _list_table(rows: list[dict[str, Any]]) -> Any:
    import pyarrow as pa

    texts = ("lead_id", "reason", "lately", "source", "owner")
    names = ("lead_id", "reason", "rate", "rate_low", "rate_high", "lately", "source", "owner", "age_days")
    schema = pa.schema([(name, pa.string() if name in texts else pa.float64()) for name in names])
    return pa.Table.from_pylist([{name: row[name] for name in names} for row in rows], schema=schema)
