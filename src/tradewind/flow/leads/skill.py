"""How many of their leads each colleague converts: an association, drawn towards the average of all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tradewind.core.time import Days
from tradewind.flow.ask import ask_known
from tradewind.flow.data import Data
from tradewind.flow.leads.owners import LeadOwners
from tradewind.models.pipeline.owners import owner_rates

Array = NDArray[np.float64]
OLD_ENOUGH = 60
"""Days after which a lead that has not converted counts as one that does not."""


@dataclass(frozen=True)
class Skill:
    """Each colleague's share of leads converted, (k,) each; the average for those who never had one.

    Args:
        rate: drawn towards the average.
        low: lower end of the 95 % interval.
        high: upper end.
        average: of all.
        differ: whether the colleagues differ beyond chance.
    """

    rate: Array
    low: Array
    high: Array
    average: float
    differ: bool

    @property
    def factor(self) -> Array:
        """What a lead's worth is multiplied by in each colleague's hands."""
        return self.rate / self.average


def read_skill(data: Data, owners: LeadOwners, there: tuple[str, ...]) -> Skill | None:
    """Count leads and conversions of each colleague; None where fewer than two of them ever had leads of age."""
    query = "SELECT lead_id, created_at, converted_at IS NOT NULL AS won FROM leads"
    rows = ask_known(data.engine, data.catalog, query, data.score_at).to_pylist()
    newest = data.score_at.back(Days(OLD_ENOUGH)).at
    place = {name: at for at, name in enumerate(there)}
    had, won = np.zeros(len(there), dtype=np.int64), np.zeros(len(there), dtype=np.int64)
    for row in rows:
        at = place.get(owners.of.get(row["lead_id"], ""))
        if at is not None and row["created_at"] is not None and row["created_at"] < newest:
            had[at] += 1
            won[at] += bool(row["won"])
    some = np.flatnonzero(had > 0)
    if len(some) < 2:
        return None
    rates = owner_rates(won[some], had[some])
    rate, low, high = (np.full(len(there), rates.average) for _ in range(3))
    rate[some], low[some], high[some] = rates.rate, rates.low, rates.high
    return Skill(rate, low, high, rates.average, rates.differ)
