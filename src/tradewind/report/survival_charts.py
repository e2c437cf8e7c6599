"""The chart of how long people stay: of 100 who start to pay, how many are still there, and how many that rests on."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from tradewind.core.finding import Finding
from tradewind.core.words import say
from tradewind.report.chart_maker import Maker
from tradewind.report.drawing import CHANCE, GOOD, MUTED, OURS, RULE, band, data, dress, rows_of, series
from tradewind.report.numbers import say_count, say_of_100

ROLES = ("survival",)
"""Roles drawn here."""

SHARES: Mapping[str, frozenset[str]] = {"survival": frozenset({"share", "low", "high"})}
"""Columns of shares, which are told of 100."""

MONTH = 365.25 / 12
_COLOURS, _DASHES = (OURS, RULE, GOOD, CHANCE), ((1, 0), (6, 3), (2, 2), (8, 2))


def makers(_finding: Finding, _tables: Mapping[str, pa.Table], _currency: str) -> dict[str, Maker]:
    """Return how each role is drawn."""
    columns = ("group", "days", "share", "low", "high", "at_risk")
    return {"survival": Maker(say_curve, survival_chart, lambda _: say("survival.caption"), columns)}


def say_span(days: float) -> str:
    """Say a span of days as people do: 12 days, 3 months, 2 years."""
    if days < 45:
        return f"{round(days)} day{'' if round(days) == 1 else 's'}"
    months = round(days / MONTH)
    if months >= 24 and months % 12 == 0:
        return f"{months // 12} years"
    return f"{months} month{'' if months == 1 else 's'}"


def say_curve(table: pa.Table) -> str:
    """Return after how long half are gone, or how many are still there at the end of what can be seen.

    Raises:
        NotDrawable: there is no curve.
    """
    rows = [row for row in rows_of(table, ("group", "days", "share"), ("low", "high", "left")) if row["group"] == "all"]
    middle, low, high = (_half(rows, name) for name in ("share", "low", "high"))
    if middle is not None:
        if low is None or high is None or say_span(low) == say_span(high):
            return say("leave.half", middle=say_span(middle))
        early, unit = say_span(low), f" {say_span(high).split()[1]}"
        return say("leave.half.range", middle=say_span(middle), low=early.removesuffix(unit), high=say_span(high))
    seen = say_span(rows[-1]["days"])
    if not any(row["left"] for row in rows):
        return say("leave.nobody", seen=seen)
    return say("leave.open", seen=seen, still=say_of_100(rows[-1]["share"]))


def _half(rows: list[dict[str, Any]], name: str) -> float | None:
    """The first day at which no more than half are there; where the band is not known nobody is left."""
    return next((row["days"] for row in rows if (0.0 if row[name] is None else row[name]) <= 0.5), None)


def survival_chart(table: pa.Table, title: str = "") -> Any:
    """Draw the share still there by months since the start, with the band of all and how many are followed beneath.

    Args:
        table: group (`all`, or months of the contract's term), days, share, low, high, at_risk.
        title: the finding; made from the table where empty.
    Returns:
        An Altair chart.
    Raises:
        NotDrawable: there is no curve.
    """
    import altair as alt

    rows = rows_of(table, ("group", "days", "share"), ("low", "high", "at_risk"))
    groups = list(dict.fromkeys(row["group"] for row in rows))
    names = [_name(group) for group in groups]
    lines = [{"line": _name(row["group"]), "months": row["days"] / MONTH, "still": 100 * row["share"]} for row in rows]
    ends = [
        {"months": row["days"] / MONTH, "low": _times(row["low"]), "high": _times(row["high"])}
        for row in rows
        if row["group"] == "all"
    ]
    x = alt.X(
        "months:Q", title=say("survival.x"), scale=alt.Scale(domainMin=0, nice=False), axis=alt.Axis(tickMinStep=1)
    )
    y = alt.Y("still:Q", title=say("survival.y"), scale=alt.Scale(domain=[0, 100]))
    colour, dash = series(names, _COLOURS[: len(names)], _DASHES[: len(names)])
    tips = [
        alt.Tooltip("line:N", title=say("column.group")),
        alt.Tooltip("months:Q", title=say("survival.x"), format=".1f"),
        alt.Tooltip("still:Q", title=say("survival.y"), format=".1f"),
    ]
    curve = alt.Chart(data(lines)).mark_line(interpolate="step-after", strokeWidth=2.2, clip=True)
    drawn = curve.encode(x=x, y=y, color=colour, strokeDash=dash, tooltip=tips)
    numbers = alt.Chart(data(_followed(rows))).mark_text(baseline="bottom", fontSize=11, color=MUTED)
    beneath = numbers.encode(x=x, y=alt.value(246), text="said:N")
    return dress(
        alt.layer(*band(ends, "months", x, y), drawn, beneath), title or say_curve(table), say("survival.caption")
    )


def _name(group: str) -> str:
    return (
        say("survival.all")
        if group == "all"
        else say("survival.month" if group == "1" else "survival.term", months=group)
    )


def _times(share: float | None) -> float | None:
    return None if share is None else 100 * share


def _followed(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """How many were still followed, at about six times evenly apart."""
    everybody = [row for row in rows if row["group"] == "all" and row["at_risk"] is not None]
    if not everybody:
        return []
    last = everybody[-1]["days"]
    shown = []
    for part in range(1, 7):
        before = [row for row in everybody if row["days"] <= last * part / 7 + 1e-9]
        if before and math.isfinite(before[-1]["at_risk"]):
            shown.append({"months": last * part / 7 / MONTH, "said": say_count(before[-1]["at_risk"])})
    return shown
