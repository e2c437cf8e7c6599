"""Every format that was ever released opens, or is brought to this one with a backup."""

from __future__ import annotations

import json
import shutil
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from tradewind.core.errors import FormatError, StoreError, TradewindError
from tradewind.store.manifest import FORMAT
from tradewind.store.upgrade import upgrade, written_format
from tradewind.store.workspace import open_workspace

FIXTURES = Path(__file__).parent


def clock() -> datetime:
    return datetime(2018, 1, 2, 3, 4, 5)


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A copy of the workspace that the first release wrote."""
    return Path(shutil.copytree(FIXTURES / "format_1", tmp_path / "shop"))


def test_the_workspace_of_the_first_release_opens(old: Path) -> None:
    assert upgrade(old, clock) is None
    workspace = open_workspace(old, clock, environ={})
    assert workspace.table("orders").to_pylist() == [
        {"order_id": "1", "happened_at": datetime(2017, 1, 31, 23, 59, 59, 999999), "day": date(2017, 1, 31),
         "amount": Decimal("1.5000"), "pieces": 2, "score": 0.1, "open": True, "note": "Zoë"},
        {"order_id": "2", "happened_at": datetime(2017, 2, 1), "day": None, "amount": Decimal("-2.2500"),
         "pieces": None, "score": None, "open": None, "note": None},
    ]  # fmt: skip
    assert workspace.manifest().entry("orders").meta == {"as_of_today": ["segment"]}
    state = workspace.state()
    assert [run.command for run in state.runs()] == ["run"]
    assert state.find_step("load", "f") == {"tables": {}, "values": {"rows": 2}, "files": []}
    load, model = state.last_load("orders"), state.newest_model("lapse")
    assert load is not None
    assert load.fingerprint == "f1"
    assert model is not None
    assert model.card == {"auc": 0.85}
    assert state.feedback() == []  # a table that came with a later release of the same format
    workspace.close()


def to_next(root: Path) -> None:
    path = root / "workspace.json"
    data = json.loads(path.read_text())
    path.write_text(json.dumps({**data, "format": data["format"] + 1}))


def test_an_upgrade_goes_format_by_format_and_leaves_a_backup(old: Path) -> None:
    before = (old / "workspace.json").read_text()
    backup = upgrade(old, clock, target=FORMAT + 2, migrations={FORMAT: to_next, FORMAT + 1: to_next})
    assert backup == (old / "backups" / "20180102T030405-format-1").resolve()
    assert (backup / "workspace.json").read_text() == before
    assert (backup / "tradewind.toml").exists()
    assert written_format(old) == FORMAT + 2
    with pytest.raises(FormatError, match="newer Tradewind"):
        open_workspace(old, clock, environ={})
    for file in ("workspace.json", "state.db"):
        shutil.copy(backup / file, old / file)
    workspace = open_workspace(old, clock, environ={})
    assert workspace.state().find_step("load", "f") is not None
    workspace.close()


def test_an_upgrade_that_dies_goes_on_from_where_it_stopped(old: Path) -> None:
    def dies(root: Path) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        upgrade(old, clock, target=FORMAT + 2, migrations={FORMAT: to_next, FORMAT + 1: dies})
    assert written_format(old) == FORMAT + 1
    upgrade(old, clock, target=FORMAT + 2, migrations={FORMAT + 1: to_next})
    assert written_format(old) == FORMAT + 2


def test_what_cannot_be_upgraded_is_told_and_stays_as_it_is(old: Path) -> None:
    before = (old / "workspace.json").read_text()
    with pytest.raises(StoreError, match="no way from format 1"):
        upgrade(old, clock, target=FORMAT + 1, migrations={})
    assert (old / "workspace.json").read_text() == before
    (old / "workspace.json").write_text('{"format": 99}')
    with pytest.raises(FormatError, match="newer Tradewind"):
        upgrade(old, clock)
    (old / "workspace.json").write_text("damaged")
    with pytest.raises(TradewindError, match="cannot be read"):
        upgrade(old, clock)


def test_a_workspace_without_tables_has_nothing_to_upgrade(tmp_path: Path) -> None:
    assert upgrade(tmp_path, clock) is None
