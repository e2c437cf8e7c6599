"""Values written once, on the first of the rows they hold for."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from mapped_rows import MapRows, raw_of, rows_of

from tradewind.core.errors import ConfigError
from tradewind.sources.fill_down import fill_down

LINES = {"order": ["1", "1", "2", "2", "3"], "email": ["a@x", None, None, None, "c@x"], "n": list("abcde")}


def _emails(rows: dict[str, Any], within: str | None) -> list[str | None]:
    values: list[str | None] = fill_down(raw_of(rows), ["EMAIL"], within, "tables.orders").data["email"].to_pylist()
    return values


def test_nothing_is_carried_from_one_order_into_the_next() -> None:
    assert _emails(LINES, "order") == ["a@x", "a@x", None, None, "c@x"]


def test_a_grouped_report_carries_on_until_the_next_label() -> None:
    assert _emails(LINES, None) == ["a@x", "a@x", "a@x", "a@x", "c@x"]


def test_rows_without_a_group_share_nothing() -> None:
    rows = {"order": [None, None, "2"], "email": ["a@x", None, None]}
    assert _emails(rows, "order") == ["a@x", None, None]


def test_an_empty_source_stays_empty() -> None:
    assert _emails({"order": [], "email": []}, "order") == []


def test_unknown_columns_are_told_together() -> None:
    with pytest.raises(ConfigError) as caught:
        fill_down(raw_of(LINES), ["E-Mail"], "Order no.", "tables.orders")
    assert [problem.where for problem in caught.value.problems] == ["tables.orders.fill_down", "tables.orders.within"]


def test_a_mapping_sees_the_filled_rows(map_rows: MapRows) -> None:
    rows = {"id": ["1", "1"], "sku": ["x", "y"], "paid": ["1", "2"], "at": ["2024-01-02 10:00:00 +0100", None]}
    columns = {"order_id": "id", "product_id": "sku", "amount": "paid", "happened_at": "at"}
    mapped = map_rows("order_lines", columns, rows, fill_down=["at"], within="id")
    assert rows_of(mapped.good, "happened_at") == [(datetime(2024, 1, 2, 9),)] * 2
