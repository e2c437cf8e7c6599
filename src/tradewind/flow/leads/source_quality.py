"""What leads of each source are worth: customers in the end, what one costs, what a lead brings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tradewind.core.errors import NotAnswerable, Problem
from tradewind.flow.answers.analyse import Analysed
from tradewind.flow.data import Data
from tradewind.flow.leads.outcomes import LeadOutcomes, read_lead_outcomes
from tradewind.flow.leads.source_costs import SourceCosts, read_source_costs
from tradewind.flow.leads.tell_sources import tell_sources
from tradewind.flow.learning.lesson import seed_of
from tradewind.flow.questions.question import Question
from tradewind.models.delay.held import HeldAgainst, hold_against
from tradewind.models.delay.pace import GroupsToCome, estimate_groups
from tradewind.models.delay.worth import draw_amounts

if TYPE_CHECKING:
    import pyarrow as pa

Floats = NDArray[np.float64]

HELD_DAYS = 90
"""How long ago the estimate is tried out, at most."""


@dataclass(frozen=True)
class SourceFigures:
    """Everything that is known of the sources, as the words need it.

    Args:
        leads: the leads read.
        costs: what each source cost.
        to_come: draws of what comes of them.
        amounts: (draws, sources) mean amount of a customer; None where no amounts are known.
        end_days: what converts later is not counted.
        held: how it would have done some time ago; None where too little was known then.
        rows: one for each source, those with the most customers for their leads first.
    """

    leads: LeadOutcomes
    costs: SourceCosts
    to_come: GroupsToCome
    amounts: Floats | None
    end_days: float
    held: HeldAgainst | None
    rows: tuple[Mapping[str, Any], ...]


def answer(data: Data, question: Question) -> Analysed:
    """Estimate what comes of each source's leads and what they cost.

    Raises:
        NotAnswerable: leads have no source or time, or nobody knows who became a customer.
    """
    import pyarrow as pa

    leads = read_lead_outcomes(data, question)
    if len(leads.sources) == 0:
        raise NotAnswerable(Problem("tables.leads", "there is no lead with a time before today", "0 leads"))
    # A history shorter than the horizon cannot tell what comes after its own length.
    end = min(float(question.use_case.horizon.length.count), float(np.ceil(leads.age_days.max())))
    rng = np.random.default_rng(seed_of(question.name))
    groups = len(leads.sources)
    to_come = estimate_groups(leads.source, groups, leads.age_days, leads.delay_days, end, rng)
    amounts = draw_amounts(leads.source, groups, leads.amount, len(to_come.share), rng)
    costs = read_source_costs(data, question, leads)
    rows = [_row(place, leads, costs, to_come, amounts, end) for place in range(groups)]
    rows.sort(key=lambda row: -row["share"])
    back = min(int(end), HELD_DAYS)
    held = hold_against(leads.source, groups, leads.age_days, leads.delay_days, back, rng)
    figures = SourceFigures(leads, costs, to_come, amounts, end, held, tuple(rows))
    finding = tell_sources(question, figures, data.workspace.config.workspace.currency)
    return Analysed(finding, {"sources": _table(pa, rows)})


def _row(
    place: int, leads: LeadOutcomes, costs: SourceCosts, to_come: GroupsToCome, amounts: Floats | None, end: float
) -> dict[str, Any]:
    name, mine = leads.sources[place], leads.source == place
    so_far = int((leads.delay_days[mine] <= end).sum())
    count = int(mine.sum())
    share, final = to_come.share[:, place], to_come.in_the_end[:, place]
    row = {"source": name, "leads": count, "so_far": so_far, "share_so_far": so_far / count}
    row |= {"in_the_end": float(final.mean()), **_range("in_the_end", final)}
    row |= {
        "share": float(share.mean()),
        **_range("share", share),
        "half_within_days": float(to_come.median_days[place]),
    }
    brings = None if amounts is None else share * amounts[:, place]
    row |= _spread("lead_brings", brings)
    return row | _costs(name, costs, share, brings)


def _costs(name: str, costs: SourceCosts, share: Floats, brings: Floats | None) -> dict[str, Any]:
    """What a lead and a customer cost and an amount spent brings; a reason where nobody knows."""
    cost, here = costs.cost.get(name), costs.leads.get(name, 0)
    reason = (
        "no spend is known" if not costs.known
        else "no spend is booked under this name" if cost is None
        else "what is booked on it sums to less than nothing" if cost < 0
        else "none of its leads came in the days that spend covers" if here == 0
        else ""
    )  # fmt: skip
    known = cost is not None and not reason
    lead_cost = cost / here if known and cost is not None else None
    customer = None if lead_cost is None else lead_cost / np.maximum(share, 1e-9)
    row: dict[str, Any] = {"cost": cost if known else None, "lead_cost": lead_cost}
    row |= _spread("customer_cost", customer)
    row |= _spread("one_spent_brings", brings / lead_cost if brings is not None and lead_cost else None)
    return row | {"cost_not_known": reason}


def _range(name: str, draws: NDArray[Any]) -> dict[str, float]:
    low, high = np.quantile(draws, [0.025, 0.975])
    return {f"{name}_low": float(low), f"{name}_high": float(high)}


def _spread(name: str, draws: Floats | None) -> dict[str, float | None]:
    """The median of draws with its 95 % interval: means of quotients run away."""
    if draws is None:
        return {name: None, f"{name}_low": None, f"{name}_high": None}
    return {name: float(np.median(draws)), **_range(name, draws)}


def _table(pa: Any, rows: list[dict[str, Any]]) -> pa.Table:
    kinds = {"source": pa.string(), "leads": pa.int64(), "so_far": pa.int64(), "cost_not_known": pa.string()}
    schema = pa.schema([(name, kinds.get(name, pa.float64())) for name in rows[0]])
    return pa.Table.from_pylist(rows, schema=schema)
