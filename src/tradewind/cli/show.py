"""What each command prints: text for people, JSON for programs, and the next useful command as the last line."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from tradewind.cli.live import LiveProgress
from tradewind.core.errors import ContractError
from tradewind.core.finding import Check
from tradewind.core.words import CHECKS, WORDS
from tradewind.flow.open import Workspace, open_workspace
from tradewind.flow.progress import Progress, Silent
from tradewind.flow.start.horizons import Horizons

if TYPE_CHECKING:
    import pyarrow as pa

DONE, FAILED = 0, 1
MOST_ROWS = 40
_STYLES = {"pass": "green", "warn": "yellow", "fail": "red", "unknown": "magenta"}


def demo(what: str, directory: Path | None, as_json: bool) -> int:
    """Set up a demo and run it; `what` is a simulated one's name, or the folder for the real shop."""
    from tradewind.core.errors import ConfigError, Problem
    from tradewind.flow.start.demo import set_up_demo
    from tradewind.flow.start.demo_simulated import DEMOS, set_up_simulated

    if what in DEMOS:
        directory = directory or Path(f"demo-{what}")
        if not as_json:
            _console().print(f"{DEMOS[what].title}: no person, company or sale in it is real.", style="yellow")
        status = run(set_up_simulated(what, directory), (), as_json)
        if not as_json:
            from tradewind.cli.show_list import print_lists

            print_lists(directory, DEMOS[what].lists)
        return status
    if directory is not None:
        raise ConfigError(Problem("", "there is no such demo", what, f"one of: {', '.join(DEMOS)}"))
    return run(set_up_demo(Path(what)), (), as_json)


def run(directory: Path, only: Sequence[str], as_json: bool) -> int:
    """Run everything and show the findings."""
    from tradewind.flow import run as flow
    from tradewind.report.terminal import render_terminal

    with _opened(directory) as workspace, _progress(as_json) as progress:
        result = flow.run(workspace, only, progress)
        if as_json:
            sys.stdout.write(result.written.json.read_text(encoding="utf-8"))
        else:
            console = _console()
            render_terminal(result.findings, console, context=result.written.context)
            console.print(f"\nReport: {result.written.html}", highlight=False, soft_wrap=True)
            first = next((each for each in result.findings if {"scores", "list"} & set(each.tables)), None)
            if first is not None:
                _next(console, f"tradewind list {first.name}", directory)
        return FAILED if any(finding.status == "failed" for finding in result.findings) else DONE


def _show_rejected(workspace: Workspace, table: str, progress: Progress, as_json: bool) -> int:
    """List the rows that could not be used; they are there to be read also where no row could."""
    from tradewind.flow.quality.look import check

    refused = None
    try:
        check(workspace, progress)
    except ContractError as error:
        refused = error
    name = table.replace("'", "''")
    chosen = f" WHERE \"table\" = '{name}'" if table else ""
    rows = workspace.sql(f"SELECT * FROM rejected{chosen}") if _has(workspace, "rejected") else None
    if refused is not None and (rows is None or rows.num_rows == 0):
        raise refused
    _show_rows(rows, as_json, "Every row could be used.")
    return DONE if refused is None else FAILED


def train(directory: Path, name: str, as_json: bool) -> int:
    """Train one question and show its figures and checks."""
    from tradewind.flow import run as flow

    with _opened(directory) as workspace, _progress(as_json) as progress:
        learned = flow.train(workspace, name, progress)
    if as_json:
        _write_json(learned.to_json())
        return DONE
    console = _console()
    console.print(f"Method: {learned.algorithm}; version {learned.version}; tested at {learned.test_cutoff}.")
    figures = Table(box=None, padding=(0, 2, 0, 0))
    for column in ("figure", "value", "low", "high"):
        figures.add_column(column, justify="left" if column == "figure" else "right")
    for key, number in learned.numbers.items():
        if number.value is None:
            figures.add_row(key, f"not known: {number.reason}", "", "")
        else:
            figures.add_row(key, *(f"{part:,.4g}" if part is not None else "" for part in
                                   (number.value, number.low, number.high)))  # fmt: skip
    console.print(figures)
    for each in learned.checks:
        _print_check(console, each)
    for sentence in learned.said:
        console.print(sentence, style="dim")
    _next(console, f"tradewind score {name}", directory)
    return DONE


def score(directory: Path, name: str, as_json: bool) -> int:
    """Score everybody and show the first of the list."""
    from tradewind.flow import run as flow

    with _opened(directory) as workspace, _progress(as_json) as progress:
        scored = flow.score(workspace, name, progress)
        rows = workspace.table(scored.table)
    if as_json:
        _write_json({**scored.to_json(), "rows": rows.num_rows})
        return DONE
    console = _console()
    wanted = (rows.column_names[0], "mean", "low", "high", "value", "reason_1", "reason_2", "next_order_median_days")
    shown = [name for name in wanted if name in rows.column_names]
    console.print(_grid(rows.select(shown).slice(0, 20)))
    console.print(f"{rows.num_rows:,} {scored.people} as of {scored.cutoff}: table {scored.table}.", highlight=False)
    first = rows.column(0)[0].as_py() if rows.num_rows else "CUSTOMER_ID"
    _next(console, f"tradewind explain {name} {first}", directory)
    return DONE


def explain(directory: Path, name: str, customer_id: str, as_json: bool) -> int:
    """Show why one customer's score is what it is."""
    from dataclasses import asdict

    from tradewind.flow.learning.explain import explain as explain_one
    from tradewind.report.numbers import say_money, say_share

    with _opened(directory) as workspace:
        told = explain_one(workspace, name, customer_id)
    if as_json:
        _write_json({**asdict(told.score), "cutoff": told.score.cutoff.isoformat(), "value": told.value,
                     "rank": told.rank, "asked": told.asked, "usual": told.usual})  # fmt: skip
        return DONE
    people = told.question.use_case.task == "classification"
    spell = say_share if people else lambda amount: say_money(amount, told.currency)
    console = _console(highlight=False)
    console.print(
        Text(told.question.words(told.question.use_case.title), "bold"), f"· {told.question.one} {customer_id}"
    )
    low, high = spell(told.score.low), spell(told.score.high)
    width = f"between {low} and {high}" if told.score.low < told.score.high else "too few rows to say how sure"
    console.print(f"{spell(told.score.mean)} ({width}); usual here: {spell(told.usual)}; "
                  f"place {told.rank:,} of {told.asked:,} on the list.")  # fmt: skip
    if people and (told.question.label is None or told.question.label.value):
        console.print(f"At stake: {say_money(told.value, told.currency)}.")
    for reason in told.score.reasons:
        sign = "▲" if reason.contribution > 0 else "▼"
        console.print(f"  {sign} {reason.text}  ", Text(f"({reason.direction}; {reason.influence})", "dim"))
    quoted, case = customer_id.replace("'", "''"), told.question.use_case
    query = f"SELECT * FROM {case.requires[0]} WHERE {case.entity} = '{quoted}'"
    _next(console, f'tradewind sql "{query}"', directory)
    return DONE


def tables(directory: Path, as_json: bool) -> int:
    """List the workspace's tables."""
    with _opened(directory) as workspace:
        manifest = workspace.manifest()
    rows = [
        {"table": name, "rows": entry.rows, "columns": len(entry.columns), "files": len(entry.files)}
        for name, entry in sorted(manifest.tables.items())
    ]
    if as_json:
        _write_json({"snapshot_id": manifest.snapshot_id, "tables": rows})
        return DONE
    console = _console()
    if not rows:
        console.print("There are no tables yet.")
        _next(console, "tradewind run", directory)
        return DONE
    grid = Table(box=None, padding=(0, 2, 0, 0))
    for column in rows[0]:
        grid.add_column(column, justify="left" if column == "table" else "right")
    for row in rows:
        grid.add_row(*(f"{value:,}" if isinstance(value, int) else str(value) for value in row.values()))
    console.print(grid)
    console.print(f"Snapshot {manifest.snapshot_id}", style="dim")
    _next(console, f'tradewind sql "SELECT * FROM {rows[0]["table"]} LIMIT 10"', directory)
    return DONE


def use_cases(directory: Path, as_json: bool) -> int:
    """List the questions, and what is missing for those that cannot be asked here."""
    from tradewind.flow.start.ready import readiness

    found = readiness(directory)
    if as_json:
        _write_json(found)
        return DONE
    console = _console(highlight=False)
    for each in found:
        console.print(Text(f"{each['title']}", "bold"), Text(f"({each['name']})", "dim"))
        console.print(f"  {each['question']}")
        if each["missing"]:
            console.print(f"  – needs {each['missing']}", style="yellow")
    _next(console, f"tradewind train {found[0]['name']}", directory)
    return DONE


def report(directory: Path, as_json: bool) -> int:
    """Write the report again and say where it lies."""
    from tradewind.flow import run as flow

    with _opened(directory) as workspace, _progress(as_json) as progress:
        result = flow.write_report(workspace, progress)
    if as_json:
        sys.stdout.write(result.written.json.read_text(encoding="utf-8"))
    else:
        _console().print(f"Report: {result.written.html}", highlight=False, soft_wrap=True)
        _next(_console(), "tradewind use-cases", directory)
    return DONE


def sql(directory: Path, query: str, as_json: bool) -> int:
    """Run a person's SELECT and show its rows."""
    with _opened(directory) as workspace:
        rows = workspace.sql(query)
    return _show_rows(rows, as_json, "No rows.")


def upgrade(directory: Path, as_json: bool) -> int:
    """Upgrade a workspace's format."""
    from tradewind.flow.open import upgrade_workspace

    told = upgrade_workspace(directory)
    if as_json:
        _write_json({"told": told})
    else:
        _console().print(told, highlight=False, soft_wrap=True)
        _next(_console(), "tradewind run", directory)
    return DONE


@contextmanager
def _opened(directory: Path) -> Iterator[Workspace]:
    workspace = open_workspace(directory)
    try:
        yield workspace
    finally:
        workspace.close()


@contextmanager
def _progress(as_json: bool) -> Iterator[Progress]:
    if as_json:
        yield Silent()
        return
    with LiveProgress(Console(stderr=True)) as live:
        yield live


def _has(workspace: Workspace, table: str) -> bool:
    return table in workspace.manifest().tables


def _any_bad(checks: Sequence[Check]) -> bool:
    return any(
        each.status in ("warn", "fail") and WORDS["report.rejected"].lower() in each.name.lower() for each in checks
    )


def _print_check(console: Console, check: Check) -> None:
    sign, words = CHECKS[check.status]
    console.print(Text.assemble((f"{sign} {check.name}", _STYLES[check.status]), f" ({words}): {check.what}"))
    if check.do:
        console.print(f"    do: {check.do}", style="dim", highlight=False)


def print_effects(console: Console, horizons: Horizons) -> None:
    """Show what asking over other spans would mean."""
    grid = Table(box=None, padding=(0, 2, 0, 0), title="What another span would mean", title_justify="left")
    for column in ("span", "bought within it", "active ones who then buy nothing", "to learn from", "past dates"):
        grid.add_column(column, justify="left" if column == "span" else "right")
    for each in horizons.effects:
        mark = " ◂" if each.days == horizons.horizon.count else ""
        stops = "history too short" if each.base_rate is None else f"{each.base_rate:.0%}"
        cells = (f"{each.share_active:.0%}", stops, f"{each.outcomes:,}", str(each.past_dates))
        grid.add_row(f"{each.days} days{mark}", *cells)
    console.print(grid)


def _show_rows(rows: pa.Table | None, as_json: bool, empty: str) -> int:
    if as_json:
        _write_json([] if rows is None else rows.to_pylist())
    elif rows is None or rows.num_rows == 0:
        _console().print(empty)
    else:
        _console().print(_grid(rows.slice(0, MOST_ROWS)))
        if rows.num_rows > MOST_ROWS:
            _console().print(f"… {rows.num_rows - MOST_ROWS:,} more rows; --json prints all.", style="dim")
    return DONE


def _grid(rows: pa.Table) -> Table:
    grid = Table(box=None, padding=(0, 2, 0, 0))
    for field in rows.schema:
        number = str(field.type).startswith(("int", "double", "float", "decimal"))
        grid.add_column(field.name, justify="right" if number else "left", overflow="fold")
    for row in rows.to_pylist():
        grid.add_row(*(Text(_cell(value)) for value in row.values()))
    return grid


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:,.4g}" if isinstance(value, float) else str(value)


def _write_json(value: object) -> None:
    text = json.dumps(_finite(value), indent=2, default=str, ensure_ascii=False, allow_nan=False)
    sys.stdout.write(text + "\n")


def _finite(value: Any) -> Any:
    """JSON knows no infinity: what a person's own SQL made of numbers is told as text."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, dict):
        return {str(key): _finite(part) for key, part in value.items()}
    return [_finite(part) for part in value] if isinstance(value, list | tuple) else value


def _console(highlight: bool = True) -> Console:
    """A console that takes brackets as they are: `[workspace]` is a place in the config and no style."""
    return Console(markup=False, highlight=highlight)


def _next(console: Console, command: str, directory: Path) -> None:
    """The last line: the next useful command, with the workspace where it is not the present folder."""
    where = "" if directory.resolve() == Path.cwd().resolve() else f" --workspace {directory}"
    console.print(f"Next: {command}{where}", style="bold", highlight=False, soft_wrap=True)
