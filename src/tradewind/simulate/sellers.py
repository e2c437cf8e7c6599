"""Colleagues who sell: their names and their true skill."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tradewind.simulate.columns import Floats, Ints
from tradewind.simulate.names import FIRST, LAST, full_names

if TYPE_CHECKING:
    import pyarrow as pa


def draw_skill(count: int, spread: float, rng: np.random.Generator) -> Floats:
    """Return each colleague's skill: log-odds added to every step forward of a deal, 0 on average."""
    skill = rng.normal(0, spread, count)
    return np.asarray(skill - skill.mean() if count else skill)


def seller_names(numbers: Ints) -> pa.Array:
    """Return the colleagues' names, one for each number."""
    return full_names(numbers % len(FIRST), (numbers * 7 + 3) % len(LAST))


def sellers_truth(skill: Floats) -> pa.Table:
    """Return who is how good."""
    import pyarrow as pa

    return pa.table({"owner": seller_names(np.arange(len(skill))), "skill": skill})
