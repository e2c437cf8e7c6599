"""The first verb: look at what a company has, propose what it means, ask what only its owner knows, write it down."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from tradewind.core.errors import ConfigError, Problem, StoreError
from tradewind.core.time import Clock, system_clock
from tradewind.flow.progress import Progress, Silent, stage
from tradewind.flow.start.answered import with_answers
from tradewind.flow.start.first_questions import Locked
from tradewind.flow.start.look_closer import look_closer
from tradewind.flow.start.proposed_questions import ProposedQuestion
from tradewind.flow.start.try_out import Tried, try_out
from tradewind.flow.start.understand import understand
from tradewind.flow.start.write_config import Written, write_config
from tradewind.sources.discover import discover
from tradewind.sources.inventory import Found
from tradewind.sources.load import find_changes
from tradewind.sources.proposal import OpenQuestion, Proposal
from tradewind.store.config import CONFIG_FILE
from tradewind.store.workspace import Workspace, open_workspace

__all__ = ["Initiated", "OpenQuestion", "init"]

Ask = Callable[[OpenQuestion], str]
"""Asks the owner one question and returns the answer."""

MOST_QUESTIONS = 5


@dataclass(frozen=True)
class Initiated:
    """What `init` did.

    Args:
        directory: the workspace.
        config: the file that was written.
        found: what was found.
        proposal: what it is thought to mean, answers worked in.
        questions: what can be asked of it.
        asked: what the owner was asked, with the answer taken.
        defaults: keys of answers that nobody gave.
        rows: rows of each source table.
        tried: what came of loading it: the spans that fit, and where to begin.
    """

    directory: Path
    config: Path
    found: Found
    proposal: Proposal
    questions: tuple[ProposedQuestion, ...]
    asked: tuple[tuple[OpenQuestion, str], ...]
    defaults: frozenset[str]
    rows: Mapping[str, int]
    tried: Tried


def init(
    directory: Path,
    places: Sequence[str],
    ask: Ask | None = None,
    progress: Progress | None = None,
    environ: Mapping[str, str] | None = None,
    clock: Clock = system_clock,
) -> Initiated:
    """Propose a workspace for what a company has, and write its `tradewind.toml`.

    Args:
        directory: the workspace's folder; made when missing.
        places: folders, files and database addresses with the data; they stay where they are.
        ask: asks the owner; None takes the likeliest answer to everything.
        progress: told what is being done.
        environ: environment variables.
        clock: the present instant.
    Returns:
        what was found, proposed, asked and written.
    Raises:
        StoreError: the folder already holds a workspace, or cannot be written.
        SourceError: nothing can be read there.
        ConfigError: nothing of it is a table about customers, orders, leads or deals.
    """
    variables = dict(os.environ if environ is None else environ)
    progress = progress or Silent()
    if (directory / CONFIG_FILE).exists():
        _refuse_again(directory, variables, clock)
    if not places:
        raise ConfigError(
            Problem("--from", "where the data lie is not said", "", "a folder, a file or a database's address",
                    f"tradewind init {directory} --from exports/")
        )  # fmt: skip
    found, proposal = look_at(directory, places, variables, clock, progress)
    asked, defaults = _ask(proposal.questions[:MOST_QUESTIONS], ask)
    proposal = with_answers(proposal, asked)
    rows = {table.name: table.raw.rows for table in found.tables}
    found = replace(found, tables=[replace(table, raw=table.raw.without_rows()) for table in found.tables])
    environment = {**variables, **found.variables}
    answers = Answers(asked, defaults)
    reopen = partial(open_workspace, directory, clock, environment)
    tried = settle(directory, found, proposal, answers, sum(rows.values()), reopen, progress)
    return Initiated(
        directory, directory / CONFIG_FILE, found, tried.proposal, tried.questions, asked, defaults, rows, tried
    )


def look_at(
    directory: Path, places: Sequence[str], environ: Mapping[str, str], clock: Clock, progress: Progress
) -> tuple[Found, Proposal]:
    """Read everything that lies at some places, and say what it is thought to mean; nothing is written.

    Raises:
        SourceError: nothing can be read there.
        ConfigError: nothing of it is a table about customers, orders, leads or deals.
    """
    with stage(progress, "Looking at your data") as notes:
        found = discover(places, directory, environ, progress.advance)
        tables = "1 table" if len(found.tables) == 1 else f"{len(found.tables):,} tables"
        notes.append(f"{tables}, {sum(t.raw.data.num_rows for t in found.tables):,} rows")
    with stage(progress, "Finding out what they mean", len(found.tables)) as notes:
        proposal = understand(found.tables, progress.advance)
        proposal = look_closer(proposal, found, clock().date())
        notes.append(f"{len(proposal.tables):,} recognised")
    if not proposal.tables:
        raise ConfigError(_nothing_recognised(found, proposal))
    return found, proposal


def settle(
    directory: Path,
    found: Found,
    proposal: Proposal,
    answers: Answers,
    rows: int,
    reopen: Callable[[], Workspace],
    progress: Progress,
) -> Tried:
    """Try a proposal out on its data, and write what holds as `tradewind.toml`; a failure leaves none behind.

    Args:
        directory: the workspace's folder; made when missing.
        found: what was found; its rows are not needed any more.
        proposal: what it means, answers worked in.
        answers: what was asked.
        rows: rows of all source tables.
        reopen: opens the workspace anew, once its config is written.
        progress: told what is being done.
    Raises:
        TradewindError: nothing of it can be loaded.
    """

    def draft(proposal: Proposal, questions: tuple[ProposedQuestion, ...], locked: Sequence[Locked] = ()) -> Workspace:
        _write(directory, config_text(directory, found, proposal, answers, questions, locked))
        return reopen()

    try:
        tried = try_out(proposal, rows, draft, progress)
        draft(tried.proposal, tried.questions, tried.ranked.locked).close()
    except BaseException:
        (directory / CONFIG_FILE).unlink(missing_ok=True)  # a half-made proposal is no workspace
        raise
    return tried


def _refuse_again(directory: Path, environ: Mapping[str, str], clock: Clock) -> None:
    """A workspace is never written over; where its mapping no longer fits, what changed and what to write is told."""
    workspace = open_workspace(directory, clock, environ)
    try:
        changed = find_changes(workspace)
    finally:
        workspace.close()
    if changed:
        raise ConfigError(changed)
    raise StoreError(
        Problem(str(directory), "this folder already is a workspace, and its mapping fits its sources", CONFIG_FILE,
                "a new folder", f"change {directory / CONFIG_FILE}, or choose another folder")
    )  # fmt: skip


@dataclass(frozen=True)
class Answers:
    """What was asked with the answer taken, the keys of answers that nobody gave, and the margin where it was said."""

    asked: tuple[tuple[OpenQuestion, str], ...]
    defaults: frozenset[str]
    margin: float | None = None


def _ask(
    questions: Sequence[OpenQuestion], ask: Ask | None
) -> tuple[tuple[tuple[OpenQuestion, str], ...], frozenset[str]]:
    """The answers, and the keys of those that nobody gave."""
    usable = [question for question in questions if question.options]
    if ask is None:
        taken = tuple((question, question.options[0]) for question in usable)
        return taken, frozenset(question.key for question in usable)
    return tuple((question, ask(question).strip() or question.options[0]) for question in usable), frozenset()


def config_text(
    directory: Path,
    found: Found,
    proposal: Proposal,
    answers: Answers,
    questions: tuple[ProposedQuestion, ...] = (),
    locked: Sequence[Locked] = (),
) -> str:
    """Return the `tradewind.toml` of a proposal."""
    said = {question.key: answer for question, answer in answers.asked}
    used = {part for table in proposal.tables for part in (table.from_, *(name for name, _ in table.lookups))}
    written = Written(
        directory.resolve().name,
        said.get("currency", "EUR"),
        said.get("timezone", "UTC"),
        [source for source in found.sources if any(name.split(".")[0] == source.name for name in used)],
        proposal,
        questions,
        answers.asked,
        answers.defaults,
        {each.shown: each.why for each in found.ignored},
        {each.title: each.why for each in locked},
        answers.margin,
    )
    return write_config(written)


def _write(directory: Path, text: str) -> None:
    """Write the config in one go."""
    config = directory / CONFIG_FILE
    try:
        directory.mkdir(parents=True, exist_ok=True)
        partial = config.with_suffix(".partial")
        partial.write_text(text, encoding="utf-8")
        partial.replace(config)
    except OSError as error:
        raise StoreError(
            Problem(str(directory), "the workspace cannot be written there", error.strerror or str(error),
                    "a folder you may write to", "tradewind init another-folder")
        ) from error  # fmt: skip


def _nothing_recognised(found: Found, proposal: Proposal) -> list[Problem]:
    shown = {table.name: table.shown for table in found.tables}
    return [
        Problem(shown.get(name, name), "nothing in this table is recognised", reason,
                "customers, orders, products, leads, deals, subscriptions or events",
                "name the columns of the file plainly, or write tradewind.toml by hand: docs/start.md")
        for name, reason in list(proposal.unused.items())[:20]
    ] or [Problem("", "nothing in these tables is recognised")]  # fmt: skip
