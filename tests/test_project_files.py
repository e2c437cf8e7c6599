"""The project speaks of itself alone, pins what it installs, and asks no one else where to get it."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def tracked_files() -> list[Path]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_constraints_pin_exactly_and_name_no_address() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert all(re.fullmatch(r"[A-Za-z0-9_.\-]+==[A-Za-z0-9_.+!]+", line) for line in lines if line), lines


def test_every_dependency_is_pinned() -> None:
    pinned = {
        canonical(line.split("==")[0]) for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    }
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    wanted = [*project["dependencies"], *extras["demo"], *extras["dev"]]
    names = {canonical(re.split(r"[\[<>=; ]", need)[0]) for need in wanted if "darwin" not in need.split("==")[-1]}
    assert names <= pinned, names - pinned


def test_no_file_names_a_machine_path_or_a_package_index() -> None:
    forbidden = re.compile(r"/(?:work|root|home)/\w+|pypi\.org|pythonhosted|index-url")
    for path in tracked_files():
        if path.suffix in {".png", ".parquet", ".db"} or path == Path(__file__).resolve():
            continue
        found = forbidden.search(path.read_text(encoding="utf-8", errors="ignore"))
        assert found is None, f"{path.relative_to(ROOT)}: {found.group(0)}"


def test_no_unsafe_loader_is_imported() -> None:
    for path in tracked_files():
        if path.suffix == ".py":
            text = path.read_text(encoding="utf-8")
            assert not re.search(r"^\s*(?:import|from)\s+(?:pickle|joblib|cloudpickle|dill)\b", text, re.MULTILINE), (
                path
            )
