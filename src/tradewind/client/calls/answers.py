"""Who calls, what can be asked, what was found."""

from __future__ import annotations

from tradewind.client.answers.findings import Economics, Finding, FindingPage, FindingTable, Me, Question
from tradewind.client.answers.page import Page
from tradewind.client.call import Call, path_of


def get_me() -> Call[Me]:
    """Return who the token belongs to and what it may do."""
    return Call("GET", path_of("v1", "me"), Me)


def list_questions(*, limit: int = 50, cursor: str = "") -> Call[Page[Question]]:
    """Return what can be asked here, what is asked first.

    Args:
        limit: at most so many.
        cursor: `next_cursor` of the page before.
    """
    return Call("GET", path_of("v1", "questions"), Page[Question], {"limit": limit, "cursor": cursor})


def get_question(question: str) -> Call[Question]:
    """Return one question and how it stands."""
    return Call("GET", path_of("v1", "questions", question), Question)


def list_findings(*, limit: int = 50, cursor: str = "") -> Call[FindingPage]:
    """Return the findings of the newest run.

    Args:
        limit: at most so many.
        cursor: `next_cursor` of the page before.
    """
    return Call("GET", path_of("v1", "findings"), FindingPage, {"limit": limit, "cursor": cursor})


def get_finding(question: str) -> Call[Finding]:
    """Return what the newest run found for a question."""
    return Call("GET", path_of("v1", "findings", question), Finding)


def get_finding_table(question: str, role: str, *, limit: int = 50, cursor: str = "") -> Call[FindingTable]:
    """Return rows of a table behind a finding.

    Args:
        question: name of the question.
        role: a key of the finding's `tables`.
        limit: at most so many.
        cursor: `next_cursor` of the page before.
    """
    path = path_of("v1", "findings", question, "tables", role)
    return Call("GET", path, FindingTable, {"limit": limit, "cursor": cursor})


def get_economics(
    question: str, *, contact_cost: float | None = None, success_share: float | None = None
) -> Call[Economics]:
    """Return what contacting a list leaves, at the settings in use where nothing else is given.

    Args:
        question: whose list.
        contact_cost: cost of one contact.
        success_share: share whom a contact changes.
    """
    query = {"contact_cost": contact_cost, "success_share": success_share}
    return Call("GET", path_of("v1", "findings", question, "economics"), Economics, query)
