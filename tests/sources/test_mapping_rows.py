"""Source rows become contract rows: typed, timed, each bad one rejected once with a reason, none lost."""

from __future__ import annotations

import math
from datetime import date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest
from mapped_rows import ORDERS, MapRows, raw_of, rows_of

from tradewind.core.errors import ConfigError, ContractError
from tradewind.sources.rejects import HIDDEN

AT = "2024-01-02 10:00:00"


def test_text_becomes_typed_rows(map_rows: MapRows) -> None:
    rows = {
        "id": [" 1 ", "2"],
        "who": ["a", "b"],
        "at": ["2024-01-02", "2024-01-02T10:30:15.5Z"],
        "paid": ["1.50", "-2"],
    }
    mapped = map_rows("orders", ORDERS, rows)
    assert rows_of(mapped.good, "order_id", "amount", "happened_at", "happened_on", "happened_hour", "known_at") == [
        # A plain date is a day of the shop's own calendar, so midnight in Berlin.
        ("1", Decimal("1.5000"), datetime(2024, 1, 1, 23), date(2024, 1, 2), 0, datetime(2024, 1, 1, 23)),
        (
            "2", Decimal("-2.0000"), datetime(2024, 1, 2, 10, 30, 15, 500000), date(2024, 1, 2), 11,
            datetime(2024, 1, 2, 10, 30, 15, 500000),
        ),
    ]  # fmt: skip
    assert mapped.good.schema.field("amount").type == pa.decimal128(18, 4)


def test_each_bad_row_is_rejected_once_with_column_value_and_reason(map_rows: MapRows) -> None:
    rows = {
        "id": ["1", None, "3", "4", "5", "6"],
        "who": ["a", "b", " ", "d", "nan", "f"],
        "at": [AT, AT, AT, "31/02/2024", AT, AT],
        "paid": ["1", "2", "3", "4", "5", "1,234.5"],
    }
    mapped = map_rows("orders", ORDERS, rows)
    assert rows_of(mapped.rejected, "row", "column", "value", "reason") == [
        (2, "order_id", None, "missing"),
        (4, "happened_at", "31/02/2024", "not a time"),
        (6, "amount", "1,234.5", 'not a number (with decimal commas, set decimal = "," for the source)'),
    ]
    assert (mapped.counts.rows_in, mapped.counts.good, mapped.counts.rejected) == (6, 3, 3)
    assert rows_of(mapped.good, "order_id", "customer_id") == [("1", "a"), ("3", None), ("5", None)]


def test_infinities_are_rejected_and_nan_is_missing(map_rows: MapRows) -> None:
    rows = {"id": [1, 2, 3, 4], "who": [1, 1, 1, 1], "at": [AT] * 4, "paid": [1.0, math.inf, -math.inf, math.nan]}
    mapped = map_rows("orders", ORDERS, rows)
    assert rows_of(mapped.rejected, "row", "value", "reason") == [
        (2, "inf", "infinite, or too large"),
        (3, "-inf", "infinite, or too large"),
        (4, "nan", "missing"),
    ]
    lines = {"id": ["1"], "p": ["x"], "paid": [1.0], "n": [math.inf]}
    with pytest.raises(ContractError, match="infinite"):
        map_rows("order_lines", {"order_id": "id", "product_id": "p", "amount": "paid", "quantity": "n"}, lines)


def test_amounts_too_large_or_infinite_as_text(map_rows: MapRows) -> None:
    rows = {"id": ["1", "2", "3", "4"], "who": ["a"] * 4, "at": [AT] * 4, "paid": ["1e3", "1e15", "inf", "1_000"]}
    mapped = map_rows("orders", ORDERS, rows)
    assert mapped.good["amount"].to_pylist() == [Decimal("1000.0000")]
    assert mapped.rejected["row"].to_pylist() == [2, 3, 4]


def test_negative_quantities_are_kept(map_rows: MapRows) -> None:
    columns = {"order_id": "id", "product_id": "p", "amount": "n * price", "quantity": "n"}
    mapped = map_rows("order_lines", columns, {"id": ["1"], "p": ["x"], "n": ["-2"], "price": ["2.55"]})
    assert rows_of(mapped.good, "quantity", "amount") == [(Decimal("-2.0000"), Decimal("-5.1000"))]


def test_text_in_arithmetic_is_read_as_numbers_or_rejected(map_rows: MapRows) -> None:
    rows = {"id": ["1", "2", "3"], "who": ["a"] * 3, "at": [AT] * 3, "n": ["2", "two", "3"], "p": ["1.5", "1", None]}
    mapped = map_rows("orders", {**ORDERS, "amount": "n * coalesce(p, 0)"}, rows)
    assert mapped.good["amount"].to_pylist() == [Decimal("3.0000"), Decimal("0.0000")]
    assert rows_of(mapped.rejected, "row", "column", "reason") == [(2, "amount", "text where a number belongs")]


def test_conditions_on_text_numbers_and_rows_left_out(map_rows: MapRows) -> None:
    rows = {"id": ["1", "2", "3"], "who": ["a"] * 3, "at": [AT] * 3, "paid": ["1", "20", "300"]}
    mapped = map_rows("orders", ORDERS, rows, where="paid > 5 AND id <> '3'")
    assert mapped.good["order_id"].to_pylist() == ["2"]
    assert mapped.counts.left_out == 2


@pytest.mark.parametrize(
    ("decimal", "text", "value"),
    [
        (",", "1.234,50", "1234.5"), (",", "1 234,5", "1234.5"), (",", "-7", "-7"), (",", "0,07", "0.07"),
        (".", "1,234.50", "1234.5"), (".", "1'234.5", "1234.5"), (None, "1234.5", "1234.5"),
        (",", "1.5", None), (".", "1,5", None), (None, "1,5", None), (None, "1,234", None), (None, "12 €", None),
    ],
)  # fmt: skip
def test_decimal_signs(map_rows: MapRows, decimal: str | None, text: str, value: str | None) -> None:
    rows = {"id": ["1", "2"], "who": ["a", "a"], "at": [AT] * 2, "paid": [text, "5"]}
    mapped = map_rows("orders", ORDERS, rows, decimal=decimal)
    amounts = dict(rows_of(mapped.good, "order_id", "amount"))
    assert amounts.get("1") == (None if value is None else Decimal(value))
    assert mapped.counts.rejected == (value is None)


def test_whole_floats_are_ids_as_people_write_them(map_rows: MapRows) -> None:
    rows = {"id": [536365, 536366], "who": [17850.0, math.nan], "at": [datetime(2024, 1, 2)] * 2, "paid": [1, 2]}
    mapped = map_rows("orders", ORDERS, rows)
    assert rows_of(mapped.good, "order_id", "customer_id") == [("536365", "17850"), ("536366", None)]


def test_a_customer_column_that_is_blank_in_every_row_was_mapped_to_nothing(map_rows: MapRows) -> None:
    rows = {"id": ["1", "2"], "who": ["", " "], "at": [AT] * 2, "paid": ["1", "2"]}
    with pytest.raises(ContractError, match=r"customer_id.*blank in every row"):
        map_rows("orders", ORDERS, rows)


@pytest.mark.parametrize(("table", "stage"), [("leads", {}), ("deals", {"stage": "stage"})])
def test_undated_leads_and_deals_are_kept_and_known_from_their_load(
    map_rows: MapRows, table: str, stage: dict[str, str]
) -> None:
    key = f"{table[:-1]}_id"
    rows = {"id": ["1", "2"], "made": [AT, None], "stage": ["open", "open"]}
    at = datetime(2024, 1, 2, 10)
    mapped = map_rows(table, {key: "id", "created_at": "made", **stage}, rows)
    assert rows_of(mapped.good, key, "created_at", "known_at") == [("1", at, at), ("2", None, None)]
    undated = map_rows(table, {key: "id", **stage}, rows)
    assert rows_of(undated.good, key, "known_at") == [("1", None), ("2", None)]


def test_flags(map_rows: MapRows) -> None:
    columns = {"customer_id": "who", "purpose": "'email'", "granted": "ok", "happened_at": "at"}
    rows = {"who": list("abcde"), "ok": ["Yes", "0", "TRUE", "maybe", None], "at": [AT] * 5}
    mapped = map_rows("consents", columns, rows)
    assert mapped.good["granted"].to_pylist() == [True, False, True]
    assert rows_of(mapped.rejected, "value", "reason") == [("maybe", "neither yes nor no"), (None, "missing")]


def test_attributes_are_numbers_only_when_every_value_is(map_rows: MapRows) -> None:
    rows = {
        "who": ["a", "b", "c"], "tenure": ["1", "NA", "34.5"], "plz": ["01234", "80331", "1"], "plan": ["x", "2", None],
        "age": [30, None, 31], "vip": [True, False, None], "empty": [None, None, None],
    }  # fmt: skip
    names = ("tenure", "plz", "plan", "age", "vip", "empty")
    mapped = map_rows("customers", {"customer_id": "who", **{name: name for name in names}}, rows)
    assert rows_of(mapped.good, *names) == [
        (1.0, "01234", "x", 30.0, "true", None),
        (None, "80331", "2", None, "false", None),
        (34.5, "1", None, 31.0, None, None),
    ]
    assert mapped.notes == ("column empty holds no value in any row",)


def test_missing_column_suggests_and_all_problems_come_together(map_rows: MapRows) -> None:
    rows = {"id": ["1"], "who": ["a"], "at": [AT], "paid": ["1"]}
    with pytest.raises(ConfigError) as caught:
        map_rows("orders", {**ORDERS, "amount": "payd", "customer_id": "nobody.who"}, rows)
    assert {problem.where for problem in caught.value.problems} == {"tables.orders.amount", "tables.orders.customer_id"}
    assert "did you mean 'paid'?" in str(caught.value)


def test_doubled_column_is_refused_only_where_it_is_used(map_rows: MapRows) -> None:
    arrays = [pa.array([x]) for x in ("1", "a", AT, "1", "2")]
    rows = pa.Table.from_arrays(arrays, names=["id", "who", "at", "paid", "paid"])
    with pytest.raises(ConfigError, match="column 'paid' stands 2 times"):
        map_rows("orders", ORDERS, rows)
    assert map_rows("orders", {**ORDERS, "amount": "3"}, rows).good["amount"].to_pylist() == [Decimal("3.0000")]


def test_required_columns_and_owner_must_be_mapped(map_rows: MapRows) -> None:
    rows = {"id": ["1"], "at": [AT]}
    with pytest.raises(ConfigError, match=r"customer_id.*not mapped"):
        map_rows("orders", {"order_id": "id", "happened_at": "at", "amount": "1"}, rows)
    with pytest.raises(ConfigError, match="no column says whom"):
        map_rows("events", {"happened_at": "at", "name": "'x'"}, rows)


def test_events_about_nobody_are_rejected(map_rows: MapRows) -> None:
    columns = {"customer_id": "who", "anonymous_id": "anon", "happened_at": "at", "name": "'view'"}
    mapped = map_rows("events", columns, {"who": ["a", None, None], "anon": [None, "x", ""], "at": [AT] * 3})
    assert mapped.counts.good == 2
    assert mapped.rejected["reason"].to_pylist()[0].startswith("none of customer_id")


def test_expression_that_cannot_work_or_fails_on_a_row(map_rows: MapRows) -> None:
    rows = {"id": ["1", "x"], "who": ["a", "b"], "at": [AT] * 2, "paid": [1, 2]}
    with pytest.raises(ConfigError, match="cannot be computed"):
        map_rows("orders", {**ORDERS, "amount": "date_trunc('month', paid)"}, rows)
    with pytest.raises(ConfigError, match=r"fails on some row.*"):
        map_rows("orders", {**ORDERS, "amount": "cast(id as integer)"}, rows)
    assert map_rows("orders", {**ORDERS, "amount": "try_cast(id as integer)"}, rows).counts.good == 1


def test_unsafe_expressions_never_run(map_rows: MapRows) -> None:
    rows = {"id": ["1"], "who": ["a"], "at": [AT], "paid": [1]}
    for text in ("(select content from read_text('/etc/passwd'))", "getenv('HOME')", "paid; drop table s0", "*"):
        with pytest.raises(ConfigError):
            map_rows("orders", {**ORDERS, "amount": text}, rows)


def test_a_lookup_may_hang_on_an_earlier_one(map_rows: MapRows) -> None:
    columns = {"order_id": "o", "product_id": "p", "amount": "a", "customer_id": "person", "happened_at": "day"}
    rows = {"o": ["1", "2"], "p": ["x", "y"], "a": ["3", "4"]}
    orders = raw_of({"o": ["1", "2"], "c": ["c1", "c2"], "day": ["2024-01-01", "2024-01-02"]})
    people = raw_of({"c": ["c1", "c2"], "person": ["p1", "p1"]})
    lookup = [{"table": "s.orders", "on": "o"}, {"table": "s.people", "on": "c"}]
    mapped = map_rows("order_lines", columns, rows, others={"s.orders": orders, "s.people": people}, lookup=lookup)
    assert mapped.good["customer_id"].to_pylist() == ["p1", "p1"]


def test_lookup_joins_at_most_one_row(map_rows: MapRows) -> None:
    rows = {"id": ["1", "2"], "who": ["a", "b"], "campaign": [1, 9]}
    columns = {"customer_id": "who", "happened_at": "began", "channel": "'mail'", "campaign_id": "campaign"}
    plan = raw_of({"code": ["1", "2"], "began": [AT, AT], "who": ["no", "no"]})
    lookup = [{"table": "s.plan", "on": "campaign = code"}]
    mapped = map_rows("touches", columns, rows, others={"s.plan": plan}, lookup=lookup)
    # The mapped table's own columns come first; a row without a partner has no time.
    assert rows_of(mapped.good, "customer_id", "campaign_id") == [("a", "1")]
    assert rows_of(mapped.rejected, "row", "column", "reason") == [(2, "happened_at", "missing")]
    twice = raw_of({"code": ["1", "1"], "began": [AT, AT]})
    with pytest.raises(ConfigError, match="has 2 rows for one code"):
        map_rows("touches", columns, rows, others={"s.plan": twice}, lookup=lookup)
    qualified = {**columns, "campaign_id": "plan.who"}
    assert map_rows("touches", qualified, rows, others={"s.plan": plan}, lookup=lookup).good[
        "campaign_id"
    ].to_pylist() == ["no"]


def test_unknown_source_table_is_named(map_rows: MapRows) -> None:
    with pytest.raises(ConfigError, match=r"did you mean 's\.t'"):
        map_rows("orders", ORDERS, {"id": ["1"]}, **{"from": "s.x"})


def test_duplicate_keys_last_wins_and_equal_rows_collapse(map_rows: MapRows) -> None:
    rows = {"id": ["1", "2", "1", "2", "3"], "who": list("abaxc"), "at": [AT] * 5, "paid": ["1", "2", "1", "9", "3"]}
    mapped = map_rows("orders", ORDERS, rows)
    assert rows_of(mapped.good, "order_id", "amount") == [("1", 1), ("2", 9), ("3", 3)]
    assert rows_of(mapped.rejected, "row", "value", "reason") == [
        (2, "2", "another row has the same order_id; row 4 counts")
    ]
    assert mapped.counts.collapsed == 1


def test_keyless_rows_that_stand_twice_in_one_file_happened_twice(map_rows: MapRows) -> None:
    columns = {"customer_id": "who", "happened_at": "at", "name": "'redeemed'"}
    rows = {"who": ["a", "a", "a"], "at": [AT] * 3, "coupon": ["x", "y", "x"]}
    mapped = map_rows("events", columns, rows)
    assert (mapped.counts.good, mapped.counts.collapsed) == (3, 0)


def test_lines_of_one_product_are_numbered_and_all_kept(map_rows: MapRows) -> None:
    columns = {"order_id": "id", "product_id": "p", "amount": "paid"}
    mapped = map_rows(
        "order_lines", columns, {"id": ["1", "1", "2", "1"], "p": ["x", "x", "x", "x"], "paid": ["1", "1", "1", "5"]}
    )
    assert rows_of(mapped.good, "order_id", "line", "amount") == [
        ("1", "1", 1),
        ("1", "2", 1),
        ("2", "1", 1),
        ("1", "3", 5),
    ]


def test_history_of_a_keyed_table_keeps_every_stated_version(map_rows: MapRows) -> None:
    rows = {"who": ["a", "a", "a"], "plan": ["x", "y", "y"], "at": ["2024-01-01", "2024-02-01", "2024-02-01"]}
    mapped = map_rows("customers", {"customer_id": "who", "plan": "plan"}, rows, known_at="at")
    assert (mapped.counts.good, mapped.counts.collapsed) == (2, 1)


def test_personal_values_are_not_shown_among_rejected_rows(map_rows: MapRows) -> None:
    mapped = map_rows("customers", {"customer_id": "who", "phone": "tel"}, {"who": ["a", "b"], "tel": [math.inf, 49.0]})
    assert rows_of(mapped.rejected, "column", "value") == [("phone", HIDDEN)]
    assert mapped.good["phone"].to_pylist() == ["49"]


def test_zero_rows_are_a_note_and_all_bad_rows_an_error(map_rows: MapRows) -> None:
    empty = {name: pa.array([], pa.string()) for name in ("id", "who", "at", "paid")}
    mapped = map_rows("orders", ORDERS, pa.table(empty))
    assert (mapped.good.num_rows, mapped.notes) == (0, ("the source has no rows",))
    rows = {"id": ["1", "2"], "who": ["a", "b"], "at": [AT] * 2, "paid": ["x", "y"]}
    with pytest.raises(
        ContractError, match=r'no row of this table can be used .*2 rows: not a number \(first: "x", row 1\)'
    ):
        map_rows("orders", ORDERS, rows)


def test_all_null_column_and_one_customer(map_rows: MapRows) -> None:
    rows = pa.table({"id": ["1"], "who": ["a"], "at": [AT], "paid": [1], "shop": pa.nulls(1)})
    mapped = map_rows("orders", {**ORDERS, "store_id": "shop", "discount": "shop"}, rows)
    assert rows_of(mapped.good, "store_id", "discount") == [(None, None)]
    assert "column store_id holds no value in any row" in mapped.notes


def test_row_number_serves_as_a_name_for_rows_that_have_none(map_rows: MapRows) -> None:
    rows = {"who": [1, 1], "at": [datetime(1997, 1, 1)] * 2, "paid": [1.0, 2.0]}
    mapped = map_rows("orders", {**ORDERS, "order_id": "row_number"}, rows)
    assert mapped.good["order_id"].to_pylist() == ["1", "2"]


def test_values_that_are_no_plain_column(map_rows: MapRows) -> None:
    rows = pa.table({"id": ["1"], "who": [["a"]], "at": [AT], "paid": [1]})
    with pytest.raises(ConfigError, match="which is no text"):
        map_rows("orders", ORDERS, rows)
    with pytest.raises(ConfigError, match="which is no time"):
        map_rows("orders", ORDERS, {"id": ["1"], "who": ["a"], "at": [20240102], "paid": [1]})


def test_dictionary_and_large_text_columns(map_rows: MapRows) -> None:
    rows = pa.table(
        {
            "id": pa.array(["1"], pa.large_string()),
            "who": pa.array(["a"]).dictionary_encode(),
            "at": pa.array([datetime(2024, 1, 2)], pa.timestamp("ns")),
            "paid": pa.array([Decimal("1.23")]),
        }
    )
    assert rows_of(map_rows("orders", ORDERS, rows).good, "order_id", "customer_id", "amount") == [
        ("1", "a", Decimal("1.2300"))
    ]


def test_what_a_choice_depends_on_stays_text(map_rows: MapRows) -> None:
    rows = {
        "id": ["1", "2"],
        "who": ["a", "b"],
        "at": ["2024-01-02"] * 2,
        "paid": ["120", "5"],
        "every": ["year", "month"],
    }
    amount = "paid / CASE every WHEN 'year' THEN 12 ELSE 1 END"
    mapped = map_rows("orders", {**ORDERS, "amount": amount}, rows)
    assert rows_of(mapped.good, "amount") == [(Decimal(10),), (Decimal(5),)]


def test_a_row_that_says_again_what_was_known_makes_no_version(map_rows: MapRows) -> None:
    rows = {
        "who": ["a", "a", "b", "a", "a"],
        "plan": ["x", "x", None, "y", "x"],
        "at": ["2024-01-01", "2024-01-02", "2024-01-01", "2024-01-03", "2024-01-04"],
    }
    mapped = map_rows("customers", {"customer_id": "who", "plan": "plan"}, rows, known_at="at")
    assert rows_of(mapped.good, "customer_id", "plan") == [("a", "x"), ("b", None), ("a", "y"), ("a", "x")]
    assert mapped.counts.repeated == 1
    assert any("make no new version" in note for note in mapped.notes)


@pytest.mark.parametrize(
    "text", ["a", " a", "a ", "\u00a0é\u00a0", "\ufeffid", "a\tb\t", "~", "\u007f", "é ", "  ", ""]
)
def test_text_is_trimmed_whatever_it_begins_and_ends_with(map_rows: MapRows, text: str) -> None:
    mapped = map_rows("customers", {"customer_id": "who", "plan": "plan"}, {"who": ["x"], "plan": [text]})
    assert mapped.good["plan"].to_pylist() == [text.strip(" \t\r\n\u00a0\ufeff") or None]
