"""Next week's file: overlapping, reordered, rewritten, shrunk or complete: nothing is doubled, nothing is undone."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mapped_rows import rows_of

from tradewind.sources.load import load_tables
from tradewind.sources.load_result import LoadResult
from tradewind.store.workspace import Workspace

Make = Callable[..., Workspace]
D1, D2, D3 = datetime(2024, 6, 1, 12), datetime(2024, 6, 8, 12), datetime(2024, 6, 15, 12)
SOURCE = '[sources.shop]\npath = "data/*.csv"\ntimezone = "UTC"\n'
ORDERS = SOURCE + (
    '[tables.orders]\nfrom = "shop.orders*"\n'
    'order_id = "id"\ncustomer_id = "who"\nhappened_at = "at"\namount = "paid"\n'
)
EVENTS = SOURCE + ('[tables.events]\nfrom = "shop.events*"\ncustomer_id = "who"\nhappened_at = "at"\nname = "what"\n')
LINES = SOURCE + (
    '[tables.order_lines]\nfrom = "shop.lines*"\norder_id = "id"\nproduct_id = "sku"\ncustomer_id = "who"\n'
    'happened_at = "at"\namount = "paid"\n'
)


def by_name(workspace: Workspace) -> dict[str, LoadResult]:
    return {result.table: result for result in load_tables(workspace)}


def brought(result: LoadResult) -> tuple[int, int, int]:
    return result.new, result.changed, result.gone


def _orders(first: int, last: int, paid: dict[int, str] | None = None) -> str:
    lines = [f"{n},c{n % 5},2024-05-{n:02d} 10:00:00,{(paid or {}).get(n, f'{n}.50')}" for n in range(first, last + 1)]
    return "\n".join(["id,who,at,paid", *lines]) + "\n"


def test_a_file_beside_the_old_one_that_overlaps_adds_what_is_new_and_changes_what_was_mended(
    make_workspace: Make,
) -> None:
    october, november = _orders(1, 20), _orders(15, 30, {16: "99"})
    first = by_name(make_workspace(ORDERS, {"data/orders_2024-10.csv": october}, D1))["orders"]
    assert brought(first) == (20, 0, 0)
    workspace = make_workspace(ORDERS, {"data/orders_2024-11.csv": november}, D2)
    second = by_name(workspace)["orders"]
    assert brought(second) == (10, 1, 0)
    assert (second.counts.collapsed, second.counts.superseded, second.counts.rejected) == (5, 1, 0)
    assert workspace.sql("SELECT count(*) AS n FROM orders WHERE valid_to IS NULL").to_pylist() == [{"n": 30}]
    of_16 = [row for row in rows_of(workspace.table("orders"), "order_id", "amount", "valid_to") if row[0] == "16"]
    assert of_16 == [("16", Decimal("16.50"), D2), ("16", Decimal("99"), None)]


def test_both_files_at_once_and_one_after_the_other_end_alike(make_workspace: Make) -> None:
    files = {"data/orders_a.csv": _orders(1, 20), "data/orders_b.csv": _orders(15, 30, {16: "99"})}
    names = ("order_id", "customer_id", "happened_at", "amount")
    make_workspace(ORDERS, dict([*files.items()][:1]), D1).close()
    load_tables(make_workspace(ORDERS, {}, D1))
    step = make_workspace(ORDERS, files, D2)
    load_tables(step)
    current = step.sql("SELECT * FROM orders WHERE valid_to IS NULL")
    one_by_one = sorted(rows_of(current, *names))
    together = make_workspace(ORDERS.replace("[tables.orders]", "[tables.orders]\nwhere = 'true'"), files, D2)
    load_tables(together)
    assert sorted(rows_of(together.sql("SELECT * FROM orders WHERE valid_to IS NULL"), *names)) == one_by_one


def _rewritten(text: str, seed: int) -> str:
    """The same rows in another order, other columns order, all quoted, amounts and times written otherwise."""
    rows = list(csv.DictReader(io.StringIO(text)))
    rows = rows[seed % len(rows) :] + rows[: seed % len(rows)]
    out = io.StringIO()
    writer = csv.DictWriter(out, ["paid", "at", "extra", "id", "who"], quoting=csv.QUOTE_ALL, delimiter=";")
    writer.writeheader()
    for row in rows:
        amount = f"{Decimal(row['paid']):.4f}"
        writer.writerow({**row, "paid": f" {amount} ", "at": row["at"].replace(" ", "T") + "Z", "extra": "x"})
    return out.getvalue()


@pytest.mark.parametrize("seed", [1, 7, 13])
def test_the_same_rows_written_otherwise_change_nothing(make_workspace: Make, seed: int) -> None:
    load_tables(make_workspace(ORDERS, {"data/orders.csv": _orders(1, 20)}, D1))
    before = make_workspace(ORDERS, {}, D1).table("orders")
    workspace = make_workspace(ORDERS, {"data/orders.csv": _rewritten(_orders(1, 20), seed)}, D2)
    result = by_name(workspace)["orders"]
    assert (*brought(result), result.unchanged) == (0, 0, 0, 20)
    assert workspace.table("orders").equals(before)


def test_ids_that_a_tool_wrote_as_decimals_are_the_same_ids(make_workspace: Make) -> None:
    plain = "id,who,at,paid\n1,17850,2024-05-01,5\n2,,2024-05-02,5\n3,13047,2024-05-03,5\n"
    load_tables(make_workspace(ORDERS, {"data/orders.csv": plain}, D1))
    decimals = plain.replace("17850", "17850.0").replace("13047", "13047.0")
    workspace = make_workspace(ORDERS, {"data/orders.csv": decimals}, D2)
    assert brought(by_name(workspace)["orders"]) == (0, 0, 0)
    mixed = plain.replace("17850", "17850.0")
    workspace = make_workspace(ORDERS, {"data/orders.csv": mixed}, D3)
    assert by_name(workspace)["orders"].changed == 1  # where only some look so, the point may mean something


def test_a_rolling_window_keeps_what_has_left_it(make_workspace: Make) -> None:
    load_tables(make_workspace(ORDERS, {"data/orders.csv": _orders(1, 20)}, D1))
    workspace = make_workspace(ORDERS, {"data/orders.csv": _orders(11, 30)}, D2)
    result = by_name(workspace)["orders"]
    assert brought(result) == (10, 0, 10)
    assert workspace.sql("SELECT count(*) AS n FROM orders WHERE valid_to IS NULL").to_pylist() == [{"n": 30}]


def test_a_rolling_window_survives_a_mended_mapping(make_workspace: Make) -> None:
    load_tables(make_workspace(ORDERS, {"data/orders.csv": _orders(1, 20)}, D1))
    load_tables(make_workspace(ORDERS, {"data/orders.csv": _orders(11, 30)}, D2))
    mended = make_workspace(ORDERS + "channel = \"'web'\"\n", {}, D3)
    result = by_name(mended)["orders"]
    assert (result.gone, result.dropped) == (10, 0)
    rows = rows_of(mended.sql("SELECT * FROM orders ORDER BY happened_at"), "order_id", "channel")
    assert rows[9:11] == [("10", None), ("11", "web")]
    other = make_workspace(ORDERS.replace('"id"', "\"'x' || id\""), {}, D3 + timedelta(hours=1))
    result = by_name(other)["orders"]
    assert result.rows == 20  # under other keys the old rows would stand twice


def test_a_complete_export_deletes_what_it_no_longer_holds(make_workspace: Make) -> None:
    config = ORDERS + 'missing = "deleted"\n'
    load_tables(make_workspace(config, {"data/orders.csv": _orders(1, 20)}, D1))
    cancelled = _orders(1, 20).replace("7,c2,2024-05-07 10:00:00,7.50\n", "")
    workspace = make_workspace(config, {"data/orders.csv": cancelled}, D2)
    result = by_name(workspace)["orders"]
    assert brought(result) == (0, 0, 1)
    assert "deleted" in " ".join(result.notes)
    closed = workspace.sql("SELECT order_id, valid_to FROM orders WHERE valid_to IS NOT NULL")
    assert rows_of(closed, "order_id", "valid_to") == [("7", D2)]
    back = make_workspace(config, {"data/orders.csv": _orders(1, 20)}, D3)
    assert brought(by_name(back)["orders"]) == (1, 0, 0)
    versions = rows_of(back.sql("SELECT * FROM orders WHERE order_id = '7'"), "known_at", "valid_to")
    assert versions == [(datetime(2024, 5, 7, 10), D2), (D3, None)]


def test_what_missing_means_may_change_without_making_anything_anew(make_workspace: Make) -> None:
    load_tables(make_workspace(ORDERS, {"data/orders.csv": _orders(1, 20)}, D1))
    load_tables(make_workspace(ORDERS, {"data/orders.csv": _orders(11, 20)}, D2))
    workspace = make_workspace(ORDERS + 'missing = "deleted"\n', {}, D3)
    result = by_name(workspace)["orders"]
    assert (result.gone, result.dropped, result.rows) == (10, 0, 20)
    assert set(workspace.sql("SELECT valid_to FROM orders WHERE valid_to IS NOT NULL")["valid_to"].to_pylist()) == {D3}


def test_deleted_lines_change_their_order(make_workspace: Make) -> None:
    config = LINES + 'missing = "deleted"\n'
    head = "id,sku,who,at,paid\n"
    lines = ["1,x,a,2024-05-01,5\n", "1,y,a,2024-05-01,7\n", "2,x,b,2024-05-02,3\n"]
    load_tables(make_workspace(config, {"data/lines.csv": head + "".join(lines)}, D1))
    workspace = make_workspace(config, {"data/lines.csv": head + lines[0]}, D2)
    load_tables(workspace)
    versions = workspace.sql("SELECT * FROM orders ORDER BY order_id, known_at")
    assert rows_of(versions, "order_id", "amount", "valid_to") == [
        ("1", Decimal("12"), D2), ("1", Decimal("5"), None), ("2", Decimal("3"), D2),
    ]  # fmt: skip


EVENT_FILES = st.lists(st.lists(st.sampled_from("abc"), max_size=5), min_size=1, max_size=3)


@given(files=EVENT_FILES)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True)
def test_rows_without_a_key_stand_as_often_as_in_the_file_that_holds_most(
    make_workspace: Make, files: list[list[str]]
) -> None:
    texts = {
        f"data/events_{n}.csv": "who,what,at\n" + "".join(f"{who},view,2024-05-01 10:00:00\n" for who in rows)
        for n, rows in enumerate(files)
    }
    root = make_workspace(EVENTS, {}, D1).root
    for old in root.glob("data/*"):
        old.unlink()
    (root / "workspace.json").unlink(missing_ok=True)
    (root / "state.db").unlink(missing_ok=True)
    workspace = make_workspace(EVENTS, texts, D1)
    load_tables(workspace)
    expected: Counter[str] = Counter()
    for rows in files:
        expected |= Counter(rows)
    assert Counter(workspace.table("events")["customer_id"].to_pylist()) == expected


def test_overlapping_events_of_two_exports_with_other_columns_are_not_doubled(make_workspace: Make) -> None:
    first = "who,what,at\na,view,2024-05-01 10:00:00\na,view,2024-05-01 10:00:00\nb,view,2024-05-02 10:00:00\n"
    second = "what,at,who,page\nview,2024-05-02T10:00:00,b,home\nview,2024-05-03T10:00:00,b,home\n"
    load_tables(make_workspace(EVENTS, {"data/events_1.csv": first}, D1))
    workspace = make_workspace(EVENTS, {"data/events_2.csv": second}, D2)
    assert brought(by_name(workspace)["events"]) == (1, 0, 0)
    again = make_workspace(EVENTS, {"data/events_1.csv": second}, D3)  # the second export alone
    (again.root / "data" / "events_2.csv").unlink()
    assert by_name(again)["events"].new == 0


def test_deleted_events_stay_deleted_and_come_back_as_new(make_workspace: Make) -> None:
    config = EVENTS + 'missing = "deleted"\n'
    text = "who,what,at\na,view,2024-05-01 10:00:00\nb,view,2024-05-02 10:00:00\n"
    load_tables(make_workspace(config, {"data/events.csv": text}, D1))
    gone = make_workspace(config, {"data/events.csv": text[: text.index("b,")]}, D2)
    assert brought(by_name(gone)["events"]) == (0, 0, 1)
    back = make_workspace(config, {"data/events.csv": text}, D3)
    assert brought(by_name(back)["events"]) == (1, 0, 0)


def test_lines_in_another_order_and_in_two_files_are_the_same_lines(make_workspace: Make) -> None:
    head, lines = "id,sku,who,at,paid\n", ["1,x,a,2024-05-01,5\n", "1,x,a,2024-05-01,7\n", "2,x,b,2024-05-02,3\n"]
    load_tables(make_workspace(LINES, {"data/lines_1.csv": head + "".join(lines)}, D1))
    workspace = make_workspace(LINES, {"data/lines_1.csv": head + "".join(reversed(lines))}, D2)
    assert brought(by_name(workspace)["order_lines"]) == (0, 0, 0)
    more = head + lines[1] + lines[0] + "3,x,b,2024-05-03,3\n"
    workspace = make_workspace(LINES, {"data/lines_2.csv": more}, D3)
    results = by_name(workspace)
    assert brought(results["order_lines"]) == (1, 0, 0)
    assert brought(results["orders"]) == (1, 0, 0)


def test_within_one_file_a_key_whose_rows_differ_is_told(make_workspace: Make) -> None:
    text = _orders(1, 5) + "3,c3,2024-05-03 10:00:00,44\n"
    workspace = make_workspace(ORDERS, {"data/orders_1.csv": text, "data/orders_2.csv": _orders(4, 6)}, D1)
    result = by_name(workspace)["orders"]
    assert (result.counts.rejected, result.counts.collapsed, result.counts.superseded) == (1, 2, 0)
    assert workspace.table("rejected")["reason"].to_pylist() == ["another row has the same order_id; row 6 counts"]


def test_a_file_beside_the_mapped_one_that_is_not_read_is_told_each_time(make_workspace: Make) -> None:
    config = ORDERS.replace("shop.orders*", "shop.orders_2024-10")
    load_tables(make_workspace(config, {"data/orders_2024-10.csv": _orders(1, 5), "data/other.csv": "a\n1\n"}, D1))
    workspace = make_workspace(config, {"data/orders_2024-11.csv": _orders(5, 9)}, D2)
    result = by_name(workspace)["orders"]
    assert result.skipped
    assert [note for note in result.notes if "unread" in note] == [
        'shop.orders_2024-11 lies beside it unread; from = "…*" reads them all'
    ]


def test_a_source_of_half_the_size_is_told_with_what_was_there_before(make_workspace: Make) -> None:
    load_tables(make_workspace(ORDERS, {"data/orders.csv": _orders(1, 30)}, D1))
    result = by_name(make_workspace(ORDERS, {"data/orders.csv": _orders(20, 30)}, D2))["orders"]
    assert (result.before, result.counts.rows_in) == (30, 11)
