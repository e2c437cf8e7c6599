"""Charts of a forecast: this quarter day by day, sellers with their ranges, past quarters as they were forecast."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pyarrow as pa

from tradewind.core.finding import Finding
from tradewind.core.words import say
from tradewind.report.chart_maker import Maker
from tradewind.report.drawing import BAND, GOOD, INK, OURS, RULE, NotDrawable, band, data, dress, rows_of, series
from tradewind.report.numbers import say_day, say_money

ROLES = ("fan", "forecast", "past_quarters")
"""Roles drawn here, in the order of a section."""
MOST_SELLERS = 20
"""Sellers shown, the largest first."""


def makers(finding: Finding, _tables: Mapping[str, pa.Table], currency: str) -> dict[str, Maker]:
    """Return how the tables of a forecast are drawn."""
    assumed = finding.caption
    return {
        "fan": Maker(
            lambda table: say_fan(table, currency),
            lambda table, title: fan_chart(table, currency, title),
            lambda _: say("fan.caption") + assumed,
            ("day", "won", "mean", "low", "high"),
        ),
        "forecast": Maker(
            lambda table: say_sellers(table, currency),
            lambda table, title: sellers_chart(table, currency, title),
            lambda _: say("sellers.caption"),
            ("period", "kind", "who", "won_already", "open_deals", "new_deals", "mean", "low", "high"),
        ),
        "past_quarters": Maker(
            say_past_quarters,
            lambda table, title: past_quarters_chart(table, currency, title),
            lambda _: say("past_quarters.caption"),
            ("period", "low", "mean", "high", "actual", "stage_weights"),
        ),
    }


def fan_chart(table: pa.Table, currency: str, title: str = "") -> Any:
    """Draw what was won so far in the quarter, and what is to be expected until its end, with the range.

    Args:
        table: day, won, mean, low, high; `won` until today, the others from today on.
        currency: ISO code.
        title: the finding; made from the table where empty.
    Returns:
        An Altair chart.
    Raises:
        NotDrawable: nothing to draw.
    """
    import altair as alt

    rows = _days(table)
    won, mean = say("fan.won"), say("fan.mean")
    lines = [{"x": row["day"], "y": row["won"], "line": won} for row in rows if row["won"] is not None]
    lines += [{"x": row["day"], "y": row["mean"], "line": mean} for row in rows if row["mean"] is not None]
    colour, dash = series([won, mean], [INK, OURS], [[1, 0], [6, 4]])
    x = alt.X("x:T", title=say("fan.x"), axis=alt.Axis(tickCount=6, format="%-d %b"))
    y = alt.Y("y:Q", title=say("fan.y", unit=currency), axis=alt.Axis(tickCount=5, format="~s"))
    tip = [alt.Tooltip("line:N", title="Line"), alt.Tooltip("x:T", title="Day"),
           alt.Tooltip("y:Q", title=currency, format=",.0f")]  # fmt: skip
    drawn = alt.Chart(data(lines)).mark_line(strokeWidth=2.5).encode(
        x=x, y=y, color=colour, strokeDash=dash, tooltip=tip
    )  # fmt: skip
    layers = [*band(rows, "day", x, y, "T"), drawn, *_target(rows, x, y)]
    return dress(alt.layer(*layers), title or say_fan(table, currency), say("fan.caption"))


def _target(rows: list[dict[str, Any]], x: Any, y: Any) -> list[Any]:
    """A line across at the target, where there is one."""
    import altair as alt

    target = rows[0]["target"]
    if target is None:
        return []
    across, up = x.copy(), y.copy()
    across.shorthand, up.shorthand = "x:T", "y:Q"
    ends = [{"x": row["day"], "y": target, "text": say("fan.target")} for row in (rows[0], rows[-1])]
    line = alt.Chart(data(ends)).mark_line(color=RULE, strokeWidth=2, strokeDash=[2, 3]).encode(x=across, y=up)
    label = alt.Chart(data(ends[:1])).mark_text(align="left", baseline="bottom", dx=4, dy=-4, color=RULE, fontSize=12)
    return [line, label.encode(x=across, y=up, text="text:N")]


def say_fan(table: pa.Table, currency: str) -> str:
    """Return the finding: "€210,000 is to be expected by 31 March 2025: commit to €160,000"."""
    last = _days(table)[-1]
    if last["mean"] is None:
        raise NotDrawable(say("role.fan"))
    day = date.fromisoformat(last["day"][:10]) - timedelta(days=1)
    told = {"mean": say_money(last["mean"], currency), "day": say_day(day), "commit": say_money(last["low"], currency)}
    if last["target"] is not None:
        return say("fan.title.target", target=say_money(last["target"], currency), **told)
    return say("fan.title", **told)


def _days(table: pa.Table) -> list[dict[str, Any]]:
    rows = rows_of(table, ("day", "mean", "low", "high"), ("won", "target"))
    for row in rows:
        # A day alone would be read as UTC and shown a day early west of Greenwich.
        row["day"] = f"{str(row['day'])[:10]}T00:00:00"
    return rows


def sellers_chart(table: pa.Table, currency: str, title: str = "") -> Any:
    """Draw what each seller is expected to bring this quarter: won already, open deals, new deals, and the range.

    Args:
        table: period, kind, who, won_already, open_deals, new_deals, mean, low, high; the first period is drawn.
        currency: ISO code.
        title: the finding; made from the table where empty.
    Returns:
        An Altair chart.
    Raises:
        NotDrawable: nothing to draw.
    """
    import altair as alt

    rows = _sellers(table)
    parts = {"won_already": (say("sellers.won"), GOOD), "open_deals": (say("sellers.open"), OURS),
             "new_deals": (say("sellers.new"), BAND)}  # fmt: skip
    bars = [
        {"who": row["who"], "y": row[name], "part": words, "order": place}
        for row in rows
        for place, (name, (words, _)) in enumerate(parts.items())
    ]
    names = [words for words, _ in parts.values()]
    legend = alt.Legend(title=None, orient="top", direction="horizontal")
    scale = alt.Scale(domain=names, range=[colour for _, colour in parts.values()])
    x_title = say("sellers.x", period=rows[0]["period"], unit=currency)
    who = alt.Y("who:N", title=None, sort=[row["who"] for row in rows], axis=alt.Axis(labelLimit=200))
    x = alt.X("y:Q", title=x_title, stack=True, axis=alt.Axis(tickCount=5, format="~s"))
    drawn = (
        alt.Chart(data(bars))
        .mark_bar(size=16)
        .encode(y=who, x=x, color=alt.Color("part:N", scale=scale, legend=legend), order="order:Q",
                tooltip=[alt.Tooltip("who:N", title="Who"), alt.Tooltip("part:N", title="Part"),
                         alt.Tooltip("y:Q", title=currency, format=",.0f")])
    )  # fmt: skip
    ends = alt.Chart(data([{key: row[key] for key in ("who", "low", "high", "mean")} for row in rows]))
    line = ends.mark_rule(color=INK, strokeWidth=2).encode(y=who, x=alt.X("low:Q", title=x_title), x2="high:Q")
    dot = ends.mark_point(filled=True, color=INK, size=50, opacity=1).encode(y=who, x=alt.X("mean:Q", title=x_title))
    chart = alt.layer(drawn, line, dot)
    return dress(chart, title or say_sellers(table, currency), say("sellers.caption"), 34 * len(rows) + 20)


def say_sellers(table: pa.Table, currency: str) -> str:
    """Return the finding: "Ada Berg is expected to bring the most: €60,000, with a range from €20,000 to €110,000"."""
    rows = _sellers(table)
    told = {key: say_money(rows[0][key], currency) for key in ("mean", "low", "high")}
    return say("sellers.title" if len(rows) > 1 else "sellers.title.one", who=rows[0]["who"], **told)


def _sellers(table: pa.Table) -> list[dict[str, Any]]:
    needed = ("period", "kind", "who", "won_already", "open_deals", "new_deals", "mean", "low", "high")
    rows = rows_of(table, needed)
    sellers = [row for row in rows if row["kind"] == "owner" and row["period"] == rows[0]["period"]]
    if not sellers:
        raise NotDrawable(say("role.forecast"))
    for row in sellers:
        row["who"] = row["who"] or say("sellers.nobody")
    return sellers[:MOST_SELLERS]


def past_quarters_chart(table: pa.Table, currency: str, title: str = "") -> Any:
    """Draw past quarters: what would have been said, its range, and what came.

    Args:
        table: period, mean, low, high, actual, optionally stage_weights.
        currency: ISO code.
        title: the finding; made from the table where empty.
    Returns:
        An Altair chart.
    Raises:
        NotDrawable: nothing to draw.
    """
    import altair as alt

    rows = rows_of(table, ("period", "mean", "low", "high", "actual"), ("stage_weights",))
    kinds = {
        "actual": (say("past_quarters.actual"), INK, "diamond"),
        "mean": (say("past_quarters.mean"), OURS, "circle"),
        "stage_weights": (say("past_quarters.rule"), RULE, "cross"),
    }
    points = [
        {"x": row["period"], "y": row[name], "line": words}
        for row in rows
        for name, (words, _, _) in kinds.items()
        if row[name] is not None
    ]
    domain = [words for words, _, _ in kinds.values() if any(point["line"] == words for point in points)]
    chosen = [each for each in kinds.values() if each[0] in domain]
    legend = alt.Legend(title=None, orient="top", direction="vertical", symbolSize=110)
    shapes, colours = (alt.Scale(domain=domain, range=[each[place] for each in chosen]) for place in (2, 1))
    x = alt.X("x:O", title=say("past_quarters.x"), sort=None, axis=alt.Axis(labelAngle=0, labelOverlap=True))
    y = alt.Y("y:Q", title=say("past_quarters.y", unit=currency), axis=alt.Axis(tickCount=5, format="~s"))
    ends = [{"x": row["period"], "low": row["low"], "high": row["high"]} for row in rows]
    whisker = alt.Chart(data(ends)).mark_rule(color=BAND, strokeWidth=7).encode(x=x, y=alt.Y("low:Q"), y2="high:Q")
    dots = (
        alt.Chart(data(points))
        .mark_point(filled=True, size=80, opacity=1)
        .encode(
            x=x,
            y=y,
            shape=alt.Shape("line:N", scale=shapes, legend=legend),
            color=alt.Color("line:N", scale=colours, legend=legend),
            tooltip=[alt.Tooltip("x:O", title="Quarter"), alt.Tooltip("line:N", title="What"),
                     alt.Tooltip("y:Q", title=currency, format=",.0f")],
        )
    )  # fmt: skip
    return dress(alt.layer(whisker, dots), title or say_past_quarters(table), say("past_quarters.caption"))


def say_past_quarters(table: pa.Table) -> str:
    """Return the finding: "7 of 8 past quarters came in between commit and best level"."""
    rows = rows_of(table, ("period", "mean", "low", "high", "actual"))
    inside = sum(row["low"] <= row["actual"] <= row["high"] for row in rows)
    return say("past_quarters.title", inside=inside, count=len(rows))
