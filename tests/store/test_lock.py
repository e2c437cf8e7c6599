"""One writer at a time, named; a dead one holds nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pytest

from tradewind.core.errors import StoreError, WorkspaceLocked
from tradewind.store.lock import holds_lock, lock_holder, workspace_lock
from tradewind.store.manifest import publish
from tradewind.store.tables import write_table
from tradewind.store.workspace import Workspace

HOLD = """
import sys
from pathlib import Path
from tradewind.store.lock import workspace_lock
with workspace_lock(Path(sys.argv[1]), "training lapse"):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def other(tmp_path: Path) -> subprocess.Popen[str]:
    """Another process that holds the lock."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def end(process: subprocess.Popen[str]) -> None:
    process.communicate("")


def test_the_second_writer_is_told_who_holds_it_since_when(tmp_path: Path, other: subprocess.Popen[str]) -> None:
    with pytest.raises(WorkspaceLocked) as caught, workspace_lock(tmp_path, "me"):
        pytest.fail("two writers at once")
    assert "training lapse" in str(caught.value)
    assert f"process {other.pid}" in str(caught.value)
    assert "since 20" in str(caught.value)
    end(other)
    with workspace_lock(tmp_path, "me"):
        assert holds_lock(tmp_path)


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL on Windows")
def test_a_killed_holder_holds_nothing(tmp_path: Path, other: subprocess.Popen[str]) -> None:
    os.kill(other.pid, signal.SIGKILL)
    other.wait()
    with workspace_lock(tmp_path, "me"):
        assert "me" in (tmp_path / ".lock").read_text()


def test_the_same_thread_may_take_it_again_and_another_may_not(tmp_path: Path) -> None:
    seen: list[str] = []

    def second() -> None:
        try:
            with workspace_lock(tmp_path, "second"):
                seen.append("held")
        except WorkspaceLocked:
            seen.append("locked")

    with workspace_lock(tmp_path, "first", lambda: datetime(2017, 1, 1)):
        with workspace_lock(tmp_path, "first again"):
            assert holds_lock(tmp_path)
        assert holds_lock(tmp_path)
        thread = threading.Thread(target=second)
        thread.start()
        thread.join()
        assert "2017-01-01T00:00:00Z" in (tmp_path / ".lock").read_text()
    assert seen == ["locked"]
    assert not holds_lock(tmp_path)
    second()
    assert seen == ["locked", "held"]


def test_an_error_inside_releases_it(tmp_path: Path) -> None:
    with pytest.raises(KeyError), workspace_lock(tmp_path, "me"):
        raise KeyError
    assert not holds_lock(tmp_path)
    with workspace_lock(tmp_path, "me"):
        assert holds_lock(tmp_path)


def test_readers_do_not_wait(make_workspace: Callable[..., Workspace]) -> None:
    workspace = make_workspace()
    with workspace.lock("loading"):
        entry = write_table(workspace.root, "orders", pa.table({"x": [1]}))
        publish(workspace.root, workspace.manifest(), {"orders": entry}, workspace.clock)
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(workspace.root)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    process.stdout.readline()
    assert workspace.table("orders")["x"].to_pylist() == [1]
    assert workspace.sql("SELECT sum(x) AS s FROM orders")["s"].to_pylist() == [1]
    end(process)


def test_a_folder_that_cannot_be_written_to_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be written"), workspace_lock(tmp_path / "absent", "me"):
        pytest.fail("no such folder")


@pytest.mark.skipif(sys.platform == "win32", reason="symlinks need rights on Windows")
def test_a_strangers_symlink_is_not_written_through(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("mine")
    shop = tmp_path / "shop"
    shop.mkdir()
    (shop / ".lock").symlink_to(victim)
    with pytest.raises(StoreError), workspace_lock(shop, "me"):
        pytest.fail("wrote through a symlink")
    assert victim.read_text() == "mine"


def test_who_holds_the_lock_is_told_only_while_it_is_held(tmp_path: Path) -> None:
    assert lock_holder(tmp_path) == ""
    with workspace_lock(tmp_path, "tradewind run", lambda: datetime(2024, 5, 1, 8)):
        assert lock_holder(tmp_path) == "tradewind run, since 2024-05-01T08:00:00Z"
    assert lock_holder(tmp_path) == "", "what it wrote stays in the file, and means nothing any more"
