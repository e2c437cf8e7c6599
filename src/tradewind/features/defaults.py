"""The features that contract tables give by themselves, most telling first, never more than asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tradewind.core.time import Days
from tradewind.features.activities import activity_groups
from tradewind.features.attributes import attribute_groups
from tradewind.features.baskets import basket_groups
from tradewind.features.catalog import Catalog
from tradewind.features.companies import belonging_groups, company_groups
from tradewind.features.contacts import contact_groups
from tradewind.features.feature_set import FeatureSet, Group
from tradewind.features.purchases import order_groups
from tradewind.features.stages import stage_groups
from tradewind.features.subscriptions import subscription_groups
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
    return FeatureSet(entity, tuple(_first(_groups(catalog, entity, windows), maximum)))


def _groups(catalog: Catalog, entity: str, windows: Sequence[int]) -> list[Group]:
    """Every group, the most telling of the entity's kind first."""
    own = [*attribute_groups(catalog, entity), *belonging_groups(catalog, entity)]
    if entity == "customer_id":
        return [
            *order_groups(catalog, entity, windows),
            *own,
            *subscription_groups(catalog, entity),
            *activity_groups(catalog, entity, windows),
            *contact_groups(catalog, entity, windows),
            *basket_groups(catalog, entity, windows),
        ]
    return [
        *stage_groups(catalog, entity),
        *own,
        *subscription_groups(catalog, entity),
        *company_groups(catalog, entity),
        *activity_groups(catalog, entity, windows),
        *contact_groups(catalog, entity, windows),
        *order_groups(catalog, entity, windows),
        *basket_groups(catalog, entity, windows),
    ]


def _first(groups: list[Group], maximum: int) -> list[Group]:
    kept: list[Group] = []
    for group in groups:
        room = maximum - sum(len(before.derivations) for before in kept)
        if room > 0 and group.derivations:
            kept.append(replace(group, derivations=group.derivations[:room]))
    return kept
