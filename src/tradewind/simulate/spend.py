"""Advertising: what each paid channel cost each day, for the people or leads it brought."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from tradewind.simulate.columns import Ints, money, words
from tradewind.simulate.people import People
from tradewind.simulate.world import Channel, World

if TYPE_CHECKING:
    import pyarrow as pa


def spend_table(world: World, people: People) -> pa.Table:
    """Return `spend` as a contract table: one row for each day and paid channel."""
    return daily_costs(world, world.shop.channels, people.joined_day, people.channel)


def daily_costs(world: World, channels: Sequence[Channel], came_on: Ints, by: Ints) -> pa.Table:
    """Return `spend` as a contract table, for those who came.

    Args:
        world: gives the days.
        channels: ways of coming and what each newcomer costs.
        came_on: (n,) day on which each came.
        by: (n,) number of the channel.
    """
    import pyarrow as pa

    paid = [number for number, channel in enumerate(channels) if channel.cost > 0]
    day, channel = (
        grid.ravel() for grid in np.meshgrid(np.arange(world.days), np.array(paid, dtype=int), indexing="ij")
    )
    came = np.zeros((world.days, len(channels)), dtype=np.int64)
    np.add.at(came, (came_on, by), 1)
    cents = np.array([round(c.cost * 100) for c in channels])
    return pa.table(
        {
            "day": pa.array([world.start + timedelta(days=int(d)) for d in day], pa.date32()),
            "channel": words([c.name for c in channels], channel),
            "cost": money(came[day, channel] * cents[channel]),
        }
    )
