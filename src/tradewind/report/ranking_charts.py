"""Charts of a list of people: how many it finds, and whether its chances are honest."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from tradewind.core.words import say
from tradewind.report.drawing import (
    CHANCE,
    INK,
    MUTED,
    OURS,
    PAPER,
    RULE,
    band,
    data,
    dress,
    rows_of,
    series,
    times_100,
    value_at,
)
from tradewind.report.numbers import say_of_100

FIRST = 0.1
"""The part of a list that titles speak about: its first tenth."""


def gain_chart(table: pa.Table, title: str = "", do: str = "", rule: str = "") -> Any:
    """Draw how many of those who do it are reached by contacting more and more of the list.

    Args:
        table: share_contacted, share_found, optionally low, high, rule_share_found; all shares.
        title: the finding; made from the table where empty.
        do: what the people do, in plain words.
        rule: name of the rule of thumb.
    Returns:
        An Altair chart.
    Raises:
        NotDrawable: nothing to draw.
    """
    import altair as alt

    do = do or say("do")
    rows = times_100(rows_of(table, ("share_contacted", "share_found"), ("low", "high", "rule_share_found")))
    ours, random = say("gain.ours"), say("gain.random")
    ruled = say("gain.rule.named", rule=rule) if rule else say("gain.rule")
    lines = [{"x": row["share_contacted"], "y": row["share_found"], "line": ours} for row in rows]
    has_rule = any(row["rule_share_found"] is not None for row in rows)
    if has_rule:
        lines += [
            {"x": row["share_contacted"], "y": row["rule_share_found"], "line": ruled}
            for row in rows
            if row["rule_share_found"] is not None
        ]
    lines += [{"x": end, "y": end, "line": random} for end in (0, 100)]
    names = [ours, ruled, random] if has_rule else [ours, random]
    colours = [OURS, RULE, CHANCE] if has_rule else [OURS, CHANCE]
    dashes = [[1, 0], [7, 4], [2, 3]] if has_rule else [[1, 0], [2, 3]]
    colour, dash = series(names, colours, dashes)
    x = alt.X("x:Q", title=say("gain.x"), scale=alt.Scale(domain=[0, 100]), axis=alt.Axis(tickCount=5))
    y = alt.Y("y:Q", title=say("gain.y", do=do), scale=alt.Scale(domain=[0, 100]), axis=alt.Axis(tickCount=5))
    tip = [
        alt.Tooltip("line:N", title="Order"),
        alt.Tooltip("x:Q", title="Contacted, of 100", format=".0f"),
        alt.Tooltip("y:Q", title="Reached, of 100", format=".0f"),
    ]
    drawn = (
        alt.Chart(data(lines)).mark_line(strokeWidth=2.5).encode(x=x, y=y, color=colour, strokeDash=dash, tooltip=tip)
    )
    layers = [*band(rows, "share_contacted", x, y), drawn, *_mark_first(rows)]
    return dress(alt.layer(*layers), title or say_gain(table, do), say("gain.caption"))


def _mark_first(rows: list[dict[str, Any]]) -> list[Any]:
    import altair as alt

    found = value_at(rows, "share_contacted", "share_found", 100 * FIRST)
    if found is None:
        return []
    mark = data([{"x": 100 * FIRST, "y": found, "text": say("gain.mark", found=f"{found:.0f}")}])
    point = alt.Chart(mark).mark_point(filled=True, size=80, color=OURS, opacity=1).encode(x="x:Q", y="y:Q")
    text = alt.Chart(mark).mark_text(align="left", dx=9, dy=9, color=INK, fontSize=12, fontWeight=600)
    return [point, text.encode(x="x:Q", y="y:Q", text="text:N")]


def say_gain(
    table: pa.Table, do: str = "", base: float | None = None, rate: float | None = None, few: bool = False
) -> str:
    """Return the finding of a gain table: "Of our first 100, 42 do it; at random, 18".

    Args:
        table: as for `gain_chart`.
        do: what the people do.
        base: share of all people who do it; without it the title speaks of the share reached.
        rate: share of the first tenth who do it, where it is known more exactly than the curve tells.
        few: whether the whole list is so short that one does not speak of its first hundred.
    """
    rows = rows_of(table, ("share_contacted", "share_found"))
    found, do = value_at(rows, "share_contacted", "share_found", FIRST), do or say("do")
    if found is None:
        return say("gain.x")
    if base is None:
        return say("gain.title.shares", found=say_of_100(found), do=do)
    rate = min(1.0, found * base / FIRST) if rate is None else rate
    return say("gain.title.few" if few else "gain.title", found=say_of_100(rate), do=do, random=say_of_100(base))


def calibration_chart(table: pa.Table, title: str = "") -> Any:
    """Draw what was said against what happened, with the band that perfect honesty would show.

    Args:
        table: predicted, observed, optionally n, low, high (the band); shares.
        title: the finding; made from the table where empty.
    Returns:
        An Altair chart.
    Raises:
        NotDrawable: nothing to draw.
    """
    import altair as alt

    rows = times_100(sorted(_honest_rows(table), key=lambda row: float(row["predicted"])))
    inside, outside = say("honest.inside.label"), say("honest.outside.label")
    for row in rows:
        row["place"] = outside if _outside(row) else inside
    largest = max(max(row["predicted"], row["observed"], row["high"] or 0) for row in rows)
    domain = alt.Scale(domain=[0, min(100, 5 * (1 + largest // 5))])
    x = alt.X("predicted:Q", title=say("honest.x"), scale=domain, axis=alt.Axis(tickCount=5))
    y = alt.Y("observed:Q", title=say("honest.y"), scale=domain, axis=alt.Axis(tickCount=5))
    truth = alt.Chart(data([{"predicted": end, "observed": end} for end in domain.domain])).mark_line(
        color=MUTED, strokeDash=[5, 4], strokeWidth=1.5
    )
    legend = alt.Legend(title=None, orient="top", direction="vertical", symbolSize=110)
    points = (
        alt.Chart(data(rows))
        .mark_point(filled=True, opacity=1, strokeWidth=1, stroke=PAPER)
        .encode(
            x=x,
            y=y,
            size=alt.Size("n:Q", scale=alt.Scale(range=[70, 320]), legend=None) if rows[0]["n"] else alt.value(120),
            shape=alt.Shape(
                "place:N", scale=alt.Scale(domain=[inside, outside], range=["circle", "diamond"]), legend=legend
            ),
            color=alt.Color("place:N", scale=alt.Scale(domain=[inside, outside], range=[OURS, RULE]), legend=legend),
            tooltip=[
                alt.Tooltip("predicted:Q", title="We said, of 100", format=".1f"),
                alt.Tooltip("observed:Q", title="It was, of 100", format=".1f"),
                alt.Tooltip("n:Q", title="Customers", format=",.0f"),
            ],
        )
    )
    layers = [*band(rows, "predicted", x, y), truth.encode(x=x, y=y), points]
    return dress(alt.layer(*layers), title or say_honest(table), say_honest_caption(table))


def say_honest(table: pa.Table) -> str:
    """Return the finding of a calibration table: "When we say 30 in 100, is it 30? Yes: it was 29"."""
    rows = _honest_rows(table)
    row = min(rows, key=lambda one: (abs(float(one["predicted"]) - 0.3), -(one["n"] or 0)))
    outside = sum(map(_outside, rows))
    if _outside(row):
        name = "honest.no"
    elif abs(row["observed"] - row["predicted"]) > max(0.05, 0.2 * row["predicted"]):
        name = "honest.few"
    else:
        name = "honest.near" if outside > 0.2 * len(rows) else "honest.yes"
    verdict = say(name, was=say_of_100(row["observed"]), outside=outside, all=len(rows))
    return say("honest.title", said=say_of_100(row["predicted"]), verdict=verdict)


def say_honest_caption(table: pa.Table) -> str:
    """Return how to read the chart and how many groups lie outside the band."""
    rows = _honest_rows(table)
    outside = sum(map(_outside, rows))
    count = (
        say("honest.outside", outside=outside, all=len(rows)) if outside else say("honest.outside.none", all=len(rows))
    )
    return say("honest.caption", outside=count if rows[0]["low"] is not None else "")


def _honest_rows(table: pa.Table) -> list[dict[str, Any]]:
    return rows_of(table, ("predicted", "observed"), ("n", "low", "high"))


def _outside(row: dict[str, Any]) -> bool:
    return row["low"] is not None and row["high"] is not None and not row["low"] <= row["observed"] <= row["high"]
