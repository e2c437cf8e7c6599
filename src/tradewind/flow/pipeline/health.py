"""Which open deals stand still, where deals are held up or lost: the finding and the list to work from."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from tradewind.core.errors import NotAnswerable, Problem
from tradewind.core.finding import Finding, Number
from tradewind.core.words import say
from tradewind.flow.answers.analyse import Analysed
from tradewind.flow.data import Data
from tradewind.flow.learning.lesson import seed_of
from tradewind.flow.pipeline.health_tables import late_table, owners_table, stages_table, waiting_table
from tradewind.flow.pipeline.health_words import Seen, say_approach, say_found, say_late_money, say_next
from tradewind.flow.pipeline.late_deals import LateDeal, find_late
from tradewind.flow.pipeline.open_deals import OpenDeal, ended_undated, last_signs, owners_of, read_open_deals
from tradewind.flow.pipeline.stage_history import read_stage_history
from tradewind.flow.questions.question import Question
from tradewind.models.pipeline.owners import OwnerRates, owner_rates
from tradewind.models.pipeline.stage_figures import PipelineFigures, measure_stages
from tradewind.models.pipeline.stages import LOST, WON, StageHistory
from tradewind.report.numbers import say_count

if TYPE_CHECKING:
    import pyarrow as pa

FEWEST_CLOSED = 10
"""Closed deals that an owner must have before their win rate is shown."""


def answer(data: Data, question: Question) -> Analysed:
    """Look at the pipeline as of today.

    Args:
        data: the open snapshot.
        question: with the spans after which a deal, and an owner, is quiet.
    Raises:
        NotAnswerable: no deal has ever been closed, so that nothing says how long deals usually take.
    """
    history = read_stage_history(data)
    if not np.isin(history.ending, (WON, LOST)).any():
        raise NotAnswerable(
            Problem(question.name, "no deal has been won or lost yet, so nobody knows how long deals usually take",
                    f"{len(history.deals):,} deals, 0 of them closed", "deals that were won and lost",
                    "map closed_at and won in [tables.deals], or stages that say won and lost in [tables.deal_stages]")
        )  # fmt: skip
    figures = measure_stages(history, np.random.default_rng(seed_of(question.name)))
    over = ended_undated(history)
    deals = tuple(deal for deal in read_open_deals(data, history) if deal.deal_id not in over)
    spans = {name: timedelta(days=span.count) for name, span in question.use_case.settings.items()}
    late = find_late(history, figures, deals, last_signs(data, history), spans["quiet"], spans["owner_quiet"])
    owners, rates = _owners(data, history)
    currency = data.workspace.config.workspace.currency
    seen = Seen(history, figures, deals, late, rates, currency)
    tables = {
        "list": late_table(late, history.as_of),
        "stages": stages_table(figures, deals, late),
        "waiting": waiting_table(deals, late, figures),
    }
    if owners is not None:
        tables["owners"] = owners
    finding = Finding(
        name=question.name,
        title=question.words(question.use_case.title),
        question=question.words(question.use_case.question),
        status="answered",
        evidence="association",
        approach=say_approach(history),
        found=(*say_found(seen), *([say("deals.said.ended", count=say_count(len(over)))] if over else [])),
        money=say_late_money(seen),
        next=say_next(seen, question.name),
        numbers=_numbers(figures, deals, late, currency),
        does=question.do,
        people=question.people,
    )
    return Analysed(finding, tables)


def _numbers(
    figures: PipelineFigures, deals: tuple[OpenDeal, ...], late: tuple[LateDeal, ...],
    currency: str,
) -> dict[str, Number]:  # fmt: skip
    amount = sum(each.deal.amount or 0.0 for each in late)
    numbers = {
        "open_deals": Number(float(len(deals)), unit="deals"),
        "late_deals": Number(float(len(late)), unit="deals"),
        "win_rate": figures.stages[0].win,
    }
    if any(each.deal.amount is not None for each in late):
        numbers["money_at_stake"] = Number(amount, unit=currency)
    for place, figure in enumerate(figures.stages, 1):
        numbers |= {f"moves_on_{place}_rate": figure.reach_next, f"usual_days_{place}": figure.usual[0.5]}
    return numbers


def _owners(data: Data, history: StageHistory) -> tuple[pa.Table | None, OwnerRates | None]:
    """Win rates of the owners with enough closed deals; nothing where there are not two of them."""
    owner = owners_of(data, history)
    over = np.isin(history.ending, (WON, LOST)) & (owner != "")
    names, which = np.unique(owner[over].astype(str), return_inverse=True)
    closed = np.bincount(which, minlength=len(names))
    won = np.bincount(which, weights=history.ending[over] == WON, minlength=len(names)).astype(np.int64)
    enough = np.flatnonzero(closed >= FEWEST_CLOSED)
    if len(enough) < 2:
        return None, None
    rates = owner_rates(won[enough], closed[enough])
    return owners_table(names[enough].tolist(), won[enough], closed[enough], rates), rates
