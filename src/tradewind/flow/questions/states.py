"""What can be asked of a workspace: each question with how it stands, what it lacks, and what would unlock it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from tradewind.core.contract import CONTRACT
from tradewind.core.errors import ConfigError, NotAnswerable, NotFound, Problem
from tradewind.core.finding import Finding, Status
from tradewind.flow.answers.published import read_published
from tradewind.flow.lists.table import list_table
from tradewind.flow.questions.asked import asked_questions, find_question, list_questions
from tradewind.flow.questions.question import Question
from tradewind.store.manifest import Manifest
from tradewind.store.workspace import Workspace


@dataclass(frozen=True)
class QuestionState:
    """How a question stands in a workspace.

    Args:
        question: with the workspace's settings.
        asked: whether the workspace asks it.
        status: of the newest answer.
        has_list: whether there are rows to work on.
        needs: contract tables that are missing for it.
        unlocked_by: what to do so that it can be answered; empty where it can.
    """

    question: Question
    asked: bool
    status: Status | Literal["not asked"]
    has_list: bool
    needs: tuple[str, ...]
    unlocked_by: str


def question_states(workspace: Workspace) -> tuple[QuestionState, ...]:
    """Return every question that this workspace could ask, those that it asks first.

    Raises:
        ConfigError: the configuration of a question has problems.
    """
    asked = {question.name: question for question in asked_questions(workspace.config)}
    published = read_published(workspace)
    findings = {finding.name: finding for finding in published.findings} if published is not None else {}
    manifest = workspace.manifest()
    others = []
    for name in list_questions(workspace.config):
        if name not in asked:
            try:
                others.append(find_question(workspace.config, name))
            except ConfigError:  # switched off, and not usable as it is written: nobody asks it
                continue
    return tuple(
        _state(workspace, manifest, question, question.name in asked, findings)
        for question in (*asked.values(), *others)
    )


def question_state(workspace: Workspace, name: str) -> QuestionState | None:
    """Return how one question stands, or None where there is no such question."""
    return next((state for state in question_states(workspace) if state.question.name == name), None)


def known_question(workspace: Workspace, name: str) -> Question:
    """Return a question by its name.

    Raises:
        NotFound: there is none of this name.
        ConfigError: its settings have problems.
    """
    if name not in list_questions(workspace.config):
        raise NotFound(Problem(name[:80], "there is no such question", "", "a name from the list of questions"))
    return find_question(workspace.config, name)


def _state(
    workspace: Workspace, manifest: Manifest, question: Question, asked: bool, findings: Mapping[str, Finding]
) -> QuestionState:
    mapped = {*workspace.config.tables, *(("orders",) if "order_lines" in workspace.config.tables else ())}
    label = question.label is not None
    needs = () if label else tuple(table for table in question.use_case.requires if table not in mapped)
    finding = findings.get(question.name)
    status = finding.status if finding is not None else "not asked"
    if needs:
        told = f"map the table {' and '.join(f'{table} ({CONTRACT[table].doc} a row)' for table in needs)}"
    elif finding is not None and finding.status in ("not answerable", "failed"):
        told = finding.next
    else:
        told = "" if finding is not None else f"tradewind run --only {question.name}"
    return QuestionState(question, asked, status, _has_list(manifest, question), needs, told)


def _has_list(manifest: Manifest, question: Question) -> bool:
    try:
        return list_table(manifest, question).rows > 0
    except NotAnswerable:
        return False
