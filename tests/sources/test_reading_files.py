"""Files are read as they stand; what cannot be read says what is wrong, and a broken row is kept aside."""

from __future__ import annotations

import gzip
import json
from datetime import datetime
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tradewind.core.errors import SourceError
from tradewind.sources.files import read_file
from tradewind.sources.raw import Raw
from tradewind.store.config import Source


def read(path: Path, content: str | bytes, **settings: str) -> Raw:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_file(path, Source(path="x", **settings))


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiter_is_found(tmp_path: Path, delimiter: str) -> None:
    text = f"id{delimiter}note\n1{delimiter}a.b\n2{delimiter}c d\n"
    assert read(tmp_path / "a.csv", text).data.to_pydict() == {"id": ["1", "2"], "note": ["a.b", "c d"]}


def test_semicolons_win_over_decimal_commas(tmp_path: Path) -> None:
    raw = read(tmp_path / "a.csv", "id;paid;tax\n1;2,50;0,19\n2;3,75;0,07\n")
    assert raw.data.to_pydict() == {"id": ["1", "2"], "paid": ["2,50", "3,75"], "tax": ["0,19", "0,07"]}


def test_tsv_and_stated_delimiter(tmp_path: Path) -> None:
    assert read(tmp_path / "a.tsv", "id\tx\n1\t2,3\n").data.to_pydict() == {"id": ["1"], "x": ["2,3"]}
    assert read(tmp_path / "b.csv", "id~x\n1~2\n", delimiter="~").names == ("id", "x")


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [("utf-8", b""), ("utf-8", b"\xef\xbb\xbf"), ("utf-16-le", b"\xff\xfe"), ("utf-16-be", b"\xfe\xff")],
)
def test_byte_order_marks_and_wide_text(tmp_path: Path, encoding: str, mark: bytes) -> None:
    raw = read(tmp_path / "a.csv", mark + "id,name\n1,Müller Łódź\n".encode(encoding))
    assert raw.data.to_pydict() == {"id": ["1"], "name": ["Müller Łódź"]}
    assert raw.notes == ()


def test_wide_text_without_a_mark(tmp_path: Path) -> None:
    raw = read(tmp_path / "a.csv", "id,name\n1,Anna\n".encode("utf-16-le"))
    assert raw.data.to_pydict() == {"id": ["1"], "name": ["Anna"]}
    assert "utf-16-le" in raw.notes[0]


def test_cp1252_is_found_and_said(tmp_path: Path) -> None:
    raw = read(tmp_path / "a.csv", "id,name\n1,Café Müller – 5 €\n".encode("cp1252"))
    assert raw.data["name"].to_pylist() == ["Café Müller – 5 €"]
    assert "cp1252" in raw.notes[0]


def test_cyrillic_is_not_taken_for_western(tmp_path: Path) -> None:
    names = ["Москва", "Санкт-Петербург", "Новосибирск", "Екатеринбург", "Казань", "Нижний Новгород", "Челябинск"]
    text = "id,city\n" + "".join(f"{i},{name} и область\n" for i, name in enumerate(names * 5))
    assert read(tmp_path / "a.csv", text.encode("cp1251")).data["city"][0].as_py() == "Москва и область"


def test_stated_encoding_that_does_not_fit(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"not utf-8 .*byte 0xfc in line 2"):
        read(tmp_path / "a.csv", b"id,name\n1,M\xfcller\n", encoding="utf-8")
    with pytest.raises(SourceError, match="encoding is not known"):
        read(tmp_path / "b.csv", "id\n1\n", encoding="klingon")


def test_quotes_newlines_and_empty_cells(tmp_path: Path) -> None:
    raw = read(tmp_path / "a.csv", 'id,note\r\n1,"two\nlines, one ""cell"""\r\n2,\r\n\r\n3,""\r\n')
    assert raw.data.to_pydict() == {"id": ["1", "2", "3"], "note": ['two\nlines, one "cell"', None, None]}


def test_rows_of_another_width_are_set_aside_with_their_numbers(tmp_path: Path) -> None:
    raw = read(tmp_path / "a.csv", "id,x\n1,a\n2\n3,c\n4,d,e\n5,f\n")
    assert raw.data["id"].to_pylist() == ["1", "3", "5"]
    assert [(row.row, row.text) for row in raw.broken] == [(2, "2"), (4, "4,d,e")]
    assert raw.row_numbers().tolist() == [1, 3, 5]
    assert raw.rows == 5


def test_unclosed_quote_is_an_error_not_a_short_table(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="never closed"):
        read(tmp_path / "a.csv", 'id,x\n1,"a\n2,b\n3,c\n')


def test_doubled_and_nameless_columns_arrive(tmp_path: Path) -> None:
    raw = read(tmp_path / "a.csv", "id,paid,paid,\n1,2,3,4\n")
    assert raw.names == ("id", "paid", "paid", "column_4")
    assert [column.to_pylist() for column in raw.data.columns] == [["1"], ["2"], ["3"], ["4"]]


def test_header_only_and_nothing_at_all(tmp_path: Path) -> None:
    assert read(tmp_path / "a.csv", "id,x").data.num_rows == 0
    for content in ("", "\n \n"):
        with pytest.raises(SourceError, match="empty"):
            read(tmp_path / "b.csv", content)


def test_missing_file_and_folder(tmp_path: Path) -> None:
    for path in (tmp_path / "no.csv", tmp_path):
        with pytest.raises(SourceError, match="does not exist"):
            read_file(path, Source(path="x"))


def test_unknown_ending_and_stated_format(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="cannot be read"):
        read(tmp_path / "a.sav", "id\n1\n")
    assert read(tmp_path / "b.dat", "id\n1\n", format="csv").data.num_rows == 1


def test_gzip_whole_and_damaged(tmp_path: Path) -> None:
    packed = gzip.compress(b"id,x\n1,2\n")
    assert read(tmp_path / "a.csv.gz", packed).data.to_pydict() == {"id": ["1"], "x": ["2"]}
    with pytest.raises(SourceError, match="damaged"):
        read(tmp_path / "b.csv.gz", packed[:-10])


def test_long_cells_and_many_rows_agree_with_a_plain_reader(tmp_path: Path) -> None:
    text = "id,x\n" + "".join(f'{i},"{"y" * (i % 40)}\n{i}"\n' for i in range(200_000))
    raw = read(tmp_path / "a.csv", text)
    assert raw.data.num_rows == 200_000
    assert raw.data["x"][199_999].as_py() == "y" * (199_999 % 40) + "\n199999"
    assert read(tmp_path / "b.csv", "id,x\n1," + "z" * 6_000_000 + "\n").data.num_rows == 1


def test_json_lines(tmp_path: Path) -> None:
    lines = ['{"id": 7, "b": "x", "n": null, "when": {"d": 1}}', "", "not json", '{"id": 8.5, "late": true}', "[1]"]
    raw = read(tmp_path / "a.jsonl", "\n".join(lines))
    assert raw.data.to_pydict() == {
        "id": ["7", "8.5"],
        "b": ["x", None],
        "n": [None, None],
        "when": ['{"d":1}', None],
        "late": [None, "true"],
    }
    assert [(row.row, row.text) for row in raw.broken] == [(2, "not json"), (4, "[1]")]


def test_json_array_and_strange_keys(tmp_path: Path) -> None:
    raw = read(tmp_path / "a.json", json.dumps([{"a/b": 1, "it's": "ä", 'q"': 2}]))
    assert raw.data.to_pydict() == {"a/b": ["1"], "it's": ["ä"], 'q"': ["2"]}
    for content in ("[1, 2", "1\n2\n"):
        with pytest.raises(SourceError, match="JSON"):
            read(tmp_path / "b.json", content)


def test_parquet_keeps_its_types_and_reads_only_what_is_needed(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"Id": [1, 2], "x": ["a", "b"], "y": [1.5, 2.5]}), path)
    raw = read_file(path, Source(path="x"), {"id", "y"})
    assert raw.data.column_names == ["Id", "y"]
    assert raw.names == ("Id", "x", "y")
    assert raw.data.schema.field("Id").type == pa.int64()


@pytest.mark.parametrize("content", [b"id,x\n1,2\n", b"PAR1 but no more PAR1"])
def test_what_is_no_parquet_says_so(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(SourceError, match="not a Parquet file"):
        read(tmp_path / "a.parquet", content)


def excel(path: Path, sheets: dict[str, list[list[object]]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def test_excel_cells_become_text_as_people_see_them(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["id", "at", "paid", "ok", "note"],
        [1001, datetime(2024, 1, 2, 3, 4, 5), 2.5, True, " x "],
    ]
    path = excel(tmp_path / "a.xlsx", {"Data": [*rows, [None] * 5, [1002, None, 3, False, None]], "Notes": []})
    raw = read_file(path, Source(path="x"))
    assert raw.data.to_pylist() == [
        {"id": "1001", "at": "2024-01-02 03:04:05", "paid": "2.5", "ok": "true", "note": "x"},
        {"id": "1002", "at": None, "paid": "3", "ok": "false", "note": None},
    ]


def test_excel_sheet_must_be_clear(tmp_path: Path) -> None:
    path = excel(tmp_path / "a.xlsx", {"A": [["id"], [1]], "B": [["id"], [2]]})
    with pytest.raises(SourceError, match=r"several sheets .*A, B"):
        read_file(path, Source(path="x"))
    assert read_file(path, Source(path="x", sheet="B")).data["id"].to_pylist() == ["2"]
    with pytest.raises(SourceError, match="no such sheet"):
        read_file(path, Source(path="x", sheet="C"))


def test_excel_that_is_none_or_empty(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="not an Excel file"):
        read(tmp_path / "a.xlsx", "id,x\n1,2\n")
    with pytest.raises(SourceError, match="is empty"):
        read_file(excel(tmp_path / "b.xlsx", {"A": []}), Source(path="x"))


@pytest.mark.parametrize("city", ["São Paulo", "Müller €", "Köln"])
def test_one_accented_word_in_every_row_is_western(tmp_path: Path, city: str) -> None:
    path = tmp_path / "orders.csv"
    path.write_bytes(("id,city\n" + "".join(f"{row},{city}\n" for row in range(300))).encode("cp1252"))
    assert set(read_file(path, Source(path="orders.csv")).data["city"].to_pylist()) == {city}
