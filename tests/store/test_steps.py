"""A step is done once, and a process killed at any moment leaves nothing that the same command does not mend."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

from tradewind.core.errors import StoreError
from tradewind.core.time import days
from tradewind.store.config import Source
from tradewind.store.steps import StepOutput, code_version, fingerprint, run_step
from tradewind.store.tables import write_table
from tradewind.store.workspace import Workspace


def numbers(workspace: Workspace, *values: int) -> Callable[[], StepOutput]:
    """Return work that writes the table `numbers`."""

    def work() -> StepOutput:
        data = pa.table({"x": pa.array(values, pa.int64())})
        return StepOutput({"numbers": write_table(workspace.root, "numbers", data)}, {"rows": len(values)})

    return work


def never() -> StepOutput:
    pytest.fail("the step was done again")


def test_the_same_step_is_done_once_and_found_afterwards(workspace: Workspace) -> None:
    told: list[tuple[str, float]] = []
    first = run_step(workspace, "load", {"a": 1}, numbers(workspace, 1, 2), lambda *step: told.append(step))
    again = run_step(workspace, "load", {"a": 1}, never, lambda *step: told.append(step))
    assert told == [("load", 0.0), ("load", 1.0), ("load", 1.0)]
    assert (first.skipped, again.skipped) == (False, True)
    assert (again.tables, again.values) == (first.tables, {"rows": 2})
    assert workspace.table("numbers")["x"].to_pylist() == [1, 2]


def test_other_parts_or_code_do_it_again(workspace: Workspace) -> None:
    run_step(workspace, "load", {"a": 1}, numbers(workspace, 1))
    assert not run_step(workspace, "load", {"a": 2}, numbers(workspace, 2)).skipped
    assert not run_step(workspace, "load", {"a": 2}, numbers(workspace, 2), code=["tradewind.core.money"]).skipped
    assert run_step(workspace, "load", {"a": 2}, never, code=["tradewind.core.money"]).skipped


def test_going_back_to_earlier_settings_finds_the_earlier_table(workspace: Workspace) -> None:
    run_step(workspace, "load", {"a": 1}, numbers(workspace, 1))
    run_step(workspace, "load", {"a": 2}, numbers(workspace, 2))
    assert run_step(workspace, "load", {"a": 1}, never).skipped
    assert workspace.table("numbers")["x"].to_pylist() == [1]


def test_an_output_that_is_gone_is_made_again(workspace: Workspace) -> None:
    output = run_step(workspace, "load", {}, numbers(workspace, 1))
    (workspace.root / output.tables["numbers"].files[0].path).unlink()
    assert not run_step(workspace, "load", {}, numbers(workspace, 1)).skipped
    assert workspace.table("numbers")["x"].to_pylist() == [1]
    run_step(workspace, "fit", {}, lambda: StepOutput(files=("models/lapse/v1",)))
    assert not run_step(workspace, "fit", {}, lambda: StepOutput(files=("models/lapse/v1",))).skipped
    (workspace.root / "models/lapse/v1").mkdir(parents=True)
    assert run_step(workspace, "fit", {}, never).skipped


def test_work_that_fails_leaves_everything_as_it_was(workspace: Workspace) -> None:
    run_step(workspace, "load", {"a": 1}, numbers(workspace, 1))

    def fails() -> StepOutput:
        numbers(workspace, 2)()
        raise ValueError("half-way")

    with pytest.raises(ValueError, match="half-way"):
        run_step(workspace, "load", {"a": 2}, fails)
    assert workspace.table("numbers")["x"].to_pylist() == [1]
    assert not run_step(workspace, "load", {"a": 2}, numbers(workspace, 2)).skipped


PARTS = {
    "text": "a",
    "whole": 1, "fraction": 0.1, "money": Decimal("1.50"), "day": date(2017, 1, 1), "at": datetime(2017, 1, 1),
    "span": days(30), "none": None, "flag": True, "list": [1, "a"], "map": {"b": 1, "a": 2}, "set": {"b", "a"},
    "path": Path("a/b"), "source": Source(path="a.csv"),
}  # fmt: skip


def test_a_fingerprint_is_the_same_in_every_process_and_order() -> None:
    script = "import sys; sys.path.insert(0, sys.argv[1]); import test_steps as t; print(t.fingerprint(t.PARTS))"
    environ = {**os.environ, "PYTHONHASHSEED": "7"}
    done = subprocess.run(
        [sys.executable, "-c", script, str(Path(__file__).parent)],
        capture_output=True,
        text=True,
        check=True,
        env=environ,
    )
    assert done.stdout.strip() == fingerprint(dict(reversed(PARTS.items())))


def test_things_that_look_alike_have_different_fingerprints() -> None:
    alike: list[object] = [1, 1.0, "1", True, Decimal(1), Decimal("1.0"), [1], {"1": 1}, None, "None", days(1), {1}]
    alike += [date(2017, 1, 1), datetime(2017, 1, 1), "2017-01-01", Path("1"), [[1]], {"1": [1]}, [], {}]
    assert len({fingerprint(value) for value in alike}) == len(alike)
    with pytest.raises(StoreError, match="cannot depend"):
        fingerprint({"x": object()})


def test_a_secret_is_no_part_of_a_fingerprint() -> None:
    one, two = Source(url="postgresql://u:a@h/d", table="t"), Source(url="postgresql://u:b@h/d", table="t")
    assert fingerprint(one) == fingerprint(two) != fingerprint(Source(url="postgresql://u:b@h/d", table="s"))


def test_the_code_version_follows_the_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "sample_room"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "query.sql").write_text("SELECT 1")
    monkeypatch.syspath_prepend(str(tmp_path))
    first = code_version(("sample_room",))
    code_version.cache_clear()
    (package / "query.sql").write_text("SELECT 2")
    assert code_version(("sample_room",)) != first
    with pytest.raises(StoreError, match="no such module"):
        code_version(("sample_room.absent",))


FORKING = """
import json, os, signal, sys
from datetime import datetime
import pyarrow as pa
from tradewind.store import manifest, state, steps, tables
from tradewind.store.workspace import open_workspace

def die_at(module, name, after, left):
    real = getattr(module, name)
    def wrapped(*args, **kwargs):
        nonlocal left
        left -= 1
        if left == 0 and not after:
            os.kill(os.getpid(), signal.SIGKILL)
        result = real(*args, **kwargs)
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return result
    setattr(module, name, wrapped)

def run(phase, count):
    place = {"rename": (os, "replace"), "publish": (steps, "publish"), "record": (state.State, "record_step")}
    if phase:
        when, what = phase.split()
        die_at(*place[what], when == "after", count)
    ws = open_workspace(sys.argv[1], lambda: datetime(2017, 11, 1), os.environ)
    done = []

    def load():
        days = pa.array([datetime(2017, 1, 1), datetime(2017, 2, 1)], pa.timestamp("us"))
        done.append("load")
        entry = tables.write_table(ws.root, "facts", pa.table({"day": days, "x": [1, 2]}), "day")
        return steps.StepOutput({"facts": entry})

    def total():
        done.append("sum")
        value = sum(ws.table("facts")["x"].to_pylist())
        return steps.StepOutput({"total": tables.write_table(ws.root, "total", pa.table({"s": [value]}))}, {"s": value})

    steps.run_step(ws, "load", {"file": "a"}, load)
    output = steps.run_step(ws, "sum", ws.manifest().fingerprints(["facts"]), total)
    snapshot = ws.manifest()
    return {"done": done, "id": snapshot.snapshot_id, "tables": sorted(snapshot.tables), "s": output.values["s"]}

pa.array([1])  # what pyarrow loads at first use is loaded once
for line in sys.stdin:  # one process per command, forked before any thread exists
    phase, count = json.loads(line)
    child = os.fork()
    if child == 0:
        print(json.dumps(run(phase, count)), flush=True)
        os._exit(0)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    print(json.dumps({"status": status}), flush=True)
"""

PHASES = [
    *[(phase, count) for phase in ("before publish", "after publish", "after record") for count in (1, 2)],
    *[("before rename", count) for count in range(1, 8)],
    *[("after rename", count) for count in (2, 4)],
]


class Runner:
    """Runs the two steps in a process of their own, again and again."""

    def __init__(self, workspace: Workspace) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", FORKING, str(workspace.root)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **workspace.environ},
        )

    def run(self, phase: str = "", count: int = 0) -> tuple[int, dict[str, object]]:
        """Return the exit status and what was printed."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([phase, count]) + "\n")
        self._process.stdin.flush()
        result: dict[str, object] = {}
        while "status" not in (line := json.loads(self._process.stdout.readline())):
            result = line
        return line["status"], result

    def close(self) -> None:
        """End the process."""
        self._process.communicate("")


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL on Windows")
def test_killed_in_any_phase_the_same_command_ends_with_the_same_result(workspace: Workspace) -> None:
    runner = Runner(workspace)
    expected = {"id": "", "tables": ["facts", "total"], "s": 3}
    # The two databases differ in the record only: the phases of the files run once.
    phases = PHASES if workspace.config.workspace.state is None else PHASES[:6]
    for phase, count in phases:
        _empty(workspace)
        assert runner.run(phase, count)[0] == -9, f"{phase} {count}"
        for name in workspace.manifest().tables:
            workspace.table(name)  # whatever stands is whole
        status, mended = runner.run()
        assert status == 0
        done = mended.pop("done")
        expected["id"] = expected["id"] or mended["id"]
        assert mended == expected, f"{phase} {count}"
        assert runner.run() == (0, {"done": [], **expected})
        if (phase, count) in (("after record", 1), ("before publish", 2), ("after publish", 2)):
            assert done == ["sum"], "what was recorded is not done again"
    runner.close()


def _empty(workspace: Workspace) -> None:
    workspace.close()
    for name in ("tables", "snapshots"):
        shutil.rmtree(workspace.root / name, ignore_errors=True)
    for path in workspace.root.iterdir():
        if path.name.startswith(("state.db", "workspace.json")):
            path.unlink()
    if workspace.config.workspace.state is not None:
        import psycopg

        with psycopg.connect(workspace.config.workspace.state, autocommit=True) as connection:
            connection.execute("DROP SCHEMA public CASCADE")
            connection.execute("CREATE SCHEMA public")
