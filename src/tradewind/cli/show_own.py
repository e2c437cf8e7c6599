"""What `new` and `trust` print: how a question was understood and where it lies; which code may run."""

from __future__ import annotations

import sys
from pathlib import Path

from rich.text import Text

from tradewind.cli.show import DONE, _console, _next, _opened, _write_json
from tradewind.core.errors import ConfigError, Problem
from tradewind.core.words import say


def new(directory: Path, said: tuple[str, str, str, str, str, str], as_json: bool) -> int:
    """Write a question in business words; parts that are absent are asked for where somebody can answer.

    Args:
        directory: of the workspace.
        said: name, who, what, within, worth and title.
        as_json: whether to print JSON.
    """
    from tradewind.flow.start.new_question import Words, write_question

    name, who, what, within, worth, title = said
    parts = {"who": who, "what": what, "within": within, "worth": worth}
    missing = [part for part, text in parts.items() if not text]
    if missing and missing != ["worth"]:
        if as_json or not sys.stdin.isatty():
            lacking = [part for part in missing if part != "worth"]
            raise ConfigError(
                Problem("new", "not everything was said", "", " ".join(f'--{part} "…"' for part in lacking),
                        "tradewind new --help")
            )  # fmt: skip
        parts |= {part: _ask(part) for part in missing}
    with _opened(directory) as workspace:
        made = write_question(workspace, Words(name, **parts, title=title))
    if as_json:
        told = {"name": made.name, "folder": str(made.folder), **dict(made.understood), "remarks": made.remarks}
        _write_json({**told, "question": made.question})
        return DONE
    console = _console(highlight=False)
    console.print(Text(made.question, "bold"), soft_wrap=True)
    for part, text in made.understood:
        console.print(f"  {part:<7}{text}", soft_wrap=True)
    for remark in made.remarks:
        console.print(f"! {remark}", style="yellow", soft_wrap=True)
    console.print(f"Written: {made.folder} (use_case.toml, label.sql, README.md)", soft_wrap=True)
    _next(console, f"tradewind run --only {made.name}", directory)
    return DONE


def _ask(part: str) -> str:
    """Ask one plain question on the terminal."""
    console = _console(highlight=False)
    console.print(say(f"own.ask.{part}"))
    try:
        return console.input("> ").strip()
    except EOFError:
        return ""


def trust(directory: Path | None, listed: bool, revoke: bool, as_json: bool) -> int:
    """Trust a folder, list what is trusted, or trust it no longer."""
    from tradewind.flow.questions import trust as flow

    console = _console(highlight=False)
    if listed:
        return _list_trust(as_json)
    if directory is None:
        raise ConfigError(Problem("trust", "it is not said which folder", "", "tradewind trust DIR, or --list"))
    if revoke:
        was = flow.revoke(directory)
        if as_json:
            _write_json({"folder": str(directory), "was_trusted": was})
        else:
            console.print("It is trusted no longer." if was else "It was not trusted.", soft_wrap=True)
        return DONE
    trusted = flow.trust(directory)
    if as_json:
        _write_json([{"folder": str(each.folder), "files": dict(each.files)} for each in trusted])
        return DONE
    for each in trusted:
        console.print(f"Trusted as it is now: {each.folder}", soft_wrap=True)
        for name, value in each.files.items():
            console.print(f"  {name}  ", Text(value[:16], "dim"), soft_wrap=True)
    console.print("Any change of a file makes this void.", style="dim")
    _next(console, "tradewind trust --list", Path())
    return DONE


def _list_trust(as_json: bool) -> int:
    from tradewind.flow.questions.trust import standings

    found = standings()
    if as_json:
        rows = [{"folder": str(each.trusted.folder), "changed": list(each.changed)} for each in found]
        _write_json(rows)
        return DONE
    console = _console(highlight=False)
    if not found:
        console.print("No folder is trusted.")
    for each in found:
        state = f"void: {', '.join(each.changed)}" if each.changed else "as it was trusted"
        day = f"{each.trusted.trusted_at:%Y-%m-%d}"
        console.print(f"{each.trusted.folder}  ", Text(f"({day}; {state})", "yellow" if each.changed else "dim"))
    return DONE
