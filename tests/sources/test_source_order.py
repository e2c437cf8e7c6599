"""Rows keep the order of their file, also where the engine's threads finish out of turn."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from tradewind.sources.duplicates import in_source_order


@settings(deadline=None)
@given(st.permutations(list(range(1, 12))), st.integers(1, 10))
def test_rows_out_of_turn_are_put_in_order_with_what_they_hold(numbers: list[int], chunk: int) -> None:
    pieces = [numbers[start : start + chunk] for start in range(0, len(numbers), chunk)]
    held = [[str(number) for number in piece] for piece in pieces]
    rows = pa.table({"_row": pa.chunked_array(pieces), "t0": pa.chunked_array(held)})
    ordered = in_source_order(rows)
    assert ordered["_row"].to_pylist() == sorted(numbers)
    assert ordered["t0"].to_pylist() == [str(number) for number in sorted(numbers)]


def test_rows_in_order_are_not_copied() -> None:
    rows = pa.table({"_row": [1, 2, 5]})
    assert in_source_order(rows) is rows
    assert in_source_order(rows.slice(0, 0)).num_rows == 0
