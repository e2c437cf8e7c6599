"""Scores over HTTP: how long one takes, unchanged and after an event, and how many a second beside MLflow's server."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import serving_load

Row = dict[str, object]

SECONDS = float(os.environ.get("BENCH_SECONDS", "60"))
SHOP = os.environ.get("BENCH_SHOP", "")
"""A demo shop made before with `BENCH_SHOP=folder`, to be measured again; else one is made, which takes minutes."""
MLFLOW = os.environ.get("TRADEWIND_MLFLOW", "")
"""Path of the executable `mlflow` in an environment of its own, with lightgbm."""
UNCHANGED, FRESH, TREES = 300.0, 100.0, 200
CLIENTS = 8

SERVER = """
import socket, sys
from datetime import datetime
from pathlib import Path
import uvicorn
from tradewind.web.app import build_app
from tradewind.web.lifecycle import answer_first
from tradewind.web.settings import ServeSettings
from tradewind.web.site import Site

settings = ServeSettings(api_per_second=1_000_000, runs=False)
answer_first()
site = Site(Path(sys.argv[1]), settings, clock=lambda: datetime(2018, 1, 1, 17))
door = socket.socket(fileno=int(sys.argv[2]))
uvicorn.Server(uvicorn.Config(build_app(site), log_level="error", access_log=False)).run(sockets=[door])
"""

SAVE = """
import sys, lightgbm, mlflow.lightgbm
mlflow.lightgbm.save_model(lightgbm.Booster(model_file=sys.argv[1]), sys.argv[2])
"""


def run() -> list[Row]:
    """Measure on the demo shop, one worker, on loopback."""
    with tempfile.TemporaryDirectory() as folder:
        root = _shop(Path(folder) / "shop")
        token, ids = _prepared(root)
        with _served(root) as port:
            rows = [_latency(port, token, ids, "unchanged"), _latency(port, token, ids, "fresh")]
            payload = _payload(port, token, ids[0])
            ours = serving_load.throughput(
                port, "/v1/score/lapse/features", payload, token, CLIENTS, min(SECONDS, 20.0)
            )
        return [*rows, _beside_mlflow(root, Path(folder), payload, ours)]


def _shop(root: Path) -> Path:
    """The demo shop with one question, answered by boosting of 200 trees."""
    if SHOP and Path(SHOP).exists():
        return Path(shutil.copytree(SHOP, root))
    import tradewind as tw
    from tradewind.flow.start.demo import set_up_demo
    from tradewind.models import trees

    set_up_demo(root)
    config = root / "tradewind.toml"
    head = config.read_text(encoding="utf-8").split("[use_cases.lapse]")[0]
    asked = '[use_cases.lapse]\nmodels = ["boosting"]\ncontact_cost = 0.5\nsuccess_share = 0.1\n'
    config.write_text(head + asked, encoding="utf-8")
    trees.SHAPES["boosting"]["num_iterations"] = TREES  # type: ignore[index]
    tw.run(tw.open(root))
    if SHOP:
        shutil.copytree(root, SHOP)
    return root


def _prepared(root: Path) -> tuple[str, list[str]]:
    """A token that may ask and send events, and everybody on the list."""
    import tradewind as tw
    from tradewind.core.visitor import ALLOWED
    from tradewind.govern.tokens import Wish, make_token

    workspace = tw.open(root)
    wish = Wish("bench", scopes=("see_answers", "write_events"))
    token, _ = make_token(workspace.state(), wish, "bench", ALLOWED["admin"], datetime(2018, 1, 1))
    ids = [str(each) for each in workspace.table("scores_lapse")["customer_id"].to_pylist()]
    workspace.close()
    return token, ids


@contextmanager
def _served(root: Path) -> Iterator[int]:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        door.listen(512)
        port = int(door.getsockname()[1])
        server = subprocess.Popen(
            [sys.executable, "-c", SERVER, str(root), str(door.fileno())], pass_fds=[door.fileno()]
        )
    try:
        _wait(port, "/ready")
        yield port
    finally:
        server.terminate()
        server.wait()


def _wait(port: int, path: str, patience: float = 180.0) -> None:
    until = time.monotonic() + patience
    while True:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=patience)
            connection.request("GET", path)
            connection.getresponse().read()
            return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.5)


def _latency(port: int, token: str, ids: list[str], kind: str) -> Row:
    """One open-loop run by a process of its own, after a warm-up that is not counted."""
    rate, target = (UNCHANGED, 10.0) if kind == "unchanged" else (FRESH, 25.0)
    order = {"port": port, "token": token, "ids": ids, "kind": kind, "rate": rate}
    for seconds in (min(3.0, SECONDS), SECONDS):
        asked = json.dumps({**order, "seconds": seconds})
        command = [sys.executable, str(Path(__file__).with_name("serving_load.py"))]
        found = json.loads(subprocess.run(command, input=asked.encode(), stdout=subprocess.PIPE, check=True).stdout)
    name = "unchanged since the last run" if kind == "unchanged" else "computed fresh after a new event of the customer"
    wrong = f"; {found['wrong']} answers were wrong" if found["wrong"] else ""
    if found["early"]:
        wrong += f"; {found['early']} came before their event was accepted, which took more than a second"
    return {
        "what": f"/v1/score with reasons, one customer, {name}, {rate:,.0f} requests/s, {SECONDS:.0f} s, one worker",
        "figure": f"p99 {found['p99']:.1f} ms", "target": f"p99 ≤ {target:.0f} ms",
        "reached": found["p99"] <= target and not found["wrong"],
        "note": f"p50 {found['p50']:.1f} ms, slowest {found['slowest']:.0f} ms, from the moment a request was due "
                f"(Poisson, open loop); {found['answered']:,} answered{wrong}",
    }  # fmt: skip


def _payload(port: int, token: str, who: str) -> dict[str, Any]:
    """One customer's features, as columns and data; zero where unknown, because MLflow's server takes no null."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", f"/v1/explain/lapse/{who}?features=true", headers={"Authorization": f"Bearer {token}"})
    used = json.loads(connection.getresponse().read())["features"]
    return {"columns": [each["name"] for each in used], "data": [[each["value"] or 0.0 for each in used]]}


def _beside_mlflow(root: Path, folder: Path, payload: dict[str, Any], ours: float) -> Row:
    row: Row = {
        "what": "score only from a payload of features, one row a request, one worker each, in one run",
        "target": "≥ 4 × `mlflow models serve`", "figure": f"{ours:,.0f} requests/s",
    }  # fmt: skip
    if not MLFLOW or not Path(MLFLOW).exists():
        return {**row, "note": "mlflow was not measured: TRADEWIND_MLFLOW names no executable"}
    theirs = _mlflow(root, folder, payload)
    return {
        **row, "figure": f"{ours:,.0f} requests/s, {ours / theirs:.1f} × mlflow", "reached": ours >= 4 * theirs,
        "note": f"mlflow {theirs:,.0f} requests/s with the same LightGBM model and payload; {CLIENTS} clients at once",
    }  # fmt: skip


def _mlflow(root: Path, folder: Path, payload: dict[str, Any]) -> float:
    """Requests a second of MLflow's scoring server, with the model that the shop's question uses."""
    card = next((root / "models" / "lapse").glob("*/card.json"))
    model = folder / "mlflow model"
    python = Path(MLFLOW).with_name("python")
    environ = {**os.environ, "PATH": f"{python.parent}:{os.environ['PATH']}", "MLFLOW_DISABLE_TELEMETRY": "true"}
    environ.pop("PYTHONPATH", None)
    subprocess.run([python, "-c", SAVE, card.with_name("model.txt"), model], check=True, env=environ, cwd=folder)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    command = [MLFLOW, "models", "serve", "-m", str(model), "-p", str(port), "--env-manager", "local", "--workers", "1"]
    server = subprocess.Popen(
        command, env=environ, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        _wait(port, "/ping")
        design = json.loads(card.with_name("design.json").read_text(encoding="utf-8"))
        at = {name: place for place, name in enumerate(payload["columns"])}
        names = [design["features"][column["feature"]]["name"] for column in design["columns"]]
        split = {"columns": names, "data": [[payload["data"][0][at[name]] for name in names]]}
        return serving_load.throughput(
            port, "/invocations", {"dataframe_split": split}, "", CLIENTS, min(SECONDS, 20.0)
        )
    finally:
        os.killpg(server.pid, 15)
        server.wait()


if __name__ == "__main__":
    for measured in run():
        print(measured)
