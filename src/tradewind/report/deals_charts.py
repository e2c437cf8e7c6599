"""Charts of the pipeline: how long open deals have stood beside what is usual, and how many go on from each stage."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from tradewind.core.finding import Finding
from tradewind.core.words import say
from tradewind.report.chart_maker import Maker
from tradewind.report.drawing import BAND, INK, MUTED, OURS, RULE, data, dress, rows_of
from tradewind.report.numbers import say_count, say_of_100

ROLES = ("waiting", "stages")
"""Roles drawn here, in the order of a section."""

SHARES: Mapping[str, frozenset[str]] = {"stages": frozenset({"moves_on", "lost", "won"})}
"""Columns of shares, which are told of 100."""

_ROW = 52
"""Height of a stage in pixels."""
_MOST_POINTS = 400


def makers(_finding: Finding, _tables: Mapping[str, pa.Table], _currency: str) -> dict[str, Maker]:
    """Return how each role is drawn."""
    return {
        "waiting": Maker(
            say_waiting, waiting_chart, lambda _: say("waiting.caption"),
            ("stage", "days_in_stage", "half_days", "late_after_days", "late"),
        ),
        "stages": Maker(
            say_stages, stages_chart, lambda _: say("stages.caption"),
            ("stage", "entered", "moves_on", "lost", "won", "usual_days", "late_after_days"),
        ),
    }  # fmt: skip


def say_waiting(table: pa.Table) -> str:
    """Return the finding: "4 of 33 open deals have stood where they are for longer than is usual"."""
    rows = _waits(table)
    return say("waiting.title", late=say_count(sum(bool(row["late"]) for row in rows)), open=say_count(len(rows)))


def waiting_chart(table: pa.Table, title: str = "") -> Any:
    """Draw every open deal's days in its stage beside the usual range of deals that moved on.

    Args:
        table: stage, days_in_stage, late, optionally half_days, late_after_days; stages in their order.
        title: the finding; made from the table where empty.
    Returns:
        An Altair chart.
    Raises:
        NotDrawable: no open deal's wait is known.
    """
    import altair as alt

    rows = _waits(table)
    stages = list(dict.fromkeys(row["stage"] for row in rows))
    on_time, late = say("waiting.on_time"), say("waiting.late")
    points = [{"stage": row["stage"], "days": row["days_in_stage"], "kind": late if row["late"] else on_time}
              for row in rows]  # fmt: skip
    usual = {row["stage"]: row for row in rows if row["late_after_days"] is not None}
    spans = [{"stage": stage, "from": 0.0, "to": row["late_after_days"]} for stage, row in usual.items()]
    halves = [
        {"stage": stage, "days": row["half_days"]} for stage, row in usual.items() if row["half_days"] is not None
    ]
    y = alt.Y("stage:N", title=None, sort=stages, axis=alt.Axis(labelLimit=160))
    x = alt.X("days:Q", title=say("waiting.x"), scale=alt.Scale(domainMin=0), axis=alt.Axis(tickCount=6))
    band = alt.Chart(data(spans)).mark_bar(color=BAND, opacity=0.55, height=26)
    ticks = alt.Chart(data(halves)).mark_tick(color=INK, thickness=2, size=26)
    legend = alt.Legend(title=None, orient="top", direction="vertical", symbolSize=110, labelLimit=420)
    kinds = [kind for kind in (on_time, late) if any(point["kind"] == kind for point in points)]
    shown = {on_time: ("circle", OURS), late: ("diamond", RULE)}
    dots = (
        alt.Chart(data(points[:: max(1, len(points) // _MOST_POINTS)]))
        .mark_point(filled=True, size=70, opacity=0.8)
        .encode(
            x=x,
            y=y,
            shape=alt.Shape("kind:N", scale=alt.Scale(domain=kinds, range=[shown[k][0] for k in kinds]), legend=legend),
            color=alt.Color("kind:N", scale=alt.Scale(domain=kinds, range=[shown[k][1] for k in kinds]), legend=legend),
            tooltip=[
                alt.Tooltip("stage:N", title="Stage"),
                alt.Tooltip("days:Q", title="Days in it", format=".0f"),
                alt.Tooltip("kind:N", title="Is"),
            ],
        )
    )
    layers = [band.encode(x=alt.X("from:Q", title=say("waiting.x")), x2="to:Q", y=y), ticks.encode(x=x, y=y), dots]
    height = _ROW * max(len(stages), 2)
    return dress(alt.layer(*layers), title or say_waiting(table), say("waiting.caption"), height)


def say_stages(table: pa.Table) -> str:
    """Return the finding: "Of 100 deals that enter Proposal, 38 are lost there, more than anywhere else"."""
    rows = _stages(table)
    known = [row for row in rows if row["lost"] is not None]
    if len(known) < 2:
        return say("stages.title.one", stage=rows[0]["stage"], on=say_of_100(rows[0]["moves_on"]))
    worst, second = sorted(known, key=lambda row: -row["lost"])[:2]
    ends = (worst["lost_low"], second["lost_high"])
    clear = ends[0] is not None and ends[1] is not None and ends[0] > ends[1]
    name = "stages.title" if clear else "stages.title.equal"
    return say(name, stage=worst["stage"], lost=say_of_100(worst["lost"]))


def stages_chart(table: pa.Table, title: str = "") -> Any:
    """Draw, of 100 deals that enter each stage, how many go on and how many are won in the end, with their ranges.

    Args:
        table: stage, moves_on, optionally its `_low` and `_high`, lost, won with `_low` and `_high`.
        title: the finding; made from the table where empty.
    Returns:
        An Altair chart.
    Raises:
        NotDrawable: nothing is known of any stage.
    """
    import altair as alt

    rows = _stages(table)
    stages = [row["stage"] for row in rows]
    on = [{"stage": row["stage"], "share": 100 * row["moves_on"], "text": say_of_100(row["moves_on"])} for row in rows]
    won = [{"stage": row["stage"], "share": 100 * row["won"], "kind": say("stages.won")}
           for row in rows if row["won"] is not None]  # fmt: skip
    y = alt.Y("stage:N", title=None, sort=stages, axis=alt.Axis(labelLimit=160))
    x = alt.X("share:Q", title=say("stages.x"), scale=alt.Scale(domain=[0, 100]), axis=alt.Axis(tickCount=5))
    bars = alt.Chart(data([{**row, "kind": say("stages.on")} for row in on])).mark_bar(height=18)
    names = [say("stages.on"), say("stages.won")]
    legend = alt.Legend(
        title=None, orient="top", direction="vertical", symbolType="square", symbolSize=110, labelLimit=420
    )
    fill = alt.Color("kind:N", scale=alt.Scale(domain=names, range=[BAND, RULE]), legend=legend)
    tip = [alt.Tooltip("stage:N", title="Stage"), alt.Tooltip("kind:N", title="What"),
           alt.Tooltip("share:Q", title="Of 100", format=".0f")]  # fmt: skip
    diamonds = alt.Chart(data(won)).mark_point(filled=True, shape="diamond", size=110, opacity=1)
    numbers = alt.Chart(data(on)).mark_text(align="left", dx=6, dy=-14, color=MUTED, fontSize=12)
    layers = [
        bars.encode(x=x, y=y, color=fill, tooltip=tip),
        *_whiskers(rows, "moves_on", OURS, y),
        *_whiskers(rows, "won", RULE, y),
        diamonds.encode(x=x, y=y, color=fill, tooltip=tip),
        numbers.encode(x=x, y=y, text="text:N"),
    ]
    height = _ROW * max(len(stages), 2)
    return dress(alt.layer(*layers), title or say_stages(table), say("stages.caption"), height)


def _whiskers(rows: list[dict[str, Any]], name: str, colour: str, y: Any) -> list[Any]:
    import altair as alt

    ends = [
        {"stage": row["stage"], "low": 100 * row[f"{name}_low"], "high": 100 * row[f"{name}_high"]}
        for row in rows
        if row[f"{name}_low"] is not None and row[f"{name}_high"] is not None
    ]
    if not ends:
        return []
    line = alt.Chart(data(ends)).mark_rule(color=colour, strokeWidth=2)
    return [line.encode(x=alt.X("low:Q", title=say("stages.x")), x2="high:Q", y=y)]


def _waits(table: pa.Table) -> list[dict[str, Any]]:
    return rows_of(table, ("stage", "days_in_stage", "late"), ("half_days", "late_after_days"))


def _stages(table: pa.Table) -> list[dict[str, Any]]:
    ends = (f"{name}_{end}" for name in ("moves_on", "won", "lost") for end in ("low", "high"))
    return rows_of(table, ("stage", "moves_on"), ("lost", "won", *ends))
