"""The look of every chart: colours that colour-blind people can tell apart, and quiet axes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa

from tradewind.core.words import say

INK = "#1d2a35"
MUTED = "#5a6874"
GRID = "#e4e1d9"
PAPER = "#fffefb"
OURS = "#0a5fa5"
RULE = "#b8500a"
CHANCE = "#84898f"
BAND = "#a9cbe8"
GOOD = "#00715a"

VARIABLES: Mapping[str, str] = {
    INK: "var(--ink)",
    MUTED: "var(--muted)",
    GRID: "var(--grid)",
    PAPER: "var(--paper)",
    OURS: "var(--ours)",
    RULE: "var(--rule)",
    CHANCE: "var(--chance)",
    BAND: "var(--band)",
    GOOD: "var(--good)",
}
"""Colour → the page's variable of it, so that a page's light, dark and printed look recolours charts too."""

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
HEIGHT = 250


class NotDrawable(Exception):
    """A table that holds nothing to draw; the message is a plain sentence that stands in the chart's place."""


def rows_of(table: pa.Table, needed: Sequence[str], optional: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Return the rows of a result table that can be drawn: all needed columns there and none of them missing or NaN.

    Args:
        table: a result table.
        needed: columns without which nothing can be drawn; their nulls and NaN drop the row.
        optional: columns that become None where absent.
    Raises:
        NotDrawable: a needed column is absent, or no row is left.
    """
    absent = [name for name in needed if name not in table.column_names]
    if absent:
        words = ", ".join(name.replace("_", " ") for name in absent)
        raise NotDrawable(say("chart.empty", why=say("chart.empty.columns", columns=words)))
    names = [name for name in (*needed, *optional) if name in table.column_names]
    rows = [{name: _plain(value) for name, value in row.items()} for row in table.select(names).to_pylist()]
    for row in rows:
        row.update({name: None for name in optional if name not in row})
    rows = [row for row in rows if all(row[name] is not None for name in needed)]
    if not rows:
        raise NotDrawable(say("chart.empty", why=say("chart.empty.rows")))
    return rows


def _plain(value: Any) -> Any:
    """Turn a cell into what a chart's data may hold: text, finite number, true or false, None."""
    if value is None or isinstance(value, bool | str):
        return value
    if hasattr(value, "isoformat"):
        return value.isoformat()
    number = float(value)
    return number if number - number == 0 else None


def data(rows: Iterable[Mapping[str, Any]]) -> Any:
    """Return rows as the data of a chart; six digits are more than a screen can show."""
    import altair as alt

    return alt.InlineData(
        values=[
            {name: float(f"{value:.6g}") if isinstance(value, float) else value for name, value in row.items()}
            for row in rows
        ]
    )


def series(names: Sequence[str], colours: Sequence[str], dashes: Sequence[Sequence[int]]) -> tuple[Any, Any]:
    """Return the colour and dash encodings of named lines: two signs for each, so that colour is never the only one.

    Args:
        names: the lines' names, which the legend shows.
        colours: one colour a line.
        dashes: one dash pattern a line.
    """
    import altair as alt

    legend = alt.Legend(
        title=None, orient="top", direction="vertical", symbolType="stroke", symbolSize=260, labelLimit=420
    )
    return (
        alt.Color("line:N", scale=alt.Scale(domain=list(names), range=list(colours)), legend=legend),
        alt.StrokeDash(
            "line:N", scale=alt.Scale(domain=list(names), range=[list(dash) for dash in dashes]), legend=legend
        ),
    )


def dress(chart: Any, title: str, subtitle: str = "", height: int | None = HEIGHT) -> Any:
    """Give a chart its title and the common look, in its own config: no theme of the process is touched.

    Args:
        chart: an Altair chart or layer.
        title: the finding it shows.
        subtitle: the assumption or reading aid.
        height: of the plot in pixels; None leaves it.
    """
    import altair as alt

    size: dict[str, Any] = {"width": "container"} if height is None else {"width": "container", "height": height}
    text = alt.TitleParams(text=fold(title, 70), subtitle=fold(subtitle, 100) if subtitle else alt.Undefined)
    # All of it at once: each `configure_…` of Altair copies the chart and its data.
    look = alt.Config(
        font=FONT,
        padding=4,
        view=alt.ViewConfig(stroke=None),
        axis=alt.AxisConfig(
            labelColor=MUTED,
            titleColor=MUTED,
            domainColor=MUTED,
            tickColor=GRID,
            gridColor=GRID,
            labelFontSize=12,
            titleFontSize=12,
            titleFontWeight="normal",
            titlePadding=8,
            labelPadding=4,
        ),
        axisX=alt.AxisConfig(grid=False, tickSize=4),
        axisXQuantitative=alt.AxisConfig(labelFlush=True),
        axisY=alt.AxisConfig(
            domain=False,
            ticks=False,
            titleAngle=0,
            titleAlign="left",
            titleAnchor="end",
            titleX=0,
            titleY=-12,
            titleBaseline="bottom",
        ),
        legend=alt.LegendConfig(labelColor=INK, labelFontSize=12, rowPadding=3, offset=36, padding=0),
        title=alt.TitleConfig(
            anchor="start",
            color=INK,
            fontSize=16,
            fontWeight=600,
            subtitleColor=MUTED,
            subtitleFontSize=12,
            offset=18,
            frame="group",
        ),
    )
    fit = alt.AutoSizeParams(type="fit-x", contains="padding")
    return chart.properties(title=text, background=PAPER, autosize=fit, config=look, **size)


def fold(text: str, width: int) -> list[str]:
    """Break a text into lines of at most `width` characters, between words."""
    import textwrap

    return textwrap.wrap(text, width) or [""]


def band(rows: list[dict[str, Any]], along: str, x: Any, y: Any, kind: str = "Q") -> list[Any]:
    """Return the layer of the band low to high as a list, empty where the rows have no band.

    Args:
        rows: with `low` and `high`.
        along: their column on the x axis.
        x: the x encoding of the chart it lies in; the band shares its title, scale and axis.
        y: the y encoding likewise.
        kind: Q for a number, T for a time.
    """
    import altair as alt

    ends = [
        {"along": row[along], "low": row["low"], "high": row["high"]}
        for row in rows
        if row["low"] is not None and row["high"] is not None
    ]
    if len(ends) < 2:
        return []
    area = alt.Chart(data(ends)).mark_area(color=BAND, opacity=0.45, line=False, clip=True)
    across, up = x.copy(), y.copy()
    across.shorthand, up.shorthand = f"along:{kind}", "low:Q"
    return [area.encode(x=across, y=up, y2="high:Q")]


def value_at(rows: list[dict[str, Any]], along: str, what: str, where: float) -> float | None:
    """Return `what` at `where` along the curve, linear between its points; None outside of it."""
    points = sorted((float(row[along]), float(row[what])) for row in rows)
    if not points or where > points[-1][0]:
        return None
    before = (0.0, 0.0)
    for point in points:
        if point[0] >= where:
            width = point[0] - before[0]
            return point[1] if width <= 0 else before[1] + (point[1] - before[1]) * (where - before[0]) / width
        before = point
    return None


def times_100(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return shares as "of 100", counts (`n`) as they are."""
    return [
        {name: 100 * value if isinstance(value, float) and name != "n" else value for name, value in row.items()}
        for row in rows
    ]
