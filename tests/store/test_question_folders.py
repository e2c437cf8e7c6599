"""The workspace's own folders of questions: what is hostile or broken in them is told together, and nothing is run."""

from __future__ import annotations

from pathlib import Path

import pytest

from tradewind.core.errors import ConfigError
from tradewind.store.config import load_config

CONFIG = """
[workspace]
currency = "EUR"
timezone = "UTC"
{more}
"""
DECLARED = """
title = "Comes back"
question = "Who comes back in the next {horizon}?"
action = "Write to them."
entity = "customer_id"
horizon = "30 days"
positive = "comes back"
requires = ["orders"]
"""


def write(root: Path, name: str = "own", toml: str = DECLARED, sql: str = "-- name: eligible", more: str = "") -> Path:
    (root / "tradewind.toml").write_text(CONFIG.format(more=more), encoding="utf-8")
    folder = root / "use_cases" / name
    folder.mkdir(parents=True)
    (folder / "use_case.toml").write_text(toml, encoding="utf-8")
    (folder / "label.sql").write_text(sql, encoding="utf-8")
    return folder


def refused(root: Path) -> str:
    with pytest.raises(ConfigError) as caught:
        load_config(root, {})
    return str(caught.value)


def test_a_folder_is_read_as_text(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "use_cases" / "notes.txt").write_text("not a question")
    (tmp_path / "use_cases" / ".hidden").mkdir()
    folder = load_config(tmp_path, {}).folders["own"]
    assert folder.settings is not None
    assert folder.settings.horizon.count == 30
    assert folder.label_sql == "-- name: eligible"
    assert folder.code == ()


def test_python_in_a_folder_is_named_and_not_run(tmp_path: Path) -> None:
    folder = write(tmp_path)
    (folder / "features.py").write_text("raise SystemExit('this was run')")
    assert load_config(tmp_path, {}).folders["own"].code == ("features.py",)


def test_all_that_is_wrong_is_told_together(tmp_path: Path) -> None:
    write(tmp_path, toml="title = ", more='[labels.other]\ntable = "leads"')
    for name, toml in (
        ("Bad Name", DECLARED),
        ("typo", DECLARED.replace("horizon", "horison")),
        ("whom", "entity = 3"),
    ):
        folder = tmp_path / "use_cases" / name
        folder.mkdir()
        (folder / "use_case.toml").write_text(toml)
        (folder / "label.sql").write_text("SELECT 1")
    (tmp_path / "use_cases" / "bare").mkdir()
    (tmp_path / "use_cases" / "bare" / "label.sql").write_text("SELECT 1")
    told = refused(tmp_path)
    for expected in (
        "use_cases/own/use_case.toml: this is not valid TOML", "use_cases/Bad Name: this cannot be a question's name",
        'did you mean "horizon"?', "use_cases/whom/use_case.toml: entity",
        "use_cases/bare: the question is not declared", "labels.other",
    ):  # fmt: skip
        assert expected in told


def test_a_link_out_of_the_workspace_is_refused(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "label.sql").write_text("SELECT 'secret'")
    shop = tmp_path / "shop"
    shop.mkdir()
    folder = write(shop)
    (folder / "label.sql").unlink()
    (folder / "label.sql").symlink_to(outside / "label.sql")
    (shop / "use_cases" / "linked").symlink_to(outside)
    told = refused(shop)
    assert "secret" not in told
    assert told.count("outside") >= 2 or told.count("leads out") >= 2, told


def test_large_and_binary_files_are_refused(tmp_path: Path) -> None:
    write(tmp_path, sql="-- " + "x" * 200_000)
    folder = tmp_path / "use_cases" / "binary"
    folder.mkdir()
    (folder / "use_case.toml").write_bytes(b"\xff\xfe\x00title")
    (folder / "label.sql").write_text("SELECT 1")
    told = refused(tmp_path)
    assert "use_cases/own/label.sql: this file is too large" in told
    assert "use_cases/binary: this folder cannot be read" in told


def test_a_name_stands_for_one_question_only(tmp_path: Path) -> None:
    words = 'who = "customers"\nwhat = "an order"\nwithin = "30 days"\n'
    write(tmp_path, more=f'[questions.own]\n{words}[questions.lapse]\n{words}[use_cases.lapse]\nhorizon = "9 days"')
    told = refused(tmp_path)
    assert "questions.own: there is a folder use_cases/own too" in told
    assert "questions.lapse: there is a section [use_cases] of the same name" in told
