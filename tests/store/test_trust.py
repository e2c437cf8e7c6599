"""Trust is kept outside the workspace, byte by byte, and any change makes it void."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from tradewind.core.errors import StoreError
from tradewind.store.trust import find_trust, hashes, list_trust, read_files, record_trust, revoke_trust, trust_dir

AT = datetime(2026, 1, 1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "shop" / "use_cases" / "own"
    folder.mkdir(parents=True)
    (folder / "use_case.py").write_text("USE_CASE = None\n")
    return folder


def test_where_trust_is_kept() -> None:
    home = Path("/users/ann")
    assert trust_dir({}, home, "linux") == home / ".config/tradewind/trust"
    assert trust_dir({"XDG_CONFIG_HOME": "/x"}, home, "linux") == Path("/x/tradewind/trust")
    assert trust_dir({}, home, "darwin") == home / "Library/Application Support/Tradewind/trust"
    assert trust_dir({"APPDATA": "/roaming"}, home, "win32") == Path("/roaming/Tradewind/trust")
    assert trust_dir({"TRADEWIND_TRUST_DIR": "/here"}, home, "win32") == Path("/here")


def test_what_is_trusted_is_noted_listed_and_taken_back(folder: Path, tmp_path: Path) -> None:
    place = tmp_path / "trust"
    assert find_trust(place, folder) is None
    record_trust(place, folder, AT)
    trusted = find_trust(place, folder)
    assert trusted is not None
    assert trusted.files == hashes(read_files(folder))
    assert [each.folder for each in list_trust(place)] == [folder.resolve()]
    assert revoke_trust(place, folder)
    assert not revoke_trust(place, folder)
    assert list_trust(place) == []


def test_a_changed_a_new_and_a_missing_file_all_differ(folder: Path, tmp_path: Path) -> None:
    trusted = record_trust(tmp_path / "trust", folder, AT)
    (folder / "use_case.py").write_text("USE_CASE = 1\n")
    assert hashes(read_files(folder)) != trusted.files
    (folder / "use_case.py").write_text("USE_CASE = None\n")
    assert hashes(read_files(folder)) == trusted.files
    (folder / "label.sql").write_text("SELECT 1")
    assert hashes(read_files(folder)) != trusted.files


def test_a_damaged_note_is_no_trust(folder: Path, tmp_path: Path) -> None:
    place = tmp_path / "trust"
    record_trust(place, folder, AT)
    (note,) = place.glob("*.json")
    note.write_text("[1]")
    assert find_trust(place, folder) is None


def test_links_out_and_trust_within_the_folder_are_refused(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be kept in what is trusted"):
        record_trust(folder / "trust", folder, AT)
    (tmp_path / "elsewhere.py").write_text("print('other')")
    (folder / "linked.py").symlink_to(tmp_path / "elsewhere.py")
    with pytest.raises(StoreError, match="leads out"):
        record_trust(tmp_path / "trust", folder, AT)
