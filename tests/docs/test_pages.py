"""Nothing is undocumented, no page differs from the code, and every block of Python in the docs runs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import tradewind as tw
from small_shop import CONFIG, NOW, write_small_shop
from tradewind.cli.main import app
from tradewind.flow.pages import generated_pages
from tradewind.flow.questions.asked import list_use_cases

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
HANDWRITTEN = sorted([*DOCS.rglob("*.md"), ROOT / "README.md"])


@pytest.mark.parametrize("name", generated_pages())
def test_a_made_page_is_what_the_code_says(name: str) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == generated_pages()[name], "the code changed: make docs"


def test_every_command_is_documented() -> None:
    page = (DOCS / "commands.md").read_text(encoding="utf-8")
    for command in app.registered_commands:
        name = command.name or command.callback.__name__  # type: ignore[union-attr]
        assert f"`tradewind {name}" in page, f"docs/commands.md lacks {name}"


def test_every_public_name_is_documented() -> None:
    page = (DOCS / "python.md").read_text(encoding="utf-8")
    for name in tw.__all__:
        assert f"tw.{name}" in page, f"docs/python.md lacks {name}"
        assert getattr(tw, name).__doc__, f"{name} has no docstring"


def test_every_question_says_when_not_to_use_it() -> None:
    for case in list_use_cases():
        text = (ROOT / "src/tradewind/use_cases" / case.name / "README.md").read_text(encoding="utf-8")
        for part in ("The question", "The action it drives", "The money at stake", "When not to use it", "How it is"):
            assert f"**{part}" in text or f"{part}" in text, f"{case.name}: {part}"


def test_links_between_pages_lead_somewhere() -> None:
    for page in HANDWRITTEN:
        for target in re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8")):
            if not target.startswith(("http:", "https:", "mailto:")):
                assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_the_python_of_the_docs_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = CONFIG.replace('["linear", "tree"]', '["tree"]')
    write_small_shop(tmp_path / "shop", customers=250, config=config)
    real = tw.open
    monkeypatch.setattr(tw, "open", lambda folder: real(folder, clock=lambda: NOW), raising=False)
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", (DOCS / "python.md").read_text(encoding="utf-8"), flags=re.DOTALL)
    assert len(blocks) >= 3
    names: dict[str, object] = {}
    for block in blocks:
        exec(compile(block, "docs/python.md", "exec"), names)
    assert "rows" in names
