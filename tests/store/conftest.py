"""A small workspace for the tests of the store."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest

from tradewind.store.workspace import Workspace, open_workspace

CONFIG = '[workspace]\ncurrency = "USD"\ntimezone = "America/New_York"\n'


def clock() -> datetime:
    return datetime(2017, 11, 1, 12)


@pytest.fixture
def make_workspace(tmp_path: Path) -> Iterator[Callable[..., Workspace]]:
    """Make and open a workspace; more lines of `[workspace]` and environment variables may be given."""
    opened: list[Workspace] = []

    def make(more: str = "", **environ: str) -> Workspace:
        root = tmp_path / "shop"
        root.mkdir(exist_ok=True)
        (root / "tradewind.toml").write_text(CONFIG + more)
        opened.append(open_workspace(root, clock, environ))
        return opened[-1]

    yield make
    for workspace in opened:
        workspace.close()


@pytest.fixture(params=["sqlite", "postgres"])
def workspace(request: pytest.FixtureRequest, make_workspace: Callable[..., Workspace]) -> Workspace:
    """An open workspace whose state is in SQLite, then one whose state is in Postgres."""
    if request.param == "sqlite":
        return make_workspace()
    return make_workspace('state = "${STATE}"\n', STATE=request.getfixturevalue("postgres_database"))
