"""`tradewind init` as a person types it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tradewind.cli.main import main
from tradewind.simulate.exports.shopify import write_shopify_orders
from tradewind.simulate.shop import simulate_shop
from tradewind.simulate.world import ShopSettings, World


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exports")
    write_shopify_orders(simulate_shop(World(days=300, shop=ShopSettings(customers=60)), 1), folder)
    (folder / "logo.png").write_bytes(b"x")
    return folder


@pytest.fixture
def tradewind(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    monkeypatch.setenv("COLUMNS", "200")

    def type_command(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["tradewind", *map(str, words)])
        status = 0
        try:
            main()
        except SystemExit as left:
            status = int(left.code or 0)
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return type_command


def test_init_says_what_it_found_took_and_ignored(
    tradewind: Callable[..., tuple[int, str, str]], exports: Path, tmp_path: Path
) -> None:
    status, out, err = tradewind("init", tmp_path / "my", "--from", exports, "--yes")
    assert status == 0, err
    assert "orders_export_1.csv" in out
    assert "Ignored: logo.png: a picture" in out
    assert "Taken without asking" in out
    assert "What needs more:" in out
    assert out.strip().splitlines()[-1] == f"Next: tradewind run --workspace {tmp_path / 'my'}"
    status, out, err = tradewind("init", tmp_path / "my", "--from", exports, "--yes")
    assert status == 1
    assert "already is a workspace" in err


def test_init_json_is_the_proposal(
    tradewind: Callable[..., tuple[int, str, str]], exports: Path, tmp_path: Path
) -> None:
    status, out, _ = tradewind("init", tmp_path / "my", "--from", exports, "--json")
    told = json.loads(out)
    assert status == 0
    assert {table["table"] for table in told["tables"]} >= {"orders", "order_lines"}
    assert told["ignored"][0]["shown"] == "logo.png"
    assert {question["key"] for question in told["questions"]} == {"currency", "timezone"}


def test_init_without_data_says_what_to_do(tradewind: Callable[..., tuple[int, str, str]], tmp_path: Path) -> None:
    assert tradewind("init", tmp_path / "my")[0] == 2
    status, _, err = tradewind("init", tmp_path / "my", "--from", tmp_path / "nowhere")
    assert status == 1
    assert "there is no such file or folder" in err
    assert not (tmp_path / "my").exists()


def test_at_a_terminal_each_question_is_asked_with_its_reason(
    tradewind: Callable[..., tuple[int, str, str]], exports: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rich.prompt import Prompt

    answers = iter(["GBP", "2"])
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.setattr(Prompt, "ask", lambda *_, **__: next(answers))
    status, out, err = tradewind("init", tmp_path / "my", "--from", exports)
    assert status == 0, err
    assert "In which currency are the amounts?" in out
    assert "all amounts are called by it" in out
    assert "Taken without asking" not in out
    written = (tmp_path / "my" / "tradewind.toml").read_text(encoding="utf-8")
    assert 'currency = "GBP"   # as you said' in written
    assert 'timezone = "Europe/Berlin"   # as you said' in written


def test_an_answer_that_is_no_answer_is_asked_again(
    tradewind: Callable[..., tuple[int, str, str]], exports: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rich.prompt import Prompt

    answers = iter(["pounds", "9", "GBP", "the moon", "UTC"])
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.setattr(Prompt, "ask", lambda *_, **__: next(answers))
    status, out, err = tradewind("init", tmp_path / "my", "--from", exports)
    assert status == 0, err
    assert "pounds is no currency code" in out
    assert "the moon is no time zone" in out


def test_where_too_little_has_happened_init_says_so(
    tradewind: Callable[..., tuple[int, str, str]], tmp_path: Path
) -> None:
    rows = [f"{n},2024-{1 + n % 9:02d}-{1 + n % 28:02d},c{n},{n}.50" for n in range(1, 41)]
    (tmp_path / "sales.csv").write_text("\n".join(["invoice,date,client,amount", *rows]) + "\n")
    status, out, err = tradewind("init", tmp_path / "my", "--from", tmp_path / "sales.csv", "--yes")
    assert status == 0, err
    assert "Where to begin: too little has happened yet to learn from" in out
