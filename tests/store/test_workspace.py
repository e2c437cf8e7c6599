"""A workspace opens, answers, and is safe although a stranger made it."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from tradewind.core.errors import ConfigError, FormatError, SourceError, StoreError, UnsafeExpression
from tradewind.store.engines import parse_query
from tradewind.store.manifest import publish
from tradewind.store.tables import write_table
from tradewind.store.workspace import Workspace, open_workspace

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="symlinks need rights on Windows")


@pytest.fixture
def shop(make_workspace: Callable[..., Workspace]) -> Workspace:
    """A workspace with one table."""
    workspace = make_workspace()
    with workspace.lock("test"):
        data = pa.table({"order_id": ["1", "2"], "amount": [1.5, 2.5]})
        entry = write_table(workspace.root, "orders", data)
        publish(workspace.root, workspace.manifest(), {"orders": entry}, workspace.clock)
    (workspace.root / "secret.txt").write_text("topsecret")
    return workspace


def test_it_answers(shop: Workspace) -> None:
    assert shop.name == "shop"
    assert shop.table("orders").num_rows == 2
    assert shop.sql("SELECT sum(amount) AS s FROM orders").to_pylist() == [{"s": 4.0}]
    assert shop.sql("DESCRIBE orders").num_rows == 2
    with shop.engine() as engine:
        assert engine.name == "DuckDB"
        assert engine.tables() == ("orders",)
        assert engine.fetch(parse_query("SELECT count(*) AS n FROM orders", "x")).to_pylist() == [{"n": 2}]
    with shop.engine(tables=["absent"]) as engine:
        assert engine.tables() == ()
    assert list((shop.root / ".scratch").iterdir()) == []


def test_the_engine_of_the_configuration_is_used(make_workspace: Callable[..., Workspace], postgres_url: str) -> None:
    workspace = make_workspace('engine = "${PG}"\n', PG=postgres_url)
    with workspace.lock("test"):
        entry = write_table(workspace.root, "orders", pa.table({"x": [1]}))
        publish(workspace.root, workspace.manifest(), {"orders": entry}, workspace.clock)
    with workspace.engine() as engine:
        assert engine.name == "Postgres"
        assert engine.fetch(parse_query("SELECT x FROM orders", "x")).to_pylist() == [{"x": 1}]


def test_opening_writes_nothing(tmp_path: Path) -> None:
    (tmp_path / "tradewind.toml").write_text('[workspace]\ncurrency = "USD"\ntimezone = "UTC"\n')
    open_workspace(tmp_path, environ={})
    assert [path.name for path in tmp_path.iterdir()] == ["tradewind.toml"]


def test_a_folder_that_is_no_workspace_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no configuration here"):
        open_workspace(tmp_path / "nowhere", environ={})


def test_a_workspace_of_a_newer_release_is_told_at_once(shop: Workspace) -> None:
    (shop.root / "workspace.json").write_text('{"format": 2}')
    with pytest.raises(FormatError):
        open_workspace(shop.root, environ={})


USER_SQL = [
    "SELECT content FROM read_text('secret.txt')",
    "SELECT content FROM read_text('{root}/secret.txt')",
    "SELECT content FROM read_text('{root}/tables/../secret.txt')",
    "SELECT content FROM read_text('/etc/passwd')",
    "SELECT * FROM '{root}/tradewind.toml'",
    "SELECT * FROM read_csv('{root}/secret.txt')",
    "SELECT * FROM glob('{root}/*')",
    "SELECT * FROM sqlite_scan('{root}/state.db', 'runs')",
    "SELECT getenv('HOME')",
    "COPY orders TO '{root}/tables/out.csv'",
    "COPY (SELECT 1) TO '/tmp/out.csv'",
    "ATTACH '{root}/state.db' AS s",
    "ATTACH '{root}/tables/new.db' AS s",
    "INSTALL httpfs",
    "LOAD httpfs",
    "PRAGMA database_list",
    "PRAGMA memory_limit='100GB'",
    "SET enable_external_access = true",
    "SET allowed_directories = ['/']",
    "RESET ALL",
    "EXPORT DATABASE '{root}/tables/x'",
    "CREATE TABLE x AS SELECT 1",
    "DROP VIEW orders",
    "SELECT 1; COPY orders TO '/tmp/out.csv'",
    "CALL pragma_version()",
    "EXPLAIN ANALYZE COPY orders TO '/tmp/out.csv'",
    "SELECT * FROM read_parquet('https://example.com/x.parquet')",
    "SELECT * FROM 's3://bucket/x.parquet'",
    "SELECT * FROM query('COPY orders TO ''/tmp/out.csv''')",
    "SELEC 1",
    "",
    "SELECT * FROM nowhere",
]


@pytest.mark.parametrize("sql", USER_SQL)
def test_a_users_sql_sees_the_tables_and_nothing_else(shop: Workspace, sql: str) -> None:
    before = sorted(shop.root.rglob("*"))
    with pytest.raises((UnsafeExpression, StoreError)) as caught:
        shop.sql(sql.format(root=shop.root))
    assert "topsecret" not in str(caught.value)
    assert sorted(shop.root.rglob("*")) == before
    assert not Path("/tmp/out.csv").exists()


ENGINE_SQL = ["SELECT content FROM read_text('{root}/secret.txt')", "SELECT * FROM '{root}/tradewind.toml'"]


@pytest.mark.parametrize("sql", ENGINE_SQL)
def test_the_engine_itself_reads_no_other_file(shop: Workspace, sql: str) -> None:
    with shop.engine() as engine, pytest.raises(StoreError):
        engine.fetch(parse_query(sql.format(root=shop.root), "x"))


def rewrite(workspace: Workspace, path: str) -> None:
    """Make the manifest name another file."""
    manifest = workspace.root / "workspace.json"
    data = json.loads(manifest.read_text())
    data["tables"]["orders"]["files"][0]["path"] = path
    manifest.write_text(json.dumps(data))


@pytest.mark.parametrize("path", ["/etc/passwd", "../outside.parquet", "tables/../../outside.parquet", "~/x/../../.."])
def test_a_manifest_that_leads_out_is_refused(shop: Workspace, path: str) -> None:
    write_table(shop.root.parent, "outside", pa.table({"x": [1]}))
    rewrite(shop, path)
    for use in (lambda: open_workspace(shop.root, environ={}), lambda: shop.table("orders"), shop.engine):
        with pytest.raises(StoreError, match="leads out of the workspace"):
            use()


@posix_only
def test_symlinks_that_lead_out_are_refused(shop: Workspace) -> None:
    outside = write_table(shop.root.parent, "outside", pa.table({"order_id": ["topsecret"]}))
    (shop.root / "tables" / "link").symlink_to(shop.root.parent / "tables", target_is_directory=True)
    rewrite(shop, f"tables/link/{Path(outside.files[0].path).relative_to('tables')}")
    for use in (lambda: shop.table("orders"), lambda: shop.sql("SELECT * FROM orders"), shop.engine):
        with pytest.raises(StoreError, match="leads out of the workspace"):
            use()
    with pytest.raises(StoreError, match="leads out"):
        write_table(shop.root, "link", pa.table({"x": [1]}))


@posix_only
def test_a_scratch_folder_or_state_that_is_a_symlink_is_not_followed(shop: Workspace) -> None:
    (shop.root / ".scratch").symlink_to(shop.root.parent, target_is_directory=True)
    with pytest.raises(StoreError, match="leads out"):
        shop.engine()
    shop.close()
    victim = shop.root.parent / "victim.db"
    (shop.root / "state.db").symlink_to(victim)
    with pytest.raises(StoreError, match="leads out"):
        shop.state()
    assert not victim.exists()


def test_source_files_are_those_inside(shop: Workspace) -> None:
    folder = shop.root / "data"
    folder.mkdir()
    for name in ("b.csv", "a.csv"):
        (folder / name).write_text("x\n1\n")
    assert [path.name for path in shop.source_files("data/*.csv")] == ["a.csv", "b.csv"]
    assert shop.source_files("data/*.xlsx") == []
    for outside in ("/etc/pass*", "../*/tradewind.toml", "data/../../x.csv"):
        with pytest.raises(SourceError, match="outside the workspace"):
            shop.source_files(outside)


@posix_only
def test_a_source_file_that_is_a_symlink_to_elsewhere_is_refused(shop: Workspace) -> None:
    (shop.root / "data.csv").symlink_to("/etc/passwd")
    with pytest.raises(SourceError, match="outside the workspace"):
        shop.source_files("data.csv")


def test_a_folder_that_the_user_allowed_may_be_read(make_workspace: Callable[..., Workspace], tmp_path: Path) -> None:
    exports = tmp_path / "exports"
    exports.mkdir()
    (exports / "a.csv").write_text("x\n1\n")
    workspace = make_workspace(f"allow_paths = ['{exports}']\n[sources.shop]\npath = '{exports}/*.csv'\n")
    assert workspace.source_files(f"{exports}/*.csv") == [exports / "a.csv"]
    with pytest.raises(SourceError):
        workspace.source_files(f"{tmp_path}/shop/../secret*")
