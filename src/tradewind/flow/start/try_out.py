"""A proposal tried on the data it was made from: what does not load is taken back, spans fitted, questions ranked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from tradewind.core.errors import ConfigError, ContractError, NotAnswerable, Problem, SourceError, TradewindError
from tradewind.flow.learning.outcomes import without_asked
from tradewind.flow.load import load
from tradewind.flow.progress import Progress, stage
from tradewind.flow.start.first_questions import FirstQuestions, first_questions
from tradewind.flow.start.horizons import Horizons, propose_horizons
from tradewind.flow.start.proposed_questions import ProposedQuestion, propose_questions
from tradewind.sources.load_result import LoadResult
from tradewind.sources.proposal import Proposal
from tradewind.store.workspace import Workspace

Draft = Callable[[Proposal, tuple[ProposedQuestion, ...]], Workspace]
"""Writes a config of a proposal and its questions, and opens the workspace."""


MOST_ROWS = 2_000_000
"""Rows up to which a proposal is tried at once."""


@dataclass(frozen=True)
class Tried:
    """What came of it.

    Args:
        proposal: without the tables that could not be loaded.
        loads: what was loaded; nothing where there are too many rows to try.
        horizons: the spans that fit; None without orders of known customers.
        questions: what can be asked, with fitting spans, the recommended ones first.
        ranked: which of them to begin with, and what would unlock the others.
    """

    proposal: Proposal
    loads: tuple[LoadResult, ...]
    horizons: Horizons | None
    questions: tuple[ProposedQuestion, ...]
    ranked: FirstQuestions


def try_out(proposal: Proposal, rows: int, draft: Draft, progress: Progress) -> Tried:
    """Load what is proposed, and see what can be asked of it.

    Args:
        proposal: with the owner's answers worked in.
        rows: rows of all source tables; beyond `MOST_ROWS` nothing is tried, so that nobody waits for minutes.
        draft: writes and opens a config.
        progress: told what is being done.
    Raises:
        TradewindError: nothing of it can be loaded.
    """
    if rows > MOST_ROWS:
        return Tried(proposal, (), None, propose_questions(proposal.tables), FirstQuestions((), (), ()))
    proposal, loads = _loaded(proposal, draft, progress)
    with stage(progress, "Finding the first questions") as notes:
        workspace = draft(proposal, ())
        try:
            horizons = _horizons(workspace)
        finally:
            workspace.close()
        questions = propose_questions(proposal.tables, None if horizons is None else horizons.spans)
        ranked = _ranked(draft(proposal, questions), horizons)
        asked = without_asked(proposal, {each.name for each in (*ranked.first, *ranked.later)})
        if asked != proposal:
            proposal = asked
            loads = _read_again(draft(proposal, questions))
            ranked = _ranked(draft(proposal, questions), horizons)
        notes.append(f"{len(ranked.first) + len(ranked.later)} can be asked")
    order = [each.name for each in (*ranked.first, *ranked.later)]
    usable = sorted((each for each in questions if each.name in order), key=lambda each: order.index(each.name))
    return Tried(proposal, loads, horizons, tuple(usable), ranked)


def _ranked(workspace: Workspace, horizons: Horizons | None) -> FirstQuestions:
    try:
        return first_questions(workspace, None if horizons is None else horizons.lead)
    finally:
        workspace.close()


def _read_again(workspace: Workspace) -> tuple[LoadResult, ...]:
    try:
        return tuple(load(workspace))
    finally:
        workspace.close()


def _loaded(proposal: Proposal, draft: Draft, progress: Progress) -> tuple[Proposal, tuple[LoadResult, ...]]:
    """Load, taking back one table after the other that cannot be: a wrong guess must not stand in anybody's way."""
    while True:
        workspace = draft(proposal, propose_questions(proposal.tables))
        try:
            return proposal, tuple(load(workspace, progress))
        except (ConfigError, ContractError, SourceError) as error:
            smaller = _without(proposal, error)
            if smaller is None:
                raise
            proposal = smaller
        finally:
            workspace.close()


def _without(proposal: Proposal, error: TradewindError) -> Proposal | None:
    """The proposal without the tables that the problems are about; None where that helps nobody."""
    parts = [(problem, problem.where.split(".")) for problem in error.problems]
    bad = {part[1]: problem for problem, part in parts if len(part) > 1 and part[0] == "tables"}
    kept = tuple(table for table in proposal.tables if table.table not in bad)
    if not kept or len(kept) == len(proposal.tables):
        return None
    undecided = [_taken_back(table.table, table.from_, bad[table.table]) for table in proposal.tables
                 if table.table in bad]  # fmt: skip
    labels = tuple(label for label in proposal.labels if label.table not in bad)
    return replace(proposal, tables=kept, labels=labels, undecided=(*proposal.undecided, *undecided))


def _taken_back(table: str, source: str, problem: Problem) -> str:
    found = f" ({problem.found})" if problem.found else ""
    return f"{source} looks like {table.replace('_', ' ')}, but cannot be used as such: {problem.what}{found}."


def _horizons(workspace: Workspace) -> Horizons | None:
    try:
        return propose_horizons(workspace)
    except NotAnswerable:
        return None
