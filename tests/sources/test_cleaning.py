"""`[clean]`: what config says is done and counted, and nothing else; what it must not do is refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import pyarrow as pa
import pytest
from mapped_rows import ORDERS, raw_of, rows_of

from tradewind.core.contract import CONTRACT
from tradewind.core.errors import ConfigError
from tradewind.sources.load import load_tables
from tradewind.sources.mapping import Mapped, Place, map_table
from tradewind.store.config import TableMapping, parse_config
from tradewind.store.config_clean import CleanRule
from tradewind.store.workspace import Workspace

NOW = datetime(2024, 6, 1, 12)
SHOP = """
[sources.shop]
path = "*.csv"
timezone = "UTC"
[tables.orders]
from = "shop.orders"
order_id = "id"
customer_id = "who"
happened_at = "at"
amount = "paid"
channel = "via"
"""
FILE = "id,who,at,paid,via\n1,a,2024-01-01,10,web\n2,b,2024-01-02,9000,Web \n3,c,2024-01-03,30,shop\n"


def clean(
    table: str,
    columns: Mapping[str, str],
    rows: Mapping[str, Any],
    rules: Mapping[str, Any],
    decimal: str | None = None,
) -> Mapped:
    mapping = TableMapping.model_validate({"from": "s.t", "columns": dict(columns)})
    place = Place("UTC", NOW, "UTC", decimal)
    typed = {name: CleanRule.model_validate(rule) for name, rule in rules.items()}
    return map_table(CONTRACT[table], mapping, {"s.t": raw_of(rows)}, place, typed)


def orders(paid: list[Any], rule: Mapping[str, Any], decimal: str | None = None, at: list[str] | None = None) -> Mapped:
    rows = {
        "id": [str(place) for place in range(len(paid))],
        "who": ["a"] * len(paid),
        "at": at or ["2024-01-01"] * len(paid),
        "paid": paid,
    }
    return clean("orders", ORDERS, rows, rule, decimal)


def amounts(mapped: Mapped) -> list[float]:
    return [float(value) for value in mapped.good["amount"].to_pylist()]


def test_two_decimal_signs_in_one_column() -> None:
    mapped = orders(["1.50", "2,50", "1.234,50"], {"amount": {"parse": {"decimal": ","}}})
    assert amounts(mapped) == [1.5, 2.5, 1234.5]
    assert [(each.treatment, each.rows) for each in mapped.treated] == [("parse", 2)]
    assert mapped.treated[0].after_sum == pytest.approx(1238.5)


def test_decimal_points_in_a_source_with_commas() -> None:
    mapped = orders(["1,50", "2.50"], {"amount": {"parse": {"decimal": "."}}}, decimal=",")
    assert amounts(mapped) == [1.5, 2.5]


def test_marks_and_units_around_a_number() -> None:
    mapped = orders(["€ 1.50", "2.50 EUR"], {"amount": {"parse": {"strip": ["€", "EUR"]}}})
    assert amounts(mapped) == [1.5, 2.5]
    mapped = orders(["500 g", "1.5kg", "2 lb"], {"amount": {"parse": {"units": {"g": 0.001, "kg": 1}}}})
    assert amounts(mapped) == [0.5, 1.5]
    assert mapped.counts.rejected == 1


def test_several_date_formats_in_the_order_stated() -> None:
    at = ["2024-01-31", "31/01/2024", "01/02/2024", "31.31.2024"]
    mapped = orders([1, 2, 3, 4], {"happened_at": {"parse": {"format": ["%Y-%m-%d", "%d/%m/%Y"]}}}, at=at)
    assert [str(day) for day in mapped.good["happened_on"].to_pylist()] == ["2024-01-31", "2024-01-31", "2024-02-01"]
    assert mapped.counts.rejected == 1, "a date in no stated format is refused, never guessed"


@pytest.mark.parametrize("paid", [["-1", "5", "n/a"], [-1.0, 5.0, None]])
def test_words_for_no_value(paid: list[Any]) -> None:
    rows = {"id": ["1", "2", "3"], "discount": paid}
    mapped = clean("customers", {"customer_id": "id", "spent": "discount"}, rows, {"spent": {"map": {"-1": ""}}})
    assert mapped.good["spent"].to_pylist() == [None, 5.0, None]
    assert mapped.treated[0].rows == 1


def test_one_word_for_several_spellings() -> None:
    rows = {"id": ["1", "2", "3"], "c": ["germany", "Germany", None]}
    rule = {"country": {"map": {"germany": "Germany"}, "impute": "unknown"}}
    mapped = clean("customers", {"customer_id": "id", "country": "c"}, rows, rule)
    assert mapped.good["country"].to_pylist() == ["Germany", "Germany", "unknown"]
    assert [(each.treatment, each.rows) for each in mapped.treated] == [("map", 1), ("impute", 1)]


def test_cap_and_factor_keep_the_sums_before_and_after() -> None:
    mapped = orders([1, 250, 9000], {"amount": {"parse": {"factor": 0.01, "where": "amount = 250"}, "cap": [0, 100]}})
    assert amounts(mapped) == [1, 2.5, 100]
    assert mapped.good.schema.field("amount").type == pa.decimal128(18, 4)
    done = [(each.treatment, each.rows, each.before_sum, each.after_sum) for each in mapped.treated]
    assert done == [("factor", 1, 9251.0, 9003.5), ("cap", 1, 9003.5, 103.5)]


def test_dropped_rows_are_counted_and_none_is_lost() -> None:
    mapped = orders([1, -5, 3], {"amount": {"drop": "rows where amount < 0"}})
    assert amounts(mapped) == [1, 3]
    counts = mapped.counts
    assert counts.rows_in == counts.good + counts.rejected + counts.collapsed + counts.left_out
    assert counts.left_out == 1


def test_a_dropped_column_is_gone_and_what_touches_nothing_says_so() -> None:
    rows = {"id": ["1"], "c": ["DE"], "n": ["x"]}
    columns = {"customer_id": "id", "country": "c", "note": "n"}
    mapped = clean("customers", columns, rows, {"note": {"drop": "column"}, "country": {"map": {"UK": "GB"}}})
    assert "note" not in mapped.good.column_names
    assert "[clean] country: map touches nothing" in mapped.notes


def test_an_expression_that_does_not_fit_is_a_problem_of_the_config() -> None:
    with pytest.raises(ConfigError, match=r"clean\.orders\.amount"):
        orders([1], {"amount": {"drop": "rows where nothing_of_that_name > 1"}})


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"amount": {"impute": 0}}, "required column cannot be filled"),
        ({"channel": {"impute": "median"}}, "look into the future"),
        ({"channel": {"cap": [0, 1]}}, "cannot be capped"),
        ({"amount": {"cap": [2, 1]}}, "lowest value is above"),
        ({"amount": {"drop": "column"}}, "cannot be dropped"),
        ({"amount": {"drop": "everything"}}, "drops nothing"),
        ({"amount": {"drop": "rows where (SELECT 1)"}}, "not allowed"),
        ({"amount": {"parse": {"decimal": ";"}}}, "cannot be used"),
        ({"amount": {"mop": 1}}, "no such setting"),
        ({"amont": {"keep": True}}, 'did you mean "amount"'),
        ({"amount": {"keep": ["outlyers"]}}, 'did you mean "outliers"'),
        ({"amount": {}}, "treats nothing"),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(body: Mapping[str, Any], said: str) -> None:
    raw = {
        "workspace": {"currency": "EUR", "timezone": "UTC"},
        "sources": {"s": {"path": "*.csv"}},
        "tables": {"orders": {"from": "s.t", **ORDERS, "channel": "via"}},
        "clean": {"orders": body},
    }
    with pytest.raises(ConfigError) as error:
        parse_config(raw, {})
    assert said in str(error.value)
    assert error.value.problems[0].where.startswith("clean.orders.")


def test_all_problems_come_together() -> None:
    raw = {
        "workspace": {"currency": "EUR", "timezone": "UTC"},
        "clean": {"orders": {"amount": {"keep": True}}, "ordrs": {"a": {"keep": True}}},
    }
    with pytest.raises(ConfigError) as error:
        parse_config(raw, {})
    assert {problem.where for problem in error.value.problems} == {"clean.orders", "clean.ordrs"}


def test_changed_cleaning_makes_the_rows_anew_and_leaves_its_counts(make_workspace: Callable[..., Workspace]) -> None:
    with_rule = SHOP + '[clean.orders.amount]\ncap = [0, 100]\n[clean.orders.channel]\nmap = { "Web" = "web" }\n'
    load_tables(make_workspace(SHOP, {"orders.csv": FILE}))
    workspace = make_workspace(with_rule, {"orders.csv": FILE})
    load_tables(workspace)
    live = workspace.sql("SELECT amount, channel FROM orders WHERE valid_to IS NULL ORDER BY order_id")
    assert rows_of(live, "amount", "channel") == [(10, "web"), (100, "web"), (30, "shop")]
    cleaned = rows_of(workspace.table("cleaned"), "table", "column", "treatment", "rows", "before_sum", "after_sum")
    assert cleaned == [("orders", "channel", "map", 1, None, None), ("orders", "amount", "cap", 1, 9040.0, 140.0)]
    assert load_tables(workspace)[0].skipped


def test_a_finding_that_is_kept_changes_no_row(make_workspace: Callable[..., Workspace]) -> None:
    load_tables(make_workspace(SHOP, {"orders.csv": FILE}))
    workspace = make_workspace(SHOP + "[clean.orders.amount]\nkeep = true\n", {"orders.csv": FILE})
    assert load_tables(workspace)[0].skipped
    assert "cleaned" not in workspace.manifest().tables
