"""Charts of a success team: what became of each light, and which part of the business goes with an outcome."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from tradewind.core.finding import Finding
from tradewind.core.words import say
from tradewind.report.chart_maker import Maker
from tradewind.report.drawing import OURS, data, dress, rows_of
from tradewind.report.numbers import say_of_100

ROLES = ("lights", "driver_groups")

SHARES: Mapping[str, frozenset[str]] = {
    "lights": frozenset({"left", "low", "high"}),
    "driver_groups": frozenset({"share", "low", "high"}),
}
"""Columns of shares, which are told of 100."""

LINE = 34
"""Height of a row in pixels."""


def makers(finding: Finding, _tables: Mapping[str, pa.Table], _currency: str) -> dict[str, Maker]:
    """Return how each role is drawn."""
    return {
        "lights": Maker(
            say_lights, lights_chart, lambda _: say("lights.chart.caption", assumed=finding.caption),
            ("light", "looks", "left", "low", "high"),
        ),
        "driver_groups": Maker(
            say_groups, groups_chart, lambda _: say("groups.chart.caption"),
            ("driver_group", "share", "low", "high", "sentence"),
        ),
    }  # fmt: skip


def say_lights(table: pa.Table) -> str:
    """Return the finding: how many of 100 of the worst light left, and of the best."""
    rows = _lights(table)
    first, last = rows[0], rows[-1]
    shares = {"share": say_of_100(first["left"]), "other_share": say_of_100(last["left"])}
    return say("lights.chart.title", light=first["light"], other=last["light"], **shares)


def lights_chart(table: pa.Table, title: str = "") -> Any:
    """Draw how many of 100 of each light left, with the range.

    Args:
        table: light, looks, left, low, high.
        title: the finding; made from the table where empty.
    Raises:
        NotDrawable: no light has been seen for long enough.
    """
    rows = [{"name": row["light"], "share": row["left"], "low": row["low"], "high": row["high"]}
            for row in _lights(table)]  # fmt: skip
    return _bars(rows, say("lights.chart.x"), title or say_lights(table))


def _lights(table: pa.Table) -> list[dict[str, Any]]:
    return rows_of(table, ("light", "left"), ("looks", "low", "high"))


def say_groups(table: pa.Table) -> str:
    """Return the finding: the part of the business that goes with it most."""
    first = rows_of(table, ("driver_group", "share"))[0]
    return say("groups.chart.title", group=first["driver_group"], share=say_of_100(first["share"]))


def groups_chart(table: pa.Table, title: str = "") -> Any:
    """Draw the weight of each part of the business, with the range.

    Args:
        table: driver_group, share, low, high.
        title: the finding; made from the table where empty.
    """
    rows = [{"name": row["driver_group"], "share": row["share"], "low": row["low"], "high": row["high"]}
            for row in rows_of(table, ("driver_group", "share"), ("low", "high"))]  # fmt: skip
    return _bars(rows, say("groups.chart.x"), title or say_groups(table))


def _bars(rows: list[dict[str, Any]], axis: str, title: str) -> Any:
    import altair as alt

    numbers = ("share", "low", "high")
    shown = [{**row, **{key: 100 * row[key] for key in numbers if row[key] is not None}} for row in rows]
    y = alt.Y("name:N", sort=[row["name"] for row in rows], title=None)
    scale = alt.Scale(domainMin=0)
    tips = [alt.Tooltip("name:N", title="What"), alt.Tooltip("share:Q", title="Of 100", format=".0f")]
    bars = alt.Chart(data(shown)).mark_bar(height=12, color=OURS).encode(
        x=alt.X("share:Q", title=axis, scale=scale), y=y, tooltip=tips
    )  # fmt: skip
    ranges = alt.Chart(data(shown)).mark_rule(strokeWidth=2).encode(x="low:Q", x2="high:Q", y=y)
    return dress(alt.layer(bars, ranges), title, "", LINE * len(rows))
