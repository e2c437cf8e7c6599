"""Vendors' exports are known by their headers, whatever their order and case, and only then."""

from __future__ import annotations

import random
from typing import Any

import pytest

from tradewind.core.contract import CONTRACT
from tradewind.core.time import parse_days
from tradewind.sources.layouts import Layout, all_layouts, columns_in, layout_of, recognise

LAYOUTS = pytest.mark.parametrize("layout", all_layouts(), ids=lambda layout: layout.name)


def _texts(how: dict[str, Any]) -> list[str]:
    """The alternatives of one column."""
    return [how["from"]] if isinstance(how["from"], str) else list(how["from"])


@LAYOUTS
def test_a_layout_fits_the_contract(layout: Layout) -> None:
    """Each names contract columns with reasons, conditions lean on required headers, and required columns are there."""
    headers = {name.casefold() for name in (*layout.required, *layout.optional)}
    assert len(headers) == len(layout.required) + len(layout.optional)
    assert set(layout.aliases.values()) <= set(layout.required) | set(layout.optional)
    for table in layout.tables:
        contract = CONTRACT[table["table"]]
        assert table["reason"]
        columns = table["columns"]
        assert {column.name for column in contract.columns if column.required} <= set(columns)
        for name, how in columns.items():
            assert contract.column(name) is not None or contract.attributes or name == "known_at", name
            assert how["reason"]
            for text in _texts(how):
                assert {column.casefold() for column in columns_in(text)} <= headers, name
        sure = set(layout.required) | set(table.get("needs", ()))
        leaning = {*columns_in(table.get("where", "true")), *table.get("fill_down", ()), table.get("within", "")} - {""}
        assert leaning <= sure
        assert {name for name in columns if name in contract.key} <= {
            name for name, how in columns.items() if set(columns_in(_texts(how)[-1])) <= sure
        }, "a key may not depend on an optional column"
        assert parse_days(table.get("known_after", "0 days"))


@LAYOUTS
def test_order_case_and_further_columns_do_not_matter(layout: Layout) -> None:
    headers = [name.upper() if place % 2 else f" {name.lower()}" for place, name in enumerate(layout.required)]
    headers += ["A column of our own"]
    random.Random(1).shuffle(headers)
    proposed = recognise({"files.anything": tuple(headers), "files.other": ("id", "name")})
    assert {table.table for table in proposed} <= {table["table"] for table in layout.tables}
    assert proposed
    for table in proposed:
        assert table.from_ == "files.anything"
        assert layout.vendor in table.reason
        for guess in table.guesses:
            assert set(columns_in(guess.expression)) <= set(headers)
        assert "A column of our own" in [left.column for left in table.left_out]


@LAYOUTS
def test_without_a_required_header_it_is_not_this_export(layout: Layout) -> None:
    for missing in layout.required:
        rest = tuple(name for name in layout.required if name != missing)
        found = layout_of(rest)
        assert found is None or found.name != layout.name


def test_every_header_of_a_file_is_mapped_or_left_out_with_a_reason() -> None:
    for layout in all_layouts():
        headers = (*layout.required, *layout.optional)
        for table in recognise({"s.t": headers}):
            used = {name for guess in table.guesses for name in columns_in(guess.expression)}
            used |= set(columns_in(table.where)) if table.where else set()
            assert used | {left.column for left in table.left_out} == set(headers)
            assert all(left.reason for left in table.left_out)


def test_two_files_of_one_export_become_one_pattern() -> None:
    headers = next(layout for layout in all_layouts() if layout.name == "shopify_orders").required
    tables = {"shop.orders_export_1": headers, "shop.orders_export_2": headers, "shop.customers": ("id",)}
    assert {table.from_ for table in recognise(tables)} == {"shop.orders_export_*"}
    crowded = {**tables, "shop.orders_export_notes": ("note",)}
    assert {table.from_ for table in recognise(crowded)} == {"shop.orders_export_1"}


def test_nothing_is_recognised_in_anybody_elses_table() -> None:
    assert recognise({"s.orders": ("order_id", "customer", "date", "total"), "s.empty": ()}) == ()
