"""The same findings in a terminal: what to do first, then one panel a question, shortest words that are still true."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from tradewind.core.finding import Finding
from tradewind.core.words import say
from tradewind.report.context import ReportContext
from tradewind.report.numbers import say_day
from tradewind.report.story import Badge, Section, headline_figure, in_order, rejected_rows, tell

STYLES: Mapping[str, str] = {
    "measured": "green",
    "adjusted": "cyan",
    "association": "cyan",
    "assumed": "yellow",
    "pass": "green",
    "warn": "yellow",
    "fail": "bold red",
    "unknown": "dim",
    "good": "green",
    "even": "yellow",
    "open": "dim",
    "bad": "bold red",
}


def render_terminal(
    findings: Sequence[Finding],
    console: Console,
    tables_by_finding: Mapping[str, Mapping[str, pa.Table]] | None = None,
    how: bool = False,
    context: ReportContext | None = None,
) -> None:
    """Print the findings.

    Args:
        findings: the run's findings.
        console: where to.
        tables_by_finding: finding's name → role → result table; without it, what needs tables is left out.
        how: whether "How do we know?" is printed too.
        context: the frame; with it the data period, what amounts are and the rows left out are printed.
    """
    tables = tables_by_finding or {}
    if context is not None:
        console.print(_frame(context))
    ordered = in_order(findings)
    if ordered:
        console.print(_first(ordered))
    for finding in findings:
        section = tell(finding, tables.get(finding.name, {}))
        console.print(_panel(section) if section.answered else _unanswered(section))
        if how and section.answered:
            console.print(_how(section))


def _frame(context: ReportContext) -> RenderableType:
    lines = [Text.assemble((context.company, "bold"), f" · {say('report.as_of')} {say_day(context.as_of)}")]
    if context.simulated:
        lines.append(Text(say("report.simulated"), "yellow"))
    if context.period is not None:
        lines.append(Text(f"{say('report.data')}: {say_day(context.period[0])} – {say_day(context.period[1])}", "dim"))
    lines.append(Text(say(f"report.{context.amounts_are}"), "dim" if context.amounts_are == "profit" else "yellow"))
    for table, reason, count in rejected_rows(context.rejected)[:3]:
        lines.append(Text(f"{say('report.rejected')}: {count} of {table} ({reason})", "yellow"))
    return Padding(Group(*lines), (1, 0, 0, 0))


def _first(ordered: Sequence[Finding]) -> RenderableType:
    table = Table(title=say("report.first"), title_justify="left", title_style="bold", box=None, padding=(0, 2, 0, 0))
    for _ in range(4):
        table.add_column(overflow="fold")
    table.show_header = False
    for place, finding in enumerate(ordered, 1):
        figure = headline_figure(finding)
        amount = Text.assemble((figure.value, "bold"), (f"\n{figure.label}", "dim")) if figure else Text("")
        table.add_row(f"{place}.", Text(finding.title, "bold"), amount, finding.next)
    sums = sum(headline_figure(finding) is not None for finding in ordered)
    parts = [table, Text(say("today.overlap"), "dim")] if sums > 1 else [table]
    return Padding(Group(*parts), (1, 0, 1, 0))


def _panel(section: Section) -> RenderableType:
    parts: list[RenderableType] = [Text(section.question, "italic dim"), Text(section.answer, "bold")]
    parts += [Text(f"• {sentence}") for sentence in section.more]
    if section.figures:
        parts.append(_figures(section))
    labelled = ((say("part.money"), section.money), (say("part.next"), section.next))
    parts += [Text.assemble((f"{label}: ", "bold"), text) for label, text in labelled if text]
    if section.caption:
        parts.append(Text(section.caption, "dim"))
    if len(section.reliable) > 1:
        groups = "; ".join(f"{row[0]} {row[1]}" for row in section.reliable[1:])
        parts.append(Text.assemble((f"{say('part.reliable')}: ", "bold"), groups))
    sure = _badge(section.evidence)
    if section.status.kind == "even":
        sure.append("  ").append_text(_badge(section.status))
    trouble = [(badge, check) for badge, check in section.checks if badge.kind in ("warn", "fail")]
    if trouble:
        sure.append(f"  {len(trouble)} of {len(section.checks)} checks to look at", "yellow")
    parts.append(sure)
    return Panel(Group(*parts), title=Text(section.title, "bold"), title_align="left", padding=(1, 2), expand=True)


def _figures(section: Section) -> RenderableType:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(justify="right", style="bold")
    grid.add_column()
    for figure in section.figures:
        grid.add_row(figure.value, f"{figure.label} ({figure.between})" if figure.between else figure.label)
    return Padding(grid, (1, 0))


def _unanswered(section: Section) -> RenderableType:
    parts = [Text(section.question, "italic dim"), Text.assemble(_badge(section.status), f": {section.answer}")]
    parts += [Text(sentence) for sentence in section.more]
    if section.next:
        parts.append(Text.assemble((f"{say('part.unlock')}: ", "bold"), section.next))
    return Panel(
        Group(*parts), title=Text(section.title, "dim"), title_align="left", padding=(0, 2), border_style="dim"
    )


def _how(section: Section) -> RenderableType:
    parts: list[RenderableType] = [Text(section.approach)]
    if section.statistics:
        table = Table(box=None, padding=(0, 2, 0, 0))
        for name in ("figure", "is", "range", "meaning"):
            table.add_column(say(f"column.{name}"), overflow="fold")
        for one in section.statistics:
            table.add_row(one.label, one.value, one.between, Text(one.meaning, "dim"))
        parts.append(Padding(table, (1, 0)))
    for badge, check in section.checks:
        parts.append(Text.assemble(_badge(badge), f"  {check.name}: {check.what} {check.do}".rstrip()))
    return Padding(Panel(Group(*parts), title=say("part.how"), title_align="left", border_style="dim"), (0, 0, 0, 2))


def _badge(badge: Badge) -> Text:
    return Text(f"{badge.sign} {badge.words}", STYLES[badge.kind])
