"""A user's own features come out as written and cannot leak."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pytest
from tiny_shop import LABEL, LAPSE

from tradewind.core.errors import ConfigError, NotAnswerable, UnsafeExpression
from tradewind.core.time import Cutoff
from tradewind.features.labels import parse_label_sql
from tradewind.features.training import build_features, find_eligible, fit_features
from tradewind.features.user_features import user_groups

AT = Cutoff(date(2021, 3, 1))


@dataclass
class Mine:
    sql: str
    sentence: str = "large orders"
    unit: str = "count"
    family: str | None = None
    influence: str | None = None


def values(engine, shop, **features: Mine) -> dict[str, float]:
    fitted = fit_features(engine, shop, "customer_id", AT, user_groups(features, "customer_id"))
    find_eligible(engine, shop, LAPSE, parse_label_sql(LABEL), {}, [AT])
    table = build_features(engine, shop, fitted, "lapse", [AT], LAPSE.settings)
    name = next(iter(features))
    return dict(zip(table.entity_id, table.column(name).tolist(), strict=True))


def test_it_sees_only_what_was_known_even_without_naming_the_cutoff(engine, shop) -> None:
    found = values(engine, shop, big=Mine("SELECT customer_id, COUNT(*) AS value FROM orders GROUP BY customer_id"))
    assert found == {"ann": 2.0, "bob": 1.0}


def test_it_may_use_the_settings_and_other_customers(engine, shop) -> None:
    sql = """SELECT customer_id, COUNT(*) * 1.0 / (SELECT COUNT(*) FROM orders) AS value FROM orders
        WHERE happened_at >= :active_within_ago AND happened_on >= :days_40_ago_day GROUP BY customer_id"""
    assert values(engine, shop, share=Mine(sql)) == {"ann": 0.25, "bob": 0.25}


def test_it_keeps_its_words(engine, shop) -> None:
    group = user_groups(
        {"big": Mine("SELECT customer_id, 1 AS value FROM orders", influence="you can influence")}, "customer_id"
    )[0]
    feature = group.derivations[0].feature
    assert (feature.name, feature.sentence, feature.family) == ("big", "large orders", "big")
    assert feature.influence == "you can influence"


def test_bad_ones_are_refused(engine, shop) -> None:
    with pytest.raises(ConfigError) as caught:
        user_groups({"x": Mine("SELECT 1", unit="kg", influence="magic")}, "customer_id")
    assert [problem.where for problem in caught.value.problems] == ["features.x.unit", "features.x.influence"]
    with pytest.raises(ConfigError, match="more than one row"):
        values(engine, shop, x=Mine("SELECT customer_id, amount AS value FROM orders"))
    with pytest.raises(UnsafeExpression):
        values(engine, shop, x=Mine("SELECT customer_id, value FROM training_lapse"))
    with pytest.raises(NotAnswerable):
        values(engine, shop, x=Mine("SELECT customer_id, COUNT(*) AS value FROM touches GROUP BY customer_id"))
