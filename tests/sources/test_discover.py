"""What is found where one points: folders, files, workbooks and databases, and what is passed over with a word."""

from __future__ import annotations

import gzip
import sqlite3
from collections.abc import Callable
from pathlib import Path

import duckdb
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tradewind.core.errors import SourceError
from tradewind.sources.discover import discover
from tradewind.sources.inventory import Found

ORDERS = "id,customer,day,total\n1,a,2024-01-02,10.50\n2,b,2024-01-03,7.25\n3,a,2024-02-01,3.00\n"


@pytest.fixture
def exports(tmp_path: Path) -> Path:
    folder = tmp_path / "exports"
    folder.mkdir()
    return folder


@pytest.fixture
def find(exports: Path, tmp_path: Path) -> Callable[[], Found]:
    return lambda: discover([str(exports)], tmp_path / "shop", {})


def test_every_kind_of_file_is_read(exports: Path, find: Callable[[], Found]) -> None:
    (exports / "orders.csv").write_text(ORDERS)
    (exports / "visits.tsv").write_text(ORDERS.replace(",", "\t"))
    (exports / "packed.csv.gz").write_bytes(gzip.compress(ORDERS.encode()))
    (exports / "events.jsonl").write_text('{"who": 1, "what": "a"}\n{"who": 2, "what": "b"}\n')
    (exports / "things.json").write_text('[{"sku": 1, "price": 2}]')
    pq.write_table(pa.table({"a": [1], "b": [2]}), exports / "parts.parquet")
    found = find()
    assert {table.name: table.raw.data.num_rows for table in found.tables} == {
        "exports.orders": 3, "exports.visits": 3, "exports.packed": 3, "exports.events": 2, "exports.things": 1,
        "exports.parts": 1,
    }  # fmt: skip
    (source,) = found.sources
    assert source.settings == {"path": "../exports/*"}
    assert source.allow == "../exports"


def test_what_holds_no_table_is_ignored_and_said(exports: Path, find: Callable[[], Found]) -> None:
    (exports / "orders.csv").write_text(ORDERS)
    for name in ("logo.png", "terms.pdf", "readme.txt", "notes.md", "old.zip", "Thumbs.xyz"):
        (exports / name).write_bytes(b"anything")
    (exports / "letter.txt").write_text("Dear Ann,\nhere are the files.\nYours, Bob\n")
    (exports / ".DS_Store").write_bytes(b"x")
    (exports / "~$orders.xlsx").write_bytes(b"x")
    found = find()
    assert [table.name for table in found.tables] == ["exports.orders"]
    why = {each.shown: each.why for each in found.ignored}
    assert why["logo.png"] == "a picture"
    assert why["terms.pdf"] == "a PDF"
    assert why["letter.txt"] == "text, and no table"
    assert set(why) == {"logo.png", "terms.pdf", "readme.txt", "notes.md", "old.zip", "Thumbs.xyz", "letter.txt"}
    assert found.sources[0].settings == {"path": "../exports/*.csv"}


def test_files_that_cannot_be_read_are_said_as_trouble(exports: Path, find: Callable[[], Found]) -> None:
    (exports / "orders.csv").write_text(ORDERS)
    (exports / "broken.parquet").write_bytes(b"PAR1 and then nothing")
    (exports / "empty.csv").write_text("")
    (exports / "names_only.csv").write_text("a,b,c\n")
    (exports / "wide.csv").write_text(",".join(f"c{n}" for n in range(10_000)) + "\n" + ",".join("1" * 10_000) + "\n")
    (exports / "damaged.xlsx").write_bytes(b"PK\x03\x04 no workbook")
    found = find()
    assert [table.name for table in found.tables] == ["exports.orders"]
    troubles = {each.shown: each.why for each in found.ignored if each.trouble}
    assert set(troubles) == {"broken.parquet", "empty.csv", "names_only.csv", "wide.csv", "damaged.xlsx"}
    assert "10,000 columns" in troubles["wide.csv"]


def test_nothing_to_read_is_one_clear_problem_for_each_file(exports: Path, find: Callable[[], Found]) -> None:
    with pytest.raises(SourceError, match="there are no files"):
        find()
    (exports / "logo.png").write_bytes(b"x")
    (exports / "broken.parquet").write_bytes(b"x")
    with pytest.raises(SourceError) as error:
        find()
    assert [problem.where for problem in error.value.problems] == ["broken.parquet", "logo.png"]
    with pytest.raises(SourceError, match="no such file or folder"):
        discover([str(exports / "nowhere")], exports, {})
    with pytest.raises(SourceError, match="a picture"):
        discover([str(exports / "logo.png")], exports, {})


def test_next_weeks_file_of_a_dated_name_is_meant_too(exports: Path, find: Callable[[], Found]) -> None:
    (exports / "orders_2024-01.csv").write_text(ORDERS)
    (exports / "orders_2024-02.csv").write_text(ORDERS.replace("\n1,", "\n11,"))
    (exports / "customers-20240201.csv").write_text("customer,name\na,Ann\nb,Bob\n")
    found = find()
    assert {table.name: table.raw.data.num_rows for table in found.tables} == {
        "exports.orders_*": 6, "exports.customers-*": 2,
    }  # fmt: skip


def test_two_files_of_one_name_keep_their_endings(exports: Path, find: Callable[[], Found]) -> None:
    (exports / "orders.csv").write_text(ORDERS)
    (exports / "orders.tsv").write_text(ORDERS.replace(",", "\t"))
    assert {table.name for table in find().tables} == {"exports.orders.csv", "exports.orders.tsv"}


def test_every_filled_sheet_is_a_table(exports: Path, find: Callable[[], Found]) -> None:
    book = openpyxl.Workbook()
    book.active.title = "Orders 2024"
    for row in (["id", "total"], [1, 2.5], [2, 3.5]):
        book.active.append(row)
    people = book.create_sheet("People")
    for row in (["id", "name"], [1, "Ann"]):
        people.append(row)
    book.create_sheet("Empty")
    book.create_sheet("Cover")["B2"] = "Our company"
    book.save(exports / "book.xlsx")
    found = find()
    assert {table.name for table in found.tables} == {"book_orders_2024", "book_people"}
    assert found.sources[0].settings == {"path": "../exports/book.xlsx", "sheet": "Orders 2024"}
    assert [each.shown for each in found.ignored] == ["book.xlsx, sheet Cover"]


def test_a_locked_workbook_says_that_it_is_locked(exports: Path, find: Callable[[], Found]) -> None:
    (exports / "orders.csv").write_text(ORDERS)
    package = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2000 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 2000
    (exports / "locked.xlsx").write_bytes(package)
    (locked,) = find().ignored
    assert locked.why == "this workbook is locked with a password"


def test_database_files_are_known_by_their_contents(exports: Path, find: Callable[[], Found]) -> None:
    with sqlite3.connect(exports / "crm.db") as lite:
        lite.execute("CREATE TABLE leads (id, email)")
        lite.execute("INSERT INTO leads VALUES (1, 'a@b.c')")
        lite.execute("CREATE TABLE vacant (id)")
    with duckdb.connect(str(exports / "mart.db")) as duck:
        duck.execute("CREATE TABLE orders AS SELECT 1 AS id, 2 AS total")
    found = find()
    assert {table.name for table in found.tables} == {"crm.leads", "mart.orders"}
    assert [source.settings["url"] for source in found.sources] == [
        "sqlite:///../exports/crm.db", "duckdb:///../exports/mart.db",
    ]  # fmt: skip
    assert [each.why for each in found.ignored] == ["it has no rows"]


def test_a_servers_address_stays_in_the_environment(postgres_database: str, tmp_path: Path) -> None:
    import psycopg

    with psycopg.connect(postgres_database, autocommit=True) as connection:
        connection.execute("CREATE TABLE orders (id int, total numeric)")
        connection.execute("INSERT INTO orders VALUES (1, 2.50)")
    found = discover([postgres_database], tmp_path, {})
    (source,), (table,) = found.sources, found.tables
    (variable,) = found.variables
    assert source.settings == {"url": f"${{{variable}}}"}
    assert table.raw.data.num_rows == 1
    again = discover(["${MY_SHOP_URL}"], tmp_path, {"MY_SHOP_URL": postgres_database})
    assert again.sources[0].name == "my_shop"
    assert again.sources[0].settings == {"url": "${MY_SHOP_URL}"}


def test_a_server_that_refuses_is_said_without_its_password(tmp_path: Path) -> None:
    with pytest.raises(SourceError) as error:
        discover(["postgresql://ann:secret@127.0.0.1:1/shop"], tmp_path, {})
    assert "secret" not in str(error.value)
    assert "the database cannot be read" in str(error.value)
    with pytest.raises(SourceError, match="SHOP_URL is not set"):
        discover(["${SHOP_URL}"], tmp_path, {})
    with pytest.raises(SourceError, match="not supported"):
        discover(["oracle://host/x"], tmp_path, {})


def test_the_workspaces_own_folders_are_no_data(tmp_path: Path) -> None:
    (tmp_path / "tradewind.toml").write_text("")
    (tmp_path / "workspace.json").write_text("{}")
    (tmp_path / "tables").mkdir()
    pq.write_table(pa.table({"a": [1], "b": [2]}), tmp_path / "tables" / "x.parquet")
    with pytest.raises(SourceError, match="a workspace's own"):
        discover([str(tmp_path / "tables")], tmp_path, {})
    with pytest.raises(SourceError, match="a workspace's own"):
        discover([str(tmp_path / "tables" / "x.parquet")], tmp_path / "another", {})
    with pytest.raises(SourceError, match="there are no files"):
        discover([str(tmp_path)], tmp_path, {})
    (tmp_path / "orders.csv").write_text(ORDERS)
    found = discover([str(tmp_path)], tmp_path, {})
    assert found.sources[0].settings == {"path": "*.csv"}
    assert found.sources[0].allow == ""


def test_too_many_files_are_the_wrong_folder(exports: Path, find: Callable[[], Found]) -> None:
    for number in range(2_001):
        (exports / f"{number}.csv").touch()
    with pytest.raises(SourceError, match="too many files"):
        find()


def test_names_that_globs_would_misread_are_escaped(exports: Path, tmp_path: Path) -> None:
    (exports / "orders [final] (1).csv").write_text(ORDERS)
    found = discover([str(exports / "orders [final] (1).csv")], tmp_path / "shop", {})
    assert found.sources[0].settings["path"] == "../exports/orders [[]final] (1).csv"
    assert found.sources[0].name == "orders_final_1"


def test_months_that_differ_in_totals_and_columns_are_read_once(exports: Path, find: Callable[[], Found]) -> None:
    (exports / "orders_2024-01.csv").write_text(ORDERS + "Total,,,20.75\n")
    (exports / "orders_2024-02.csv").write_text(ORDERS.replace("\n1,", "\n11,"))
    (exports / "stock_2024-01.csv").write_text("sku,pieces\na,1\nb,2\n")
    (exports / "stock_2024-02.csv").write_text("place,counted,by,when\nx,1,Ann,2024-02-01\ny,2,Bob,2024-02-02\n")
    found = find()
    tables = {table.name: table.raw.data.num_rows for table in found.tables}
    assert tables.pop("exports.orders_*") == 6
    assert sorted(tables.values()) == [2, 2]
    assert not any("*" in name for name in tables)
