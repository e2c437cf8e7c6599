"""Every operation of the API as a function that returns its call."""

from __future__ import annotations

from tradewind.client.calls.answers import (
    get_economics,
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
from tradewind.client.calls.lists import export_list, get_list, give_feedback, list_feedback, list_lists
from tradewind.client.calls.records import (
    get_account,
    get_customer,
    get_deal,
    get_lead,
    list_account_timeline,
    list_accounts,
    list_customer_timeline,
    list_customers,
    list_deal_timeline,
    list_deals,
    list_lead_timeline,
    list_leads,
)
from tradewind.client.calls.runs import cancel_run, get_run, list_run_events, list_runs, start_run
from tradewind.client.calls.scores import score_batch

__all__ = [
    "cancel_run",
    "export_list",
    "get_account",
    "get_customer",
    "get_deal",
    "get_economics", "get_finding",
    "get_finding_table",
    "get_lead",
    "get_list",
    "get_me",
    "get_question",
    "get_run",
    "give_feedback",
    "list_account_timeline",
    "list_accounts",
    "list_customer_timeline",
    "list_customers",
    "list_deal_timeline",
    "list_deals",
    "list_feedback",
    "list_findings",
    "list_lead_timeline",
    "list_leads",
    "list_lists",
    "list_questions",
    "list_run_events",
    "list_runs",
    "score_batch",
    "send_alias",
    "send_batch",
    "send_events",
    "send_group",
    "send_identify",
    "send_page",
    "send_screen",
    "send_track",
    "start_run",
]  # fmt: skip
