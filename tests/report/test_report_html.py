"""The page: complete in itself, safe, readable without colour, scripts or statistics, and telling no person."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import pyarrow as pa
import pytest

from tradewind.core.errors import StoreError
from tradewind.core.finding import Check, Finding
from tradewind.core.terms import statistical_terms
from tradewind.report import html
from tradewind.report.context import ReportContext
from tradewind.report.html import LIMIT, render_html

Tables = dict[str, dict[str, pa.Table]]
VOID = {"meta", "br", "link", "img", "input", "hr"}


class Reader(HTMLParser):
    """Reads a page as people do: its text, its elements, the text outside of "How do we know?"."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.plain: list[str] = []
        self.text: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[tuple[dict[str, str | None], str]] = []
        self._open: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)
        assert not [tag for tag, _ in self._open if tag not in ("html",)], f"never closed: {self._open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append((tag, dict(attrs)))
        for name in ("aria-label", "alt", "title"):
            if dict(attrs).get(name) and not self._inside("details", "how"):
                self.plain.append(str(dict(attrs)[name]))

    def handle_endtag(self, tag: str) -> None:
        opened, _ = self._open.pop()
        assert opened == tag, f"</{tag}> closes <{opened}>"

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1][0] in ("script", "style"):
            self.scripts.append((self._open[-1][1], data))
        elif data.strip():
            self.text.append(data.strip())
            if not self._inside("details", "how"):
                self.plain.append(data.strip())

    def _inside(self, tag: str, kind: str) -> bool:
        return any(one == tag and attrs.get("class") == kind for one, attrs in self._open)


@pytest.fixture(scope="module")
def page(findings: list[Finding], tables: Tables, context: ReportContext) -> str:
    return render_html(findings, tables, context)


@pytest.fixture(scope="module")
def reader(page: str) -> Reader:
    return Reader(page)


def test_the_page_fits_into_a_mail(page: str) -> None:
    assert len(page.encode()) < LIMIT
    assert page.count("vegaEmbed =") <= 1, "all charts share one bundle"


def test_the_page_names_no_other_host(page: str, reader: Reader) -> None:
    addresses = set(re.findall(r"(?:https?:)?//[a-z0-9.-]+\.[a-z]{2,}[^\s\"'`<)]*", page))
    # Names of the namespaces of SVG and its relatives: never requested.
    assert {address for address in addresses if not address.startswith("http://www.w3.org/")} == set()
    for tag, attrs in reader.tags:
        for name in ("src", "href", "srcset", "data", "action", "poster"):
            value = attrs.get(name)
            assert value is None or value.startswith("#"), f"<{tag} {name}={value}>"
    assert "@import" not in page
    assert "$schema" not in json.dumps(next(text for attrs, text in reader.scripts if attrs.get("id") == "charts"))


def test_the_policy_allows_these_scripts_and_nothing_else(reader: Reader) -> None:
    policy = next(str(attrs["content"]) for tag, attrs in reader.tags if attrs.get("http-equiv"))
    assert policy.startswith("default-src 'none'")
    assert not re.search(r"unsafe|\*|https?:", policy)
    parts: dict[tuple[tuple[str, str | None], ...], str] = {}
    for place, (attrs, text) in enumerate(reader.scripts):
        if attrs.get("type") != "application/json":
            parts[(("place", str(place)),)] = text
    assert len(parts) == 3
    for text in parts.values():
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy
    assert not [attrs for _, attrs in reader.tags if "style" in attrs or any(name.startswith("on") for name in attrs)]


def test_no_statistical_term_outside_of_how_do_we_know(reader: Reader) -> None:
    assert statistical_terms(" \n ".join(reader.plain)) == []
    assert "AUC" in " ".join(reader.text), "the figures themselves are there"


def test_no_statistical_term_inside_a_chart(reader: Reader) -> None:
    specs = json.loads(next(text for attrs, text in reader.scripts if attrs.get("id") == "charts"))
    words: list[str] = []

    def read(value: object, name: str = "") -> None:
        if isinstance(value, dict):
            for key, part in value.items():
                read(part, key)
        elif isinstance(value, list):
            for part in value:
                read(part, name)
        elif isinstance(value, str) and name in ("title", "text", "line", "kind", "place", "sentence", "domain"):
            words.append(value)

    read(specs)
    assert len(words) > 50
    assert statistical_terms(" \n ".join(words)) == []


def test_no_person_is_in_the_page_unless_asked_for(
    page: str, findings: list[Finding], tables: Tables, context: ReportContext
) -> None:
    assert "usually every 6" not in page
    assert "no person can be read from it" in page
    with_rows = render_html(findings, tables, context, include_rows=True)
    assert with_rows.count("usually every 6") == 10
    assert "no person can be read from it" not in with_rows


def test_every_part_of_the_answer_is_there(reader: Reader) -> None:
    text = " ".join(reader.text)
    for part in (
        "Complete Journey Grocers",
        "1 January 2017 – 30 November 2017",
        "s-20171201-4f2a91c07b",
        "What to do first",
        "About to stop buying",
        "What it means in money",
        "What to do next",
        "Goes together, cause unknown",
        "Estimated from history",
        "How do we know?",
        "Where it is less reliable",
        "Rows we could not use",
        "What would unlock it",
        "could not be checked",
        "not known: no threshold pays",
        "What we assumed",
        "LightGBM boosting",
    ):
        assert part in text, part


def test_money_at_stake_comes_first_and_what_comes_in_anyway_later(page: str) -> None:
    order = [page.index(f'<section class="finding" id="{name}"') for name in ("lapse", "lifetime_value", "next_spend")]
    assert order == sorted(order)


def test_keyboard_and_screen_reader(reader: Reader) -> None:
    ids = [attrs["id"] for _, attrs in reader.tags if attrs.get("id")]
    assert len(ids) == len(set(ids))
    headings = [int(tag[1]) for tag, _ in reader.tags if re.fullmatch(r"h[1-6]", tag)]
    assert headings[0] == 1
    assert headings.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(headings))
    plots = [attrs for _, attrs in reader.tags if "data-chart" in attrs]
    assert len(plots) == 9
    assert all(attrs.get("role") == "img" and attrs.get("aria-label") for attrs in plots)
    targets = {str(attrs["href"])[1:] for tag, attrs in reader.tags if tag == "a"}
    assert targets <= set(ids)
    labelled = {str(attrs["aria-labelledby"]) for _, attrs in reader.tags if "aria-labelledby" in attrs}
    assert labelled <= set(ids)
    assert ("html", {"lang": "en"}) in reader.tags


def test_every_chart_has_a_still_picture_for_where_scripts_do_not_run(reader: Reader) -> None:
    assert sum(tag == "svg" for tag, _ in reader.tags) == 9


def test_text_from_data_is_text(context: ReportContext) -> None:
    attack = '</script><script>alert(1)</script><img src=x onerror="alert(1)">'
    finding = Finding(
        "lapse", attack, attack, "answered", "assumed", attack, (attack,), attack, attack,
        checks=(Check(attack, "warn", attack, attack),), tables={"scores": attack},
    )  # fmt: skip
    drivers = pa.table({"sentence": [attack], "importance": [1.0], "direction": [attack]})
    slices = pa.table({"attribute": [attack], "value": [attack], "metric_value": [0.1], "different": [True]})
    rejected = pa.table({"table": [attack], "reason": [attack], "rows": [1]})
    frame = replace(context, company=attack, assumptions=(attack,), rejected=rejected)
    reader = Reader(render_html([finding], {"lapse": {"drivers": drivers, "slices": slices}}, frame))
    assert not [tag for tag, _ in reader.tags if tag == "img"]
    assert not [attrs for _, attrs in reader.tags if "onerror" in attrs]
    assert len([text for attrs, text in reader.scripts]) == 4


def test_nothing_found_is_still_a_report(context: ReportContext) -> None:
    page = render_html([], {}, replace(context, rejected=None, checks=(), assumptions=(), versions={}, period=None))
    text = " ".join(Reader(page).text)
    assert "None of the questions could be answered" in text
    assert "Every row could be used." in text
    assert len(page) < 100_000, "without charts there is no bundle"


def test_a_finding_without_tables_or_numbers_is_told(context: ReportContext) -> None:
    bare = Finding("lapse", "About to stop buying", "Who?", "answered", "assumed", "", (), "", "")
    failed = replace(bare, name="other", status="failed", found=("The disk was full.",))
    text = " ".join(Reader(render_html([bare, failed], {}, context)).text)
    assert "Could not be worked out" in text
    assert "The disk was full." in text


def test_revenue_is_called_revenue(findings: list[Finding], context: ReportContext) -> None:
    text = " ".join(Reader(render_html(findings, {}, replace(context, amounts_are="revenue"))).text)
    assert "Amounts are revenue, not profit" in text


def test_the_raw_table_of_rejected_rows_is_counted_and_its_values_are_not_shown(context: ReportContext) -> None:
    raw = pa.table(
        {
            "table": ["orders"] * 2,
            "row": [1, 2],
            "column": ["amount"] * 2,
            "value": ["secret", "x"],
            "reason": ["not a number"] * 2,
        }
    )
    page = render_html([], {}, replace(context, rejected=raw))
    assert "amount: not a number" in page
    assert "secret" not in page


def test_a_page_that_grows_too_large_does_without_still_pictures(
    page: str, findings: list[Finding], tables: Tables, context: ReportContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(html, "LIMIT", len(page.encode()) - 1_000)
    reader = Reader(render_html(findings, tables, context))
    assert not [tag for tag, _ in reader.tags if tag == "svg"]
    assert len([attrs for _, attrs in reader.tags if "data-chart" in attrs]) == 9


def test_a_page_too_large_to_send_is_refused(context: ReportContext, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(html, "LIMIT", 1_000)
    with pytest.raises(StoreError, match="too large to send"):
        render_html([], {}, context)
