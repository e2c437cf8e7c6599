"""Charts of what precedes a sale: sources of leads, patterns of actions, activities that go with winning."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from tradewind.core.finding import Finding
from tradewind.core.words import WORDS, say
from tradewind.report.chart_maker import Maker
from tradewind.report.drawing import CHANCE, OURS, NotDrawable, data, dress, rows_of
from tradewind.report.numbers import say_of_100

ROLES = ("patterns", "sources", "activities")

SHARES: Mapping[str, frozenset[str]] = {
    "patterns": frozenset({"rate", "low", "high", "others"}),
    "activities": frozenset({"won_with", "won_without", "adjusted_with", "adjusted_without", "low", "high"}),
    "sources": frozenset({"share_so_far", "share", "share_low", "share_high"}),
}
"""Columns of shares, which are told of 100."""

MOST_ROWS = 14


def makers(finding: Finding, _tables: Mapping[str, pa.Table], _currency: str) -> dict[str, Maker]:
    """Return how each role is drawn."""
    return {
        "activities": Maker(
            say_activities,
            activities_chart,
            lambda _: say("effect.chart.caption", assumed=finding.caption),
            ("activity", "times", "with", "without", "won_with", "won_without", "adjusted_with", "adjusted_without",
             "low", "high", "grade"),
        ),
        "patterns": Maker(
            say_patterns,
            patterns_chart,
            lambda _: say("ready.chart.caption", assumed=finding.caption),
            ("pattern", "leads_now", "leads_before", "rate", "low", "high", "others"),
        ),
        "sources": Maker(
            say_sources,
            sources_chart,
            lambda _: say("sources.chart.caption", assumed=finding.caption),
            ("source", "leads", "so_far", "in_the_end", "share_so_far", "share", "share_low", "share_high",
             "customer_cost"),
        ),
    }  # fmt: skip


def say_patterns(table: pa.Table) -> str:
    """Return the finding: the first confirmed pattern with its rate and that of the others."""
    first = _confirmed(table)[0]
    rate, others = say_of_100(first["rate"]), say_of_100(first["others"])
    return say("ready.chart.title", pattern=first["pattern"], rate=rate, others=others)


def patterns_chart(table: pa.Table, title: str = "") -> Any:
    """Draw, for each confirmed pattern, how many of 100 leads convert with it, and of others of the same age.

    Args:
        table: pattern, rate, low, high, others, confirmed.
        title: the finding; made from the table where empty.
    Returns:
        An Altair chart.
    Raises:
        NotDrawable: nothing was confirmed.
    """
    marks = [
        {
            "name": row["pattern"].replace(" in the last ", ", "),
            "plain": 100 * row["others"],
            "told": 100 * row["rate"],
            "low": 100 * row["low"],
            "high": 100 * row["high"],
        }
        for row in _confirmed(table)
    ]
    names = (say("ready.chart.others"), say("ready.chart.told"))
    return two_marks(marks, names, say("ready.chart.x"), title or say_patterns(table))


def _confirmed(table: pa.Table) -> list[dict[str, Any]]:
    rows = rows_of(table, ("pattern", "rate", "low", "high", "others", "confirmed"))
    rows = [row for row in rows if row["confirmed"]]
    if not rows:
        raise NotDrawable(say("ready.chart.none"))
    return rows[:MOST_ROWS]


def say_activities(table: pa.Table) -> str:
    """Return the finding: the clear activity with the largest difference, or that there is none."""
    rows = rows_of(table, ("activity", "times", "plain", "clear"), ("adjusted", "grade"))
    clear = sorted((row for row in rows if row["clear"]), key=lambda row: (row["adjusted"] is None, -abs(row["plain"])))
    if not clear:
        return say("effect.chart.title.none")
    return say("effect.chart.title", activity=_activity(clear[0]))


def activities_chart(table: pa.Table, title: str = "") -> Any:
    """Draw, for each activity, the difference in wins as it is and with what was known held equal.

    Args:
        table: activity, times, plain, clear, optionally adjusted, low, high.
        title: the finding; made from the table where empty.
    Returns:
        An Altair chart.
    Raises:
        NotDrawable: nothing to draw.
    """
    rows = rows_of(table, ("activity", "times", "plain"), ("adjusted", "low", "high", "plain_low", "plain_high"))
    for row in rows:
        # Where nothing could be adjusted, the line is that of the plain difference.
        row["low"], row["high"] = (
            row[end] if row["adjusted"] is not None else row[f"plain_{end}"] for end in ("low", "high")
        )
    marks = [
        {
            "name": _activity(row),
            "plain": 100 * row["plain"],
            **{name: None if row[key] is None else 100 * row[key]
               for name, key in (("told", "adjusted"), ("low", "low"), ("high", "high"))},
        }
        for row in rows[:MOST_ROWS]
    ]  # fmt: skip
    names = (say("effect.chart.plain"), say("effect.chart.told"))
    return two_marks(marks, names, say("effect.chart.x"), title or say_activities(table))


def _activity(row: Mapping[str, Any]) -> str:
    kind, times = str(row["activity"]), int(row["times"])
    return WORDS.get(f"effect.kind.{kind.lower()}.{times}") or say(f"effect.kind.{times}", kind=kind)


def say_sources(table: pa.Table) -> str:
    """Return the finding: the source that looks worst for its youth, else the best source."""
    rows = rows_of(table, ("source", "leads", "share_so_far", "share", "share_low"))
    youngest = max(rows, key=lambda row: row["share_low"] - row["share_so_far"])
    if youngest["share_low"] > youngest["share_so_far"] and youngest["share"] >= 1.2 * youngest["share_so_far"]:
        so_far, end = say_of_100(youngest["share_so_far"]), say_of_100(youngest["share"])
        return say("sources.chart.title.young", source=youngest["source"], so_far=so_far, end=end)
    best = max(rows, key=lambda row: row["share"])
    return say("sources.chart.title", best=best["source"], share=say_of_100(best["share"]))


def sources_chart(table: pa.Table, title: str = "") -> Any:
    """Draw, for each source, the customers of 100 leads until now and in the end, with its interval.

    Args:
        table: source, share_so_far, share, share_low, share_high.
        title: the finding; made from the table where empty.
    Returns:
        An Altair chart.
    Raises:
        NotDrawable: nothing to draw.
    """
    rows = rows_of(table, ("source", "share_so_far", "share", "share_low", "share_high"))[:MOST_ROWS]
    marks = [
        {
            "name": row["source"],
            "plain": 100 * row["share_so_far"],
            "told": 100 * row["share"],
            "low": 100 * row["share_low"],
            "high": 100 * row["share_high"],
        }
        for row in rows
    ]
    names = (say("sources.chart.naive"), say("sources.chart.corrected"))
    return two_marks(marks, names, say("sources.chart.x"), title or say_sources(table))


def two_marks(rows: list[dict[str, Any]], names: tuple[str, str], x_title: str, title: str) -> Any:
    """Draw two figures a row, the second with its interval: a grey square, and a blue diamond on a line.

    Args:
        rows: name, plain, told, low and high of each; an interval or `told` may be None.
        names: what the two figures are called.
        x_title: what they measure, with its unit.
        title: the finding.
    """
    import altair as alt

    legend = alt.Legend(title=None, orient="top", direction="vertical", symbolSize=110, labelLimit=420)
    colours = alt.Color("kind:N", scale=alt.Scale(domain=list(names), range=[CHANCE, OURS]), legend=legend)
    shapes = alt.Shape("kind:N", scale=alt.Scale(domain=list(names), range=["square", "diamond"]), legend=legend)
    y = alt.Y("name:N", sort=[row["name"] for row in rows], title=None, axis=alt.Axis(labelLimit=300))
    x = alt.X("value:Q", title=x_title, axis=alt.Axis(tickCount=6))
    points = [{**row, "value": row[key], "kind": kind} for row in rows
              for key, kind in zip(("plain", "told"), names, strict=True) if row[key] is not None]  # fmt: skip
    tip = [alt.Tooltip("name:N", title="Name"), alt.Tooltip("kind:N", title="Figure"),
           alt.Tooltip("value:Q", title=x_title, format=",.1f")]  # fmt: skip
    ranged = [row for row in rows if row["low"] is not None and row["high"] is not None]
    mark = alt.Chart(data(points)).mark_point(filled=True, size=110, opacity=1)
    layers = [mark.encode(x=x, y=y, color=colours, shape=shapes, tooltip=tip)]
    if ranged:
        line = alt.Chart(data(ranged)).mark_rule(color=OURS, strokeWidth=2)
        layers.insert(0, line.encode(x=alt.X("low:Q", title=x_title), x2="high:Q", y=y))
    return dress(alt.layer(*layers), title, height=34 * len(rows) + 20)
