"""All charts of a finding: which result table is drawn how, under which title, told how to those who cannot see it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import ModuleType
from typing import Any

import pyarrow as pa

from tradewind.core.finding import Finding, is_few
from tradewind.core.words import WORDS, say, say_do
from tradewind.report import actions_charts, deals_charts, forecast_charts, health_charts, survival_charts
from tradewind.report.chart_maker import Maker
from tradewind.report.drawing import VARIABLES, NotDrawable, rows_of
from tradewind.report.images import chart_svg
from tradewind.report.money_charts import deciles_chart, profit_chart, say_profit, say_tenths
from tradewind.report.numbers import say_one_in
from tradewind.report.ranking_charts import calibration_chart, gain_chart, say_gain, say_honest, say_honest_caption
from tradewind.report.reason_charts import drivers_chart, say_drivers
from tradewind.report.time_charts import (
    IN_100,
    actual_predicted_chart,
    backtest_chart,
    cohorts_chart,
    say_cohorts,
    say_past,
    say_weekly,
    say_weekly_caption,
)

_PARTS: tuple[ModuleType, ...] = (actions_charts, deals_charts, forecast_charts, health_charts, survival_charts)
"""Modules with charts of their own: `ROLES`, and `makers(finding, tables, currency) -> {role: Maker}`."""

ROLES = (
    *(role for part in _PARTS for role in part.ROLES),
    *("gain", "profit", "deciles", "weekly", "cohorts", "calibration", "drivers", "backtest"),
)
"""Roles of result tables that are drawn, in the order of a section: those made for one question come first."""


@dataclass(frozen=True)
class Chart:
    """One chart as a surface shows it.

    Args:
        role: which result table it draws.
        title: the finding it shows, as a sentence.
        caption: how to read it and what it assumes.
        altair: the Altair chart; None where there is nothing to draw, then `caption` says why.
        alt: the chart in words, for those who cannot see it.
        table: the numbers drawn: header and rows, as text.
    """

    role: str
    title: str
    caption: str
    altair: Any | None
    alt: str
    table: tuple[tuple[str, ...], ...] = ()

    def spec(self) -> dict[str, Any]:
        """Return its Vega-Lite form for a page: no title inside, no address, colours as the page's variables."""
        if self.altair is None:
            return {}
        page: dict[str, Any] = json.loads(self._text)
        return {**page, "background": None}

    @cached_property
    def _text(self) -> str:
        """Its Vega-Lite form as JSON: a report asks for it three times, and Altair takes long to write it."""
        assert self.altair is not None
        spec = self.altair.to_dict(validate=False)
        for name in ("$schema", "title"):
            spec.pop(name, None)
        text = json.dumps(spec, allow_nan=False)
        for colour, variable in VARIABLES.items():
            text = text.replace(f'"{colour}"', f'"{variable}"')
        return text

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        """Show itself in a notebook as a picture, offline; `.altair` is the chart itself, to restyle and to explore."""
        text = f"{self.title}\n{self.caption}"
        return (
            {"text/plain": text}
            if self.altair is None
            else {"image/svg+xml": chart_svg(self.altair), "text/plain": text}
        )


def build_charts(
    finding: Finding, tables: Mapping[str, pa.Table], currency: str, rule: str = "", revenue: bool = False
) -> list[Chart]:
    """Return the charts of a finding, in reading order; a table that cannot be drawn becomes a sentence.

    Args:
        finding: whose charts.
        tables: role (`gain`, `calibration` …) to its result table; other roles are ignored.
        currency: ISO code of the amounts.
        rule: name of the rule of thumb beside which the answer is shown.
        revenue: whether amounts are revenue, not profit; then no break-even is shown.
    """
    from altair.utils.schemapi import debug_mode

    makers = _makers(finding, tables, currency, rule, revenue)
    for part in _PARTS:
        makers |= part.makers(finding, tables, currency)
    # One picture for one thing: of chances the groups of the calibration, of amounts the tenths.
    left_out = {"deciles"} if "calibration" in tables else {"gain"} if "deciles" in tables else set()
    # Altair checks every part of a chart against its whole schema as it is made; a test has done that for each role.
    with debug_mode(False):
        return [_build(role, tables[role], makers[role]) for role in ROLES if role in tables and role not in left_out]


def _makers(
    finding: Finding, tables: Mapping[str, pa.Table], currency: str, rule: str, revenue: bool
) -> dict[str, Maker]:
    do = finding.does or say_do(finding.name)
    base = base_share(finding, tables)
    rate = _value(finding, "rate_10")
    short = any(is_few(finding.numbers.get(name)) for name in ("rows", "customers"))
    share = finding.numbers.get("break_even_share")
    even = say_one_in(share.value) if share is not None and share.value is not None and not revenue else ""
    never = bool(even) and share is not None and share.value is not None and share.value > 1
    assumed = f" {finding.caption}" if finding.caption else ""
    return {
        "gain": Maker(
            lambda table: say_gain(table, do, base, rate, short),
            lambda table, title: gain_chart(table, title, do, rule),
            lambda _: say("gain.caption"),
            ("share_contacted", "share_found", "rule_share_found"),
        ),
        "profit": Maker(
            lambda table: say("profit.title.never") if never else say_profit(table, currency, even),
            lambda table, title: profit_chart(table, currency, title, rule, revenue),
            lambda _: say("profit.caption") + assumed,
            ("share_contacted", "profit", "low", "high", "rule_profit"),
        ),
        "deciles": Maker(
            say_tenths,
            lambda table, title: deciles_chart(table, currency, title),
            lambda _: say("tenths.caption"),
            ("decile", "n", "predicted", "actual"),
        ),
        "weekly": Maker(say_weekly, actual_predicted_chart, say_weekly_caption, ("week", "actual", "predicted")),
        "cohorts": Maker(
            say_cohorts,
            cohorts_chart,
            lambda _: say("cohorts.caption"),
            ("cohort_month", "months_since", "customers", "share_active"),
        ),
        "calibration": Maker(
            say_honest, calibration_chart, say_honest_caption, ("n", "predicted", "observed", "low", "high")
        ),
        "drivers": Maker(
            say_drivers,
            drivers_chart,
            lambda _: say("drivers.caption"),
            ("sentence", "importance", "direction", "influence"),
        ),
        "backtest": Maker(
            lambda table: say_past(table, finding.status == "answered"),
            lambda table, title: backtest_chart(table, title, currency),
            lambda _: say("past.caption"),
            ("cutoff", "value", "baseline"),
        ),
    }


def _build(role: str, table: pa.Table, maker: Maker) -> Chart:
    try:
        title, caption = maker.title(table), maker.caption(table)
        drawn = maker.draw(table, title)
    except NotDrawable as nothing:
        return Chart(role, say(f"role.{role}"), str(nothing), None, str(nothing))
    return Chart(role, title, caption, drawn, f"{title}. {caption}", numbers_of(role, table, maker.columns))


OF_100: Mapping[str, frozenset[str]] = {
    "gain": frozenset({"share_contacted", "share_found", "rule_share_found"}),
    "profit": frozenset({"share_contacted"}),
    "cohorts": frozenset({"share_active"}),
    "calibration": frozenset({"predicted", "observed", "low", "high"}),
    "drivers": frozenset({"importance"}),
    **actions_charts.SHARES,
    **deals_charts.SHARES,
    **survival_charts.SHARES,
    **health_charts.SHARES,
}
"""Columns of shares, which are told of 100."""


def numbers_of(role: str, table: pa.Table, columns: tuple[str, ...], most: int = 24) -> tuple[tuple[str, ...], ...]:
    """Return the numbers behind a chart as text, header first; long tables are thinned evenly.

    Args:
        role: the table's role.
        table: a result table.
        columns: which of its columns, in order; absent ones are left out.
        most: rows at most.
    """
    names = tuple(name for name in columns if name in table.column_names)
    rows = rows_of(table, (), names)
    if len(rows) > most:
        step = (len(rows) - 1) / (most - 1)
        rows = [rows[round(place * step)] for place in range(most)]
    of_100 = OF_100.get(role, frozenset())
    if role == "backtest" and all(row in IN_100 for row in table["metric"].to_pylist()):
        of_100 = frozenset({"value", "baseline"})
    head = tuple(WORDS.get(f"column.{role}.{name}") or say(f"column.{name}") for name in names)
    return (head, *(tuple(_cell(row[name], name in of_100) for name in names) for row in rows))


def _cell(value: Any, of_100: bool) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value[:10] if value[4:5] == "-" else value
    if of_100:
        return f"{100 * value:.1f}"
    return f"{value:,.0f}" if float(value).is_integer() or abs(value) >= 100 else f"{value:,.2f}"


def base_share(finding: Finding, tables: Mapping[str, pa.Table]) -> float | None:
    """Return the share of all people who do it: the finding's own figure, else from the calibration table."""
    known = _value(finding, "base_rate")
    if known is not None:
        return known
    try:
        rows = rows_of(tables["calibration"], ("n", "observed"))
    except (KeyError, NotDrawable):
        return None
    total = sum(row["n"] for row in rows)
    return sum(row["n"] * row["observed"] for row in rows) / total if total else None


def _value(finding: Finding, name: str) -> float | None:
    number = finding.numbers.get(name)
    return None if number is None else number.value
