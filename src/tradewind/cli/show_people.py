"""What the commands on people print: merges, one person's evidence and history, and what a decision changed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.table import Table
from rich.text import Text

from tradewind.cli.show import DONE, MOST_ROWS, _console, _next, _opened, _progress, _write_json
from tradewind.core.identity import Verdict

_STATES = {"made": "joined", "refused": "not joined", "review": "needs your eye"}


def people(directory: Path, name: str, as_json: bool) -> int:
    """List people of several records, or explain one of them."""
    from tradewind.flow.people.merged import explain_person, merged_people

    with _opened(directory) as workspace:
        if name:
            return _explain(directory, explain_person(workspace, name), as_json)
        rows = merged_people(workspace)
    if as_json:
        _write_json(rows)
        return DONE
    console = _console()
    if not rows:
        console.print("No two records are one person.")
        _next(console, "tradewind run", directory)
        return DONE
    grid = Table(box=None, padding=(0, 2, 0, 0))
    for column in ("person", "records", "also", "why"):
        grid.add_column(column, justify="right" if column == "records" else "left", overflow="fold")
    for row in rows[:MOST_ROWS]:
        also = ", ".join(row["others"][:3]) + (" …" if len(row["others"]) > 3 else "")
        grid.add_row(Text(row["person_id"]), f"{row['records']:,}", Text(also), Text("; ".join(row["why"][:2])))
    console.print(grid)
    if len(rows) > MOST_ROWS:
        console.print(f"… {len(rows) - MOST_ROWS:,} more people; --json prints all.", style="dim")
    _next(console, f"tradewind people {rows[0]['person_id']}", directory)
    return DONE


def _explain(directory: Path, person: Any, as_json: bool) -> int:
    if as_json:
        _write_json(vars(person))
        return DONE
    console = _console()
    stands = f"; customer {person.customer_id} stands for it" if person.customer_id else ""
    console.print(
        Text(f"Person {person.person_id}", "bold"),
        f"· {len(person.records):,} record{'s' if len(person.records) > 1 else ''}{stands}",
    )
    for key in person.records:
        console.print(f"  {key}", highlight=False)
    for row in person.evidence[:MOST_ROWS]:
        console.print(_say_pair(row), highlight=False)
    for row in person.history:
        moved = (
            f"{row['known_at']:%Y-%m-%d %H:%M} UTC {row['record_id']}: from {row['from_person']} to {row['to_person']}"
        )
        console.print(f"  {moved} ({row['why']})", style="dim", highlight=False)
    if len(person.records) > 1:
        _next(console, f"tradewind unmerge {person.records[0]} {person.records[1]}", directory)
    else:
        _next(console, "tradewind people", directory)
    return DONE


def _say_pair(row: Mapping[str, Any]) -> str:
    sure = "" if row["probability"] is None else f", {100 * row['probability']:.1f} in 100 sure"
    doubt = f" – {row['doubt']}" if row["doubt"] else ""
    return f"  {row['left']} and {row['right']}: {_STATES[row['state']]}, {row['why']}{sure}{doubt}"


def decide(directory: Path, one: str, other: str, verdict: Verdict, why: str, as_json: bool) -> int:
    """Record a person's word on two records and say what came of it."""
    from tradewind.flow.people.merged import decide as decide_pair

    with _opened(directory) as workspace, _progress(as_json) as progress:
        told = decide_pair(workspace, one, other, verdict, why, progress)
    if as_json:
        _write_json(vars(told))
        return DONE
    console = _console()
    console.print(
        f"Noted: {one} and {other} are {'one person' if verdict == 'same' else 'two people'}.", highlight=False
    )
    console.print(f"{told.summary}.", highlight=False)
    undo = "unmerge" if verdict == "same" else "merge"
    console.print(f"To take it back: tradewind {undo} {one} {other}", style="dim", highlight=False)
    _next(console, "tradewind run", directory)
    return DONE
