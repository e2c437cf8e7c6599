"""What colleagues do: calls and mails for each lead, meetings and demos for each deal as it moves on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tradewind.simulate.columns import DAY, at_some_hour, ids, moments, words
from tradewind.simulate.deals import Deals, deal_ids
from tradewind.simulate.leads import Leads, lead_ids
from tradewind.simulate.sellers import seller_names
from tradewind.simulate.world import World

if TYPE_CHECKING:
    import pyarrow as pa

_KINDS = ("call", "mail", "meeting", "demo")
_OUTCOMES = ("no answer", "talked", "held")


def activities_table(world: World, leads: Leads, deals: Deals, rng: np.random.Generator) -> pa.Table:
    """Return `activities` as a contract table, by time."""
    import pyarrow as pa

    calls = rng.poisson(1.5, leads.count)
    lead = np.repeat(np.arange(leads.count), calls)
    lead_at = at_some_hour(leads.created[lead] // DAY + rng.geometric(0.3, len(lead)), rng)
    deal, stage = np.nonzero(deals.entered >= 0)
    deal_at = deals.entered[deal, stage] + 60_000_000
    at = np.concatenate([lead_at, deal_at])
    is_deal = np.arange(len(at)) >= len(lead)
    kind = np.concatenate([rng.integers(0, 2, len(lead)), np.where(stage == 1, 3, 2)])
    outcome = np.where(is_deal, 2, rng.integers(0, 2, len(at)))
    order = np.argsort(at, kind="stable")
    order = order[at[order] < world.days * DAY]
    of = np.concatenate([lead, deal])[order]
    is_deal = is_deal[order]
    owner = np.concatenate([leads.owner[lead], deals.owner[deal]])[order]
    return pa.table(
        {
            "activity_id": ids("T", np.arange(len(order)), 7),
            "happened_at": moments(world, at[order]),
            "kind": words(_KINDS, kind[order]),
            "lead_id": lead_ids(of, is_deal),
            "deal_id": _only(deal_ids(of), is_deal),
            "owner": seller_names(owner),
            "outcome": words(_OUTCOMES, outcome[order]),
        }
    )


def _only(values: pa.Array, where: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> pa.Array:
    import pyarrow as pa
    import pyarrow.compute as pc

    return pc.if_else(pa.array(where), values, pa.scalar(None, pa.string()))
