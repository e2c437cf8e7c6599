"""From a demo that is answered to the first file of fifty people: by the links and buttons that the pages show."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from html import unescape
from pathlib import Path

from fastapi.testclient import TestClient

WANTED = 50
LINK = re.compile(r'<a\b[^>]*href="([^"#]+)[^"]*"[^>]*>(.*?)</a>', re.DOTALL)


def follow(client: TestClient, page: str, words: str) -> str:
    """Open the first link of a page whose text or address has some words."""
    links = [(unescape(href), re.sub(r"<[^>]+>", "", text)) for href, text in LINK.findall(page)]
    found = next((href for href, text in links if re.search(words, text) or re.search(words, href)), None)
    assert found is not None, f"no link with {words!r} among {links}"
    answer = client.get(found)
    assert answer.status_code == 200, found
    return answer.text


def test_fifty_people_with_reasons_are_three_links_away(
    client_of: Callable[..., TestClient], fresh_copy: Callable[[Path], Path], answered_shop: Path
) -> None:
    client = client_of(fresh_copy(answered_shop))
    page = client.get("/").text
    page = follow(client, page, "About to stop buying")
    page = follow(client, page, "The whole list")
    page = follow(client, page, "Take this list out")
    before, _, after = page.partition("Take out ")
    form = before[before.rindex("<form ") :]
    action = re.search(r'action="([^"]+)"', form)
    count = re.match(r"\d+", after)
    assert action is not None
    assert count is not None
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))
    taken = client.post(unescape(action[1]), data={name: unescape(value) for name, value in fields.items()})
    assert taken.status_code == 200
    rows = list(csv.DictReader(taken.text.removeprefix("\ufeff").splitlines()))
    assert len(rows) == int(count[0])
    assert len(rows) >= WANTED
    assert all(row["record_id"] and row["reason_1"] for row in rows[:WANTED])
