"""Files that people send: what each bad one is told, what a good one becomes, and that half of one is nothing."""

from __future__ import annotations

import errno
import gzip
import io
import struct
import zipfile
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tradewind.flow.uploads.receive as uploads
from tradewind.core.errors import SourceError, StoreError
from tradewind.flow.uploads.kinds import Limits
from tradewind.flow.uploads.names import leads_out, safe_name, safe_set
from tradewind.flow.uploads.receive import Received, list_uploads, receiving, remove_upload, sets_of

CSV = b"id,who,at,paid\n1,ann,2024-05-01,10\n2,bob,2024-05-02,20\n"
SMALL = Limits(file=200_000, unpacked=400_000, files=5, free=100_000, cells=100_000)


def send(root: Path, name: str, content: bytes, limits: Limits = SMALL) -> Received:
    with receiving(root, "shop", name, limits) as incoming:
        for start in range(0, len(content), 997):
            incoming.write(content[start : start + 997])
        return incoming.finish()


def names(root: Path) -> list[str]:
    return [each.name for each in list_uploads(root)]


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return held.getvalue()


def linked() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        link = zipfile.ZipInfo("orders.csv")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    return held.getvalue()


def locked_zip() -> bytes:
    content = bytearray(zipped({"orders.csv": CSV}))
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def lying_zip() -> bytes:
    """A bomb that states a size of ten bytes."""
    content = bytearray(zipped({"orders.csv": b"a,b\n" + b"0" * 3_000_000}))
    for mark, place in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<I", content, content.index(mark) + place, 10)
    return bytes(content)


def workbook(cells: str) -> bytes:
    sheet = f"<worksheet><sheetData>{cells}</sheetData></worksheet>"
    return zipped({"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<w/>",
                   "xl/worksheets/sheet1.xml": sheet.encode()})  # fmt: skip


LOCKED = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 600
PAGE = b"\n<html><body><table><tr><td>Order</td><td>Total</td></tr></table></body></html>"
WIDE = (",".join(f"c{n}" for n in range(10_000)) + "\n" + ",".join("1" for _ in range(10_000)) + "\n").encode()
DEEP = zipped({"inner.zip": zipped({"orders.csv": CSV})})


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("orders.csv", b"", "the file is empty"),
        ("orders.csv", b" \n\n", "the file is empty"),
        ("orders.csv", CSV * 10_000, "this file is too large to be sent"),
        ("orders.csv", WIDE, "it has 10,000 columns, which is no table about customers or sales"),
        ("orders.xlsx", workbook('<row r="1"><c r="NTP1"><v>1</v></c></row>'), "it has 10,000 columns"),
        ("orders.xlsx", workbook('<row r="1048576"><c r="AZ1048576"><v>1</v></c></row>'), "used over an enormous area"),
        ("orders.xlsx", workbook("<row/>" * 200_000), "unpacked, this would be far larger than a table is"),
        ("orders.xls", PAGE, "this is a web page that was saved under a table's name"),
        ("orders.xlsx", LOCKED, "this workbook is locked with a password"),
        ("orders.csv", b"%PDF-1.7 ...", "this is a PDF, and holds no table"),
        ("orders.csv", b"\x89PNG\r\n\x1a\n", "this is a picture, and holds no table"),
        ("orders.csv", b"\x8f\x01\x02\x00\x03\xff" * 50, "this is no kind of table that is known"),
        ("orders.csv", b"Dear all\nthe orders are late\n", "this is text, and no table"),
        ("feed.csv", b"<?xml version='1.0'?><rss/>", "this is XML, and no table"),
        ("shop.db", b"SQLite format 3\0" + b"\0" * 90, "this is a database file"),
        ("orders.parquet", b"PAR1" + b"x" * 90, "this Parquet file is damaged or incomplete"),
        ("orders.zip", zipped({"orders.csv": CSV})[:-30], "this archive or workbook is damaged or incomplete"),
        ("orders.csv.gz", gzip.compress(CSV)[:-9], "this archive is damaged or incomplete"),
        ("orders.rar", b"Rar!\x1a\x07\x00", "an archive of a kind that is not unpacked here"),
        ("bomb.zip", zipped({"orders.csv": b"a,b\n" + b"0" * 3_000_000}), "unpacked, this would be far larger"),
        ("bomb.zip", lying_zip(), "unpacked, this would be far larger"),
        ("bomb.csv.gz", gzip.compress(b"a,b\n" + b"0" * 3_000_000), "unpacked, this would be far larger"),
        ("many.zip", zipped({f"{n}.csv": CSV for n in range(6)}), "this archive holds too many files"),
        ("deep.zip", DEEP, "this archive holds another archive"),
        ("deep.zip.gz", gzip.compress(DEEP), "this archive holds another archive"),
        ("out.zip", zipped({"../../orders.csv": CSV}), "this archive holds a file that would land outside"),
        ("out.zip", zipped({"/etc/orders.csv": CSV}), "this archive holds a file that would land outside"),
        ("out.zip", zipped({"C:\\orders.csv": CSV}), "this archive holds a file that would land outside"),
        ("link.zip", linked(), "this archive holds a link to another file"),
        ("locked.zip", locked_zip(), "this archive is locked with a password"),
        ("photos.zip", zipped({"a.png": b"\x89PNG\r\n\x1a\n"}), "nothing in this archive is a table"),
    ],
    ids=lambda value: value[:40] if isinstance(value, str) else "",
)
def test_what_is_no_table_is_refused_in_plain_words(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    with pytest.raises(SourceError, match=words):
        send(tmp_path, name, content)
    assert names(tmp_path) == []
    assert list((tmp_path / "uploads" / ".incoming").iterdir()) == []


def test_what_an_upload_is_tells_its_content_and_not_its_name(tmp_path: Path) -> None:
    table = pa.BufferOutputStream()
    pq.write_table(pa.table({"id": [1], "paid": [2]}), table)
    assert send(tmp_path, "old.xls", CSV).notes == ("old.xls is text with columns; it is kept as old.csv",)
    send(tmp_path, "export", b"a\tb\n1\t2\n")
    send(tmp_path, "lines.csv", b'{"a": 1, "b": 2}\n')
    send(tmp_path, "p.csv", table.getvalue().to_pybytes())
    assert names(tmp_path) == ["export.tsv", "lines.json", "old.csv", "p.parquet"]


def test_an_archive_gives_its_tables_and_says_what_it_leaves_out(tmp_path: Path) -> None:
    members = {"a/orders.csv": CSV, "b/orders.csv": CSV + b"3,cy,2024-05-03,1\n", "__MACOSX/._orders.csv": b"x",
               "logo.png": b"\x89PNG\r\n\x1a\n", "people.csv": b"id,name\n1,Ann\n"}  # fmt: skip
    got = send(tmp_path, "export.zip", zipped(members))
    assert names(tmp_path) == ["b orders.csv", "orders.csv", "people.csv"]
    assert [name for name, _ in got.left_out] == ["logo.png"]
    assert send(tmp_path, "more.csv.gz", gzip.compress(b"x,y\n1,2\n")).files[0].name == "more.csv"


def test_next_weeks_export_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    rows = [f"{n},c{n},2024-05-{n:02d},1{n}\n" for n in range(1, 29)]
    first = "id,who,at,paid\n" + "".join(rows[:20])
    second = "id,who,at,paid\n" + "".join(rows)
    send(tmp_path, "orders_export_1.csv", first.encode())
    assert send(tmp_path, "orders_export_1.csv", first.encode()).same == ("orders_export_1.csv",)
    assert send(tmp_path, "again.csv", first.encode()).same == ("orders_export_1.csv",)
    longer = send(tmp_path, "orders_export_1 (1).csv", second.encode())
    assert longer.instead_of == (("orders_export_1.csv", "orders_export_1 (1).csv"),)
    assert names(tmp_path) == ["orders_export_1.csv"]
    assert (tmp_path / "uploads/shop/orders_export_1.csv").read_text() == second
    kept = list((tmp_path / "uploads" / ".earlier" / "shop").iterdir())
    assert [path.read_text() for path in kept] == [first], "the old one is kept out of the way"


def test_another_part_of_an_export_and_a_dated_one_stay_beside(tmp_path: Path) -> None:
    send(tmp_path, "orders_export_1.csv", CSV)
    send(tmp_path, "orders_export_2.csv", b"id,who,at,paid\n3,cy,2024-05-03,30\n")
    send(tmp_path, "sales_2024-05.csv", CSV + b"8,dan,2024-05-08,80\n")
    send(tmp_path, "sales_2024-06.csv", CSV + b"8,dan,2024-05-08,80\n9,eve,2024-06-08,80\n")
    assert len(names(tmp_path)) == 4


def test_half_an_upload_is_no_source(tmp_path: Path) -> None:
    def breaks_off() -> None:
        with receiving(tmp_path, "shop", "orders.csv") as incoming:
            incoming.write(CSV)
            raise ConnectionError

    with pytest.raises(ConnectionError):
        breaks_off()
    assert names(tmp_path) == []
    assert sets_of(tmp_path) == []
    assert list((tmp_path / "uploads" / ".incoming").iterdir()) == []


def test_a_full_disk_is_said_and_what_stood_there_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    send(tmp_path, "orders.csv", CSV)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(uploads.os, "fsync", full)
    with pytest.raises(StoreError, match="the disk is full; nothing of this file was kept"):
        send(tmp_path, "orders.csv", CSV + b"3,cy,2024-05-03,30\n")
    assert (tmp_path / "uploads/shop/orders.csv").read_bytes() == CSV


def test_a_length_that_is_announced_as_too_large_is_refused_before_it_is_sent(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="too large"), receiving(tmp_path, "shop", "a.csv", SMALL, 10**12):
        pass


def test_a_file_is_set_aside_on_request(tmp_path: Path) -> None:
    send(tmp_path, "orders.csv", CSV)
    assert remove_upload(tmp_path, "shop", "orders.csv")
    assert not remove_upload(tmp_path, "shop", "orders.csv")
    assert not remove_upload(tmp_path, "..", "tradewind.toml")
    assert names(tmp_path) == []


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=150))
def test_any_name_becomes_one_that_stays_in_its_folder(said: str) -> None:
    name = safe_name(said)
    assert name == Path(name).name
    assert 0 < len(name) <= 112
    assert name[0] not in ".~ "
    assert not set(name) & set('/\\:*?"<>|[]\0\n')
    assert name.split(".")[0].strip().lower() not in ("con", "nul", "aux", "prn", "com1", "lpt9")
    assert safe_name(name) == name
    assert safe_set(said).isascii()
    assert safe_set(safe_set(said)) == safe_set(said)


HOSTILE = st.lists(
    st.sampled_from(["..", ".", "a", "b.csv", "", "C:", "~", "\\", "/", "con", " "]), min_size=1, max_size=6
)


@settings(max_examples=40, deadline=None)
@given(HOSTILE, st.sampled_from(["/", "\\"]))
def test_no_path_in_an_archive_leads_out(tmp_path_factory: pytest.TempPathFactory, parts: list[str], sign: str) -> None:
    root = tmp_path_factory.mktemp("w")
    member = sign.join(parts) or "."
    try:
        send(root, "x.zip", zipped({member: CSV}))
    except SourceError:
        pass
    else:
        assert not leads_out(member)
    files = {path for path in root.rglob("*") if path.is_file()}
    assert all(path.parent == root / "uploads" / "shop" for path in files)


def test_all_uploads_together_have_a_limit_and_earlier_versions_go_first(tmp_path: Path) -> None:
    limits = replace(SMALL, total=5_000)

    def send(name: str, size: int, announced: bool = True) -> Received:
        content = b"id,note\n" + b"1,x\n" * ((size - 8) // 4)
        with receiving(tmp_path, "files", name, limits, len(content) if announced else None) as incoming:
            incoming.write(content)
            return incoming.finish()

    send("a.csv", 3_000)
    with pytest.raises(SourceError, match="no room for it among the files that were sent before") as caught:
        send("b.csv", 2_500)
    assert "Your data, Files" in caught.value.problems[0].do
    with pytest.raises(SourceError, match="no room"):
        send("b.csv", 2_500, announced=False)
    assert remove_upload(tmp_path, "files", "a.csv")
    assert [path.name for path in (tmp_path / "uploads/.earlier/files").iterdir()]
    send("b.csv", 2_500)
    assert not list((tmp_path / "uploads/.earlier/files").iterdir())
    assert [each.name for each in list_uploads(tmp_path)] == ["b.csv"]
    assert not list((tmp_path / "uploads/.incoming").iterdir())
