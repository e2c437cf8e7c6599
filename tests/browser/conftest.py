"""A real server on loopback and a real Chromium; skipped with a clear word where there is none."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from answered_worlds import answered, write_answered_sales, write_answered_shop
from served_worlds import as_role, served

__all__ = ["as_role", "pale", "served", "sideways", "violations"]

ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
PATIENCE_MS = 15_000


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """Debian's Chromium, driven by Playwright; not for longer than a file, for its loop of events shuts out others."""
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed: no browser tests")
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("Chromium is not installed: browser tests were skipped (Debian: apt-get install chromium)")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Any) -> Iterator[Callable[..., Any]]:
    """Opens pages of a browser: `open_page(width=375, dark=True)`; any breach of the content policy fails the test."""
    contexts, breaches = [], []

    def make(width: int = 1280, height: int = 900, dark: bool = False, **more: Any) -> Any:
        scheme = "dark" if dark else "light"
        context = chromium.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, reduced_motion="reduce", **more
        )
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        page.on("console", lambda said: breaches.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: breaches.append(str(error)))
        contexts.append(context)
        return page

    yield make
    for context in contexts:
        context.close()
    unexpected = [text for text in breaches if "Failed to load resource" not in text]
    assert not unexpected, unexpected


def violations(page: Any) -> list[str]:
    """Return what axe finds wrong on a page, one line for each rule and place."""
    import axe_core_python

    # Evaluated by the driver, not loaded by the page: the page's policy allows no other script.
    page.evaluate((Path(axe_core_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8") + "; true")
    return _found(page, "{resultTypes: ['violations']}")


def pale(page: Any) -> list[str]:
    """Return what has too little contrast, on a page that axe has looked at before."""
    return _found(page, "{resultTypes: ['violations'], runOnly: ['color-contrast']}")


def _found(page: Any, options: str) -> list[str]:
    found = page.evaluate(f"() => axe.run(document, {options})")
    return [f"{each['id']}: {node['target']}" for each in found["violations"] for node in each["nodes"]]


def sideways(page: Any) -> int:
    """Return by how many pixels a page is wider than its window."""
    return int(page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth"))


@pytest.fixture(scope="session")
def answered_shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small shop that was run once; only read it."""
    return answered("shop", write_answered_shop, tmp_path_factory)


@pytest.fixture(scope="session")
def answered_sales(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small sales team that was run once; only read it."""
    return answered("sales", write_answered_sales, tmp_path_factory)
