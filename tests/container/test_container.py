"""The container's steps: read as written; run as the same shell commands in a clean environment where asked for."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
OF_THE_IMAGE = ("apt-get", "useradd", "mkdir -p /workspace")
"""Steps that need a system of their own; they are only read here."""


def steps() -> list[tuple[str, str]]:
    """Return the Dockerfile's instructions in order."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(line.split()[0], line.split(maxsplit=1)[1]) for line in lines]


def test_the_container_has_no_rights_that_it_does_not_need() -> None:
    last = dict(steps())
    assert last["USER"].isdigit()
    assert int(last["USER"]) >= 1000
    assert "HEALTHCHECK" in last
    assert json.loads(last["CMD"])[:2] == ["tradewind", "serve"]
    compose = (ROOT / "compose.yaml").read_text(encoding="utf-8")
    for wanted in ("read_only: true", "cap_drop: [ALL]", "no-new-privileges:true", "stop_grace_period", "healthcheck"):
        assert wanted in compose
    assert not re.search(r"PASSWORD: [\"']?\w", compose), "a secret stands in the file"
    names = re.findall(r"^(?:FROM|\s+image:) (\S+)", "\n".join(f"{n} {v}" for n, v in steps()) + "\n" + compose, re.M)
    assert all("/" not in name for name in names), "plain image names alone"


def test_every_shell_step_can_be_read_by_a_shell() -> None:
    shell = [value for name, value in steps() if name == "RUN"]
    assert shell
    for value in shell:
        assert subprocess.run(["sh", "-n", "-c", value], check=False).returncode == 0, value


def test_only_what_is_named_goes_into_the_image() -> None:
    ignore = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    assert ignore[0] == "*"
    copied = {
        part for name, value in steps() if name == "COPY" and "--from" not in value for part in value.split()[:-1]
    }
    assert {f"!{part.removeprefix('./')}" for part in copied} == {each for each in ignore if each.startswith("!")}


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="the container's steps are a shell's")
def test_the_steps_work_in_a_clean_environment(tmp_path: Path) -> None:
    build, opt, workspace = tmp_path / "build", tmp_path / "opt", tmp_path / "workspace"
    workspace.mkdir()
    bare = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "LANG": "C.UTF-8"}
    bare |= {key: value for key, value in os.environ.items() if key.startswith("PIP_") or key.endswith("_proxy")}

    def here(text: str) -> str:
        return text.replace("/opt/tradewind", f"{opt}/tradewind").replace("/workspace", str(workspace))

    build.mkdir()
    for name, value in steps():
        if name == "COPY" and "--from" not in value:
            *sources, target = value.split()
            for source in sources:
                place = build / (target if target != "./" else source)
                if (ROOT / source).is_dir():
                    shutil.copytree(ROOT / source, place, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
                else:
                    shutil.copyfile(ROOT / source, place)
        elif name == "RUN" and not value.startswith(OF_THE_IMAGE):
            subprocess.run(["sh", "-c", here(value)], cwd=build, env=bare, check=True)
        elif name == "ENV":
            bare |= dict(pair.split("=", 1) for pair in shlex.split(here(value.replace("$PATH", bare["PATH"]))))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    command = [here(part) for part in json.loads(dict(steps())["CMD"])]
    command[command.index("8000")] = port
    command[command.index("0.0.0.0")] = "127.0.0.1"
    shutil.rmtree(build)  # what runs is what was installed
    server = subprocess.Popen(command, env=bare, cwd=tmp_path, stdout=subprocess.PIPE, text=True)
    try:
        assert answer_of(f"http://127.0.0.1:{port}/ready") == {"status": "ready"}
    finally:
        server.send_signal(signal.SIGTERM)
        said, _ = server.communicate(timeout=60)
    assert server.returncode == 0
    assert "/welcome/" in said


def answer_of(address: str) -> object:
    for _ in range(900):
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                return json.load(answer)
        except OSError:  # not there yet, or too busy to answer
            time.sleep(0.2)
    raise AssertionError(f"{address} did not answer within three minutes")
