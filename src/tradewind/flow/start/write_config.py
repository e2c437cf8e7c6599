"""A proposal as `tradewind.toml`: a document for its owner, every line with the reason why it stands there."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from tradewind.core.contract import CONTRACT
from tradewind.flow.start.proposed_questions import ProposedQuestion
from tradewind.flow.start.say_permissions import say_permission, say_values
from tradewind.flow.start.say_states import say_state, say_why
from tradewind.sources.inventory import FoundSource
from tradewind.sources.layouts import columns_in
from tradewind.sources.proposal import Guess, LeftOut, OpenQuestion, Proposal, ProposedLabel, ProposedTable

SURE = 0.75
"""Confidence below which a line is marked as a guess."""

_WIDTH = 118


@dataclass(frozen=True)
class Written:
    """What a config is written from.

    Args:
        name: of the workspace.
        currency: ISO code.
        timezone: IANA name.
        sources: the sections of the sources.
        proposal: tables, labels, what could not be decided.
        questions: the questions that can be asked of these tables.
        asked: what the owner was asked, with the answer taken.
        defaults: keys of those answers that nobody gave: they were taken as the likeliest.
        ignored: files and tables that are not used, with the reason.
        locked: questions that cannot be asked yet, with what is missing.
        margin: gross margin as a share of revenue; None where nobody said it.
    """

    name: str
    currency: str
    timezone: str
    sources: Sequence[FoundSource]
    proposal: Proposal
    questions: Sequence[ProposedQuestion] = ()
    asked: Sequence[tuple[OpenQuestion, str]] = ()
    defaults: frozenset[str] = frozenset()
    ignored: Mapping[str, str] = field(default_factory=dict)
    locked: Mapping[str, str] = field(default_factory=dict)
    margin: float | None = None


def write_config(written: Written) -> str:
    """Return the text of `tradewind.toml`."""
    parts = [
        _head(written),
        _workspace(written),
        *(_source(source, written.timezone) for source in written.sources),
        *(_table(table) for table in _once_left_out(written.proposal.tables)),
        *(_label(label) for label in written.proposal.labels),
        _questions(written.questions),
        _undecided(written),
    ]
    return "\n".join("\n".join(part) + "\n" for part in (list(lines) for lines in parts) if part)


def write_sections(
    sources: Sequence[FoundSource], tables: Sequence[ProposedTable], questions: Sequence[ProposedQuestion],
    timezone: str,
) -> str:  # fmt: skip
    """Return further sections for a `tradewind.toml` that stands already."""
    parts = [
        *(_source(source, timezone) for source in sources),
        *(_table(table) for table in _once_left_out(tables)),
        _questions(questions),
    ]
    return "\n".join("\n".join(part) + "\n" for part in (list(lines) for lines in parts) if part)


def _head(written: Written) -> Iterator[str]:
    yield comment(f"{written.name}: everything Tradewind knows about these data stands in this file.")
    yield comment("It was written by `tradewind init` and is yours: mend what is wrong, then run: tradewind run")
    yield comment('A line marked "guess" is one to look at first.')


def _workspace(written: Written) -> Iterator[str]:
    answers = {question.key: (question, answer) for question, answer in written.asked}
    yield "[workspace]"
    yield f"name = {toml(written.name)}"
    for key, value, default_why in (
        ("currency", written.currency, "nothing in the data depends on it yet; amounts are called by it"),
        ("timezone", written.timezone, "nothing in the data depends on it yet; its midnights divide days"),
    ):
        asked = key in answers
        mark = "guess: " if not asked or key in written.defaults else ""
        why = answers[key][0].why if asked else default_why
        yield f"{key} = {toml(value)}{_beside(mark + (why if mark else 'as you said'))}"
    yield comment("Gross margin as a share of revenue, 0.35 for 35 %. Without it, and without a cost for each product,")
    yield comment("amounts are called revenue, and nothing is said about profit.")
    yield (
        f"margin = {written.margin!r}{_beside('as you said')}"
        if written.margin is not None
        else comment("margin = 0.35")
    )
    folders = sorted({source.allow for source in written.sources if source.allow})
    if folders:
        yield comment("Folders outside this one that may be read; the files stay where they are.")
        yield f"allow_paths = {toml(folders)}"


def _source(source: FoundSource, timezone: str) -> Iterator[str]:
    yield f"[sources.{source.name}]"
    for key, value in source.settings.items():
        secret = key == "url" and str(value).startswith("${")
        yield f"{key} = {toml(value)}{_beside('' if key == 'url' and not secret else _SETTINGS.get(key, ''))}"
    if "timezone" not in source.settings:
        yield f"timezone = {toml(timezone)}{_beside('of times that carry no zone of their own')}"


_SETTINGS = {
    "url": "the address stands in the environment, never in this file",
    "header_row": "the line of the column names; what stands above it is skipped",
    "header_rows": "the names take several lines, read as one",
    "totals": "rows of totals and lines of text beneath the table are no rows of it",
    "decimal": "how amounts are written",
}


def _once_left_out(tables: Sequence[ProposedTable]) -> Iterator[ProposedTable]:
    """Tables of one file name a column that none of them uses once, under the first of them."""
    told: set[tuple[str, str]] = set()
    for table in tables:
        told |= {(table.from_, name) for guess in table.guesses for name in columns_in(guess.expression)}
    for table in tables:
        left = tuple(each for each in table.left_out if (table.from_, each.column) not in told)
        told |= {(table.from_, each.column) for each in left}
        yield replace(table, left_out=left)


def _table(table: ProposedTable) -> Iterator[str]:
    known = CONTRACT[table.table]
    yield from _wrapped(f"{known.doc}: {table.reason}" if table.reason else known.doc)
    if table.confidence < SURE:
        yield comment("guess: look whether this is what the table holds")
    yield f"[tables.{table.table}]"
    yield f"from = {toml(table.from_)}"
    if table.lookups:
        joined = ", ".join(f"{{ table = {toml(name)}, on = {toml(on)} }}" for name, on in table.lookups)
        yield f"lookup = [{joined}]"
    if table.where:
        yield from _explained(f"where = {toml(table.where)}", "only these rows")
    if table.timezone:
        yield f"timezone = {toml(table.timezone)}"
    if table.fill_down:
        line = f"fill_down = {toml(list(table.fill_down))}"
        yield from _explained(line, "written only on the first row of each group")
    if table.within:
        yield f"within = {toml(table.within)}"
    if table.once_for:
        yield f"once_for = {toml(list(table.once_for))}{_beside('every row counts once for each, read as row_for')}"
    if table.known_after:
        yield f"known_after = {toml(table.known_after)}{_beside('how long after it happened a row is known')}"
    yield from _guesses(table.guesses)
    formats = {guess.column: guess.format for guess in table.guesses if guess.format}
    if formats:
        yield f"format = {{ {', '.join(f'{toml_key(name)} = {toml(text)}' for name, text in formats.items())} }}"
    if table.stable:
        yield f"stable = {toml(list(table.stable))}{_beside('never change, so that they are known for the past too')}"
    yield from _left_out(table.left_out)


def _guesses(guesses: Sequence[Guess]) -> Iterator[str]:
    lines = [f"{toml_key(guess.column)} = {toml(guess.expression)}" for guess in guesses]
    width = min(48, max((len(line) for line in lines), default=0))
    for line, guess in zip(lines, guesses, strict=True):
        mark = "guess: " if guess.confidence < SURE else ""
        yield from _explained(line, mark + guess.reason, width)


def _left_out(columns: Sequence[LeftOut]) -> Iterator[str]:
    """Columns that are not used, those with one reason together."""
    reasons: dict[str, list[str]] = {}
    for left in columns:
        warning = "filled in after the outcome? " if left.suspect else ""
        reasons.setdefault(warning + left.reason, []).append(left.column)
    if reasons:
        yield comment("Columns that are not used:")
    for reason, names in reasons.items():
        yield from _wrapped(f"{', '.join(names)}: {reason}", "  ")


def _label(label: ProposedLabel) -> Iterator[str]:
    yield comment(f"A column that holds an answer: {label.reason}")
    mark = "guess: " if label.confidence < SURE else ""
    yield f"[labels.{label.name}]"
    yield f"table = {toml(label.table)}"
    yield f"column = {toml(label.column)}{_beside(mark + 'where the answer stands') if mark else ''}"
    yield f"positive = {toml(label.positive)}{_beside('the value that counts as the outcome')}"
    if label.negative:
        said = "these mean that it did not come; rows with any other value wait for their answer"
        yield f"negative = {toml(list(label.negative))}{_beside(said)}"
    if label.order:
        said = "the file's own order is that of time" if label.order == "rows" else "puts the rows in the order of time"
        yield f"order = {toml(label.order)}{_beside(said)}"
    if label.suspects:
        yield comment("Columns that look filled in after the outcome: the score that counts is made without them.")
        for name, reason in label.suspects.items():
            yield comment(f"  {name}: {reason}")
        yield f"after = {toml(list(label.suspects))}"


def _questions(questions: Sequence[ProposedQuestion]) -> Iterator[str]:
    if not questions:
        return
    yield comment(
        "The questions. What a contact costs, and the share of those contacted whom it changes, are ASSUMPTIONS"
    )
    yield comment("until a test with people left out at random has measured them.")
    for place, question in enumerate(questions):
        if place:
            yield ""
        yield comment(question.question)
        yield f"[use_cases.{question.name}]"
        for key, value, why in question.settings:
            yield f"{key} = {toml(value)}{_beside(why)}"


def _undecided(written: Written) -> Iterator[str]:
    proposal = written.proposal
    taken = [(question, answer) for question, answer in written.asked if question.key in written.defaults]
    yield from _listed(
        "Nobody was asked; the likeliest answer was taken:",
        [f"{question.text}: {answer}. Why it matters: {question.why}" for question, answer in taken],
    )
    yield from _listed("What could not be decided:", proposal.undecided)
    permissions = [f"{say_permission(each)} ({say_values(each)})" for each in proposal.permissions]
    yield from _listed("Who may be contacted:", permissions)
    states = [f"{say_state(each, written.currency)} ({say_why(each)})" for each in proposal.states]
    yield from _listed("What counts as bought, told by words:", states)
    reasons: dict[str, list[str]] = {}
    for title, why in written.locked.items():
        reasons.setdefault(why, []).append(title)
    yield from _listed("What cannot be asked yet:", [f"{', '.join(all_)}: {why}" for why, all_ in reasons.items()])
    unused = {**proposal.unused, **written.ignored}
    yield from _listed("What is not used:", [f"{name}: {reason}" for name, reason in unused.items()])


def _listed(title: str, lines: Sequence[str]) -> Iterator[str]:
    if lines:
        yield comment(title)
    for line in lines:
        yield from _wrapped(line, "  ")


def toml(value: object) -> str:
    """Return a value as TOML: text escaped so that any name of a column survives."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, list | tuple):
        return f"[{', '.join(toml(item) for item in value)}]"
    text = str(value).encode("utf-8", "replace").decode("utf-8")
    if '"' in text and text.isprintable():  # expressions are easier to read without backslashes
        quote = "'" if "'" not in text else "'''" if "'''" not in text and not text.endswith("'") else ""
        if quote:
            return f"{quote}{text}{quote}"
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def toml_key(name: str) -> str:
    """Return a key as TOML, bare where that is possible."""
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else toml(name)


def comment(text: str) -> str:
    """Return one line of comment; what would end the line or cannot stand in TOML becomes a space."""
    return f"# {_plain(text)}".rstrip()


def _explained(line: str, why: str, width: int = 0) -> Iterator[str]:
    """A line with its reason beside it, or above it where both do not fit."""
    beside = line.ljust(width) + _beside(why)
    if len(beside) <= _WIDTH:
        yield beside
    else:
        yield from _wrapped(why)
        yield line


def _wrapped(text: str, indent: str = "") -> Iterator[str]:
    rest = indent + "  " if indent else ""
    for line in textwrap.wrap(_plain(text), _WIDTH - 2, initial_indent=indent, subsequent_indent=rest):
        yield f"# {line}"


def _beside(text: str) -> str:
    return f"   # {_plain(text)}" if text else ""


def _plain(text: str) -> str:
    clean = text.encode("utf-8", "replace").decode("utf-8")
    clean = "".join(char if char.isprintable() else " " for char in clean)
    return clean if len(clean) <= 2000 else clean[:1999] + "…"
