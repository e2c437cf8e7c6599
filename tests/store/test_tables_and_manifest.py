"""Tables are immutable files named by content; a snapshot is replaced whole or not at all."""

from __future__ import annotations

import json
import os
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tradewind.core.errors import FormatError, StoreError
from tradewind.core.time import days
from tradewind.store.expire import expire
from tradewind.store.lock import workspace_lock
from tradewind.store.manifest import EMPTY, Manifest, TableEntry, publish, read_manifest, replace_file
from tradewind.store.tables import read_table, write_table

NOON = datetime(2017, 11, 1, 12)


def clock() -> datetime:
    return NOON


def orders(*amounts: str, month: int = 1) -> pa.Table:
    return pa.table(
        {
            "order_id": [str(i) for i in range(len(amounts))],
            "happened_at": pa.array(
                [datetime(2017, month, 1) + timedelta(days=20 * i) for i in range(len(amounts))], "timestamp[us]"
            ),
            "amount": pa.array([Decimal(a) for a in amounts], pa.decimal128(18, 4)),
        }
    )


def publish_one(root: Path, entry: TableEntry) -> Manifest:
    with workspace_lock(root, "test"):
        return publish(root, read_manifest(root), {entry.name: entry}, clock)


def test_a_table_comes_back_as_it_was_written(tmp_path: Path) -> None:
    data = orders("1.5", "-2", "0.0001")
    entry = write_table(tmp_path, "orders", data, "happened_at", {"as_of_today": ["segment"]})
    assert [file.month for file in entry.files] == ["2017-01", "2017-02"]
    assert dict(entry.columns) == {"order_id": "VARCHAR", "happened_at": "TIMESTAMP", "amount": "DECIMAL(18,4)"}
    assert read_table(tmp_path, entry).equals(data)
    published = publish_one(tmp_path, entry)
    assert published == read_manifest(tmp_path)
    assert published.entry("orders") == entry
    assert published.entry("orders").meta == {"as_of_today": ["segment"]}


def test_equal_content_is_one_file_and_an_unchanged_month_is_shared(tmp_path: Path) -> None:
    first = write_table(tmp_path, "orders", orders("1", "2", "3"), "happened_at")
    again = write_table(tmp_path, "orders", orders("1", "2", "3"), "happened_at")
    changed = write_table(tmp_path, "orders", orders("1", "2", "4"), "happened_at")
    assert first == again
    assert changed.files[0] == first.files[0]
    assert changed.files[1] != first.files[1]
    assert len(list(tmp_path.rglob("*.parquet"))) == 3
    assert list(tmp_path.rglob("*.tmp")) == []


def test_rows_without_a_time_and_no_rows_at_all_are_kept(tmp_path: Path) -> None:
    data = pa.table({"day": pa.array([date(2017, 1, 1), None], pa.date32()), "x": [1, 2]})
    entry = write_table(tmp_path, "spend", data, "day")
    assert [(file.month, file.rows) for file in entry.files] == [("2017-01", 1), ("none", 1)]
    empty = write_table(tmp_path, "spend", data.slice(0, 0), "day")
    assert read_table(tmp_path, empty).schema == data.schema


@settings(max_examples=20, deadline=None)
@given(
    st.lists(st.tuples(st.none() | st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1)), st.text()), max_size=30)
)
def test_random_rows_are_all_there_once(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[datetime | None, str]]
) -> None:
    root = tmp_path_factory.mktemp("random")
    data = pa.table(
        {"t": pa.array([r[0] for r in rows], pa.timestamp("us")), "s": pa.array([r[1] for r in rows], pa.string())}
    )
    entry = write_table(root, "events", data, "t")
    assert entry.rows == len(rows)
    assert sum(file.rows for file in entry.files) == len(rows)
    key = [("t", "ascending"), ("s", "ascending")]
    assert read_table(root, entry).sort_by(key).equals(data.sort_by(key))


@pytest.mark.parametrize("name", ["../orders", "Orders", "a b", "", "a/b", "1a", "x" * 70, "orders;drop"])
def test_a_name_that_could_be_a_path_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(StoreError, match="table's name"):
        write_table(tmp_path, name, orders("1"))


def test_a_type_that_other_tools_do_not_read_alike_is_refused(tmp_path: Path) -> None:
    zoned = pa.table({"t": pa.array([NOON], pa.timestamp("us", "UTC"))})
    with pytest.raises(StoreError, match="no zone"):
        write_table(tmp_path, "events", zoned)
    with pytest.raises(StoreError, match="cannot be stored"):
        write_table(tmp_path, "events", pa.table({"x": [[1, 2]]}))
    with pytest.raises(StoreError, match="one name"):
        write_table(tmp_path, "events", pa.table({"x": [1], "X": [2]}))


def test_a_missing_or_damaged_file_is_told(tmp_path: Path) -> None:
    entry = write_table(tmp_path, "orders", orders("1", "2"))
    path = tmp_path / entry.files[0].path
    path.write_bytes(b"no parquet")
    with pytest.raises(StoreError, match="cannot be read"):
        read_table(tmp_path, entry)
    path.unlink()
    with pytest.raises(StoreError, match="cannot be read"):
        read_table(tmp_path, entry)


def test_the_id_says_what_the_tables_are_and_nothing_else(tmp_path: Path) -> None:
    one, two = write_table(tmp_path, "orders", orders("1")), write_table(tmp_path, "orders", orders("2"))
    first = publish_one(tmp_path, one)
    second = publish_one(tmp_path, two)
    back = publish_one(tmp_path, one)
    assert first.snapshot_id == back.snapshot_id != second.snapshot_id
    assert (second.parent, back.parent) == (first.snapshot_id, second.snapshot_id)
    assert first.fingerprints(["orders", "absent"]) == {"orders": one.fingerprint}


def test_publishing_what_stands_already_writes_nothing(tmp_path: Path) -> None:
    entry = write_table(tmp_path, "orders", orders("1"))
    publish_one(tmp_path, entry)
    before = (tmp_path / "workspace.json").stat().st_mtime_ns
    publish_one(tmp_path, entry)
    assert (tmp_path / "workspace.json").stat().st_mtime_ns == before


def test_a_table_can_be_removed(tmp_path: Path) -> None:
    publish_one(tmp_path, write_table(tmp_path, "orders", orders("1")))
    with workspace_lock(tmp_path, "test"):
        assert publish(tmp_path, read_manifest(tmp_path), {"orders": None}, clock).tables == {}
    with pytest.raises(StoreError, match="no such table"):
        read_manifest(tmp_path).entry("orders")


def test_publishing_needs_the_lock_and_the_present_snapshot(tmp_path: Path) -> None:
    entry = write_table(tmp_path, "orders", orders("1"))
    with pytest.raises(StoreError, match="lock"):
        publish(tmp_path, EMPTY, {"orders": entry}, clock)
    publish_one(tmp_path, entry)
    with workspace_lock(tmp_path, "test"), pytest.raises(StoreError, match="changed in the meantime"):
        publish(tmp_path, EMPTY, {"orders": entry}, clock)


def test_a_write_that_fails_leaves_the_old_manifest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    publish_one(tmp_path, write_table(tmp_path, "orders", orders("1")))
    before = read_manifest(tmp_path)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    entry = write_table(tmp_path, "orders", orders("2"))
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError, match="No space left"):
        publish_one(tmp_path, entry)
    with pytest.raises(StoreError, match="No space left"):
        write_table(tmp_path, "orders", orders("3"))
    monkeypatch.undo()
    assert read_manifest(tmp_path) == before
    assert list(tmp_path.rglob("*.tmp")) == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        '{"format": 1}',
        '{"format": "x"}',
        '{"format": 1, "snapshot_id": "a", "parent": "", "tables": 3}',
        "[" * 100_000,
    ],
)
def test_a_damaged_manifest_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "workspace.json").write_text(text)
    with pytest.raises(StoreError, match="cannot be read"):
        read_manifest(tmp_path)


def test_a_column_type_that_would_become_sql_is_refused(tmp_path: Path) -> None:
    publish_one(tmp_path, write_table(tmp_path, "orders", orders("1")))
    path = tmp_path / "workspace.json"
    path.write_text(path.read_text().replace("VARCHAR", "VARCHAR); DROP TABLE orders; --"))
    with pytest.raises(StoreError, match="cannot be read"):
        read_manifest(tmp_path)


def test_a_manifest_of_another_format_is_told(tmp_path: Path) -> None:
    (tmp_path / "workspace.json").write_text('{"format": 99}')
    with pytest.raises(FormatError, match="newer Tradewind"):
        read_manifest(tmp_path)
    (tmp_path / "workspace.json").write_text('{"format": 0}')
    with pytest.raises(FormatError, match="tradewind upgrade"):
        read_manifest(tmp_path)


def test_replace_file_is_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    replace_file(tmp_path / "a.json", b"old")
    monkeypatch.setattr(os, "replace", lambda *_: (_ for _ in ()).throw(PermissionError(13, "Permission denied")))
    with pytest.raises(StoreError, match="Permission denied"):
        replace_file(tmp_path / "a.json", b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]
    assert (tmp_path / "a.json").read_bytes() == b"old"


def test_old_snapshots_expire_and_pinned_ones_stay(tmp_path: Path) -> None:
    ids = []
    for month, amount in enumerate(("1", "2", "3"), start=1):
        entry = write_table(tmp_path, "orders", orders(amount))
        with workspace_lock(tmp_path, "test"):
            moment = datetime(2017, month, 1)
            ids.append(publish(tmp_path, read_manifest(tmp_path), {"orders": entry}, lambda at=moment: at).snapshot_id)
    assert len(list(tmp_path.rglob("*.parquet"))) == 3
    assert expire(tmp_path, days(400), (), lambda: datetime(2018, 1, 1)) == 0
    assert expire(tmp_path, days(30), [ids[0]], lambda: datetime(2018, 1, 1)) == 1
    assert expire(tmp_path, days(30), (), lambda: datetime(2018, 1, 1)) == 1
    assert {path.stem for path in (tmp_path / "snapshots").glob("*.json")} == {ids[2]}
    assert read_table(tmp_path, read_manifest(tmp_path).entry("orders"))["amount"].to_pylist() == [Decimal("3.0000")]


def test_the_manifest_is_plain_json_that_other_tools_read(tmp_path: Path) -> None:
    publish_one(tmp_path, write_table(tmp_path, "orders", orders("1")))
    data = json.loads((tmp_path / "workspace.json").read_text())
    assert data["format"] == 1
    assert (tmp_path / data["tables"]["orders"]["files"][0]["path"]).is_file()
