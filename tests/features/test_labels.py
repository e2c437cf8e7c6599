"""Labels: parsed from a file of named SELECTs, known only once they are complete and known."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from tiny_shop import LABEL, LAPSE

from tradewind.core.errors import ConfigError, NotAnswerable, UnsafeExpression
from tradewind.core.time import Cutoff, Horizon, days
from tradewind.core.use_case import Baseline
from tradewind.features.labels import parse_label_sql
from tradewind.features.training import build_training_table, fit_features

FIRST, SECOND = Cutoff(date(2021, 2, 6)), Cutoff(date(2021, 3, 1))
EARLY, LATE = Cutoff(date(2021, 4, 1)), Cutoff(date(2021, 5, 1))


def build(engine, shop, label: str = LABEL, cutoffs=(FIRST, SECOND), origins=(EARLY, LATE), use_case=LAPSE):
    fitted = fit_features(engine, shop, "customer_id", cutoffs[0])
    return build_training_table(engine, shop, use_case, parse_label_sql(label), fitted, cutoffs, origins)


def labels(table, origin: Cutoff) -> dict:
    keys = zip(table.features.cutoff.tolist(), table.features.entity_id, strict=True)
    return dict(zip(keys, table.labels[origin.day].tolist(), strict=True))


def test_labels_are_those_known_at_each_origin(engine, shop) -> None:
    table = build(engine, shop, cutoffs=(SECOND,), origins=(Cutoff(date(2021, 3, 30)), EARLY))
    assert np.isnan(table.labels[date(2021, 3, 30)]).all()  # the horizon ends on 31 March
    assert labels(table, EARLY) == {(SECOND.day, "ann"): 0.0, (SECOND.day, "bob"): 1.0}


def test_a_late_order_changes_the_label_only_at_origins_that_know_it(engine, shop) -> None:
    use_case = replace(LAPSE, horizon=Horizon(days(5)))
    before = Cutoff(date(2021, 2, 24))  # bob's order of the 25th arrives on 15 April
    table = build(engine, shop, cutoffs=(before,), use_case=use_case)
    assert labels(table, EARLY)[(before.day, "bob")] == 1.0
    assert labels(table, LATE)[(before.day, "bob")] == 0.0
    assert table.label.tolist() == table.labels[LATE.day].tolist()


def test_a_lag_makes_labels_wait(engine, shop) -> None:
    use_case = replace(LAPSE, horizon=Horizon(days(30), days(10)))
    table = build(engine, shop, cutoffs=(SECOND,), origins=(EARLY, LATE), use_case=use_case)
    assert np.isnan(table.labels[EARLY.day]).all()
    assert not np.isnan(table.labels[LATE.day]).any()


def test_rules_of_thumb_values_and_slices_stand_beside(engine, shop) -> None:
    label = LABEL + "-- name: value\nSELECT customer_id, SUM(amount_base) AS value FROM orders GROUP BY customer_id"
    table = build(engine, shop, label)
    by_row = dict(
        zip(zip(table.features.cutoff.tolist(), table.features.entity_id, strict=True), table.value, strict=True)
    )
    assert by_row[(SECOND.day, "ann")] == 40.1
    assert (
        table.baselines["longest without an order first"].tolist()
        == table.features.column("days_since_last_order").tolist()
    )
    assert set(table.slices) >= {"city", "mood"}  # today's values, for showing only
    assert "email" not in table.slices
    assert "mood" not in {feature.name for feature in table.features.features}
    assert np.isnan(build(engine, shop).value).all()


def test_amount_rules_are_scaled_to_the_horizon(engine, shop) -> None:
    rule = Baseline("spend as before", "spend_30d", scale_days=90)
    table = build(engine, shop, use_case=replace(LAPSE, baselines=(rule,)))
    np.testing.assert_allclose(table.baselines[rule.name], table.features.column("spend_30d").astype(float) / 3)
    with pytest.raises(NotAnswerable, match="no_such"):
        build(engine, shop, use_case=replace(LAPSE, baselines=(Baseline("x", "no_such"),)))


def test_every_step_leaves_its_table(engine, shop) -> None:
    build(engine, shop)
    steps = {"eligible_lapse", "orders_lapse", "order_days_lapse", "outcome_lapse", "training_lapse"}
    assert steps <= set(engine.tables())


def test_nobody_eligible_is_not_answerable(engine, shop) -> None:
    with pytest.raises(NotAnswerable, match="nobody"):
        build(engine, shop, cutoffs=(Cutoff(date(2019, 1, 1)),))


def test_two_outcomes_for_one_customer_are_refused(engine, shop) -> None:
    doubled = LABEL.split("-- name: outcome")[0] + "-- name: outcome\nSELECT customer_id, 1 AS outcome FROM orders"
    with pytest.raises(ConfigError, match="more than one row"):
        build(engine, shop, doubled)


def test_problems_of_a_label_file_are_told_together() -> None:
    with pytest.raises(ConfigError) as caught:
        parse_label_sql("-- name: eligible\nSELECT 1\n-- name: eligible\nSELECT 1\n-- name: other\nSELECT 1", "lapse")
    assert len(caught.value.problems) == 3
    with pytest.raises(UnsafeExpression):
        parse_label_sql(LABEL.replace("SELECT customer_id FROM", "DELETE FROM"))
