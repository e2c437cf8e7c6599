"""The report as one HTML file that needs nothing else: no other host, no installation, light, dark and on paper."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa

from tradewind.core.brand import Brand
from tradewind.core.errors import Problem, StoreError
from tradewind.core.finding import Finding
from tradewind.core.words import say
from tradewind.report.charts import Chart, build_charts
from tradewind.report.context import ReportContext
from tradewind.report.drawing import NotDrawable, rows_of
from tradewind.report.images import chart_svg
from tradewind.report.numbers import say_between, say_day, say_value
from tradewind.report.story import check_badge, headline_figure, in_order, rejected_rows, tell
from tradewind.report.troubles import trouble_rows

LIMIT = 3_000_000
"""Bytes that a report may weigh: it must fit into a mail."""

LIST_ROWS = 10
"""Persons shown where rows were asked for."""

_TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class Picture:
    """A chart on the page: its place, its words, and a still picture for where scripts do not run."""

    id: str
    chart: Chart
    still: str


def render_html(
    findings: Sequence[Finding],
    tables_by_finding: Mapping[str, Mapping[str, pa.Table]],
    context: ReportContext,
    include_rows: bool = False,
    charts: Mapping[str, Sequence[Chart]] | None = None,
) -> str:
    """Return the report as one HTML page.

    Args:
        findings: the run's findings.
        tables_by_finding: finding's name → role → result table.
        context: the frame around them.
        include_rows: whether the first rows of each list of persons are shown; otherwise only aggregates are.
        charts: what `report_charts` gave for the same findings, where it was asked already.
    Returns:
        The page; it makes no request to any host.
    Raises:
        StoreError: the page would weigh more than 3 MB.
    """
    sections = {
        finding.name: tell(finding, tables_by_finding.get(finding.name, {}), context.cards.get(finding.name))
        for finding in findings
    }
    drawn = report_charts(findings, tables_by_finding, context) if charts is None else charts
    pictures = {name: _pictures(name, each) for name, each in drawn.items()}
    lists = {f.name: _list(tables_by_finding.get(f.name, {}), context) for f in findings} if include_rows else {}
    specs = {
        picture.id: picture.chart.spec() for shown in pictures.values() for picture in shown if picture.chart.altair
    }
    ordered = in_order(findings)
    style, script, bundle = (
        _asset("report.css") + _own_colour(context.brand),
        _asset("report.js"),
        vega_bundle() if specs else "",
    )
    frame = {
        "say": say, "say_day": say_day, "context": context, "policy": _policy((script, bundle), style),
        "style": style, "script": script, "bundle": bundle, "specs": inert(specs), "lists": lists,
        "first": [(sections[finding.name], headline_figure(finding)) for finding in ordered],
        "answered": [sections[finding.name] for finding in ordered],
        "unanswered": [sections[finding.name] for finding in findings if not sections[finding.name].answered],
        "rejected": rejected_rows(context.rejected),
        "data_checks": [(check_badge(check), check) for check in context.checks],
        "troubles": trouble_rows(context.troubles),
    }  # fmt: skip
    page = _rendered(pictures, frame)
    if len(page.encode()) > LIMIT:
        # The still pictures are what can be done without: they only show where scripts do not run.
        page = _rendered({name: [replace(each, still="") for each in shown] for name, shown in pictures.items()}, frame)
    weight = len(page.encode())
    if weight > LIMIT:
        what = Problem(
            "report", "it is too large to send", f"{weight:,} bytes", f"at most {LIMIT:,}", "ask fewer questions"
        )
        raise StoreError(what)
    return page


def _rendered(pictures: Mapping[str, Sequence[Picture]], frame: Mapping[str, object]) -> str:
    import jinja2

    template = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    ).get_template("report.html")  # fmt: skip
    return template.render(pictures=pictures, **frame)


def report_charts(
    findings: Sequence[Finding], tables_by_finding: Mapping[str, Mapping[str, pa.Table]], context: ReportContext
) -> dict[str, list[Chart]]:
    """Return the charts of every finding, in reading order; none of one without an answer."""
    revenue = context.amounts_are == "revenue"
    charts: dict[str, list[Chart]] = {}
    for finding in findings:
        name, tables = finding.name, tables_by_finding.get(finding.name, {})
        answered = finding.status not in ("not answerable", "failed")
        rule = context.rules.get(name, "")
        charts[name] = build_charts(finding, tables, context.currency, rule, revenue) if answered else []
    return charts


def _pictures(name: str, charts: Sequence[Chart]) -> list[Picture]:
    return [Picture(f"{name}-{chart.role}", chart, _still(chart, f"{name}-{chart.role}")) for chart in charts]


def _still(chart: Chart, name: str) -> str:
    """Return the chart as SVG that may stand in the page: no address, ids of its own."""
    if chart.altair is None:
        return ""
    svg = chart_svg(chart.spec(), 480)
    svg = re.sub(r' xmlns(:xlink)?="[^"]*"', "", svg)
    svg = re.sub(r'(id="|url\(#)(clip|gradient)', rf"\1{name}-\2", svg)
    return svg.replace("<svg ", '<svg aria-hidden="true" ', 1)


def _list(tables: Mapping[str, pa.Table], context: ReportContext) -> list[tuple[str, ...]]:
    """Return header and rows of the first persons on a list."""
    try:
        rows = rows_of(tables["scores"], ("entity_id", "mean"), ("low", "high", "reason_1", "reason_2", "reason_3"))
    except (KeyError, NotDrawable):
        return []
    rows = sorted(rows, key=lambda row: -float(row["mean"]))[:LIST_ROWS]
    chance = all(0 <= row["mean"] <= 1 for row in rows)
    unit = "share" if chance else context.currency
    told = []
    for row in rows:
        low, high = row["low"], row["high"]
        between = "" if low is None or high is None else say_between(low, high, lambda end: say_value(end, unit))
        reasons = "; ".join(str(row[name]) for name in ("reason_1", "reason_2", "reason_3") if row[name])
        told.append((str(row["entity_id"]), say_value(row["mean"], unit), between, reasons))
    head = (
        say("column.who"),
        say("column.likely" if chance else "column.worth"),
        say("column.range"),
        say("column.reasons"),
    )
    return [head, *told]


def _own_colour(brand: Brand) -> str:
    """The company's colour in place of ours, light and dark alike."""
    return f"\n.top {{ --deep: {brand.colour}; --on-deep: {brand.on_colour}; }}" if brand.colour else ""


def _asset(name: str) -> str:
    return (_TEMPLATES / name).read_text(encoding="utf-8").strip()


@lru_cache(maxsize=1)
def vega_bundle() -> str:
    """Return Vega, Vega-Lite and vega-embed as one script, without addresses of other hosts."""
    import vl_convert

    script = str(vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")).replace("\r\n", "\n")
    # Links of error messages, of the editor and of the schema; the w3.org ones are names of namespaces, not addresses.
    return re.sub(r"https?://(?!www\.w3\.org/)", "", script).replace("</script", "<\\/script")


def _policy(scripts: Sequence[str], style: str) -> str:
    """Return the content security policy: these very scripts and this very style, and nothing else from anywhere."""
    allowed = " ".join(_hash(script) for script in scripts if script)
    return (
        f"default-src 'none'; script-src {allowed}; style-src {_hash(style)}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def inert(value: Any) -> str:
    """Return JSON that no HTML parser can mistake for markup."""
    text = json.dumps(value, allow_nan=False, separators=(",", ":"), ensure_ascii=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
