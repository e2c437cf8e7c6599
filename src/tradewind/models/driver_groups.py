"""What goes with an answer by part of the business: usage, billing, support, contract, and the strongest of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tradewind.core.driver_groups import group_of
from tradewind.core.feature import FeatureTable
from tradewind.models.deployed import Deployed
from tradewind.models.drivers import MOST_ROWS, direction_of
from tradewind.models.reason_words import plain
from tradewind.models.reasons import HARD_TO_SAY, PLAIN_FIRST

if TYPE_CHECKING:
    import pyarrow as pa

Array = NDArray[np.float64]


def grouped_drivers(
    deployed: Deployed, features: FeatureTable, rng: np.random.Generator, resamples: int = 200
) -> pa.Table:
    """Rank the groups of features by how much they move scores.

    Args:
        deployed: the model.
        features: (n) rows to look at; at most 1,500 of them are, drawn by `rng`.
        rng: for the draws.
        resamples: how many times entities are drawn anew for the range of a share, under the one model.
    Returns:
        Table, heaviest first: driver_group, share (of all mean absolute contributions by group), low and high (95 %
        range of the share had we met others), sentence and direction (of the feature that moves scores most in it).
    """
    import pyarrow as pa

    if len(features) > MOST_ROWS:
        features = features.rows(np.sort(rng.choice(len(features), MOST_ROWS, replace=False)))
    offered = deployed.predictor.design.features
    parts = deployed.predictor.contributions(features)
    groups = np.array([group_of(feature) for feature in offered], dtype=object)
    names = tuple(dict.fromkeys(groups))
    strength = np.column_stack([np.abs(parts[:, np.flatnonzero(groups == name)].sum(axis=1)) for name in names])
    share = _shares(strength.mean(axis=0))
    low, high = np.quantile(_resampled(strength, features.entity_id, rng, resamples), (0.025, 0.975), axis=0)
    weight = np.abs(parts[:, : len(offered)]).mean(axis=0)
    weight *= [PLAIN_FIRST if feature.unit in HARD_TO_SAY else 1.0 for feature in offered]
    rows = []
    for place in np.argsort(-share, kind="stable"):
        members = np.flatnonzero(groups == names[place])
        first = int(members[weight[members].argmax()])
        feature = offered[first]
        towards = direction_of(features, feature.name, feature.kind == "number", parts[:, first])
        figures = (float(share[place]), float(low[place]), float(high[place]))
        rows.append((str(names[place]), *figures, plain(feature.sentence), towards))
    kinds = (("driver_group", pa.string()), ("share", pa.float64()), ("low", pa.float64()), ("high", pa.float64()),
             ("sentence", pa.string()), ("direction", pa.string()))  # fmt: skip
    return pa.table({name: pa.array([row[at] for row in rows], kind) for at, (name, kind) in enumerate(kinds)})


def _shares(strength: Array) -> Array:
    total = strength.sum(axis=-1, keepdims=True)
    return np.asarray(np.where(total > 0, strength / np.where(total > 0, total, 1.0), 0.0))


def _resampled(strength: Array, entity_id: NDArray[np.object_], rng: np.random.Generator, count: int) -> Array:
    """(count, groups) shares with whole entities drawn anew."""
    _, code = np.unique(entity_id.astype(str), return_inverse=True)
    sums = np.zeros((int(code.max(initial=-1)) + 1, strength.shape[1]))
    np.add.at(sums, code, strength)
    draws = rng.multinomial(len(sums), np.full(len(sums), 1 / len(sums)), size=count)
    return _shares(draws @ sums)
