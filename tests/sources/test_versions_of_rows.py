"""What was known when: an update never overwrites, a late row is known from its arrival, nothing goes silently."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st
from mapped_rows import rows_of

from tradewind.core.contract import CONTRACT
from tradewind.sources.versions import Merged, merge_versions

DAY = timedelta(days=1)
T1, T2, T3 = datetime(2024, 1, 10), datetime(2024, 1, 11), datetime(2024, 1, 12)
ORDERS, CUSTOMERS, EVENTS = CONTRACT["orders"], CONTRACT["customers"], CONTRACT["events"]


def orders(*rows: tuple[str, int, datetime]) -> pa.Table:
    """Order rows: id, amount, when they happened; known at once."""
    kind = pa.timestamp("us")
    at = pa.array([at for *_, at in rows], kind)
    return pa.table(
        {
            "order_id": pa.array([i for i, *_ in rows], pa.string()),
            "amount": pa.array([a for _, a, _ in rows], pa.int64()),
            "happened_at": at,
            "known_at": at,
        }
    )


def customers(*rows: tuple[str, Any], known: datetime = datetime(1970, 1, 1)) -> pa.Table:
    return pa.table(
        {
            "customer_id": [i for i, _ in rows],
            "plan": [plan for _, plan in rows],
            "known_at": pa.array([known] * len(rows), pa.timestamp("us")),
        }
    )


def visible(table: pa.Table, cutoff: datetime, *names: str) -> set[tuple[Any, ...]]:
    """The rule of visibility, by hand."""
    rows = table.to_pylist()
    return {
        tuple(row[name] for name in names)
        for row in rows
        if row["known_at"] < cutoff and (row["valid_to"] is None or row["valid_to"] >= cutoff)
    }


def counts(merged: Merged) -> tuple[int, int, int, int, int]:
    return merged.new, merged.changed, merged.unchanged, merged.gone, merged.late


def test_first_load_is_a_backfill() -> None:
    merged = merge_versions(ORDERS, None, orders(("1", 5, T1 - 90 * DAY)), T1, None)
    assert merged.table.to_pylist() == [
        {
            "order_id": "1", "amount": 5, "happened_at": T1 - 90 * DAY, "known_at": T1 - 90 * DAY, "valid_to": None,
            "first_seen_at": T1,
        }
    ]  # fmt: skip
    assert counts(merged) == (1, 0, 0, 0, 0)


def test_late_rows_are_known_from_their_arrival_and_timely_ones_from_their_own_time() -> None:
    first = merge_versions(ORDERS, None, orders(("1", 5, T1 - 90 * DAY)), T1, None).table
    again = orders(("1", 5, T1 - 90 * DAY), ("late", 1, T1 - 5 * DAY), ("new", 2, T1 + DAY / 2))
    merged = merge_versions(ORDERS, first, again, T2, T1)
    assert rows_of(merged.table, "order_id", "known_at", "first_seen_at") == [
        ("1", T1 - 90 * DAY, T1),
        ("late", T2, T2),
        ("new", T1 + DAY / 2, T2),
    ]
    assert counts(merged) == (2, 0, 1, 0, 1)


def test_changed_rows_close_their_old_version() -> None:
    first = merge_versions(ORDERS, None, orders(("1", 5, T1 - DAY), ("2", 7, T1 - DAY)), T1, None).table
    merged = merge_versions(ORDERS, first, orders(("1", 6, T1 - DAY), ("2", 7, T1 - DAY)), T2, T1)
    assert counts(merged) == (0, 1, 1, 0, 0)
    assert visible(merged.table, T1, "order_id", "amount") == {("1", 5), ("2", 7)}
    assert visible(merged.table, T2, "order_id", "amount") == {("1", 5), ("2", 7)}
    assert visible(merged.table, T3, "order_id", "amount") == {("1", 6), ("2", 7)}


def test_there_and_back_again_is_three_versions() -> None:
    table = None
    for at, plan, before in ((T1, "a", None), (T2, "b", T1), (T3, "a", T2)):
        table = merge_versions(CUSTOMERS, table, customers(("x", plan)), at, before).table
    assert table is not None
    assert rows_of(table, "plan", "known_at", "valid_to") == [
        ("a", datetime(1970, 1, 1), T2),
        ("b", T2, T3),
        ("a", T3, None),
    ]


def test_gone_rows_stay_and_are_counted() -> None:
    first = merge_versions(ORDERS, None, orders(("1", 5, T1 - DAY), ("2", 7, T1 - DAY)), T1, None).table
    merged = merge_versions(ORDERS, first, orders(("2", 7, T1 - DAY)), T2, T1)
    assert merged.table.equals(first)
    assert counts(merged) == (0, 0, 1, 1, 0)


def test_new_customer_without_a_time_is_known_from_the_load_that_brings_it() -> None:
    first = merge_versions(CUSTOMERS, None, customers(("x", "a")), T1, None).table
    merged = merge_versions(CUSTOMERS, first, customers(("x", "a"), ("y", "b")), T2, T1)
    assert rows_of(merged.table, "customer_id", "known_at") == [("x", datetime(1970, 1, 1)), ("y", T2)]


def events(*rows: tuple[str, datetime]) -> pa.Table:
    at = pa.array([at for _, at in rows], pa.timestamp("us"))
    return pa.table({"customer_id": [who for who, _ in rows], "happened_at": at, "known_at": at})


def test_keyless_rows_are_matched_one_to_one() -> None:
    first = merge_versions(EVENTS, None, events(("a", T1 - DAY), ("a", T1 - DAY)), T1, None).table
    same = merge_versions(EVENTS, first, events(("a", T1 - DAY), ("a", T1 - DAY)), T2, T1)
    assert same.table.equals(first)
    more = merge_versions(EVENTS, first, events(*[("a", T1 - DAY)] * 3), T2, T1)
    assert counts(more) == (1, 0, 2, 0, 1)


def test_history_is_a_chain_and_reading_it_again_changes_nothing() -> None:
    def stated(*rows: tuple[str, datetime]) -> pa.Table:
        at = pa.array([at for _, at in rows], pa.timestamp("us"))
        return pa.table({"customer_id": ["x"] * len(rows), "plan": [plan for plan, _ in rows], "known_at": at})

    history = [("a", T1 - 9 * DAY), ("b", T1 - 5 * DAY), ("a", T1 - 2 * DAY)]
    first = merge_versions(CUSTOMERS, None, stated(*history), T1, None, stated=True).table
    assert first["valid_to"].to_pylist() == [T1 - 5 * DAY, T1 - 2 * DAY, None]
    again = merge_versions(CUSTOMERS, first, stated(*history), T2, T1, stated=True)
    assert again.table.equals(first)
    grown = merge_versions(CUSTOMERS, first, stated(*history, ("c", T1 + DAY / 2)), T2, T1, stated=True).table
    assert rows_of(grown, "plan", "valid_to")[2:] == [("a", T1 + DAY / 2), ("c", None)]


def test_mended_mapping_keeps_the_times_of_knowing() -> None:
    first = merge_versions(ORDERS, None, orders(("1", 5, T1 - DAY), ("2", 7, T1 - DAY)), T1, None).table
    more = orders(("1", 500, T1 - DAY), ("3", 1, T1 - 5 * DAY)).add_column(1, "channel", pa.array(["web", None]))
    merged = merge_versions(ORDERS, first, more, T2, T1, same_mapping=False)
    assert rows_of(merged.table, "order_id", "channel", "amount", "known_at", "first_seen_at", "valid_to") == [
        ("1", "web", 500, T1 - DAY, T1, None),
        ("3", None, 1, T1 - 5 * DAY, T2, None),
    ]
    assert merged.dropped == 1


def test_attribute_that_is_no_longer_a_number_becomes_text_without_looking_changed() -> None:
    number = pa.table(
        {
            "customer_id": ["x", "y", "z"],
            "plan": [1.0, 2.5, None],
            "known_at": pa.array([datetime(1970, 1, 1)] * 3, pa.timestamp("us")),
        }
    )
    first = merge_versions(CUSTOMERS, None, number, T1, None).table
    merged = merge_versions(CUSTOMERS, first, customers(("x", "1"), ("y", "2.5"), ("z", "none yet")), T2, T1)
    assert counts(merged) == (0, 1, 2, 0, 0)


LOADS = st.lists(
    st.dictionaries(st.sampled_from("abcde"), st.tuples(st.integers(0, 3), st.integers(0, 9)), max_size=5),
    min_size=1,
    max_size=5,
)


@given(LOADS)
@settings(max_examples=25, deadline=None)
def test_past_views_never_change_whatever_comes_later(loads: list[dict[str, tuple[int, int]]]) -> None:
    """After any further load, what was visible at any instant up to the load before it is exactly the same."""
    table: pa.Table | None = None
    previous: datetime | None = None
    for number, load in enumerate(loads):
        at = T1 + number * DAY
        rows = orders(*[(key, amount, T1 - 20 * DAY + age * DAY) for key, (amount, age) in sorted(load.items())])
        merged = merge_versions(ORDERS, table, rows, at, previous)
        if table is not None and table.num_rows:
            for back in range(30):
                cutoff = at - back * DAY
                assert visible(merged.table, cutoff, "order_id", "amount") == visible(
                    table, cutoff, "order_id", "amount"
                )
        assert merged.new + merged.changed + merged.unchanged == rows.num_rows
        again = merge_versions(ORDERS, merged.table, rows, at + DAY / 2, at)
        assert again.table.equals(merged.table)
        table, previous = merged.table, at
