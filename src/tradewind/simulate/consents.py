"""Permissions: given when a person joins, and sometimes withdrawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tradewind.simulate.columns import DAY, Flags, at_some_hour, moments, words
from tradewind.simulate.people import People, customer_ids
from tradewind.simulate.world import World

if TYPE_CHECKING:
    import pyarrow as pa

_WITHDRAWN = 0.05


def consents_table(world: World, people: People, agrees: Flags, rng: np.random.Generator) -> pa.Table:
    """Return `consents` as a contract table: what each known person said on joining, and withdrawals.

    Args:
        agrees: (n,) who takes mailings.
    """
    import pyarrow as pa

    known = np.flatnonzero(~people.guest)
    later = at_some_hour(people.joined_day + rng.integers(30, 400, people.count), rng)
    leaves = np.flatnonzero(agrees & (rng.random(people.count) < _WITHDRAWN) & (later < world.days * DAY))
    rows = np.concatenate([known, leaves])
    withdrawn = np.arange(len(rows)) >= len(known)
    return pa.table(
        {
            "customer_id": customer_ids(rows),
            "purpose": words(["email"], np.zeros(len(rows), dtype=np.int64)),
            "granted": pa.array(agrees[rows] & ~withdrawn),
            "happened_at": moments(world, np.where(withdrawn, later[rows], people.joined[rows])),
            "source": words(["checkout", "unsubscribe link"], withdrawn.astype(np.int64)),
        }
    )
