"""Every page in a real browser: no violation of axe, nothing wider than a phone, nothing against the content policy."""

from __future__ import annotations

from pathlib import Path

import pytest

from browser.conftest import sideways, violations
from served_worlds import as_role, served

PAGES = ("/", "/answers", "/answers/lapse", "/tables/scores_lapse", "/segments")


@pytest.fixture(scope="module")
def shop(answered_shop: Path):
    with served(answered_shop, as_role("admin")) as address:
        yield address


@pytest.mark.parametrize("path", PAGES)
def test_a_page_reads_well_for_everybody(shop: str, open_page, path: str) -> None:
    page = open_page(width=375, height=720)
    answer = page.goto(shop + path)
    assert answer.status == 200
    assert page.locator("h1").count() == 1
    assert violations(page) == []
    assert sideways(page) <= 0
    page.emulate_media(color_scheme="dark")
    assert violations(page) == []
