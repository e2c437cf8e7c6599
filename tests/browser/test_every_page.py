"""Every room in a real browser: no violation of axe, nothing wider than a phone, nothing against the content policy."""

from __future__ import annotations

from pathlib import Path

import pytest

from browser.conftest import as_role, pale, served, sideways, violations

ROOMS = (
    "/", "/answers", "/answers/lapse", "/people", "/lists/lapse", "/segments", "/offers", "/tests", "/sends", "/data",
    "/rooms", "/settings/money", "/settings/words", "/tables/scores_lapse", "/v1/docs", "/no-such-page",
)  # fmt: skip


@pytest.fixture(scope="module")
def shop(answered_shop: Path):
    with served(answered_shop, as_role("admin")) as address:
        yield address


@pytest.mark.parametrize("path", ROOMS)
def test_a_room_reads_well_for_everybody(shop: str, open_page, path: str) -> None:
    page = open_page(width=375, height=720)
    answer = page.goto(shop + path)
    assert answer.status == (404 if path == "/no-such-page" else 200)
    assert page.locator("h1").count() == 1
    assert violations(page) == []
    assert sideways(page) <= 0
    page.emulate_media(color_scheme="dark")
    assert pale(page) == []
