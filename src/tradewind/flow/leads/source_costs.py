"""What was spent on each source of leads: the table spend, joined by name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from tradewind.flow.answers.named_steps import step_today
from tradewind.flow.data import Data
from tradewind.flow.leads.outcomes import LeadOutcomes
from tradewind.flow.questions.question import Question

_NOT_IN_NAMES = re.compile(r"[\W_]+")
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class SourceCosts:
    """What each source cost, over the days that leads and spend both cover.

    Args:
        cost: source to what was spent on it.
        leads: source to its leads of those days.
        unmatched: names in the table spend that no lead came from, with what was spent on them.
        known: whether there is a table of spend that covers days with leads.
        credits: rows with less than nothing, taken for credits.
    """

    cost: Mapping[str, float] = field(default_factory=dict)
    leads: Mapping[str, int] = field(default_factory=dict)
    unmatched: Mapping[str, float] = field(default_factory=dict)
    known: bool = False
    credits: int = 0


def read_source_costs(data: Data, question: Question, leads: LeadOutcomes) -> SourceCosts:
    """Join spend to sources by name: the channel, else the campaign's id, else its name."""
    if not data.catalog.has("spend", "day", "channel", "cost"):
        return SourceCosts()
    by_campaign = data.catalog.has("spend", "campaign_id")
    rows = step_today(data, question, "spend_by_campaign" if by_campaign else "spend").to_pylist()
    rows = [row for row in rows if row["cost"] is not None and row["day"] is not None]
    if not rows or not len(leads.created):
        return SourceCosts()
    days = [(row["day"] - _EPOCH).days for row in rows]
    first = max(min(days), int(leads.created.min()))
    last = min(max(days), int((data.score_at.day - _EPOCH).days) - 1)
    names = _campaign_names(data, question)
    wanted = {plain(source): source for source in leads.sources}
    cost: dict[str, float] = {}
    unmatched: dict[str, float] = {}
    for row, day in zip(rows, days, strict=True):
        if not first <= day <= last:
            continue
        campaign = row.get("campaign_id")
        offered = (row["channel"], campaign, names.get(str(campaign)))
        source = next((wanted[plain(each)] for each in offered if each and plain(each) in wanted), None)
        into, name = (unmatched, str(row["channel"])) if source is None else (cost, source)
        into[name] = into.get(name, 0.0) + float(row["cost"])
    covered = (leads.created >= first) & (leads.created <= last)
    counted = np.bincount(leads.source[covered], minlength=len(leads.sources))
    here = {name: int(count) for name, count in zip(leads.sources, counted, strict=True)}
    return SourceCosts(cost, here, unmatched, first <= last, sum(row["cost"] < 0 for row in rows))


def plain(name: str) -> str:
    """Return a name by which two tables may call the same thing: no case, blanks or punctuation."""
    return _NOT_IN_NAMES.sub("", name.casefold())


def _campaign_names(data: Data, question: Question) -> dict[str, str]:
    if not data.catalog.has("campaigns", "name"):
        return {}
    return {row["campaign_id"]: row["name"] for row in step_today(data, question, "campaigns").to_pylist()}
