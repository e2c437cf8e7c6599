"""A newcomer with one export, and neither terminal nor config file, has a file of named people with reasons."""

from __future__ import annotations

import csv
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tradewind.simulate.exports.hubspot import write_hubspot
from tradewind.simulate.exports.shopify import write_shopify_orders
from tradewind.simulate.sales import simulate_sales
from tradewind.simulate.shop import simulate_shop
from tradewind.simulate.world import SalesSettings, ShopSettings, World

LINK = re.compile(r"http://127\.0\.0\.1:\d+/welcome/\S+")
MINUTES = 10
MOST_QUESTIONS = 5
WANTED = 50


def shopify(folder: Path) -> list[Path]:
    """Write a shop's export of orders."""
    return [
        write_shopify_orders(simulate_shop(World(date(2025, 1, 1), 480, shop=ShopSettings(customers=220)), 4), folder)
    ]


def hubspot(folder: Path) -> list[Path]:
    """Write a sales team's contacts, companies and deals."""
    return list(write_hubspot(simulate_sales(World(date(2025, 1, 1), 480, sales=SalesSettings(leads=700)), 4), folder))


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Serve a folder as a person would, and give the link that the terminal shows."""
    command = [sys.executable, "-m", "tradewind.cli.main", "serve", str(folder), "--port", "0"]
    log = folder.parent / "serve.log"
    with log.open("w") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, env={**os.environ, "COLUMNS": "200"})
    try:
        deadline = time.monotonic() + 60
        while (found := LINK.search(log.read_text())) is None:
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)
        yield found.group(0)
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0, log.read_text()[-2000:]


def come_in(page: Any, link: str) -> str:
    """Make the first admin; return the address of the pages."""
    page.goto(link)
    page.get_by_label("Your name").fill("Robin Hill")
    page.get_by_label("E-mail address").fill("robin@hill.example")
    for label in ("Password", "The same once more"):
        page.get_by_label(label, exact=True).fill("violet ladder seventeen orchard")
    page.get_by_role("button", name="Come in").click()
    page.wait_for_url(re.compile(r"/(start)?$"))
    return str(link.split("/welcome/")[0])


@pytest.mark.parametrize(("write", "people"), [(shopify, "customers"), (hubspot, "leads|deals")])
def test_from_an_export_to_fifty_named_people_with_reasons(
    open_page: Callable[..., Any], tmp_path: Path, write: Callable[[Path], list[Path]], people: str
) -> None:
    exports = tmp_path / "exports"
    exports.mkdir()
    files = write(exports)
    began = time.monotonic()
    with serving(tmp_path / "company") as link:
        page = open_page(accept_downloads=True)
        page.set_default_timeout(MINUTES * 60_000)
        address = come_in(page, link)
        page.goto(f"{address}/start")
        page.locator("input[type=file]").first.set_input_files(files)
        page.get_by_role("button", name="Read my files").click()
        page.wait_for_url("**/data/mapping")
        asked = page.locator("section", has=page.get_by_role("heading", name="Only you know this"))
        assert 1 <= asked.locator("fieldset").count() <= MOST_QUESTIONS
        page.get_by_role("button", name="Check my data with this").click()
        page.wait_for_url("**/data/check")
        page.get_by_role("button", name="Answer my questions").click()
        page.wait_for_url("**/lists/*")
        assert re.search(rf"\b\d+ ({people}) to work on", page.locator("main").inner_text())
        page.get_by_role("link", name="Take this list out").click()
        with page.expect_download() as download:
            page.get_by_role("button", name=re.compile("^Take out")).click()
        rows = list(csv.DictReader(Path(download.value.path()).read_text(encoding="utf-8-sig").splitlines()))
    assert time.monotonic() - began < MINUTES * 60
    assert len(rows) >= WANTED
    assert all(row["name"] and row["record_id"] and row["reason_1"] for row in rows[:WANTED])
