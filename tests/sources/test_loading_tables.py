"""A workspace's sources into its tables: first, second and third load, and every problem in one message."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from mapped_rows import rows_of

from tradewind.core.errors import ConfigError, ContractError, SourceError, TradewindError
from tradewind.sources.load import LoadResult, load_tables
from tradewind.store.workspace import Workspace

Make = Callable[..., Workspace]
D1, D2, D3 = datetime(2024, 6, 1, 12), datetime(2024, 6, 2, 12), datetime(2024, 6, 3, 12)

SHOP = """
[sources.shop]
path = "data/*.csv"
timezone = "UTC"
[tables.orders]
from = "shop.orders"
order_id = "id"
customer_id = "who"
happened_at = "at"
amount = "paid"
[tables.customers]
from = "shop.people"
customer_id = "who"
plan = "plan"
"""
ORDERS = "id,who,at,paid\n1,a,2024-05-01 10:00:00,10\n2,b,2024-05-30 10:00:00,20\n"
PEOPLE = "who,plan\na,gold\nb,free\n"


def by_name(results: list[LoadResult]) -> dict[str, LoadResult]:
    return {result.table: result for result in results}


def test_first_load(make_workspace: Make) -> None:
    ws = make_workspace(SHOP, {"data/orders.csv": ORDERS, "data/people.csv": PEOPLE}, D1)
    told: list[tuple[str, float]] = []
    results = by_name(load_tables(ws, lambda name, share: told.append((name, share))))
    assert (results["orders"].counts.good, results["customers"].rows) == (2, 2)
    assert told[-1] == ("load", 1.0)
    assert [share for _, share in told] == sorted(share for _, share in told)
    orders = ws.table("orders")
    assert orders.column_names == [
        "order_id", "customer_id", "happened_at", "amount", "happened_on", "happened_hour", "amount_base", "known_at",
        "valid_to", "first_seen_at",
    ]  # fmt: skip
    assert rows_of(orders, "order_id", "amount_base", "first_seen_at")[0] == ("1", Decimal("10.0000"), D1)
    assert ws.manifest().entry("customers").meta["as_of_today"] == ["plan"]
    assert ws.table("rejected").num_rows == 0


def test_same_files_again_change_nothing_and_are_not_read(
    make_workspace: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {"data/orders.csv": ORDERS, "data/people.csv": PEOPLE}
    load_tables(make_workspace(SHOP, files, D1))
    before = make_workspace(SHOP, files, D2).manifest().snapshot_id

    def never(*_: object) -> None:
        raise AssertionError("an unchanged file was read again")

    monkeypatch.setattr("tradewind.sources.files.read_file", never)
    ws = make_workspace(SHOP, files, D2)
    assert all(result.skipped for result in load_tables(ws))
    assert ws.manifest().snapshot_id == before


def test_late_changed_and_gone_rows_over_three_loads(make_workspace: Make) -> None:
    load_tables(make_workspace(SHOP, {"data/orders.csv": ORDERS, "data/people.csv": PEOPLE}, D1))
    second = ORDERS + "late,a,2024-05-20 10:00:00,5\nnew,a,2024-06-01 20:00:00,7\n"
    ws = make_workspace(SHOP, {"data/orders.csv": second, "data/people.csv": PEOPLE.replace("gold", "free")}, D2)
    results = by_name(load_tables(ws))
    assert (results["orders"].new, results["orders"].late, results["orders"].unchanged) == (2, 1, 2)
    assert results["customers"].changed == 1
    known = dict(rows_of(ws.table("orders"), "order_id", "known_at"))
    assert known == {
        "1": datetime(2024, 5, 1, 10), "2": datetime(2024, 5, 30, 10), "late": D2, "new": datetime(2024, 6, 1, 20),
    }  # fmt: skip
    assert rows_of(ws.table("customers"), "customer_id", "plan", "valid_to") == [
        ("a", "gold", D2), ("b", "free", None), ("a", "free", None),
    ]  # fmt: skip
    third = make_workspace(SHOP, {"data/orders.csv": "id,who,at,paid\n1,a,2024-05-01 10:00:00,11\n"}, D3)
    result = by_name(load_tables(third))["orders"]
    assert (result.changed, result.gone, result.rows) == (1, 3, 5)
    assert "3 rows are no longer in the source; they are kept" in result.notes


def test_a_file_that_goes_back_to_an_earlier_state_does_not_undo_history(make_workspace: Make) -> None:
    files = {"data/orders.csv": ORDERS, "data/people.csv": PEOPLE}
    load_tables(make_workspace(SHOP, files, D1))
    load_tables(make_workspace(SHOP, {"data/people.csv": PEOPLE.replace("gold", "free")}, D2))
    ws = make_workspace(SHOP, {"data/people.csv": PEOPLE}, D3)
    load_tables(ws)
    assert rows_of(ws.table("customers"), "plan", "valid_to") == [
        ("gold", D2), ("free", None), ("free", D3), ("gold", None),
    ]  # fmt: skip


def test_a_load_that_was_skipped_still_counts_as_a_load(make_workspace: Make) -> None:
    files = {"data/orders.csv": ORDERS, "data/people.csv": PEOPLE}
    load_tables(make_workspace(SHOP, files, D1))
    load_tables(make_workspace(SHOP, files, D2))
    ws = make_workspace(SHOP, {"data/orders.csv": ORDERS + "3,a,2024-06-01 20:00:00,7\n"}, D3)
    assert by_name(load_tables(ws))["orders"].late == 1


def test_mended_mapping_is_no_change_of_the_world(make_workspace: Make) -> None:
    files = {"data/orders.csv": ORDERS, "data/people.csv": PEOPLE}
    load_tables(make_workspace(SHOP, files, D1))
    ws = make_workspace(SHOP.replace('amount = "paid"', 'amount = "paid * 2"\nchannel = "\'web\'"'), files, D2)
    load_tables(ws)
    assert rows_of(ws.table("orders"), "order_id", "amount", "channel", "known_at", "first_seen_at") == [
        ("1", Decimal("20.0000"), "web", datetime(2024, 5, 1, 10), D1),
        ("2", Decimal("40.0000"), "web", datetime(2024, 5, 30, 10), D1),
    ]


def test_rejected_rows_of_all_tables_are_one_table(make_workspace: Make) -> None:
    files = {"data/orders.csv": ORDERS + "3,c,soon,1\n4,d,2024-05-02,\n5,e\n", "data/people.csv": PEOPLE + ",silver\n"}
    ws = make_workspace(SHOP, files, D1)
    results = by_name(load_tables(ws))
    assert rows_of(ws.table("rejected"), "table", "source", "row", "column", "value", "reason") == [
        ("customers", "shop.people", 3, "customer_id", None, "missing"),
        ("orders", "shop.orders", 3, "happened_at", "soon", "not a time"),
        ("orders", "shop.orders", 4, "amount", None, "missing"),
        ("orders", "shop.orders", 5, "", "5,e", "2 cells where the header has 4"),
    ]
    assert results["orders"].counts.rows_in == 5
    mended = make_workspace(SHOP, {"data/orders.csv": ORDERS}, D2)
    load_tables(mended)
    assert set(mended.table("rejected")["table"].to_pylist()) == {"customers"}


def test_future_rows_are_tried_again_the_next_day_although_the_file_is_the_same(make_workspace: Make) -> None:
    files = {"data/orders.csv": ORDERS + "3,c,2024-06-02 08:00:00,1\n", "data/people.csv": PEOPLE}
    assert by_name(load_tables(make_workspace(SHOP, files, D1)))["orders"].counts.future == 1
    result = by_name(load_tables(make_workspace(SHOP, files, D2)))["orders"]
    assert (result.new, result.late, result.counts.future) == (1, 0, 0)
    assert by_name(load_tables(make_workspace(SHOP, files, D2)))["orders"].skipped


def test_every_problem_of_every_table_comes_together_and_good_tables_are_loaded(make_workspace: Make) -> None:
    config = SHOP + '[tables.events]\nfrom = "shop.gone"\ncustomer_id = "who"\nhappened_at = "at"\nname = "\'x\'"\n'
    config = config.replace('plan = "plan"', 'plan = "plam"')
    ws = make_workspace(config, {"data/orders.csv": ORDERS, "data/people.csv": PEOPLE}, D1)
    with pytest.raises(ConfigError) as caught:
        load_tables(ws)
    assert [problem.where for problem in caught.value.problems] == ["tables.customers.plan", "tables.events"]
    assert ws.table("orders").num_rows == 2


def test_no_usable_row_is_an_error_that_keeps_the_old_rows_and_lists_the_new_ones(make_workspace: Make) -> None:
    files = {"data/orders.csv": ORDERS, "data/people.csv": PEOPLE}
    load_tables(make_workspace(SHOP, files, D1))
    ws = make_workspace(SHOP, {"data/orders.csv": ORDERS.replace("2024-", "24/")}, D2)
    with pytest.raises(ContractError, match="no row of this table can be used"):
        load_tables(ws)
    assert ws.table("orders").num_rows == 2
    assert ws.table("rejected")["table"].to_pylist() == ["orders", "orders"]


def test_missing_files_and_two_of_one_name(make_workspace: Make) -> None:
    ws = make_workspace(SHOP, {}, D1)
    with pytest.raises(SourceError, match=r"no file is found there .*data/\*\.csv"):
        load_tables(ws)
    both = SHOP.replace("*.csv", "*")
    ws = make_workspace(both, {"data/orders.csv": ORDERS, "data/orders.tsv": ORDERS, "data/people.csv": PEOPLE}, D1)
    with pytest.raises(ConfigError, match=r"two files are called 'shop\.orders'"):
        load_tables(ws)


def test_files_outside_the_workspace_are_refused(make_workspace: Make, tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text(ORDERS)
    ws = make_workspace(SHOP, {"data/people.csv": PEOPLE}, D1)
    (ws.root / "data" / "orders.csv").symlink_to(tmp_path / "secret.csv")
    with pytest.raises(SourceError, match="outside the workspace"):
        load_tables(ws)


def test_many_files_of_one_kind_are_one_table(make_workspace: Make) -> None:
    config = SHOP.replace('from = "shop.orders"', 'from = "shop.orders_*"')
    files = {
        "data/orders_1.csv": ORDERS, "data/orders_2.csv": "who,id,paid,at\nc,3,1,2024-05-31\nd,4,x,2024-05-31\n",
        "data/people.csv": PEOPLE,
    }  # fmt: skip
    ws = make_workspace(config, files, D1)
    load_tables(ws)
    assert ws.table("orders")["order_id"].to_pylist() == ["1", "2", "3"]
    assert rows_of(ws.table("rejected"), "source", "row", "value") == [("shop.orders_2", 2, "x")]


def test_a_single_file_goes_by_its_source_name(make_workspace: Make) -> None:
    config = (
        '[sources.s]\npath = "my orders.csv.gz"\ntimezone = "UTC"\n'
        + SHOP[SHOP.index("[tables.orders]") : SHOP.index("[tables.cust")]
    )
    import gzip

    ws = make_workspace(
        config.replace('"shop.orders"', '"s"'), {"my orders.csv.gz": gzip.compress(ORDERS.encode())}, D1
    )
    assert load_tables(ws)[0].counts.good == 2


def test_an_unmapped_table_leaves_the_snapshot(make_workspace: Make) -> None:
    files = {"data/orders.csv": ORDERS, "data/people.csv": PEOPLE}
    load_tables(make_workspace(SHOP, files, D1))
    ws = make_workspace(SHOP[: SHOP.index("[tables.customers]")], files, D2)
    load_tables(ws)
    assert "customers" not in ws.manifest().tables


LINES = """
[sources.shop]
path = "data/*.csv"
timezone = "UTC"
[tables.order_lines]
from = "shop.lines"
order_id = "id"
product_id = "p"
amount = "paid"
"""


def test_orders_are_made_from_lines(make_workspace: Make) -> None:
    config = LINES + 'customer_id = "who"\nhappened_at = "at"\nstore_id = "s"\ndiscount = "off"\n'
    head = "id,p,paid,who,at,s,off\n"
    lines = (
        "1,x,10,a,2024-05-01 10:05:00,S,1\n1,y,-2.5,,2024-05-01 10:00:00,S,0\n"
        "2,x,1,b,2024-05-02,S,\n2,x,1,b,2024-05-02,T,\n"
        "3,x,1,,2024-05-02,S,\n4,x,1,a,2024-05-02,S,\n4,y,1,b,2024-05-02,S,\n5,x,1,c,,S,\n"
    )  # fmt: skip
    ws = make_workspace(config, {"data/lines.csv": head + lines}, D1)
    results = by_name(load_tables(ws))
    names = ("order_id", "customer_id", "happened_at", "amount", "store_id", "known_at", "happened_on")
    assert rows_of(ws.table("orders"), *names) == [
        ("1", "a", datetime(2024, 5, 1, 10), Decimal("7.5"), "S", datetime(2024, 5, 1, 10, 5), date(2024, 5, 1)),
        ("2", "b", datetime(2024, 5, 1, 22), Decimal("2"), None, datetime(2024, 5, 1, 22), date(2024, 5, 2)),
        ("3", None, datetime(2024, 5, 1, 22), Decimal("1"), "S", datetime(2024, 5, 1, 22), date(2024, 5, 2)),
    ]
    assert rows_of(ws.table("rejected"), "table", "value", "reason") == [
        ("orders", "4", "its lines name 2 customers"),
        ("orders", "5", "no line of this order says when it was placed"),
    ]
    assert results["orders"].counts.rows_in == 5
    later = make_workspace(config, {"data/lines.csv": head + lines + "1,z,5,a,2024-05-01 11:00:00,S,0\n"}, D2)
    result = by_name(load_tables(later))["orders"]
    assert (result.changed, result.new) == (1, 0)
    versions = [
        row for row in rows_of(later.table("orders"), "order_id", "amount", "known_at", "valid_to") if row[0] == "1"
    ]
    assert versions == [
        ("1", Decimal("7.5"), datetime(2024, 5, 1, 10, 5), D2), ("1", Decimal("12.5"), D2, None),
    ]  # fmt: skip


def test_lines_take_customer_and_time_from_their_orders(make_workspace: Make) -> None:
    config = LINES + SHOP[SHOP.index("[tables.orders]") : SHOP.index("[tables.customers]")]
    files = {"data/lines.csv": "id,p,paid\n1,x,4\n1,y,6\n9,x,1\n", "data/orders.csv": ORDERS}
    ws = make_workspace(config, files, D1)
    result = by_name(load_tables(ws))["order_lines"]
    assert rows_of(ws.table("order_lines"), "order_id", "customer_id", "happened_on", "known_at") == [
        ("1", "a", date(2024, 5, 1), datetime(2024, 5, 1, 10)),
        ("1", "a", date(2024, 5, 1), datetime(2024, 5, 1, 10)),
        ("9", None, None, D1),
    ]
    assert "1 lines name an order that is not there" in result.notes


def test_amounts_in_other_currencies(make_workspace: Make) -> None:
    config = SHOP[: SHOP.index("[tables.customers]")].replace('amount = "paid"', 'amount = "paid"\ncurrency = "cur"')
    config += """
[tables.rates]
from = "shop.rates"
day = "day"
from_currency = "a"
to_currency = "b"
rate = "rate"
"""
    orders = (
        "id,who,at,paid,cur\n1,a,2024-05-04,10,USD\n2,a,2024-05-04,10,EUR\n3,a,2024-05-20,10,USD\n"
        "4,a,2024-05-04,10,\n5,a,2024-05-04,10,GBP\n"
    )
    rates = "day,a,b,rate\n2024-05-03,USD,EUR,0.9\n2024-05-05,USD,EUR,0.5\n2024-05-03,EUR,GBP,0.8\n"
    ws = make_workspace(config, {"data/orders.csv": orders, "data/rates.csv": rates}, D1)
    load_tables(ws)
    assert rows_of(ws.table("orders"), "order_id", "amount_base") == [
        ("1", Decimal("9")), ("2", Decimal("10")), ("3", None), ("4", Decimal("10")), ("5", Decimal("12.5")),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "content"),
    [("orders.csv", b""), ("orders.parquet", b"nothing"), ("orders.xlsx", b"nothing"), ("orders.jsonl", b"nothing")],
)
def test_damaged_files_are_told_by_their_name(make_workspace: Make, name: str, content: bytes) -> None:
    config = SHOP[: SHOP.index("[tables.customers]")].replace("*.csv", "*")
    ws = make_workspace(config, {f"data/{name}": content}, D1)
    with pytest.raises(TradewindError, match=f"data/{name}"):
        load_tables(ws)


def test_a_database_of_the_workspace_is_read_each_time_and_unchanged_rows_stay(make_workspace: Make) -> None:
    config = SHOP[: SHOP.index("[tables.customers]")].replace('path = "data/*.csv"', 'url = "sqlite:///data/shop.db"')
    ws = make_workspace(config, {"data/none": ""}, D1)
    with pytest.raises(SourceError, match="does not exist"):
        load_tables(ws)
    with sqlite3.connect(ws.root / "data" / "shop.db") as con:
        con.execute("CREATE TABLE orders (id, who, at, paid)")
        con.execute("INSERT INTO orders VALUES (1, 'a', '2024-05-01 10:00:00', 10)")
    assert load_tables(make_workspace(config, {}, D1))[0].new == 1
    assert load_tables(make_workspace(config, {}, D2))[0].skipped
    with sqlite3.connect(ws.root / "data" / "shop.db") as con:
        con.execute("INSERT INTO orders VALUES (2, 'a', '2024-06-02 14:00:00', 10)")
    result = load_tables(make_workspace(config, {}, D3))[0]
    assert (result.new, result.unchanged, result.late) == (1, 1, 0)
