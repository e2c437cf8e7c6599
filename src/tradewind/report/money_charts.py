"""Charts of money: where contacting stops to pay, and what each tenth of the customers brings."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pyarrow as pa

from tradewind.core.words import say
from tradewind.report.drawing import BAND, GOOD, INK, MUTED, OURS, RULE, band, data, dress, rows_of, series
from tradewind.report.numbers import say_money, say_of_100


def profit_chart(table: pa.Table, currency: str, title: str = "", rule: str = "", revenue: bool = False) -> Any:
    """Draw what is left after the cost of contact, along the list, with the best stop and where it breaks even.

    Args:
        table: share_contacted, profit, optionally low, high, rule_profit; amounts in `currency`.
        currency: ISO code.
        title: the finding; made from the table where empty.
        rule: name of the rule of thumb.
        revenue: whether amounts are revenue, not profit; then no break-even is marked.
    Returns:
        An Altair chart.
    Raises:
        NotDrawable: nothing to draw.
    """
    import altair as alt

    rows = rows_of(table, ("share_contacted", "profit"), ("low", "high", "rule_profit"))
    rows = sorted(({**row, "share_contacted": 100 * row["share_contacted"]} for row in rows), key=_contacted)
    ours, ruled = say("gain.ours"), say("gain.rule.named", rule=rule) if rule else say("gain.rule")
    lines = [{"x": row["share_contacted"], "y": row["profit"], "line": ours} for row in rows]
    with_rule = [row for row in rows if row["rule_profit"] is not None]
    lines += [{"x": row["share_contacted"], "y": row["rule_profit"], "line": ruled} for row in with_rule]
    colour, dash = series([ours, ruled] if with_rule else [ours], [OURS, RULE], [[1, 0], [7, 4]])
    x = alt.X("x:Q", title=say("profit.x"), scale=alt.Scale(domain=[0, 100]), axis=alt.Axis(tickCount=5))
    words = say("profit.y.revenue" if revenue else "profit.y", unit=currency)
    y = alt.Y("y:Q", title=words, axis=alt.Axis(tickCount=5, format="~s" if _large(rows) else ",.0f"))
    tip = [
        alt.Tooltip("line:N", title="Order"),
        alt.Tooltip("x:Q", title="Contacted, of 100", format=".0f"),
        alt.Tooltip("y:Q", title=currency, format=",.0f"),
    ]
    zero = alt.Chart(data([{"y": 0}])).mark_rule(color=MUTED, strokeWidth=1).encode(y="y:Q")
    drawn = (
        alt.Chart(data(lines)).mark_line(strokeWidth=2.5).encode(x=x, y=y, color=colour, strokeDash=dash, tooltip=tip)
    )
    layers = [*band(rows, "share_contacted", x, y), zero, drawn, *_mark_profit(rows, currency, revenue)]
    return dress(alt.layer(*layers), title or say_profit(table, currency), say("profit.caption"))


def _mark_profit(rows: list[dict[str, Any]], currency: str, revenue: bool) -> list[Any]:
    import altair as alt

    best = max(rows, key=lambda row: float(row["profit"]))
    marks = []
    if best["profit"] > 0:
        words = say("profit.best", money=say_money(best["profit"], currency, best["low"], best["high"]))
        marks.append((best["share_contacted"], best["profit"], words, GOOD, "triangle-up", -12))
    even = _crossing(rows, best["share_contacted"])
    if even is not None and not revenue:
        marks.append((even, 0.0, say("profit.even"), INK, "square", 18))
    layers = []
    for along, height, text, colour, shape, above in marks:
        spot = data([{"x": along, "y": height, "text": text}])
        point = alt.Chart(spot).mark_point(filled=True, size=110, color=colour, shape=shape, opacity=1)
        align: Any = "left" if along < 35 else "right" if along > 75 else "center"
        label = alt.Chart(spot).mark_text(dy=above, align=align, color=INK, fontSize=12, fontWeight=600)
        layers += [point.encode(x="x:Q", y="y:Q"), label.encode(x="x:Q", y="y:Q", text="text:N")]
    return layers


def best_stop(table: pa.Table) -> tuple[float, float]:
    """Return the share of the list at which most is left, and how much that is.

    Raises:
        NotDrawable: the table holds no profit.
    """
    best = max(rows_of(table, ("share_contacted", "profit")), key=lambda row: float(row["profit"]))
    return float(best["share_contacted"]), float(best["profit"])


def say_profit(table: pa.Table, currency: str, break_even: str = "") -> str:
    """Return the finding of a profit table: "Pays if contact changes 1 in 14; best to stop after the first 30 in 100".

    Args:
        table: as for `profit_chart`.
        currency: ISO code.
        break_even: the break-even share in words ("1 in 14"); empty where it is not known.
    """
    share, money = best_stop(table)
    if money <= 0:
        return say("profit.title.not", one_in=break_even) if break_even else say("profit.title.none")
    if not break_even:
        return say("profit.title.plain", best=say_of_100(share), money=say_money(money, currency))
    if share > 0.995:
        return say("profit.title", one_in=break_even)
    return say("profit.title.best", one_in=break_even, best=say_of_100(share))


def _contacted(row: dict[str, Any]) -> float:
    return float(row["share_contacted"])


def _large(rows: list[dict[str, Any]]) -> bool:
    return bool(max(abs(row["profit"]) for row in rows) >= 10_000)


def _crossing(rows: list[dict[str, Any]], after: float) -> float | None:
    """Return where the curve falls to zero beyond its best point; None where it never does."""
    for first, second in pairwise(rows):
        if first["share_contacted"] >= after and first["profit"] > 0 >= second["profit"]:
            part = first["profit"] / (first["profit"] - second["profit"])
            return float(first["share_contacted"] + part * (second["share_contacted"] - first["share_contacted"]))
    return None


def deciles_chart(table: pa.Table, unit: str, title: str = "") -> Any:
    """Draw what each tenth of the customers was expected to bring and what it brought.

    Args:
        table: decile, predicted, actual (means per customer), optionally n, low, high (of actual).
        unit: what the amounts are ("USD").
        title: the finding; made from the table where empty.
    Returns:
        An Altair chart.
    Raises:
        NotDrawable: nothing to draw.
    """
    import altair as alt

    rows = _tenths(table)
    came, expected = say("tenths.actual"), say("tenths.predicted")
    legend = alt.Legend(title=None, orient="top", direction="vertical", symbolSize=110)
    kinds = alt.Scale(domain=[came, expected], range=[BAND, OURS])
    shapes = alt.Scale(domain=[came, expected], range=["square", "diamond"])
    x = alt.X("place:O", title=say("tenths.x"), axis=alt.Axis(labelAngle=0))
    y = alt.Y("amount:Q", title=say("tenths.y", unit=unit), axis=alt.Axis(tickCount=5))
    bars = [{**row, "amount": row["actual"], "kind": came} for row in rows]
    marks = [{**row, "amount": row["predicted"], "kind": expected} for row in rows]
    tip = [
        alt.Tooltip("place:O", title="Tenth"),
        alt.Tooltip("actual:Q", title=came.capitalize(), format=",.1f"),
        alt.Tooltip("predicted:Q", title=expected.capitalize(), format=",.1f"),
        alt.Tooltip("n:Q", title="Customers", format=",.0f"),
    ]
    sign = {
        "color": alt.Color("kind:N", scale=kinds, legend=legend),
        "shape": alt.Shape("kind:N", scale=shapes, legend=legend),
    }
    bar = alt.Chart(data(bars)).mark_bar(color=BAND).encode(x=x, y=y, tooltip=tip)
    point = alt.Chart(data(marks)).mark_point(filled=True, size=110, opacity=1).encode(x=x, y=y, tooltip=tip, **sign)
    layers = [bar, point]
    if all(row["low"] is not None and row["high"] is not None for row in rows):
        whisker = alt.Chart(data(bars)).mark_rule(color=INK, strokeWidth=1)
        layers.insert(1, whisker.encode(x=x, y="low:Q", y2="high:Q"))
    return dress(alt.layer(*layers), title or say_tenths(table), say("tenths.caption"))


def say_tenths(table: pa.Table) -> str:
    """Return the finding: "The top tenth brings 38 in 100 of all spending; we expected 40"."""
    rows = _tenths(table)
    actual, predicted = ([row[name] * (row["n"] or 1) for row in rows] for name in ("actual", "predicted"))
    if len(rows) != 10 or sum(actual) <= 0 or sum(predicted) <= 0:
        return say("tenths.title.plain")
    share, expected = say_of_100(actual[0] / sum(actual)), say_of_100(predicted[0] / sum(predicted))
    return say("tenths.title", share=share, what=say("tenths.what"), expected=expected)


def _tenths(table: pa.Table) -> list[dict[str, Any]]:
    """Return the tenths, highest expected first, whichever way the table counts them."""
    rows = rows_of(table, ("decile", "predicted", "actual"), ("n", "low", "high"))
    rows.sort(key=lambda row: -float(row["predicted"]))
    return [{**row, "place": place} for place, row in enumerate(rows, 1)]
