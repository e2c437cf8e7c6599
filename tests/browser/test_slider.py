"""The slider of an answer: the browser works out and says what the API and the table of words do, to the bit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

import tradewind as tw
from answered_by_hand import Clock, answer_by_hand, open_by_hand, scores
from browser.conftest import as_role, served
from small_worlds import NOW
from tradewind.flow.answers.economics import EXACT, read_curve, reckon
from tradewind.flow.questions.asked import find_question
from tradewind.report.numbers import say_count, say_money, say_one_in

GRID = [(cost, of_100) for cost in (0, 0.25, 0.5, 1.3, 4, 60) for of_100 in (0, 0.5, 3, 10, 37.5, 100)]
NAMES = ("contacts", "cost", "gain", "break_even_share", "best_length", "best_gain")
TRY = """(grid) => grid.map(([cost, of100]) => {
  for (const [id, value] of [["contact-cost", cost], ["of-100", of100]]) {
    const field = document.getElementById(id);
    field.value = String(value);
    field.dispatchEvent(new Event("input"));
  }
  const outs = [...document.querySelectorAll("#what-if-figures [data-out]")];
  return outs.map((out) => [out.dataset.out, out.dataset.value, out.textContent]);
})"""


def long_list() -> pa.Table:
    """Return a list that is longer than a curve holds exactly."""
    rng = np.random.default_rng(3)
    people = EXACT + 1_500
    chance, value = rng.beta(1, 5, people), rng.lognormal(4, 1.2, people)
    return scores([(f"c{place}", float(chance[place]), float(value[place])) for place in range(people)])


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("long")
    workspace = open_by_hand(root, Clock())
    answer_by_hand(workspace, long_list())
    workspace.close()
    return root


def told(root: Path, open_page, grid: list[tuple[float, float]]) -> list[dict[str, tuple[str, str]]]:
    with served(root, as_role("marketer")) as address:
        page = open_page()
        page.goto(f"{address}/answers/lapse")
        page.wait_for_selector("html[data-what-if=ready]")
        return [{name: (raw, text) for name, raw, text in row} for row in page.evaluate(TRY, grid)]


def test_the_browser_works_out_and_says_what_the_api_does(long: Path, open_page) -> None:
    workspace = tw.open(long, clock=lambda: NOW)
    curve = read_curve(workspace, find_question(workspace.config, "lapse"))
    workspace.close()
    assert len(curve.ranks) < curve.people
    for (cost, of_100), shown in zip(GRID, told(long, open_page, GRID), strict=True):
        expected = reckon(curve, cost, of_100 / 100).to_json()
        for name in NAMES:
            raw, text = shown[name]
            assert (float(raw) if raw else None) == expected[name], (name, cost, of_100)
            assert text == said(name, expected[name]), (name, cost, of_100)


def said(name: str, value: object) -> str:
    if value is None:
        return "–"
    assert isinstance(value, int | float)
    if name == "break_even_share":
        return say_one_in(value)
    return say_count(value) if name in ("contacts", "best_length") else say_money(value, "EUR")


def test_without_scripts_a_form_gives_the_same_and_a_slider_moves_its_field(long: Path, open_page) -> None:
    with served(long, as_role("marketer")) as address:
        bare = open_page(java_script_enabled=False)
        bare.goto(f"{address}/answers/lapse")
        bare.fill("#contact-cost", "2.5")
        bare.fill("#of-100", "20")
        bare.get_by_role("button", name="Work it out").click()
        without = bare.locator("#what-if-figures .value").all_text_contents()
        page = open_page(width=375)
        page.goto(f"{address}/answers/lapse")
        page.wait_for_selector("html[data-what-if=ready]")
        page.fill("#contact-cost", "2.5")
        page.fill("#of-100", "20")
        assert page.locator("#what-if-figures .value").all_text_contents() == without
        slider = page.locator("[data-of=of-100]")
        slider.focus()
        slider.press("ArrowRight")
        assert page.input_value("#of-100") == "20.5"
        assert "worth contacting" in page.locator("#what-if-said").text_content()
        page.locator("#what-if-back").click()
        assert page.input_value("#contact-cost") == "1"
