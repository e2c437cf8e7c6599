"""Charts along time: who stays, what was expected against what came, how it did at past dates."""

from __future__ import annotations

from datetime import date
from typing import Any

import pyarrow as pa

from tradewind.core.words import WORDS, say
from tradewind.report.drawing import INK, MUTED, OURS, PAPER, RULE, band, data, dress, rows_of, series
from tradewind.report.numbers import say_count, say_of_100

IN_100 = {"auc", "average_precision", "total_bias", "calibration_gap", "relative_mae", "spearman", "r2"}
"""Metrics that are told "of 100"."""

COHORTS, MONTHS = 18, 12
"""First months and later months that a chart shows at most."""

LESS_IS_BETTER = {"mae", "relative_mae", "rmse", "brier", "log_loss", "ece"}
NEAR_ZERO_IS_BEST = {"total_bias", "calibration_gap", "holdout_bias"}


def cohorts_chart(table: pa.Table, title: str = "") -> Any:
    """Draw, for the customers of each first month, how many still buy months later: a number in every cell.

    Args:
        table: cohort_month, months_since, share_active, optionally customers.
        title: the finding; made from the table where empty.
    Returns:
        An Altair chart.
    Raises:
        NotDrawable: nothing to draw.
    """
    import altair as alt

    rows = _shown(_cohorts(table))
    largest = 100 * max(row["share_active"] for row in rows)
    for row in rows:
        row["of_100"] = 100 * row["share_active"]
        row["text"] = f"{row['of_100']:.0f}"
        row["month"] = f"{_month(row):%b %Y}"
    x = alt.X("months_since:O", title=say("cohorts.x"), axis=alt.Axis(labelAngle=0))
    y = alt.Y("month:O", title=say("cohorts.y"), sort=None)
    tip = [
        alt.Tooltip("month:N", title="First bought in"),
        alt.Tooltip("months_since:O", title="Months later"),
        alt.Tooltip("text:N", title="Still buy, of 100"),
        alt.Tooltip("customers:Q", title="Customers", format=",.0f"),
    ]
    shade = alt.FillOpacity("of_100:Q", scale=alt.Scale(domain=[0, largest or 1], range=[0.05, 1]), legend=None)
    cells = alt.Chart(data(rows)).mark_rect(fill=OURS, stroke=PAPER).encode(x=x, y=y, fillOpacity=shade, tooltip=tip)
    light = alt.condition(f"datum.of_100 > {0.5 * largest}", alt.value(PAPER), alt.value(INK))
    numbers = alt.Chart(data(rows)).mark_text(fontSize=11).encode(x=x, y=y, text="text:N", color=light)
    height = 24 * len({row["cohort_month"] for row in rows})
    return dress(alt.layer(cells, numbers), title or say_cohorts(table), say("cohorts.caption"), height)


def say_cohorts(table: pa.Table) -> str:
    """Return the finding: "Of customers who first bought in March 1997, 12 in 100 still buy 6 months later"."""
    rows = _cohorts(table)
    first = [row for row in rows if row["cohort_month"] == rows[0]["cohort_month"]]
    later = min(first, key=lambda row: abs(float(row["months_since"]) - 6))
    months = int(later["months_since"])
    after = f"{months} month{'' if months == 1 else 's'}"
    return say("cohorts.title", month=f"{_month(rows[0]):%B %Y}", share=say_of_100(later["share_active"]), after=after)


def _cohorts(table: pa.Table) -> list[dict[str, Any]]:
    rows = rows_of(table, ("cohort_month", "months_since", "share_active"), ("customers",))
    for row in rows:
        row["cohort_month"] = str(row["cohort_month"])[:7]
        row["months_since"] = int(row["months_since"])
    return sorted(rows, key=lambda row: (row["cohort_month"], row["months_since"]))


def _shown(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Leave out month 0, where everybody buys by definition, and what a phone cannot show: old cohorts, late months."""
    newest = sorted({row["cohort_month"] for row in rows})[-COHORTS:]
    later = [row for row in rows if 1 <= row["months_since"] <= MONTHS and row["cohort_month"] in newest]
    return later or rows


def _month(row: dict[str, Any]) -> date:
    return date.fromisoformat(f"{row['cohort_month']}-01")


def actual_predicted_chart(table: pa.Table, title: str = "") -> Any:
    """Draw what came week by week against what was expected.

    Args:
        table: week, actual, predicted, optionally low, high. With a column `holdout` (whether the week was unseen) the
            figures are sums since the beginning, otherwise each week's own.
        title: the finding; made from the table where empty.
    Returns:
        An Altair chart.
    Raises:
        NotDrawable: nothing to draw.
    """
    import altair as alt

    rows = rows_of(table, ("week", "actual", "predicted"), ("low", "high", "holdout"))
    for row in rows:
        # A day alone would be read as UTC and shown a day early west of Greenwich.
        row["week"] = (
            f"{row['week']}T00:00:00" if isinstance(row["week"], str) and len(row["week"]) == 10 else row["week"]
        )
    came, expected = say("weekly.actual"), say("weekly.predicted")
    lines = [{"x": row["week"], "y": row["actual"], "line": came} for row in rows]
    lines += [{"x": row["week"], "y": row["predicted"], "line": expected} for row in rows]
    colour, dash = series([came, expected], [INK, OURS], [[1, 0], [6, 4]])
    dated = isinstance(rows[0]["week"], str)
    kind = "T" if dated else "Q"
    axis = alt.Axis(tickCount=6, format="%-d %b") if dated else alt.Axis(tickCount=6, format=".0f")
    sums = rows[0]["holdout"] is not None
    x = alt.X(f"x:{kind}", title=say("weekly.x"), axis=axis)
    y = alt.Y("y:Q", title=say("weekly.y.sums" if sums else "weekly.y"), axis=alt.Axis(tickCount=5))
    tip = [
        alt.Tooltip("line:N", title="Line"),
        alt.Tooltip(f"x:{kind}", title="Week"),
        alt.Tooltip("y:Q", title="Purchases", format=",.0f"),
    ]
    drawn = alt.Chart(data(lines)).mark_line(strokeWidth=2).encode(x=x, y=y, color=colour, strokeDash=dash, tooltip=tip)
    layers = [*band(rows, "week", x, y, kind), drawn, *_mark_unseen(rows, kind)]
    return dress(alt.layer(*layers), title or say_weekly(table), say_weekly_caption(table))


def _mark_unseen(rows: list[dict[str, Any]], kind: str) -> list[Any]:
    import altair as alt

    unseen = [row for row in rows if row["holdout"]]
    if not unseen or len(unseen) == len(rows):
        return []
    spot = data([{"x": unseen[0]["week"], "text": say("weekly.unseen")}])
    rule = alt.Chart(spot).mark_rule(color=MUTED, strokeDash=[3, 3]).encode(x=f"x:{kind}")
    label = alt.Chart(spot).mark_text(align="left", baseline="bottom", dx=6, dy=-4, color=MUTED, fontSize=12)
    return [rule, label.encode(x=f"x:{kind}", y=alt.value("height"), text="text:N")]


def say_weekly(table: pa.Table) -> str:
    """Return the finding: "We expected 4,100 purchases and 4,050 came: right to 1 in 100"."""
    rows = rows_of(table, ("week", "actual", "predicted"), ("holdout",))
    unseen = [row for row in rows if row["holdout"]]
    if unseen:
        # Sums since the beginning: what counts is what was added after the last week that had been seen.
        before = [row for row in rows if not row["holdout"]]
        start = before[-1]["actual"] if before else 0.0
        actual, expected = unseen[-1]["actual"] - start, unseen[-1]["predicted"] - start
    else:
        actual, expected = (sum(row[name] for row in rows) for name in ("actual", "predicted"))
    gap = actual / expected - 1 if expected else 0.0
    name = "weekly.even" if abs(gap) < 0.015 else "weekly.under" if gap > 0 else "weekly.over"
    told = say(name, share=say_of_100(abs(gap)))
    return say("weekly.title", expected=say_count(expected), actual=say_count(actual), gap=told)


def say_weekly_caption(table: pa.Table) -> str:
    """Return how to read the chart, which depends on whether it has weeks that had not been seen."""
    return say("weekly.caption.unseen" if "holdout" in table.column_names else "weekly.caption")


def backtest_chart(table: pa.Table, title: str = "", unit: str = "") -> Any:
    """Draw how the answer did at dates in the past, beside the rule of thumb.

    Args:
        table: cutoff, metric, value, optionally low, high, baseline; the first metric with plain words is drawn.
        title: the finding; made from the table where empty.
        unit: unit of metrics that are amounts.
    Returns:
        An Altair chart.
    Raises:
        NotDrawable: nothing to draw.
    """
    import altair as alt

    rows, metric = _past(table)
    factor = 100 if metric in IN_100 else 1
    ours, rule = say("past.ours"), say("past.baseline")
    points = []
    for row in rows:
        shared = {"day": _day(row["cutoff"]), "low": None, "high": None}
        ends = {name: factor * row[name] for name in ("low", "high") if row[name] is not None}
        points.append({**shared, **ends, "value": factor * row["value"], "line": ours})
        if row["baseline"] is not None:
            points.append({**shared, "value": factor * row["baseline"], "line": rule})
    label = WORDS.get(f"metric.{metric}", metric.replace("_", " ")) + (f" ({unit})" if unit and factor == 1 else "")
    x = alt.X("day:O", title=say("past.x"), sort=None, axis=alt.Axis(labelAngle=0, labelOverlap=True))
    y = alt.Y("value:Q", title=label, scale=alt.Scale(zero=False, padding=14), axis=alt.Axis(tickCount=5))
    legend = alt.Legend(title=None, orient="top", direction="vertical", symbolSize=110)
    names = [name for name in (ours, rule) if any(point["line"] == name for point in points)]
    bars = [point for point in points if point["low"] is not None and point["high"] is not None]
    whisker = alt.Chart(data(bars)).mark_rule(color=OURS, strokeWidth=2).encode(x=x, y="low:Q", y2="high:Q")
    dots = (
        alt.Chart(data(points))
        .mark_point(filled=True, size=110, opacity=1)
        .encode(
            x=x,
            y=y,
            shape=alt.Shape("line:N", scale=alt.Scale(domain=names, range=["circle", "diamond"]), legend=legend),
            color=alt.Color("line:N", scale=alt.Scale(domain=names, range=[OURS, RULE]), legend=legend),
            tooltip=[
                alt.Tooltip("line:N", title="Order"),
                alt.Tooltip("day:N", title="Date"),
                alt.Tooltip("value:Q", title="Value", format=".1f"),
            ],
        )
    )
    return dress(alt.layer(whisker, dots) if bars else alt.layer(dots), title or say_past(table), say("past.caption"))


def say_past(table: pa.Table, proved: bool = True) -> str:
    """Return the finding: "It was not luck: better than the rule of thumb at 4 of 4 dates".

    Args:
        table: as for `backtest_chart`.
        proved: whether the difference from the rule is more than chance; otherwise the title does not claim it.
    """
    rows, metric = _past(table)
    known = [row for row in rows if row["baseline"] is not None]
    if not known or metric == "total_bias":
        return say("past.title.plain", all=len(rows))
    sign = -1 if metric in LESS_IS_BETTER else 1
    better = sum(sign * (row["value"] - row["baseline"]) > 0 for row in known)
    if not proved:
        return say("past.title.chance", better=better, all=len(known))
    name = "past.title" if better == len(known) > 1 else "past.title.mixed"
    return say(name, better=better, all=len(known))


def _past(table: pa.Table) -> tuple[list[dict[str, Any]], str]:
    rows = rows_of(table, ("cutoff", "metric", "value"), ("low", "high", "baseline"))
    metrics = list(dict.fromkeys(row["metric"] for row in rows))
    metric = next((name for name in metrics if f"metric.{name}" in WORDS), metrics[0])
    return sorted((row for row in rows if row["metric"] == metric), key=lambda row: str(row["cutoff"])), metric


def _day(value: object) -> str:
    """Write a cutoff as shortly as it can be told: "Dec 2017" where it is the first of a month."""
    text = str(value)[:10]
    if "-" not in text:
        return text
    day = date.fromisoformat(text)
    return f"{day:%b %Y}" if day.day == 1 else f"{day.day} {day:%b %Y}"
