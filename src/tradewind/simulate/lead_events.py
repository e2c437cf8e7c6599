"""What leads do on the website: they look around; most who are about to become a deal look at prices and download."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tradewind.simulate.columns import DAY, Ints, at_some_hour, moments, words
from tradewind.simulate.leads import Leads, lead_ids
from tradewind.simulate.world import World

if TYPE_CHECKING:
    import pyarrow as pa

_PAGES = ("features", "blog", "customers", "pricing", "team")
_PAGE_SHARE = (0.25, 0.25, 0.15, 0.27, 0.08)
_DOWNLOAD = len(_PAGES)
_DOWNLOADS = 0.15
"""Share of visits of the ordinary kind that end in a download."""
READY = 0.5
"""Share of those about to become a deal who look at prices twice and then download something."""


def lead_events_table(world: World, leads: Leads, rng: np.random.Generator) -> pa.Table:
    """Return `events` of leads as a contract table, by time; nobody does anything once converted."""
    import pyarrow as pa

    idle, idle_at, idle_what = _look_around(leads, rng)
    ready, ready_at, ready_what = _get_ready(leads, rng)
    of, at = np.concatenate([idle, ready]), np.concatenate([idle_at, ready_at])
    what = np.concatenate([idle_what, ready_what])
    end = np.where(leads.converted >= 0, leads.converted, world.days * DAY)[of]
    kept = np.flatnonzero((at > leads.created[of]) & (at < end) & (at < world.days * DAY))
    kept = kept[np.argsort(at[kept], kind="stable")]
    paths = [f"https://team.example/{page}" for page in (*_PAGES, "download/guide")]
    return pa.table(
        {
            "lead_id": lead_ids(of[kept]),
            "happened_at": moments(world, at[kept]),
            "name": words(("page view", "download"), (what[kept] == _DOWNLOAD).astype(np.int64)),
            "url": words(paths, what[kept]),
        }
    )


def _look_around(leads: Leads, rng: np.random.Generator) -> tuple[Ints, Ints, Ints]:
    """Visits of every lead over the weeks after it came, more of those who were curious before."""
    of = np.repeat(np.arange(leads.count), rng.poisson(1.5 + 0.8 * leads.pages))
    at = at_some_hour(leads.created[of] // DAY + rng.geometric(1 / 20, len(of)), rng)
    page = rng.choice(len(_PAGES), len(of), p=_PAGE_SHARE)
    return of, at, np.where(rng.random(len(of)) < _DOWNLOADS, _DOWNLOAD, page)


def _get_ready(leads: Leads, rng: np.random.Generator) -> tuple[Ints, Ints, Ints]:
    """Prices twice and then a download, in the days before the deal, of most who have had those days."""
    one = np.flatnonzero((leads.converted >= 0) & (rng.random(leads.count) < READY))
    last = leads.converted[one] // DAY - rng.integers(2, 9, len(one))
    of = np.repeat(one, 3)
    day = (last[:, None] - np.array([2, 1, 0])).ravel()
    return of, at_some_hour(day, rng), np.tile([3, 3, _DOWNLOAD], len(one))
