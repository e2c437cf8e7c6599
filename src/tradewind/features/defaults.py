"""The features that contract tables give by themselves, most telling first, never more than asked for."""

from __future__ import annotations

from dataclasses import replace

from tradewind.core.time import Days
from tradewind.features.attributes import attribute_groups
from tradewind.features.baskets import basket_groups
from tradewind.features.catalog import Catalog
from tradewind.features.contacts import contact_groups
from tradewind.features.feature_set import FeatureSet, Group
from tradewind.features.purchases import order_groups
from tradewind.features.wording import WINDOWS


def default_features(catalog: Catalog, entity: str, history: Days, maximum: int = 150) -> FeatureSet:
    """Return the default features of an entity, not yet fitted (see `training.fit_vocabulary`).

    Args:
        catalog: which tables and columns there are.
        entity: key column of the entity (`customer_id`).
        history: days of history before the first training cutoff; longer windows would look full when they are
            not, and are dropped.
        maximum: most features returned; the last groups lose theirs first.
    """
    windows = [window for window in WINDOWS if window <= history.count]
    groups = [
        *order_groups(catalog, entity, windows),
        *attribute_groups(catalog, entity),
        *contact_groups(catalog, entity, windows),
        *basket_groups(catalog, entity, windows),
    ]
    return FeatureSet(entity, tuple(_first(groups, maximum)))


def _first(groups: list[Group], maximum: int) -> list[Group]:
    kept: list[Group] = []
    for group in groups:
        room = maximum - sum(len(before.derivations) for before in kept)
        if room > 0 and group.derivations:
            kept.append(replace(group, derivations=group.derivations[:room]))
    return kept
