"""new and trust, as a person types them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

import tradewind.store.workspace as store
from small_shop import CONFIG, NOW, write_small_shop
from tradewind.cli.main import main
from tradewind.sources.load import load_tables

ASKED = ("--who", "customers with an order in the last 90 days", "--what", "an order", "--within", "30 days")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    config = CONFIG.split("[use_cases.lapse]")[0] + "[use_cases.lapse]\nmodels = ['linear']\ncutoffs = 2\n"
    return write_small_shop(tmp_path_factory.mktemp("own-cli"), customers=80, config=config)


@pytest.fixture
def say(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folder: Path, tmp_path: Path
) -> Callable[..., str]:
    """Type a command in the workspace; returns what it printed, after its exit status was checked."""
    real = store.open_workspace
    monkeypatch.setattr("tradewind.cli.show.open_workspace", lambda root: real(root, clock=lambda: NOW))
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("TRADEWIND_TRUST_DIR", str(tmp_path / "trust"))
    monkeypatch.chdir(folder)

    def type_command(*words: object, status: int = 0) -> str:
        monkeypatch.setattr("sys.argv", ["tradewind", *map(str, words)])
        left = 0
        try:
            main()
        except SystemExit as exit_:
            left = int(exit_.code or 0)
        captured = capsys.readouterr()
        assert left == status, captured.out + captured.err
        return captured.out + captured.err

    return type_command


def test_a_new_question_is_told_back_and_asked(say: Callable[..., str], folder: Path) -> None:
    told = say("new", "comes_back", *ASKED, "--worth", "orders in the last 90 days", "--title", "Comes back")
    assert "who    customers with an order in the last 90 days" in told
    assert "Next: tradewind run --only comes_back" in told
    assert "Comes back" in say("use-cases")
    assert {path.name for path in (folder / "use_cases" / "comes_back").iterdir()} == {
        "use_case.toml", "label.sql", "README.md"
    }  # fmt: skip
    assert "there is a question of that name already" in say("new", "comes_back", *ASKED, status=2)
    again = json.loads(say("new", "comes_again", *ASKED, "--json"))
    assert again["remarks"] == ["nobody said what one is worth, so no money is told"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("new", "lapse", *ASKED), "there is a question of that name already"),
        (("new", "../evil", *ASKED), "this cannot be a question's name"),
        (("new", "x", "--who", "customers"), '--what "…" --within "…"'),
        (("new", "x", "--who", "custmers", "--what", "an ordr", "--within", "soon"), 'did you mean "customers"?'),
        (("trust",), "it is not said which folder"),
        (("feedback", "lapse"), "it is not said of whom and what"),
        (("feedback", "lapse", "C1", "not-now", "--until", "tomorrow"), "this is not a day"),
    ],
)
def test_wrong_use_is_told(say: Callable[..., str], words: tuple[str, ...], expected: str) -> None:
    assert expected in say(*words, status=2)


def test_what_is_not_said_is_asked_in_plain_words(say: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter(["customers with an order in the last 60 days", "no order", "2 weeks", "25"])
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("rich.console.Console.input", lambda *_: next(answers))
    told = say("new", "stops")
    assert "Whom is it about?" in told
    assert "within 14 days" in told
    assert "worth  25" in told


def test_a_slip_of_the_pen_is_found_in_the_data(say: Callable[..., str], folder: Path) -> None:
    load_tables(store.open_workspace(folder, clock=lambda: NOW))
    words = ("--who", "customers", "--within", "30 days")
    told = say("new", "slip", *words, "--what", "an order with channel = 'serch'", status=2)
    assert "did you mean 'search'?" in told
    assert "stands nowhere" in say("new", "rare", *words, "--what", "an order with channel = 'zebra'")


def test_python_runs_only_once_it_is_trusted(say: Callable[..., str], folder: Path) -> None:
    own = folder / "use_cases" / "coded"
    own.mkdir(parents=True)
    (own / "label.sql").write_text((folder / "use_cases" / "comes_back" / "label.sql").read_text())
    (own / "use_case.toml").write_text((folder / "use_cases" / "comes_back" / "use_case.toml").read_text())
    marker = folder / "was_run"
    code = f"open({str(marker)!r}, 'w').close()\nFEATURES = {{}}\n"
    (own / "features.py").write_text(code)
    refused = say("train", "coded", status=2)
    assert "runs only once you trust it" in refused
    assert f"tradewind trust {own}" in refused
    assert not marker.exists()
    assert "Trusted as it is now" in say("trust", "use_cases/coded")
    assert not marker.exists(), "trusting runs nothing"
    assert "Comes back" in say("use-cases")
    assert marker.exists()
    marker.unlink()
    (own / "features.py").write_text(code + "\n")
    assert "has changed since it was trusted (found: features.py)" in say("train", "coded", status=2)
    assert "void: features.py" in say("trust", "--list")
    assert not marker.exists()
    assert "trusted no longer" in say("trust", own, "--revoke")
    assert "No folder is trusted." in say("trust", "--list")
    (own / "features.py").unlink()
