"""The page in a real Chromium: nothing asked for, nothing refused, every chart drawn, light, dark, narrow and "
"printed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest
from chromium_pipe import Page, chromium, find_chromium

from tradewind.core.finding import Finding
from tradewind.report.context import ReportContext
from tradewind.report.html import render_html

pytestmark = [
    pytest.mark.skipif(find_chromium() is None, reason="no Chromium on this machine"),
    pytest.mark.skipif(os.name != "posix", reason="the debugging pipe is opened with POSIX file descriptors"),
]

CHARTS = 9
TROUBLE = ("Log.entryAdded", "Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Audits.issueAdded")


@pytest.fixture(scope="module")
def report(
    findings: list[Finding],
    tables: dict[str, dict[str, pa.Table]],
    context: ReportContext,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(render_html(findings, tables, context), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def browser(report: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """A browser with the report open in it."""
    with chromium(tmp_path_factory.mktemp("profile")) as page:
        page.open(report)
        yield page


def ink(page: Page) -> str:
    return str(page.run("getComputedStyle(document.querySelector('[data-chart] .role-axis-label text')).fill"))


def test_all_charts_are_drawn_by_vega_and_nothing_is_refused(browser: Page, report: Path) -> None:
    assert browser.run("document.querySelectorAll('[data-chart].vega-embed svg.marks').length") == CHARTS
    assert browser.run("document.documentElement.dataset.drawn") == str(CHARTS)
    marks = "[...document.querySelectorAll('[data-chart]')].map(one => one.querySelectorAll('path, text').length)"
    assert min(browser.run(marks)) > 20
    # A tooltip is where a charting library would need styles or code that the policy forbids.
    bar = "document.querySelector('#lifetime_value .mark-rect path')"
    browser.run(f"document.documentElement.style.scrollBehavior = 'auto', {bar}.scrollIntoView({{block: 'center'}})")
    x, y = browser.run(
        f"(() => {{ const box = {bar}.getBoundingClientRect(); return [box.x + 6, box.y + box.height - 6]; }})()"
    )
    browser.send("Input.dispatchMouseEvent", {"type": "mouseMoved", "x": x, "y": y})
    assert "Tenth" in browser.wait("document.getElementById('vg-tooltip-element')?.textContent")
    assert browser.found(*TROUBLE) == []


def test_the_only_request_is_for_the_file_itself(browser: Page, report: Path) -> None:
    addresses = {event["request"]["url"] for event in browser.found("Network.requestWillBeSent")}
    assert addresses == {report.as_uri()}


@pytest.mark.parametrize("width", [375, 768, 1280])
def test_it_fits_the_width(browser: Page, width: int) -> None:
    browser.look(width, 800)
    browser.run("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    charts = "[...document.querySelectorAll('[data-chart]')]"
    browser.wait(
        f"{charts}.every(one => one.querySelector('svg').getBoundingClientRect().width <= one.clientWidth + 1)"
    )
    assert browser.run("document.documentElement.scrollWidth") <= width
    browser.run("document.querySelectorAll('details').forEach(one => { one.open = false; })")


def test_dark_follows_the_system_and_the_button_turns_it(browser: Page) -> None:
    browser.look(scheme="light")
    light = ink(browser)
    browser.look(scheme="dark")
    dark = ink(browser)
    assert dark != light
    browser.run("document.getElementById('theme').click()")
    assert ink(browser) == light
    assert browser.run("document.getElementById('theme').getAttribute('aria-pressed')") == "false"
    browser.look(scheme="light")
    browser.run("document.getElementById('theme').click()")
    assert ink(browser) == dark
    browser.run("delete document.documentElement.dataset.theme")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_what_it_is_on(browser: Page, scheme: str) -> None:
    """Contrast of at least 4.5 (WCAG 2.2, 1.4.3) for the page's text colours on its grounds."""
    browser.look(scheme=scheme)
    pairs = [(text, ground) for text in ("ink", "muted") for ground in ("paper", "ground", "soft")]
    pairs += [
        ("ink", "sun"),
        ("ours", "paper"),
        ("rule", "paper"),
        ("good", "paper"),
        ("bad", "paper"),
        ("on-deep", "deep"),
    ]
    for text, ground in pairs:
        first, second = (_luminance(_rgb(browser, name)) for name in (text, ground))
        ratio = (max(first, second) + 0.05) / (min(first, second) + 0.05)
        assert ratio >= 4.5, f"{text} on {ground} in {scheme}: {ratio:.2f}"


def _rgb(page: Page, name: str) -> list[float]:
    script = (
        "(() => { const one = document.createElement('span'); one.style.color = 'var(--NAME)'; "
        "document.body.append(one);"
        " const found = getComputedStyle(one).color; one.remove(); return found.match(/[0-9.]+/g).map(Number); })()"
    )
    return [float(part) for part in page.run(script.replace("NAME", name))]


def _luminance(rgb: list[float]) -> float:
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (one / 255 for one in rgb[:3])
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_it_prints_with_the_proof_open(browser: Page, tmp_path: Path) -> None:
    browser.look(scheme="dark")
    browser.run(
        "window.seen = []; addEventListener('beforeprint', () => "
        "seen.push(document.querySelectorAll('details.how[open]').length))"
    )
    browser.pdf(tmp_path / "report.pdf")
    assert (tmp_path / "report.pdf").read_bytes()[:5] == b"%PDF-"
    assert browser.run("seen") == [3]
    assert browser.run("document.querySelectorAll('details.how[open]').length") == 0


def test_a_violation_of_the_policy_would_be_seen(browser: Page, report: Path, tmp_path: Path) -> None:
    before = len(browser.found(*TROUBLE))
    broken = tmp_path / "broken.html"
    page = report.read_text(encoding="utf-8")
    broken.write_text(page.replace("<h1>", "<script>1</script><h1>", 1), encoding="utf-8")
    browser.open(broken)
    browser.run("new Promise(done => setTimeout(done, 200))")
    assert len(browser.found(*TROUBLE)) > before


def test_without_scripts_the_charts_are_still_pictures(browser: Page, report: Path) -> None:
    browser.send("Emulation.setScriptExecutionDisabled", {"value": True})
    browser.load(report)
    root = browser.send("DOM.getDocument")["root"]["nodeId"]
    chosen = {"nodeId": root, "selector": "[data-chart] > svg[aria-hidden]"}
    assert len(browser.send("DOM.querySelectorAll", chosen)["nodeIds"]) == CHARTS
