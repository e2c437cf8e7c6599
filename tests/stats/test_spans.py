"""What a span of days would mean, against plain loops over random purchases."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tradewind.stats.spans import HORIZONS, OrderDays, count_lapsed, smallest_from, span_effect


def _orders(seed: int, rows: int) -> OrderDays:
    rng = np.random.default_rng(seed)
    day = np.sort(rng.integers(100, 400, rows))
    return OrderDays(rng.integers(0, 12, rows), day, 12, 400)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    seed=st.integers(0, 1000), rows=st.integers(1, 60), cutoff=st.integers(90, 410), span=st.sampled_from([1, 30, 90])
)
def test_lapses_are_those_of_plain_loops(seed: int, rows: int, cutoff: int, span: int) -> None:
    orders = _orders(seed, rows)
    pairs = list(zip(orders.customer.tolist(), orders.day.tolist(), strict=True))
    active = {who for who, day in pairs if cutoff - 60 <= day < cutoff}
    back = {who for who, day in pairs if cutoff <= day < cutoff + span}
    assert count_lapsed(orders, cutoff, 60, span) == (len(active), len(active - back))


def test_an_effect_adds_up_the_past_dates_and_says_when_the_history_is_too_short() -> None:
    orders = _orders(1, 50)
    effect = span_effect(orders, 30, 60, 370, [310, 340])
    asked, lapsed = count_lapsed(orders, 370, 60, 30)
    assert effect.base_rate == lapsed / asked
    assert effect.outcomes == sum(count_lapsed(orders, day, 60, 30)[1] for day in (310, 340))
    assert effect.share_active == len(set(orders.customer[orders.day >= 370])) / 12
    assert span_effect(orders, 180, 60, None, []).base_rate is None


def test_the_smallest_round_span_that_is_long_enough() -> None:
    assert [smallest_from(HORIZONS, days) for days in (1, 30, 31, 74, 5_000)] == [30, 30, 60, 90, 365]


def test_a_sample_holds_all_orders_of_its_customers() -> None:
    orders = _orders(2, 60)
    some = orders.some(4, np.random.default_rng(1))
    kept = set(some.customer.tolist())
    assert len(kept) <= 4
    assert [pair for pair in zip(orders.customer, orders.day, strict=True) if pair[0] in kept] == list(
        zip(some.customer, some.day, strict=True)
    )
    assert orders.some(12, np.random.default_rng(1)) is orders
