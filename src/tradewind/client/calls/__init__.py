"""Every operation of the API as a function that returns its call."""

from __future__ import annotations

from tradewind.client.calls.answers import (
    get_finding,
    get_finding_table,
    get_me,
    get_question,
    list_findings,
    list_questions,
)
from tradewind.client.calls.events import (
    send_alias,
    send_batch,
    send_events,
    send_group,
    send_identify,
    send_page,
    send_screen,
    send_track,
)
from tradewind.client.calls.lists import get_list, give_feedback, list_feedback, list_lists
from tradewind.client.calls.runs import cancel_run, get_run, list_run_events, list_runs, start_run
from tradewind.client.calls.scores import score_batch

__all__ = [
    "cancel_run", "get_finding", "get_finding_table", "get_list", "get_me", "get_question", "get_run", "give_feedback",
    "list_feedback", "list_findings", "list_lists", "list_questions", "list_run_events", "list_runs", "score_batch",
    "send_alias", "send_batch", "send_events", "send_group", "send_identify", "send_page", "send_screen", "send_track",
    "start_run",
]  # fmt: skip
