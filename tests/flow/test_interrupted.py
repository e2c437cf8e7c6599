"""Killed, out of room or in each other's way: the same command goes on and ends where an undisturbed run ends."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pytest

import tradewind as tw
from small_shop import CONFIG, NOW, write_small_shop
from tradewind.flow.live.door import take_events
from tradewind.store.inbox_state import Inbox
from tradewind.store.state import open_state, sqlite_url
from tradewind.store.tables import read_table

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no fork, SIGKILL or file size limit on Windows")

ORDERS_ONLY = (
    CONFIG[: CONFIG.index("[tables.customers]")]
    + """
[use_cases.lapse]
contact_cost = 0.5
success_share = 0.1
models = ["tree"]
cutoffs = 2
"""
)

FORKING = """
import importlib, json, os, pkgutil, signal, sys
from datetime import timedelta
import lightgbm, sklearn.linear_model, altair, duckdb, pyarrow.parquet, sqlglot, scipy.optimize, sqlalchemy
import scipy.stats, jinja2
import small_shop
import tradewind.report.html as page
import tradewind.store.workspace as store
import tradewind.flow.open as flow_open
import tradewind.cli.show as show
from tradewind.flow import depends
from tradewind.flow.quality import look
from tradewind.cli.main import main
from tradewind.flow.learning import model_files
from tradewind.flow.answers import reporting
from tradewind.store import steps
from tradewind.store.state import State

import tradewind
for part in ("checks", "features", "flow", "models", "report", "sources", "stats"):  # what each process would read anew
    for found in pkgutil.walk_packages(importlib.import_module(f"tradewind.{part}").__path__, f"tradewind.{part}."):
        importlib.import_module(found.name)

# What is drawn is not what is looked at here, and every process would get ready to draw anew.
page.vega_bundle = lambda: "/* as long as the real one " + "*" * 800_000 + "*/"
page.chart_svg = lambda *_: "<svg></svg>"

def kill():
    os.kill(os.getpid(), signal.SIGKILL)

def die(place, step):
    # before: the work is not begun; worked: nothing is published; published: it is not recorded; recorded: all is done
    real_step = steps.run_step
    now = {"step": ""}
    def run_step(workspace, name, parts, work, progress=None, code=()):
        now["step"] = name
        def watched():
            if (place, step) == ("before", name):
                kill()
            output = work()
            if (place, step) == ("worked", name):
                kill()
            return output
        return real_step(workspace, name, parts, watched, progress, code)
    import tradewind.sources.load_step as load
    depends.run_step = look.run_step = load.run_step = run_step
    def around(owner, attribute, before, after, only=lambda: now["step"] == step):
        real = getattr(owner, attribute)
        def wrapped(*args, **kwargs):
            if place == before and only():
                kill()
            result = real(*args, **kwargs)
            if place == after and only():
                kill()
            return result
        setattr(owner, attribute, wrapped)
    around(State, "record_step", "published", "recorded")
    around(State, "record_load", "load not noted", "load noted")
    around(State, "record_model", "model not noted", "model noted")
    around(model_files, "_save_files", "model not saved", "model saved")
    import tradewind.flow.live.tables as live_tables
    around(live_tables, "publish", "not published", "drained", lambda: step == "live events")
    around(reporting, "replace_file", "report not written", "report half written", lambda: step == "report")
    if place == "model half saved":
        import tradewind.models.files as files
        around(files, "_write", "", "model half saved")

def run(words, minutes, place, step, room):
    clock = lambda: small_shop.NOW + timedelta(minutes=minutes)
    real = store.open_workspace
    flow_open.open_workspace = show.open_workspace = lambda root: real(root, clock=clock)
    if place:
        die(place, step)
    if room:
        import resource
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
    sys.argv = ["tradewind", *words]
    main()

for line in sys.stdin:  # one process per command, forked before any thread exists
    order = json.loads(line)
    child = os.fork()
    if child == 0:
        os.dup2(os.open(order["out"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 1)
        os.dup2(1, 2)
        status = 70
        try:
            run(order["words"], order["minutes"], order["place"], order["step"], order["room"])
            status = 0
        except SystemExit as left:
            status = int(left.code or 0)
        except BaseException:
            import traceback
            traceback.print_exc()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    print(json.dumps(status), flush=True)
"""


class Terminal:
    """Types commands, each in a process of its own."""

    def __init__(self, scratch: Path) -> None:
        self._out = scratch / "out.txt"
        tests = str(Path(__file__).resolve().parents[1])
        self._process = subprocess.Popen(
            [sys.executable, "-c", FORKING],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": tests, "COLUMNS": "200"},
        )
        self._minutes = 0

    def type(self, *words: object, place: str = "", step: str = "", room: int = 0) -> tuple[int, str]:
        """Return the exit status (−9: killed) and what was printed; the clock goes on a minute."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._minutes += 1
        order = {
            "words": [str(word) for word in words], "minutes": self._minutes, "place": place, "step": step,
            "room": room, "out": str(self._out),
        }  # fmt: skip
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        status = int(json.loads(self._process.stdout.readline()))
        return status, self._out.read_text(encoding="utf-8")

    def close(self) -> None:
        """End the process that forks."""
        self._process.communicate("")


@pytest.fixture(scope="module")
def terminal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Terminal]:
    typed = Terminal(tmp_path_factory.mktemp("terminal"))
    yield typed
    typed.close()


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_small_shop(tmp_path_factory.mktemp("untouched"), customers=40, config=ORDERS_ONLY)
    send_live(folder)
    return folder


def send_live(folder: Path) -> None:
    """Events that came in before the run; each must stand in the tables once, wherever the run is killed."""
    state = open_state(sqlite_url(folder))
    calls = [{"type": "track", "userId": f"C{n:05d}", "event": "Seen", "messageId": f"m{n}"} for n in range(5)]
    calls += [{"type": "identify", "userId": "C00001", "messageId": "i", "traits": {"email": "c@example.com"}}]
    assert take_events(Inbox(state.engine), calls, "web", NOW - timedelta(hours=9)).accepted == 6
    state.close()


@pytest.fixture(scope="module")
def expected(terminal: Terminal, untouched: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, pa.Table]:
    """The tables of a run that nothing disturbed."""
    folder = tmp_path_factory.mktemp("undisturbed") / "shop"
    shutil.copytree(untouched, folder)
    status, said = terminal.type("run", "-w", folder)
    assert status == 0, said
    return tables_of(folder)


def tables_of(folder: Path) -> dict[str, pa.Table]:
    """Every table that stands, without the instant at which it was loaded; each must be whole."""
    with_times = {name: read_table(folder, entry) for name, entry in tw.open(folder).manifest().tables.items()}
    volatile = {"first_seen_at", "loaded_at"}
    return {
        name: table.drop_columns([column for column in table.column_names if column in volatile])
        for name, table in with_times.items()
    }


PLACES = {
    "load orders": ("before", "worked", "published", "recorded", "load not noted", "load noted"),
    "live events": ("not published", "drained"),
    "check data": ("worked", "published", "recorded"),
    "train lapse": ("model half saved", "worked", "published", "recorded", "model not noted"),
    "score lapse": ("worked", "published", "recorded"),
    "report": ("report not written", "report half written"),
}
"""Where to kill, step by step in the order of a run: each run goes on from where the last one was killed."""


def test_killed_in_each_step_the_same_command_goes_on_to_the_same_scores(
    terminal: Terminal, untouched: Path, expected: dict[str, pa.Table], tmp_path: Path
) -> None:
    folder = tmp_path / "shop"
    shutil.copytree(untouched, folder)
    for place, step in [(place, step) for step, places in PLACES.items() for place in places]:
        status, said = terminal.type("run", "-w", folder, place=place, step=step)
        assert status == -9, f"{place} {step}: {said}"
        tables_of(folder)
    status, said = terminal.type("run", "-w", folder)
    assert status == 0, said
    assert said.count("nothing has changed") == 2, "what was recorded before a kill is not done again"
    assert tables_of(folder) == expected
    assert expected["events"].num_rows == 6
    first = expected["scores_lapse"].column("customer_id")[0].as_py()
    status, said = terminal.type("explain", "lapse", first, "-w", folder)
    assert status == 0, said
    assert "place 1 of" in said


def test_a_disk_that_fills_up_is_told_and_with_room_the_same_command_goes_on(
    terminal: Terminal, untouched: Path, expected: dict[str, pa.Table], tmp_path: Path
) -> None:
    folder = tmp_path / "shop"
    shutil.copytree(untouched, folder)
    for room in (1_000, 20_000, 60_000, 400_000):
        status, said = terminal.type("run", "-w", folder, room=room)
        assert status == 1, f"{room}: {said}"
        assert "Traceback" not in said
        assert "free space" in said or "disk" in said, f"{room}: {said}"
        tables_of(folder)
    status, said = terminal.type("run", "-w", folder)
    assert status == 0, said
    assert tables_of(folder) == expected


def test_of_two_runs_at_once_one_works_and_the_other_names_it(untouched: Path, tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    shutil.copytree(untouched, folder)
    script = (
        "import sys; from tradewind.store.lock import workspace_lock; from pathlib import Path\n"
        "with workspace_lock(Path(sys.argv[1]), 'tradewind run'):\n"
        "    print('held', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", script, str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        done = subprocess.run(
            [sys.executable, "-m", "tradewind.cli.main", "run", "-w", str(folder)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 1
        assert f"tradewind run, process {other.pid}, since" in done.stderr
        assert "do: wait for it, then try again" in done.stderr
        assert "Traceback" not in done.stderr
        other.communicate("")
    assert tw.open(folder).manifest().tables == {}
