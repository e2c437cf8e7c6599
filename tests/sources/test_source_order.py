"""Rows keep the order of their file, also where the engine's threads finish out of turn."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mapped_rows import MapRows

from shuffled_rows import shuffling
from tradewind.sources.duplicates import in_source_order
from tradewind.sources.reading_anew import _exact_sum
from tradewind.sources.typed import define_functions


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


def test_a_mapping_gives_the_same_rows_however_the_engine_gives_them(
    map_rows: MapRows, monkeypatch: pytest.MonkeyPatch
) -> None:
    count = 300
    rows = {
        "id": [f"o{place // 4}" for place in range(count)],
        "what": [f"p{place % 3}" for place in range(count)],
        "who": [f"c{place % 7}" for place in range(count)],
        "at": [datetime(2024, 1, 1) + timedelta(hours=place) for place in range(count)],
        "paid": [f"{place % 11}.50" if place % 50 else "free" for place in range(count)],
    }
    columns = {"order_id": "id", "product_id": "what", "customer_id": "who", "happened_at": "at", "amount": "paid"}
    plain = map_rows("order_lines", columns, rows)
    monkeypatch.setattr(duckdb, "connect", shuffling(duckdb.connect))
    for _ in range(3):
        mixed = map_rows("order_lines", columns, rows)
        assert mixed.good.equals(plain.good)
        assert mixed.rejected.equals(plain.rejected)


def test_sums_of_texts_are_the_same_in_whatever_order_they_are_added() -> None:
    with duckdb.connect() as con:
        define_functions(con, None)
        for values in itertools.permutations(["1e16", "0.1", "-1e16", "0.2"]):
            con.register("rows", pa.table({"v": values}))
            (found,) = con.execute(f"SELECT {_exact_sum('v')} FROM rows").fetchall()[0]
            assert found == 0.3
