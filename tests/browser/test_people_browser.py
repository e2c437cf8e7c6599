"""People and lists in a real browser: readable for everybody, one click in place, taken back, by keyboard alone."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from browser.conftest import sideways, violations
from served_worlds import as_role, served

PAGES = (
    "/leads?list=lead_conversion",
    "/lists",
    "/lists/lead_conversion",
    "/lists/lead_conversion/export",
    "/deals/forecast",
)


@pytest.fixture(scope="module")
def sales(answered_sales: Path, tmp_path_factory: pytest.TempPathFactory):
    root = Path(shutil.copytree(answered_sales, tmp_path_factory.mktemp("people") / "sales"))
    with served(root, as_role("marketer")) as address:
        yield address


@pytest.mark.parametrize("path", PAGES)
def test_a_room_reads_well_on_a_phone_and_in_the_dark(sales: str, open_page, path: str) -> None:
    page = open_page(width=375, height=720, dark=True)
    assert page.goto(sales + path).status == 200
    assert page.locator("h1").count() == 1
    assert violations(page) == []
    assert sideways(page) <= 0


def test_a_click_stays_on_the_page_and_is_taken_back_by_keyboard(sales: str, open_page) -> None:
    page = open_page()
    page.goto(f"{sales}/lists/lead_conversion")
    row = page.locator(".work-row").first
    key = row.get_attribute("data-key")
    row.get_by_role("button", name="Done").dblclick()
    page.locator("#told", has_text="done").wait_for()
    assert row.locator(".said").inner_text().startswith("Said last: done")
    row.focus()
    page.keyboard.press("u")
    page.locator("#told", has_text="taken back").wait_for()
    page.keyboard.press("j")
    page.keyboard.press("x")
    assert page.evaluate("() => document.activeElement.name") == "because"
    page.keyboard.type("has moved away")
    page.keyboard.press("Enter")
    page.locator("#told", has_text="has moved away").wait_for()
    page.reload()
    keys = [each.get_attribute("data-key") for each in page.locator(".work-row").all()]
    assert keys[0] == key
    page.locator(".work-row h2 a").first.click()
    assert violations(page) == []
    assert page.get_by_role("heading", name="Every decision, and why").is_visible()
