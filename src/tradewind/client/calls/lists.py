"""Whom to work on, and what came of it."""

from __future__ import annotations

from datetime import date

from tradewind.client.answers.lists import Feedback, ListSummary, WorkList
from tradewind.client.answers.page import Page
from tradewind.client.call import Call, filled, path_of


def list_lists(*, limit: int = 50, cursor: str = "") -> Call[Page[ListSummary]]:
    """Return every list that has rows to work on.

    Args:
        limit: at most so many.
        cursor: `next_cursor` of the page before.
    """
    return Call("GET", path_of("v1", "lists"), Page[ListSummary], {"limit": limit, "cursor": cursor})


def get_list(
    question: str, *, search: str = "", owner: str = "", handled: bool = False, limit: int = 50, cursor: str = ""
) -> Call[WorkList]:
    """Return rows of a question's list, the first to work on first.

    Args:
        question: whose list.
        search: words that all must stand in who it is.
        owner: only what this person owns.
        handled: also rows that somebody worked on or put off.
        limit: at most so many.
        cursor: `next_cursor` of the page before.
    """
    query = {"search": search, "owner": owner, "handled": handled, "limit": limit, "cursor": cursor}
    return Call("GET", path_of("v1", "lists", question), WorkList, query)


def export_list(question: str, *, layout: str = "csv", top: int = 1_000, owner: str = "") -> Call[bytes]:
    """Return a list as a file for another tool.

    Args:
        question: whose list.
        layout: csv, excel, klaviyo, mailchimp, hubspot, salesforce …
        top: at most so many rows, the first of the list.
        owner: only what this person owns.
    """
    query = {"layout": layout, "top": top, "owner": owner}
    return Call("GET", path_of("v1", "lists", question, "export"), bytes, query)


def give_feedback(
    question: str, entity_id: str, verdict: str, *, because: str = "", until: date | None = None, key: str = ""
) -> Call[Feedback]:
    """Say what came of a row of a list.

    Args:
        question: whose list.
        entity_id: `id` of the row.
        verdict: done, won, lost, not-now or wrong.
        because: the reason; needed for wrong.
        until: for not-now: the day before which it is left alone.
        key: Idempotency-Key; one is made where it is empty.
    """
    body = filled(question=question, entity_id=entity_id, verdict=verdict, because=because, until=until)
    return Call("POST", path_of("v1", "feedback"), Feedback, body=body, key=key, writes=True)


def list_feedback(
    *, question: str = "", entity_id: str = "", limit: int = 50, cursor: str = ""
) -> Call[Page[Feedback]]:
    """Return what was said, newest first.

    Args:
        question: only on this question's list.
        entity_id: only on whoever has this key.
        limit: at most so many.
        cursor: `next_cursor` of the page before.
    """
    query = {"question": question, "entity_id": entity_id, "limit": limit, "cursor": cursor}
    return Call("GET", path_of("v1", "feedback"), Page[Feedback], query)
