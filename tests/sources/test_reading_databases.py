"""Databases are read by URL, and only read: SQLite and DuckDB files, a real Postgres, MySQL where there is one."""

from __future__ import annotations

import getpass
import shutil
import socket
import sqlite3
import subprocess
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from tradewind.core.errors import SourceError
from tradewind.sources.databases import list_tables, read_database


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    path = tmp_path / "shop.db"
    with sqlite3.connect(path) as con:
        con.execute('CREATE TABLE "my orders" (id INTEGER, who TEXT, paid REAL, mixed, photo BLOB, empty TEXT)')
        con.execute("INSERT INTO \"my orders\" VALUES (1, 'ä', 2.5, 1, x'00ff', NULL), (2, NULL, 3, 'two', NULL, NULL)")
    con.close()
    return f"sqlite:///{path}"


def test_sqlite(sqlite_url: str) -> None:
    raw = read_database(sqlite_url, table="my orders")
    assert raw.data.to_pydict() == {
        "id": [1, 2], "who": ["ä", None], "paid": [2.5, 3.0], "mixed": ["1", "two"], "photo": ["00ff", None],
        "empty": [None, None],
    }  # fmt: skip
    assert list_tables(sqlite_url) == ["my orders"]
    assert read_database(sqlite_url, query='SELECT count(*) AS n FROM "my orders";').data.to_pydict() == {"n": [2]}


def test_duckdb(tmp_path: Path) -> None:
    path = tmp_path / "shop.duckdb"
    with duckdb.connect(str(path)) as con:
        con.execute("CREATE TABLE orders AS SELECT 1 AS id, DATE '2024-01-02' AS on_day")
    url = f"duckdb:///{path}"
    assert read_database(url, table="orders").data.to_pydict() == {"id": [1], "on_day": [date(2024, 1, 2)]}
    assert list_tables(url) == ["orders"]
    with pytest.raises(SourceError, match="cannot be read"):
        read_database(url, query="SELECT * FROM read_text('/etc/hostname')")


@pytest.fixture(scope="module")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    pgserver = pytest.importorskip("pgserver", reason="pgserver is not installed")
    server = pgserver.get_server(tmp_path_factory.mktemp("pg"), cleanup_mode="stop")
    yield server.get_uri()
    server.cleanup()


def test_postgres(postgres_url: str) -> None:
    psycopg = pytest.importorskip("psycopg")
    with psycopg.connect(postgres_url) as con:
        con.execute(
            "CREATE TABLE orders (id bigint, paid numeric(10,2), at timestamptz, naive timestamp, d date, j jsonb)"
        )
        con.execute(
            "INSERT INTO orders VALUES (1, 2.50, '2024-01-02 10:00+02', '2024-01-02 10:00', '2024-01-02', "
            "'{\"a\": 1}'), (2, NULL, NULL, NULL, NULL, NULL)"
        )
    raw = read_database(postgres_url, table="public.orders")
    assert raw.data.slice(0, 1).to_pylist() == [
        {
            "id": 1, "paid": Decimal("2.50"), "at": datetime(2024, 1, 2, 8, tzinfo=UTC),
            "naive": datetime(2024, 1, 2, 10), "d": date(2024, 1, 2), "j": '{"a": 1}',
        }
    ]  # fmt: skip
    assert raw.data.schema.field("at").type == pa.timestamp("us", "UTC")
    assert read_database(postgres_url, query="SELECT 7 % 4 AS n, 'a%s' AS t").data.to_pylist() == [{"n": 3, "t": "a%s"}]
    with pytest.raises(SourceError, match=r"no table 'order'"):
        read_database(postgres_url, table="order")
    with pytest.raises(SourceError, match="read-only"):
        read_database(postgres_url, query="SELECT lo_create(0)")


@pytest.mark.parametrize(
    "query",
    [
        "DELETE FROM t",
        "SELECT 1; DROP TABLE t",
        "CREATE TABLE x AS SELECT 1",
        "PRAGMA user_version = 7",
        "not sql at all (",
    ],
)
def test_only_one_select(sqlite_url: str, query: str) -> None:
    with pytest.raises(SourceError):
        read_database(sqlite_url, query=query)


def test_unusable_addresses_are_told_without_secrets(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="does not exist"):
        read_database(f"sqlite:///{tmp_path / 'no.db'}", table="t")
    (tmp_path / "text.db").write_text("no database at all, but long enough to have a header of some kind " * 20)
    with pytest.raises(SourceError, match="cannot be read"):
        read_database(f"sqlite:///{tmp_path / 'text.db'}", table="t")
    for url in ("no url", "oracle://host/x"):
        with pytest.raises(SourceError):
            read_database(url, table="t")
    for scheme in ("postgresql", "mysql"):
        with pytest.raises(SourceError) as caught:
            read_database(f"{scheme}://me:hunter2@127.0.0.1:9/none", table="t")
        assert "hunter2" not in str(caught.value)
    with pytest.raises(SourceError, match="needs a table or a query"):
        read_database(f"sqlite:///{tmp_path / 'text.db'}")


@pytest.fixture(scope="module")
def mysql_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A MariaDB server of our own on a local socket and port, where the machine has one installed."""
    server, installer = shutil.which("mariadbd"), shutil.which("mariadb-install-db")
    if server is None or installer is None:
        pytest.skip("no MariaDB server is installed (Debian: mariadb-server), so MySQL cannot be tried here")
    pytest.importorskip("pymysql", reason="pymysql is not installed")
    folder = tmp_path_factory.mktemp("mysql")
    user = getpass.getuser()
    common = [f"--datadir={folder}", f"--user={user}"]
    subprocess.run(
        [installer, "--no-defaults", *common, "--auth-root-authentication-method=normal"],
        check=True,
        capture_output=True,
    )
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [server, "--no-defaults", *common, f"--port={port}", "--bind-address=127.0.0.1", f"--socket={folder / 's'}"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(folder / "s", process)
        yield f"mysql://root@127.0.0.1:{port}/test?charset=utf8mb4"
    finally:
        process.terminate()
        process.wait(30)


def _wait_for(path: Path, process: subprocess.Popen[bytes]) -> None:
    waiting = threading.Event()
    for _ in range(300):
        if path.exists() or process.poll() is not None:
            break
        waiting.wait(0.1)
    assert path.exists(), "the MariaDB server did not start"


def test_mysql(mysql_url: str) -> None:
    from sqlalchemy import create_engine
    from sqlalchemy.engine import make_url

    engine = create_engine(make_url(mysql_url).set(drivername="mysql+pymysql", database=None))
    with engine.begin() as con:
        con.exec_driver_sql("CREATE DATABASE IF NOT EXISTS test")
        con.exec_driver_sql(
            "CREATE TABLE test.orders (id int, who varchar(9), paid decimal(10,2), at datetime, ok bool)"
        )
        con.exec_driver_sql(
            "INSERT INTO test.orders VALUES (1, 'ä€', 2.50, '2024-01-02 10:00', true), (2, NULL, NULL, NULL, 0)"
        )
    engine.dispose()
    assert read_database(mysql_url, table="orders").data.to_pylist() == [
        {"id": 1, "who": "ä€", "paid": Decimal("2.50"), "at": datetime(2024, 1, 2, 10), "ok": 1},
        {"id": 2, "who": None, "paid": None, "at": None, "ok": 0},
    ]
    assert list_tables(mysql_url) == ["orders"]
    with pytest.raises(SourceError, match="no table"):
        read_database(mysql_url, table="order")
