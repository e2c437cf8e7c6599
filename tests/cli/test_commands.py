"""Every command, as a person types it: what it prints, what it exits with, what it says next."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

import tradewind.store.workspace as store
from small_shop import CONFIG, NOW, write_small_shop
from tradewind.cli.main import main


@dataclass(frozen=True)
class Said:
    """What a command left on the terminal."""

    status: int
    out: str
    err: str


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    config = CONFIG.replace('["linear", "tree"]', '["tree"]')
    return write_small_shop(tmp_path_factory.mktemp("cli"), customers=250, config=config)


@pytest.fixture
def tradewind(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """Type a command; the clock stands at the end of the small shop's data."""
    import tradewind.flow.open as flow_open

    real = store.open_workspace
    monkeypatch.setattr(flow_open, "open_workspace", lambda root: real(root, clock=lambda: NOW))
    monkeypatch.setattr("tradewind.cli.show.open_workspace", lambda root: real(root, clock=lambda: NOW))
    monkeypatch.setenv("COLUMNS", "200")

    def type_command(*words: object) -> Said:
        monkeypatch.setattr("sys.argv", ["tradewind", *map(str, words)])
        status = 0
        try:
            main()
        except SystemExit as left:
            status = int(left.code or 0)
        captured = capsys.readouterr()
        return Said(status, captured.out, captured.err)

    return type_command


def test_run_ends_with_the_report_and_the_next_command(tradewind: Callable[..., Said], folder: Path) -> None:
    said = tradewind("run", "--workspace", folder)
    assert said.status == 0, said.err
    assert "About to stop buying" in said.out
    assert "Report: " in said.out
    last = said.out.strip().splitlines()[-1]
    assert last.startswith("Next: tradewind list lapse")
    assert (folder / "reports" / "latest.html").stat().st_size < 3_000_000


def test_run_json_is_the_findings_file_and_nothing_else(tradewind: Callable[..., Said], folder: Path) -> None:
    said = tradewind("run", "--workspace", folder, "--json")
    findings = json.loads(said.out)
    assert [finding["name"] for finding in findings] == ["lapse"]
    assert said.out == (folder / "reports" / "latest.json").read_text(encoding="utf-8")


def test_train_score_and_explain_follow_each_other(tradewind: Callable[..., Said], folder: Path) -> None:
    trained = tradewind("train", "lapse", "-w", folder)
    assert trained.status == 0
    assert "baseline_gap" in trained.out
    assert "Next: tradewind score lapse" in trained.out
    scored = tradewind("score", "lapse", "-w", folder)
    command = scored.out.strip().splitlines()[-1]
    assert command.startswith("Next: tradewind explain lapse C")
    customer = command.split()[4]
    explained = tradewind("explain", "lapse", customer, "-w", folder)
    assert explained.status == 0
    assert customer in explained.out
    assert "place 1 of" in explained.out
    as_json = json.loads(tradewind("explain", "lapse", customer, "-w", folder, "--json").out)
    assert as_json["rank"] == 1
    assert len(as_json["reasons"]) >= 1


def test_the_morning_list_and_what_is_said_of_it(tradewind: Callable[..., Said], folder: Path, tmp_path: Path) -> None:
    assert "nobody has been scored yet" in tradewind("list", "next_spend", "-w", folder).err
    tradewind("score", "lapse", "-w", folder)
    first = json.loads(tradewind("list", "lapse", "--top", "3", "-w", folder, "--json").out)["rows"][0]["entity_id"]
    told = tradewind("list", "lapse", "--top", "2", "-w", folder).out
    assert f"1. {first}" in told
    assert "of 100" in told
    assert f"Next: tradewind feedback lapse {first} done" in told
    reason = ("--because", "=HYPERLINK(1)", "--by", "Kim")
    assert "Taken down" in tradewind("feedback", "lapse", first, "wrong", *reason, "-w", folder).out
    assert "1 left out: worked on already, or put off" in tradewind("list", "lapse", "-w", folder).out
    summary = tradewind("feedback", "lapse", "--summary", "-w", folder).out
    assert "1 wrong" in summary
    assert "not measured yet" in summary
    tradewind("list", "lapse", "--csv", tmp_path / "list.csv", "-w", folder)
    rows = list(csv.DictReader((tmp_path / "list.csv").read_text(encoding="utf-8-sig").splitlines()))
    assert len(rows) == 20
    assert first not in {row["customer_id"] for row in rows}


def test_tables_sql_and_use_cases(tradewind: Callable[..., Said], folder: Path) -> None:
    listed = json.loads(tradewind("tables", "-w", folder, "--json").out)
    names = {row["table"] for row in listed["tables"]}
    assert {"orders", "scores_lapse", "training_lapse", "gain_lapse"} <= names
    rows = json.loads(tradewind("sql", "SELECT COUNT(*) AS n FROM customers", "-w", folder, "--json").out)
    assert rows == [{"n": 250}]
    assert "About to stop buying" in tradewind("use-cases", "-w", folder).out


def test_check_tells_what_it_saw(tradewind: Callable[..., Said], folder: Path) -> None:
    told = json.loads(tradewind("check", "-w", folder, "--json").out)
    checks = told["checks"]
    assert told["problems"] == []
    assert {trouble["severity"] for trouble in told["troubles"]} <= {"breaks", "misleads", "cosmetic"}
    assert {check["status"] for check in checks} <= {"pass", "warn", "fail", "unknown"}
    assert any(check["name"] == "orders has rows" for check in checks)
    assert tradewind("check", "-w", folder, "--rejected").out.strip() == "Every row could be used."


@pytest.mark.parametrize(
    ("words", "status", "expected"),
    [
        (("run", "-w", "{tmp}/nowhere"), 2, "tradewind.toml"),
        (("train", "laps", "-w", "{folder}"), 2, "lapse"),
        (("explain", "lapse", "nobody", "-w", "{folder}"), 1, "nobody of this key"),
        (("sql", "DROP TABLE orders", "-w", "{folder}"), 1, "SELECT"),
        (("sql", "SELECT * FROM read_text('/etc/passwd')", "-w", "{folder}"), 1, "disabled by configuration"),
    ],
)
def test_wrong_use_is_answered_in_words_with_an_exit_status(
    tradewind: Callable[..., Said], folder: Path, tmp_path: Path, words: tuple[str, ...], status: int, expected: str
) -> None:
    said = tradewind(*(word.format(tmp=tmp_path, folder=folder) for word in words))
    assert said.status == status, said
    assert expected in said.err
    assert "Traceback" not in said.err + said.out


def test_errors_are_json_where_json_was_asked_for(tradewind: Callable[..., Said], tmp_path: Path) -> None:
    said = tradewind("run", "-w", tmp_path / "nowhere", "--json")
    told = json.loads(said.out)
    assert told["error"] == "ConfigError"
    assert told["problems"][0]["what"]


def test_version_and_help(tradewind: Callable[..., Said]) -> None:
    assert tradewind("--version").out.strip() == "0.1.0"
    assert "tradewind" in tradewind("--help").out
