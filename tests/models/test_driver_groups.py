"""Drivers by part of the business: groups are summed before they are compared, and every default feature has one."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from tradewind.core.driver_groups import OTHER, group_of
from tradewind.core.feature import Feature, FeatureTable
from tradewind.core.time import days
from tradewind.features.catalog import Catalog, catalog_table
from tradewind.features.defaults import default_features
from tradewind.models.driver_groups import grouped_drivers

FEATURES = (
    Feature("logins", "logins", "count", "events", "web"),
    Feature("silent", "days since the last activity", "days", "events", "web recency"),
    Feature("amount", "amount paid per month", "money", "subscriptions", "subscription amount"),
    Feature("tickets", "messages from them", "count", "texts", "messages"),
)


def _told(parts: list[list[float]]) -> list[dict[str, Any]]:
    rows = len(parts)
    design = SimpleNamespace(features=FEATURES)
    predictor = SimpleNamespace(design=design, contributions=lambda _: np.array(parts))
    numbers = np.arange(4 * rows, dtype=np.float32).reshape(rows, 4)
    who, day = np.array([f"c{row}" for row in range(rows)], dtype=object), np.full(rows, np.datetime64("2024-01-01"))
    table = FeatureTable(who, day, FEATURES, numbers)
    deployed = cast(Any, SimpleNamespace(predictor=predictor))
    return grouped_drivers(deployed, table, np.random.default_rng(1)).to_pylist()


def test_what_cancels_within_a_group_does_not_count() -> None:
    """Two features of usage that pull against each other move nothing together."""
    told = _told([[2.0, -2.0, 0.5, 0.1, 9.0], [-2.0, 2.0, 1.0, 0.3, 9.0], [1.0, -1.0, 1.5, 0.2, 9.0]])
    assert [row["driver_group"] for row in told] == ["billing", "support", "usage"]
    assert [row["share"] for row in told] == pytest.approx([1.0 / 1.2, 0.2 / 1.2, 0.0])
    assert told[0]["sentence"] == "amount paid per month"
    assert all(row["low"] <= row["share"] <= row["high"] for row in told)


def test_the_strongest_feature_speaks_for_its_group() -> None:
    usage = next(row for row in _told([[0.1, 1.0, 0, 0, 0], [0.2, 2.0, 0, 0, 0], [0.3, 3.0, 0, 0, 0]]))
    assert (usage["driver_group"], usage["sentence"]) == ("usage", "days since the last activity")
    assert usage["direction"] == "more raises it"


def test_every_default_feature_belongs_to_a_part_of_the_business() -> None:
    stored = {
        "subscriptions": ("customer_id", "started_at", "ended_at", "monthly_amount"),
        "events": ("customer_id", "happened_at", "happened_on", "name"),
        "texts": ("customer_id", "happened_at", "happened_on", "text", "rating"),
        "orders": ("order_id", "customer_id", "happened_at", "happened_on", "amount", "amount_base"),
    }
    catalog = Catalog({name: catalog_table(name, [(each, "VARCHAR") for each in columns])
                       for name, columns in stored.items()})  # fmt: skip
    found = {group_of(feature) for feature in default_features(catalog, "customer_id", days(200)).features}
    assert found == {"usage", "billing", "contract", "support"}
    assert group_of(Feature("mine", "mine", "number", "features.mine", "mine")) == OTHER
