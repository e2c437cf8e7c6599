"""Charts of a finding as a page embeds them: the specification as text that no parser mistakes for markup."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from tradewind.flow.answers.saved_charts import SavedChart
from tradewind.report.charts import Chart
from tradewind.report.html import inert


@dataclass(frozen=True)
class Picture:
    """One chart on a page; see `parts.chart`.

    Args:
        title: the finding it shows.
        caption: how to read it and what it assumes.
        alt: the chart in words.
        spec: its Vega-Lite form; empty where there is nothing to draw, then `caption` says why.
        table: the numbers drawn, header and rows.
    """

    title: str
    caption: str
    alt: str
    spec: Markup
    table: tuple[tuple[str, ...], ...] = ()


def picture_of(chart: Chart) -> Picture:
    """Return a chart as a page embeds it."""
    spec = Markup(inert(chart.spec())) if chart.altair is not None else Markup("")
    return Picture(chart.title, chart.caption, chart.alt, spec, chart.table)


def picture_of_saved(chart: SavedChart) -> Picture:
    """Return a chart that a run has drawn as a page embeds it."""
    spec = inert_text(chart.spec) if chart.spec else Markup("")
    return Picture(chart.title, chart.caption, chart.alt, spec, chart.table)


def inert_text(value: object) -> Markup:
    """Return a value as JSON that may stand inside a script of data."""
    return Markup(inert(value))
