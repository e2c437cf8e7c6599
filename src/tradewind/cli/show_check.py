"""What `tradewind check` prints: trouble by table, worst first, with an example and the line that treats it."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.text import Text

from tradewind.cli.show import (
    DONE,
    FAILED,
    _any_bad,
    _console,
    _next,
    _opened,
    _print_check,
    _progress,
    _show_rejected,
    print_effects,
)
from tradewind.cli.show import _write_json as write_json
from tradewind.core.errors import ContractError
from tradewind.core.trouble import KINDS, SEVERITIES, Trouble
from tradewind.flow.quality.look import CheckResult, horizons, look
from tradewind.report.numbers import say_money
from tradewind.report.troubles import say_harm

_SIGNS = {"breaks": ("✘", "red"), "misleads": ("!", "yellow"), "cosmetic": ("·", "dim")}
_SHOWN = 3
"""Example values shown of one trouble; the table `trouble_rows` holds more."""


def check(directory: Path, table: str, rejected: bool, measure: bool, as_json: bool) -> int:
    """Check config and data and show what was found."""
    with _opened(directory) as workspace, _progress(as_json) as progress:
        if rejected:
            return _show_rejected(workspace, table, progress, as_json)
        result = look(workspace, progress, measure)
        spans = None if table or as_json or result.problems else horizons(workspace)
        currency = workspace.config.workspace.currency
    if table:
        result = CheckResult(
            tuple(each for each in result.checks if table in each.name),
            tuple(each for each in result.troubles if each.table == table),
            result.problems,
        )
    failed = bool(result.problems) or any(each.status == "fail" for each in result.checks)
    failed = failed or any(each.severity == "breaks" for each in result.troubles)
    if as_json:
        write_json(
            {
                "checks": [vars(each) for each in result.checks],
                "troubles": [each.to_json() for each in result.troubles],
                "problems": [vars(each) for each in result.problems],
            }
        )
    else:
        console = _console(highlight=False)
        _print(console, result, currency)
        if spans is not None:
            print_effects(console, spans)
        if result.problems:
            raise ContractError(result.problems)  # told where errors are told, after what explains them
        _next(console, _useful(result), directory)
    return FAILED if failed else DONE


def _print(console: Console, result: CheckResult, currency: str) -> None:
    order = ("unknown", "fail", "warn")
    for each in sorted((each for each in result.checks if each.status in order), key=lambda e: order.index(e.status)):
        _print_check(console, each)
    _print_troubles(console, result.troubles, currency)
    for each in result.checks:
        if each.status == "pass":
            _print_check(console, each)


def _useful(result: CheckResult) -> str:
    """The next useful command."""
    if _any_bad(result.checks):
        return "tradewind check --rejected"
    return 'tradewind sql "SELECT * FROM trouble_rows WHERE trouble = 1"' if result.troubles else "tradewind run"


def _print_troubles(console: Console, troubles: Sequence[Trouble], currency: str) -> None:
    """Every table's trouble, the table with the worst first."""
    if not troubles:
        console.print("No trouble was found in any column.")
        return
    numbers = {id(each): place for place, each in enumerate(troubles, 1)}
    for table in dict.fromkeys(each.table for each in troubles):
        own = [each for each in troubles if each.table == table]
        console.print()
        console.print(Text.assemble((table, "bold"), (f"  {len(own)} to look at", "dim")))
        for each in own:
            _print_trouble(console, each, numbers[id(each)], currency)
    console.print("\nNothing was changed. Lines in [brackets] go into tradewind.toml if you agree.", style="dim")


def _print_trouble(console: Console, trouble: Trouble, number: int, currency: str) -> None:
    sign, style = _SIGNS[trouble.severity]
    how_bad = f"({SEVERITIES[trouble.severity]}; {number})"
    head = Text.assemble((f"{sign} {trouble.column}", style), f": {KINDS[trouble.kind]} ", (how_bad, "dim"))
    console.print(head)
    console.print(f"    {trouble.what}.", soft_wrap=True)
    if trouble.money:
        console.print(f"    Their amounts add up to {say_money(trouble.money, currency)}, before any cost.")
    shown = [
        f"{each.row}: {each.value}" if each.row else each.value for each in trouble.examples[:_SHOWN] if each.value
    ]
    if shown:
        console.print(f"    for example {'; '.join(shown)}", style="dim", soft_wrap=True)
    for harm in trouble.harm:
        console.print(f"    {say_harm(harm)}", soft_wrap=True)
    if trouble.do:
        console.print(f"    do: {trouble.do}", style="dim", soft_wrap=True)
    if trouble.treat:
        console.print(textwrap.indent(trouble.treat, "      "), style="cyan", soft_wrap=True)
