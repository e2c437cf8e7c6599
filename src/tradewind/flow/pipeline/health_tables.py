"""The tables of a look at the pipeline: late deals to work through, every open deal's wait, stages, owners."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from tradewind.core.finding import Number
from tradewind.flow.pipeline.late_deals import LATE, LateDeal
from tradewind.flow.pipeline.open_deals import OpenDeal
from tradewind.models.pipeline.owners import OwnerRates
from tradewind.models.pipeline.stage_figures import PipelineFigures

if TYPE_CHECKING:
    import pyarrow as pa


def late_table(late: Sequence[LateDeal], today: date) -> pa.Table:
    """Return the list to work from, one row a late deal."""
    import pyarrow as pa

    rows = [_late_row(each, today) for each in late]
    text, number, whole = pa.string(), pa.float64(), pa.int64()
    kinds = {
        "deal_id": text, "account": text, "owner": text, "stage": text, "days_in_stage": whole, "usual_days": number,
        "late_after_days": number, "late_after_low": number, "late_after_high": number, "days_over": whole,
        "surely_late": pa.bool_(), "amount": number, "last_activity": pa.date32(), "days_quiet": whole,
        "task": text, "reason": text, "cutoff": pa.date32(),
    }  # fmt: skip
    return pa.table({name: pa.array([row[name] for row in rows], kind) for name, kind in kinds.items()})


def _late_row(each: LateDeal, today: date) -> dict[str, Any]:
    deal, by = each.deal, each.figure.usual[LATE]
    return {
        "deal_id": deal.deal_id,
        "account": deal.account or None,
        "owner": deal.owner or None,
        "stage": deal.stage or each.figure.name,
        "days_in_stage": deal.days,
        "usual_days": each.figure.usual[0.5].value,
        "late_after_days": by.value,
        "late_after_low": by.low,
        "late_after_high": by.high,
        "days_over": each.over,
        "surely_late": each.sure,
        "amount": deal.amount,
        "last_activity": deal.last,
        "days_quiet": None if deal.last is None else (today - deal.last).days,
        "task": each.task,
        "reason": each.reason,
        "cutoff": today,
    }


def waiting_table(deals: Sequence[OpenDeal], late: Sequence[LateDeal], figures: PipelineFigures) -> pa.Table:
    """Return every open deal's wait beside what is usual in its stage, stages in their order."""
    import pyarrow as pa

    lates = {each.deal.deal_id for each in late}
    known = sorted((deal for deal in deals if deal.place >= 0 and deal.days is not None),
                   key=lambda deal: (deal.place, -(deal.days or 0), deal.deal_id))  # fmt: skip
    usual = [figures.stages[deal.place].usual for deal in known]
    return pa.table(
        {
            "deal_id": pa.array([deal.deal_id for deal in known], pa.string()),
            "stage": pa.array([figures.stages[deal.place].name for deal in known], pa.string()),
            "days_in_stage": pa.array([deal.days for deal in known], pa.int64()),
            "half_days": pa.array([each[0.5].value for each in usual], pa.float64()),
            "late_after_days": pa.array([each[LATE].value for each in usual], pa.float64()),
            "late": pa.array([deal.deal_id in lates for deal in known], pa.bool_()),
            "amount": pa.array([deal.amount for deal in known], pa.float64()),
        }
    )


def stages_table(figures: PipelineFigures, deals: Sequence[OpenDeal], late: Sequence[LateDeal]) -> pa.Table:
    """Return one row a stage: how many enter, go on, are lost and are won, how long it takes, and what waits there."""
    import pyarrow as pa

    columns: dict[str, list[Any]] = {}
    for place, figure in enumerate(figures.stages):
        here = [deal for deal in deals if deal.place == place]
        row: dict[str, Any] = {
            "stage": figure.name,
            "entered": figure.stays,
            "open_now": len(here),
            "open_amount": sum(deal.amount or 0.0 for deal in here),
            "late_now": sum(each.figure is figure for each in late),
        }
        for name, number in (
            ("usual_days", figure.usual[0.5]), ("days_80", figure.usual[0.8]), ("late_after_days", figure.usual[LATE]),
            ("mean_days", figure.mean_days), ("any_half_days", figure.leaves[0.5]), ("any_80_days", figure.leaves[0.8]),
            ("any_90_days", figure.leaves[0.9]), ("moves_on", figure.reach_next), ("lost", figure.lost_here),
            ("won", figure.win),
        ):  # fmt: skip
            row |= _spread(name, number)
        row["undecided"] = figure.undecided
        for name, value in row.items():
            columns.setdefault(name, []).append(value)
    texts, counts = {"stage"}, {"entered", "open_now", "late_now"}
    return pa.table(
        {
            name: pa.array(values, pa.string() if name in texts else pa.int64() if name in counts else pa.float64())
            for name, values in columns.items()
        }
    )


def _spread(name: str, number: Number) -> Mapping[str, float | None]:
    return {name: number.value, f"{name}_low": number.low, f"{name}_high": number.high}


def owners_table(
    owners: Sequence[str], won: np.ndarray[Any, Any], closed: np.ndarray[Any, Any], rates: OwnerRates
) -> pa.Table:
    """Return one row an owner with enough closed deals, best first."""
    import pyarrow as pa

    order = np.argsort(-rates.rate, kind="stable")
    return pa.table(
        {
            "owner": pa.array([owners[each] for each in order], pa.string()),
            "closed": pa.array(closed[order], pa.int64()),
            "won": pa.array(won[order], pa.int64()),
            "win_rate": pa.array(rates.rate[order], pa.float64()),
            "low": pa.array(rates.low[order], pa.float64()),
            "high": pa.array(rates.high[order], pa.float64()),
        }
    )
