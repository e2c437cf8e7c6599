"""What `list` and `feedback` print: whom to work on today, what was taken down, and who was right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.text import Text

from tradewind.cli.show import DONE, _console, _next, _opened, _write_json
from tradewind.core.errors import ConfigError, NotAnswerable, Problem
from tradewind.core.feedback import VERDICTS
from tradewind.flow.lists.morning_list import MorningList
from tradewind.flow.lists.rows import Row
from tradewind.report.numbers import say_day


def morning_list(directory: Path, name: str, owner: str, top: int, file: Path | None, as_json: bool) -> int:
    """Show whom to work on today, or write it to a file."""
    from tradewind.flow.lists.morning_list import as_csv, morning_list

    with _opened(directory) as workspace:
        made = morning_list(workspace, name, owner, top)
    if file is not None:
        file.write_text(as_csv(made), encoding="utf-8-sig", newline="")
    if as_json:
        _write_json(asdict(made))
        return DONE
    console = _console(highlight=False)
    if file is not None:
        console.print(f"{len(made.rows):,} rows: {file}", soft_wrap=True)
    else:
        _print_list(console, made, owner)
    first = made.rows[0].entity_id if made.rows else "ID"
    _next(console, f"tradewind feedback {name} {first} done", directory)
    return DONE


def print_lists(directory: Path, names: Sequence[str], top: int = 3) -> None:
    """Show the first rows of several lists, as one sees them in the morning; a list that nobody made is left out."""
    from tradewind.flow.lists.morning_list import morning_list

    console = _console(highlight=False)
    with _opened(directory) as workspace:
        for name in names:
            try:
                made = morning_list(workspace, name, top=top)
            except NotAnswerable:
                continue
            console.print()
            _print_list(console, made, "")
            _next(console, f"tradewind list {name}", directory)


def _print_list(console: Console, made: MorningList, owner: str) -> None:
    day = f", as of {say_day(made.as_of)}" if made.as_of is not None else ""
    console.print(Text.assemble((made.title, "bold"), f"{day}{f', of {owner}' if owner else ''}"), soft_wrap=True)
    console.print(made.action, soft_wrap=True)
    if made.caveat:
        console.print(f"! {made.caveat}", style="yellow", soft_wrap=True)
    if not made.rows:
        console.print("Nobody is on it today.")
        if owner and made.owners:
            console.print(f"Owners are: {', '.join(made.owners)}.", soft_wrap=True)
    for row in made.rows:
        _print_row(console, row)
    left = [f"{made.on_list - len(made.rows):,} more on the list"] if made.on_list > len(made.rows) else []
    left += [f"{made.handled:,} left out: worked on already, or put off"] if made.handled else []
    if left:
        console.print("; ".join(left) + ".", style="dim", soft_wrap=True)


def _print_row(console: Console, row: Row) -> None:
    """A row as one reads it out: who, chance and worth on the first line, each reason on one of its own."""
    who = f"{row.who} ({row.entity_id})" if row.who else row.entity_id
    head = Text.assemble(f"{row.rank:>3}. ", (who, "bold"))
    for part in (row.chance, f"worth {row.worth}" if row.worth else "", f"owner {row.owner}" if row.owner else ""):
        head.append(f"  ·  {part}" if part else "")
    console.print(head, soft_wrap=True)
    for reason in row.reasons:
        console.print(f"       – {reason}", soft_wrap=True)
    if row.do:
        console.print(f"       → {row.do}", soft_wrap=True)
    if row.more:
        console.print("       " + "; ".join(f"{key}: {value}" for key, value in row.more), style="dim", soft_wrap=True)
    if row.last:
        console.print(f"       last: {row.last}", style="yellow", soft_wrap=True)


def feedback(directory: Path, name: str, said: tuple[str, str, str, str, str], as_json: bool) -> int:
    """Take down what somebody says of a row of a list."""
    from tradewind.flow.lists.feedback import Said, give_feedback

    entity_id, verdict, because, until, by = said
    if not entity_id or not verdict:
        raise ConfigError(
            Problem("feedback", "it is not said of whom and what", "", f"ID and one of: {', '.join(VERDICTS)}",
                    f"tradewind feedback {name} ID done, or --summary")
        )  # fmt: skip
    with _opened(directory) as workspace:
        kept = give_feedback(workspace, name, entity_id, Said(verdict, because, _day(until), by))
    if as_json:
        _write_json({**asdict(kept), "at": kept.at.isoformat()})
        return DONE
    console = _console(highlight=False)
    shown = "" if kept.score is None else f"; the list said {100 * kept.score:.0f} of 100" if kept.score <= 1 else ""
    console.print(f"Taken down: {entity_id} {verdict} ({kept.by}){shown}.", soft_wrap=True)
    _next(console, f"tradewind list {name}", directory)
    return DONE


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ConfigError(Problem("--until", "this is not a day", text[:40], "a day such as 2026-12-24")) from None


def summary(directory: Path, name: str, as_json: bool) -> int:
    """Show what was said of a list, and who was right where somebody disagreed."""
    from tradewind.flow.lists.overrides import say_overrides, say_times
    from tradewind.flow.lists.overrides_summary import summarise

    with _opened(directory) as workspace:
        told = summarise(workspace, name)
    if as_json:
        _write_json({"counts": dict(told.counts), **told.overrides.to_json()})
        return DONE
    console = _console(highlight=False)
    counted = ", ".join(f"{count:,} {verdict}" for verdict, count in told.counts.items())
    console.print(f"Said of this list: {counted or 'nothing yet'}.", soft_wrap=True)
    if told.overrides.all.given:
        console.print(say_overrides(told.overrides.all), soft_wrap=True)
        for person, tally in told.overrides.by.items():
            right = f"right {tally.right} of {tally.complete}" if tally.complete else "not measured yet"
            console.print(f"  {person}: disagreed {say_times(tally.given)}; {right}", soft_wrap=True)
    _next(console, f"tradewind list {name}", directory)
    return DONE
