"""A disk that fills up is told in words, and what was published before still stands."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from tradewind.store.manifest import publish
from tradewind.store.tables import write_table
from tradewind.store.workspace import Workspace

LIMITED = """
import os, resource, sys
import numpy as np
import pyarrow as pa
from tradewind.core.errors import StoreError
from tradewind.store.engines import parse_query
from tradewind.store.steps import StepOutput, run_step
from tradewind.store.tables import write_table
from tradewind.store.workspace import open_workspace

ws = open_workspace(sys.argv[1], environ={})
kind = sys.argv[2]
data = pa.table({"x": np.random.default_rng(1).random(200_000)})
ws.state()
resource.setrlimit(resource.RLIMIT_FSIZE, (64_000, 64_000))  # from here no file grows beyond 64 kB
try:
    if kind == "table":
        run_step(ws, "load", {}, lambda: StepOutput({"orders": write_table(ws.root, "orders", data)}))
    if kind == "state":
        run_step(ws, "load", {}, lambda: StepOutput(values={"text": "x" * 200_000}))
    if kind == "manifest":
        columns = pa.table({f"column_with_a_long_name_{i}": pa.array([1]) for i in range(900)})
        run_step(ws, "load", {}, lambda: StepOutput({"wide": write_table(ws.root, "wide", columns)}))
    if kind == "spill":
        with ws.engine() as engine:
            engine.load_table("big", data)
            engine.create("wide", parse_query("SELECT a.x AS a, b.x AS b FROM big a, big b ORDER BY a.x, b.x", "x"))
except StoreError as error:
    print(error)
    sys.exit(7)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no limit on file sizes on Windows")
@pytest.mark.parametrize("kind", ["table", "state", "manifest", "spill"])
def test_no_room_is_a_clear_error_and_nothing_is_half_published(
    make_workspace: Callable[..., Workspace], kind: str
) -> None:
    workspace = make_workspace('memory_limit = "64MB"\n')
    with workspace.lock("test"):
        entry = write_table(workspace.root, "orders", pa.table({"x": [1.0]}))
        publish(workspace.root, workspace.manifest(), {"orders": entry}, workspace.clock)
    before = workspace.manifest()
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(workspace.root), kind], capture_output=True, text=True, check=False
    )
    assert done.returncode == 7, done.stderr
    assert "Traceback" not in done.stderr
    after = workspace.manifest()
    assert after.tables["orders"] == before.tables["orders"]
    assert workspace.table("orders")["x"].to_pylist() == [1.0]
    if kind in ("table", "manifest"):
        assert after == before
        assert "free space" in done.stdout
    assert list(workspace.root.rglob("*.tmp")) == []
    assert_written_again(workspace.root)


def assert_written_again(root: Path) -> None:
    """With room again, the same kind of work succeeds."""
    entry = write_table(root, "orders", pa.table({"x": [2.0]}))
    assert entry.rows == 1
