"""Answers that an update of some questions leaves standing: they stay in the report, and say of which day they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from tradewind.core.errors import StoreError
from tradewind.core.finding import Check, Finding
from tradewind.flow.answers.published import Published, read_published
from tradewind.flow.questions.asked import Question, asked_questions
from tradewind.report.numbers import say_day
from tradewind.store.workspace import Workspace

HOW_NEW = "how new this answer is"


def earlier_answers(
    workspace: Workspace, answered: Sequence[Question], newest: date
) -> tuple[tuple[Question, Finding], ...]:
    """Return the questions that config asks and this update does not, with what the newest report says of them.

    Args:
        workspace: before its report is written anew.
        answered: the questions of this update.
        newest: the day as of which they are answered; answers as of an earlier one say so among their checks.
    """
    try:
        published = read_published(workspace)
    except StoreError:
        published = None
    if published is None:
        return ()
    names = {question.name for question in answered}
    return tuple(
        (question, dated(finding, published) if published.as_of < newest else finding)
        for question in asked_questions(workspace.config)
        if question.name not in names and (finding := published.find(question.name)) is not None
    )


def dated(finding: Finding, published: Published) -> Finding:
    """Return a finding with the day as of which it holds among its checks; one that has it keeps the older day."""
    if any(check.name == HOW_NEW for check in finding.checks):
        return finding
    what = f"it is as of {say_day(published.as_of)}; newer updates did not ask it"
    check = Check(HOW_NEW, "warn", what, "tradewind run")
    return replace(finding, checks=(*finding.checks, check))
