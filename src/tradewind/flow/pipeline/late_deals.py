"""Open deals that have stood in their stage longer than deals which move on do, and what to do about each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from tradewind.core.words import say
from tradewind.flow.pipeline.open_deals import OpenDeal
from tradewind.models.pipeline.stage_figures import PipelineFigures, StageFigure
from tradewind.models.pipeline.stages import StageHistory
from tradewind.report.numbers import say_days

LATE = 0.9
"""Share of the deals that move on from a stage which have done so by the day from which others are late."""


@dataclass(frozen=True)
class LateDeal:
    """One deal that stands still.

    Args:
        deal: the deal.
        figure: its stage.
        over: days beyond the day by which nine in ten had moved on.
        sure: whether it is late even at the far end of that day's interval.
        never: whether no deal that stood there as long has ever moved on.
        task: what to do next, in plain words.
        reason: why it is on the list, in plain words.
    """

    deal: OpenDeal
    figure: StageFigure
    over: int
    sure: bool
    never: bool
    task: str
    reason: str


def find_late(
    history: StageHistory,
    figures: PipelineFigures,
    deals: Sequence[OpenDeal],
    signs: Mapping[str, date],
    quiet: timedelta,
    owner_quiet: timedelta,
) -> tuple[LateDeal, ...]:
    """Return the late deals, largest amount first.

    Args:
        history: stays as known on a day.
        figures: its stages.
        deals: the open deals.
        signs: the last day on which each owner did anything.
        quiet: after how long without an activity a deal is quiet.
        owner_quiet: after how long without a sign an owner is thought to have left.
    """
    longest = _longest_moved(history)
    found = []
    for deal in deals:
        by = figures.stages[deal.place].usual[LATE] if deal.place >= 0 else None
        if by is None or by.value is None or deal.days is None or deal.days <= by.value:
            continue
        never = deal.days > longest[deal.place]
        task = _task(deal, never, signs, history, quiet, owner_quiet)
        sure = by.high is not None and deal.days > by.high
        figure, over = figures.stages[deal.place], deal.days - round(by.value)
        found.append(LateDeal(deal, figure, over, sure, never, task, _reason(history, deal, deal.days, by.value)))
    return tuple(sorted(found, key=lambda each: (-(each.deal.amount or 0.0), -each.over, each.deal.deal_id)))


def owner_left(owner: str, signs: Mapping[str, date], today: date, after: timedelta) -> bool:
    """Whether an owner has given no sign for so long that they are thought to have left, while others have."""
    others = any(today - last <= after for name, last in signs.items() if name != owner)
    return bool(owner) and others and (owner not in signs or today - signs[owner] > after)


def _longest_moved(history: StageHistory) -> list[float]:
    """The longest stay in each stage that ended by moving on."""
    longest = [0.0] * len(history.stages)
    known = history.forwards & ~np.isnat(history.entered)
    for stage, days in zip(history.stage[known].tolist(), history.days[known].tolist(), strict=True):
        longest[stage] = max(longest[stage], days)
    return longest


def _reason(history: StageHistory, deal: OpenDeal, days: int, by: float) -> str:
    name = "deals.reason.age" if history.source == "snapshot" else "deals.reason"
    return say(name, days=say_days(days), stage=deal.stage, by=say_days(by))


def _task(
    deal: OpenDeal, never: bool, signs: Mapping[str, date], history: StageHistory, quiet: timedelta,
    owner_quiet: timedelta,
) -> str:  # fmt: skip
    today = history.as_of
    if owner_left(deal.owner, signs, today, owner_quiet):
        last = signs.get(deal.owner)
        since = say("deals.do.owner.never") if last is None else say_days((today - last).days)
        return say("deals.do.owner", owner=deal.owner, since=since)
    whom = deal.account or say("deals.do.them")
    if never:
        name = "deals.do.never" if history.source != "snapshot" else "deals.do.never.age"
        return say(name, account=whom, stage=deal.stage)
    if deal.last is None:
        return say("deals.do.silent" if signs else "deals.do.unknown", account=whom)
    since = say_days((today - deal.last).days)
    if today - deal.last >= quiet:
        return say("deals.do.quiet", account=whom, kind=deal.kind, since=since)
    return say("deals.do.date", account=whom, kind=deal.kind, since=since)
