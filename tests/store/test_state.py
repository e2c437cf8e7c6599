"""The state database means the same on SQLite and on Postgres: every test here runs on both."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from tradewind.core.errors import FormatError, StoreError
from tradewind.store.state import State, open_state, sqlite_url
from tradewind.store.state_connection import connect, from_micros, to_micros
from tradewind.store.state_schema import SCHEMA

AT = datetime(2017, 11, 1, 12, 30, 15, 123456)
LATER = datetime(2017, 11, 2)


@pytest.fixture
def state(state_url: str) -> Iterator[State]:
    opened = open_state(state_url)
    yield opened
    opened.close()


def test_a_run_is_remembered_with_how_it_ended(state: State) -> None:
    state.begin_run("r1", "run", AT)
    state.begin_run("r2", "score lapse", LATER)
    state.finish_run("r1", "done", LATER, "abc", {"rows": 3, "name": "Zoë"})
    newest, first = state.runs()
    assert (newest.run_id, newest.status, newest.finished_at) == ("r2", "running", None)
    assert (first.started_at, first.finished_at, first.status, first.snapshot_id) == (AT, LATER, "done", "abc")
    assert first.details == {"rows": 3, "name": "Zoë"}
    assert [run.run_id for run in state.runs(limit=1)] == ["r2"]


def test_a_step_is_found_by_its_inputs_only(state: State) -> None:
    assert state.find_step("load", "f1") is None
    state.record_step("load", "f1", {"values": {"rows": 1}}, AT)
    state.record_step("load", "f1", {"values": {"rows": 2}}, LATER)
    assert state.find_step("load", "f1") == {"values": {"rows": 2}}
    assert state.find_step("load", "f2") is None
    assert state.find_step("other", "f1") is None


def test_the_newest_load_of_a_table_is_found(state: State) -> None:
    assert state.last_load("orders") is None
    state.record_load("orders", LATER, "f2", {"files": ["a.csv"]})
    state.record_load("orders", AT, "f1")
    load = state.last_load("orders")
    assert load is not None
    assert (load.table, load.loaded_at, load.fingerprint, load.details) == ("orders", LATER, "f2", {"files": ["a.csv"]})


def test_the_newest_model_is_the_one_recorded_last(state: State) -> None:
    assert state.newest_model("lapse") is None
    state.record_model("lapse", "v1", AT, "models/lapse/v1", "s1", {"auc": 0.85})
    state.record_model("lapse", "v2", LATER, "models/lapse/v2", "s2", {"auc": 0.86})
    state.record_model("other", "v9", LATER, "models/other/v9", "s2", {})
    assert [model.version for model in state.models("lapse")] == ["v2", "v1"]
    newest = state.newest_model("lapse")
    assert newest is not None
    assert (newest.path, newest.snapshot_id, newest.card, newest.created_at) == (
        "models/lapse/v2", "s2", {"auc": 0.86}, LATER,
    )  # fmt: skip


@pytest.mark.parametrize(
    "instant", [datetime(1970, 1, 1), datetime(1899, 12, 31, 23, 59, 59, 999999), AT, datetime(9999, 12, 31)]
)
def test_times_are_exact_to_the_microsecond(state: State, instant: datetime) -> None:
    assert from_micros(to_micros(instant)) == instant
    state.record_load("orders", instant, "f")
    load = state.last_load("orders")
    assert load is not None
    assert load.loaded_at == instant


def test_what_was_written_is_there_after_opening_again(state_url: str) -> None:
    first = open_state(state_url)
    first.record_step("load", "f", {"values": {}}, AT)
    first.close()
    second = open_state(state_url)
    assert second.find_step("load", "f") == {"values": {}}
    second.close()


def test_text_is_bound_and_never_becomes_sql(state: State) -> None:
    name = "x'; DROP TABLE steps; -- %(a)s :b \\"
    state.record_step(name, "f", {"values": {name: name}}, AT)
    assert state.find_step(name, "f") == {"values": {name: name}}


def test_many_writers_at_once_lose_nothing(state_url: str) -> None:
    def write(worker: int) -> None:
        own = open_state(state_url)
        for number in range(10):
            own.record_step(f"step {worker}", str(number), {"values": {}}, AT)
        own.close()

    threads = [threading.Thread(target=write, args=(worker,)) for worker in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    opened = open_state(state_url)
    found = [opened.find_step(f"step {worker}", str(number)) for worker in range(4) for number in range(10)]
    opened.close()
    assert found == [{"values": {}}] * 40


def test_a_state_of_another_format_is_told(state_url: str) -> None:
    open_state(state_url).close()
    engine = connect(state_url)
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE meta SET value = '99'"))
    engine.dispose()
    with pytest.raises(FormatError, match="newer Tradewind"):
        open_state(state_url)


def test_a_newer_state_is_left_as_it_is(state_url: str) -> None:
    engine = connect(state_url)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE meta (name TEXT, value TEXT)"))
        connection.execute(sa.text("INSERT INTO meta VALUES ('format', '2')"))
    with pytest.raises(FormatError):
        open_state(state_url)
    assert sa.inspect(engine).get_table_names() == ["meta"]
    engine.dispose()


def test_a_damaged_row_is_told(state_url: str) -> None:
    opened = open_state(state_url)
    opened.record_step("load", "f", {}, AT)
    engine = connect(state_url)
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE steps SET output = '{'"))
    engine.dispose()
    with pytest.raises(StoreError, match="cannot be read"):
        opened.find_step("load", "f")
    opened.close()


def test_readers_do_not_wait_for_a_writer(state_url: str) -> None:
    opened = open_state(state_url)
    opened.record_step("load", "f", {"values": {}}, AT)
    engine = connect(state_url)
    with engine.begin() as connection:
        connection.execute(sa.text("DELETE FROM steps"))
        assert opened.find_step("load", "f") == {"values": {}}
    assert opened.find_step("load", "f") is None
    engine.dispose()
    opened.close()


@pytest.mark.parametrize("name", ["plain", "with space", "what?", "100%", "a#b", "ü", "a%20b"])
def test_a_folder_of_any_name_holds_its_state(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    opened = open_state(sqlite_url(tmp_path / name))
    opened.record_step("load", "f", {"values": {}}, AT)
    opened.close()
    assert (tmp_path / name / "state.db").is_file()


def test_columns_are_of_three_types_that_both_databases_have() -> None:
    kinds = {type(column.type) for table in SCHEMA.tables.values() for column in table.columns}
    assert kinds == {sa.Text, sa.BigInteger}


def test_a_database_that_cannot_be_used_is_told_without_its_password(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as caught:
        open_state("postgresql://shop:hunter2@127.0.0.1:1/none")
    assert "hunter2" not in str(caught.value)
    assert "127.0.0.1" in str(caught.value)
    with pytest.raises(StoreError, match="no address"):
        open_state("no address at all")
    broken = f"{tmp_path}/state.db"
    with open(broken, "w") as file:
        file.write("this is no database, " * 100)
    with pytest.raises(StoreError, match="not a database"):
        open_state(f"sqlite:///{broken}")
