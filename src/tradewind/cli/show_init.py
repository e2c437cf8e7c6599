"""What `init` prints: what was found, what it is thought to be, what is asked, and what comes next."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.prompt import Prompt
from rich.table import Table
from rich.text import Text

from tradewind.cli.show import DONE, _console, _next, _progress, _write_json
from tradewind.flow.start.answered import why_no_answer
from tradewind.flow.start.init import Initiated, OpenQuestion, init
from tradewind.flow.start.say_permissions import say_permission, say_values
from tradewind.flow.start.say_states import say_state, say_why
from tradewind.flow.start.tell import locked_by_reason, shown_name, understood

_MOST_IGNORED = 12


def start(directory: Path, places: Sequence[str], yes: bool, as_json: bool) -> int:
    """Look at the data, ask, write the config, and show what was understood."""
    console = _console()
    asking = not yes and not as_json and sys.stdin.isatty() and sys.stdout.isatty()
    with _progress(as_json) as progress:
        ask = (lambda question: _ask(question, console)) if asking else None
        done = init(directory, places, ask, progress)
    if as_json:
        _write_json(_values(done))
        return DONE
    _show(done, console)
    _next(console, "tradewind run" if done.tried.loads else "tradewind check", directory)
    return DONE


def _ask(question: OpenQuestion, console: Console) -> str:
    console.print(Text(question.text, "bold"))
    console.print(f"  {question.why}", style="dim")
    for place, option in enumerate(question.options, start=1):
        console.print(f"  {place}  {option}", highlight=False)
    while True:
        said = Prompt.ask("  A number, or your own answer", default="1", console=console).strip()
        if said.isdigit() and 1 <= int(said) <= len(question.options):
            return question.options[int(said) - 1]
        why = why_no_answer(question, said)
        if not why:
            return said
        console.print(f"  {why}", style="yellow", highlight=False)


def _show(done: Initiated, console: Console) -> None:
    console.print(_found(done))
    for name, why in done.proposal.unused.items():
        console.print(f"Not used: {shown_name(done, name)}: {why}", style="dim", highlight=False, soft_wrap=True)
    ignored = done.found.ignored
    for each in ignored[:_MOST_IGNORED]:
        style = "yellow" if each.trouble else "dim"
        console.print(f"Ignored: {each.shown}: {each.why}", style=style, highlight=False, soft_wrap=True)
    if len(ignored) > _MOST_IGNORED:
        console.print(f"… and {len(ignored) - _MOST_IGNORED:,} more; all stand in the config.", style="dim")
    for table in done.found.tables:
        for note in table.raw.notes:
            console.print(f"{table.shown}: {note}", style="dim", highlight=False, soft_wrap=True)
    _show_answers(done, console)
    if done.proposal.undecided:
        console.print("\nWhat could not be decided:", style="bold")
        for sentence in done.proposal.undecided:
            console.print(f"  • {sentence}", highlight=False)
    currency = next((answer for question, answer in done.asked if question.key == "currency"), "EUR")
    for told in done.proposal.permissions:
        console.print(f"{say_permission(told)} {say_values(told)}.", highlight=False, soft_wrap=True)
    for state in done.proposal.states:
        console.print(f"{say_state(state, currency)} {say_why(state)}.", highlight=False, soft_wrap=True)
    _show_questions(done, console)
    for variable in done.found.variables:
        console.print(f"\nThe address of the database stays out of the config. Before each run: export {variable}='…'",
                      highlight=False, soft_wrap=True)  # fmt: skip
    console.print(f"\nWritten: {done.config}. Read it: every line says why it is there, guesses are marked.",
                  highlight=False, soft_wrap=True)  # fmt: skip


def _found(done: Initiated) -> Table:
    grid = Table(box=None, padding=(0, 2, 0, 0))
    for name in ("file", "thought to hold", "rows", "key", "time", "amount", "how sure"):
        grid.add_column(name, justify="right" if name == "rows" else "left", overflow="fold")
    for row in understood(done):
        rows = "" if row.rows is None else f"{row.rows:,}"
        grid.add_row(*map(Text, (row.file, row.holds, rows, row.key, row.time, row.amount, row.sure)))
    return grid


def _show_answers(done: Initiated, console: Console) -> None:
    taken = [(question, answer) for question, answer in done.asked if question.key in done.defaults]
    if taken:
        console.print("\nTaken without asking (change it in the config):", style="bold")
    for question, answer in taken:
        console.print(f"  • {question.text} → {answer}", highlight=False)
        console.print(f"    {question.why}", style="dim", highlight=False)


def _show_questions(done: Initiated, console: Console) -> None:
    tried = done.tried
    if tried.horizons is not None:
        console.print("\nHow your customers buy:", style="bold")
        for sentence in tried.horizons.said:
            console.print(f"  • {sentence}", highlight=False)
    if not tried.loads:
        console.print(
            "\nWhat can be asked (not tried yet: with so many rows the first check loads them):", style="bold"
        )
    for question in () if tried.loads else done.questions:
        console.print(f"  • {question.title}", highlight=False)
    if tried.ranked.first:
        console.print("\nWhere to begin:", style="bold")
    for place, each in enumerate(tried.ranked.first, start=1):
        console.print(f"  {place}  {each.title}: {each.question}", highlight=False)
        console.print(f"     {' '.join(each.why)}", style="dim", highlight=False)
    if tried.ranked.later and not tried.ranked.first:
        console.print("\nWhere to begin: too little has happened yet to learn from; more history is what helps most.")
    if tried.ranked.later:
        console.print("\nWhat can be asked as well:", style="bold")
    for each in tried.ranked.later:
        console.print(f"  • {each.title}", highlight=False)
    if tried.ranked.locked:
        console.print("\nWhat needs more:", style="bold")
    for why, titles in locked_by_reason(done).items():
        console.print(f"  • {', '.join(titles)}: {why}", style="dim", highlight=False)


def _values(done: Initiated) -> Mapping[str, Any]:
    """The proposal in JSON's terms; no address of a database is in it."""
    return {
        "config": str(done.config),
        "sources": {source.name: dict(source.settings) for source in done.found.sources},
        "read": [
            {"table": table.name, "file": table.shown, "rows": table.raw.rows, "columns": list(table.raw.names),
             "notes": list(table.raw.notes)}
            for table in done.found.tables
        ],
        "ignored": [asdict(each) for each in done.found.ignored],
        **asdict(done.proposal),
        "questions": [{**asdict(question), "answer": answer, "given": question.key not in done.defaults}
                      for question, answer in done.asked],
        "horizons": None if done.tried.horizons is None else done.tried.horizons.to_json(),
        "first_questions": done.tried.ranked.to_json(),
        "environment": list(done.found.variables),
    }  # fmt: skip
