"""Who may import whom: the house of the design, read from the imports themselves."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[1] / "src" / "tradewind"

MAY_IMPORT: dict[str, set[str]] = {
    "core": set(),
    "stats": {"core"},
    "models": {"core", "stats"},
    "checks": {"core", "stats"},
    "decide": {"core", "stats"},
    "simulate": {"core"},
    "report": {"core"},
    "store": {"core"},
    "sources": {"core", "store"},
    "identity": {"core", "store"},
    "features": {"core", "store"},
    "govern": {"core", "store"},
    "destinations": {"core", "store"},
    "measure": {"core", "store", "stats"},
    "use_cases": {"core", "features", "models", "decide"},
    "flow": {
        "core", "stats", "models", "checks", "decide", "simulate", "report", "store", "sources", "identity",
        "features", "govern", "destinations", "measure", "use_cases",
    },
    "client": {"core"},
    "cli": {"core", "flow", "report"},
    "web": {"core", "flow", "report"},
}  # fmt: skip

ALSO = {"cli/show_serve.py": {"web"}}
"""The one command that opens the other surface."""


def imported_rooms(path: Path) -> set[str]:
    """Return the rooms of the house that a file imports, wherever in it the import stands."""
    rooms = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import; write the whole name"
            names = [node.module or ""]
            if node.module == "tradewind":
                names = [f"tradewind.{alias.name}" for alias in node.names]
        else:
            continue
        rooms |= {name.split(".")[1] for name in names if name.startswith("tradewind.")}
    return rooms - {"__version__"}


FILES = sorted(path for path in SOURCE.rglob("*.py") if path.parent != SOURCE)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_file_imports_only_from_the_rooms_it_may(path: Path) -> None:
    room = path.relative_to(SOURCE).parts[0]
    assert room in MAY_IMPORT, f"{room} is no room of the house"
    also = ALSO.get(path.relative_to(SOURCE).as_posix(), set())
    assert imported_rooms(path) - {room} <= MAY_IMPORT[room] | also


def test_the_check_sees_a_forbidden_import(tmp_path: Path) -> None:
    sample = tmp_path / "sample.py"
    sample.write_text("def f():\n    from tradewind.flow import run\n    import tradewind.cli.main\n")
    assert imported_rooms(sample) == {"flow", "cli"}


def test_no_room_is_called_after_nothing() -> None:
    names = {path.stem for path in SOURCE.rglob("*")}
    assert not names & {"utils", "helpers", "manager", "base", "common", "misc"}


def test_the_top_of_flow_is_closed_and_each_of_its_rooms_says_what_it_is_for() -> None:
    flow = SOURCE / "flow"
    at_the_top = {path.stem for path in flow.glob("*.py")} - {"__init__"}
    assert at_the_top == {"ask", "data", "depends", "kept", "load", "open", "pages", "progress", "run", "snapshot_rows"}
    rooms = [path for path in flow.iterdir() if path.is_dir() and any(path.glob("*.py"))]
    assert rooms
    for room in rooms:
        said = ast.get_docstring(ast.parse((room / "__init__.py").read_text())) or ""
        assert said.endswith("."), f"flow/{room.name} does not say what it is for"
