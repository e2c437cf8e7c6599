"""Chart of what goes with an answer."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from tradewind.core.words import say
from tradewind.report.drawing import INK, MUTED, OURS, PAPER, data, dress, fold, rows_of

LINE = 15
"""Height of a line of text in pixels."""


def drivers_chart(table: pa.Table, title: str = "", most: int = 8) -> Any:
    """Draw what goes with the answer, heaviest first, and which of it one can influence.

    Args:
        table: sentence, importance (share), optionally direction, influence, stability.
        title: the finding; made from the table where empty.
        most: how many bars at most.
    Returns:
        An Altair chart.
    Raises:
        NotDrawable: nothing to draw.
    """
    import altair as alt

    rows = sorted(rows_of(table, ("sentence", "importance"), ("direction", "influence")), key=_weight)[:most]
    able, signal = say("drivers.influence"), say("drivers.signal")
    for place, row in enumerate(rows):
        row.update(place=place, weight=100 * row["importance"], kind=able if row["influence"] == able[2:] else signal)
        text = f"{row['kind'][0]} {row['sentence']}{_arrow(str(row['direction'] or ''))}"
        # A phone is about 42 characters wide.
        row["text"] = fold(text, 42)[:2]
        row["share"] = f"{row['weight']:.0f}"
    lines = max(len(row["text"]) for row in rows)
    for row in rows:
        row["text"] = [""] * (lines - len(row["text"])) + row["text"]
    y = alt.Y("place:O", axis=None, scale=alt.Scale(paddingInner=0.55, paddingOuter=0.4))
    x = alt.X("weight:Q", title=say("drivers.x"), scale=alt.Scale(domainMin=0), axis=alt.Axis(tickCount=4))
    legend = alt.Legend(title=None, orient="top", direction="vertical", symbolType="square", symbolSize=120, offset=10)
    kinds = [kind for kind in (able, signal) if any(row["kind"] == kind for row in rows)]
    bars = (
        alt.Chart(data(rows))
        .mark_bar(height=12, stroke=OURS, strokeWidth=1.2)
        .encode(
            x=x,
            y=y,
            fill=alt.Fill(
                "kind:N",
                scale=alt.Scale(domain=kinds, range=[OURS if k == able else PAPER for k in kinds]),
                legend=legend,
            ),
            tooltip=[
                alt.Tooltip("sentence:N", title="What"),
                alt.Tooltip("weight:Q", title="Weight, of 100", format=".0f"),
            ],
        )
    )
    label = alt.Chart(data(rows)).mark_text(
        align="left", baseline="bottom", dy=-8 - LINE * (lines - 1), lineHeight=LINE, color=INK, fontSize=12, limit=480
    )
    label = label.encode(x=alt.value(0), y=y, text="text:N")
    value = alt.Chart(data(rows)).mark_text(align="left", dx=5, color=MUTED, fontSize=12)
    value = value.encode(x=x, y=y, text="share:N")
    return dress(
        alt.layer(bars, label, value),
        title or say_drivers(table),
        say("drivers.caption"),
        (44 + LINE * (lines - 1)) * len(rows),
    )


def say_drivers(table: pa.Table) -> str:
    """Return the finding of a drivers table: "What goes with it: above all days since the last order"."""
    first = min(rows_of(table, ("sentence", "importance")), key=_weight)
    return say("drivers.title", first=first["sentence"])


def _weight(row: dict[str, Any]) -> float:
    return -float(row["importance"])


def _arrow(direction: str) -> str:
    """Return the arrow that the caption explains; nothing where there is no clear direction."""
    return "\u00a0↑" if "raises" in direction else "\u00a0↓" if "lowers" in direction else ""
