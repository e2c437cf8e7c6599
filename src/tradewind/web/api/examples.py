"""What an answer of each operation looks like; a test holds each against the schema of its operation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_REASON = {"text": "no order for 41 days; usually every 6", "influence": "signal only"}
_SNAPSHOT = "5f1d0c7be21a9f04"
_QUESTION = {
    "name": "lapse", "title": "About to stop buying", "question": "Which customers are about to stop buying?",
    "action": "Write to those at the top of the list.", "kind": "customer", "people": "customers",
    "task": "classification", "horizon_days": 30, "asked": True, "status": "answered", "has_list": True, "needs": [],
    "unlocked_by": None,
}  # fmt: skip
_FINDING = {
    "name": "lapse", "title": "About to stop buying", "subtitle": "", "question": "Which customers stop buying?",
    "status": "answered", "evidence": "association", "approach": "We looked at 12 past dates.",
    "found": ["In the first tenth of our list 50 of 100 stop; at random, 11."], "money": "$12,400 is at stake.",
    "next": "Write to the first 100.",
    "numbers": {"auc": {"value": 0.86, "low": 0.81, "high": 0.89, "unit": "", "reason": ""}},
    "tables": {"scores": "scores_lapse"},
    "checks": [{"name": "Calibration", "status": "pass", "what": "said 30 in 100, were 31", "do": ""}],
    "caption": "", "people": "customers", "rule": "longest without an order first",
}  # fmt: skip
_FEEDBACK = {
    "id": "0d6f9c2e4b7a4a51a1d3c9c58e6f7a10", "question": "lapse", "kind": "customer", "entity_id": "1024",
    "verdict": "done", "because": "", "until": None, "by": "Kim", "by_id": "u_7c1d", "by_kind": "user",
    "at": "2026-05-04T09:30:00Z",
    "model_version": "9c1b7f0e2d4a", "as_of": "2026-05-04", "score": 0.31,
}  # fmt: skip
_RUN = {
    "id": "7b0c5a1e9d2f4c3b8a6e0f1d2c3b4a59", "kind": "run", "title": "update", "only": [], "status": "queued",
    "ended": False, "asked_by": "Kim", "asked_at": "2026-05-04T09:30:00Z", "started_at": None, "finished_at": None,
    "waits_for": "will begin in a moment", "reason": "", "problems": [], "snapshot_id": None,
}  # fmt: skip
_LIST = {"question": "lapse", "title": "About to stop buying", "action": "Write to them.", "kind": "customer",
         "people": "customers"}  # fmt: skip
_KINDS = ("events", "batch", "track", "identify", "page", "screen", "group", "alias")
_TAKEN = {"success": True, "accepted": 1, "duplicate": 0, "refused": []}
_RECORD = {
    "kind": "customer", "id": "1024", "name": "Ada Young", "company": None, "account_id": None, "owner": None,
    "email": "ada@example.com", "phone": None, "stage": None, "state": None, "amount": None,
    "created_at": "2025-11-02T08:00:00Z", "attributes": {"country": "DE"},
    "scores": [{"question": "lapse", "score": 0.31, "says": "31 of 100", "rank": 1, "worth_contacting": True}],
}  # fmt: skip
_MOMENT = {"day": "2026-05-02", "time": "18:04", "kind": "order", "title": "Order 7781", "detail": "", "amount": "$31",
           "who": "", "known": "", "times": 1, "waiting": False}  # fmt: skip
_DETAIL = {
    "record": _RECORD,
    "answers": [
        {"question": "lapse", "title": "About to stop buying", "says": "31 of 100", "between": "24 to 40 of 100",
         "usual": "9 of 100", "rank": 1, "on_list": 812, "reasons": [_REASON["text"]], "worth": "$86",
         "worth_contacting": True, "do": "Write to them.", "as_of": "2026-05-04", "model_version": "9c1b7f0e2d4a",
         "evidence": "association"}
    ],
    "next": "Write to them.", "consents": [], "reach": [{"channel": "email", "permission": "unknown"}], "said": [],
    "timeline": [_MOMENT], "snapshot_id": _SNAPSHOT,
}  # fmt: skip
_RECORDS = (("customers", "customer"), ("accounts", "account"), ("leads", "lead"), ("deals", "deal"))
_SCORE = {
    "question": "lapse", "id": "1024", "status": "scored", "score": 0.31, "low": 0.24, "high": 0.4,
    "unit": "probability", "value": 86.2, "as_of": "2026-05-04", "model_version": "9c1b7f0e2d4a", "computed": "now",
    "reasons": [{**_REASON, "group": "", "direction": "raises"}], "because": "", "note": "",
}  # fmt: skip
_EXPLANATION = {
    **_SCORE, "usual": 0.09, "rank": 1, "asked": 812,
    "features": [{"name": "days_since_last_order", "means": "days since the last order", "value": 41.0}],
}  # fmt: skip


def _page(items: list[Any], total: int | None = None, snapshot: str | None = _SNAPSHOT, **more: Any) -> dict[str, Any]:
    return {"items": items, "next_cursor": None, "snapshot_id": snapshot, "total": total, **more}


EXAMPLES: Mapping[str, Any] = {
    "get_me": {
        "id": "t_4f2a", "name": "The shop's website", "kind": "token", "role": "marketer",
        "permissions": ["see_answers", "see_people"], "owners": [],
        "workspace": {"name": "Corner shop", "currency": "USD", "timezone": "America/New_York", "simulated": False,
                      "snapshot_id": _SNAPSHOT, "version": "0.1.0"},
    },
    "list_questions": _page([_QUESTION], 1),
    "get_question": _QUESTION,
    "list_findings": _page([_FINDING], 1, as_of="2026-05-04", currency="USD", amounts_are="profit"),
    "get_economics": {
        "question": "lapse", "currency": "USD", "as_of": "2026-05-04", "evidence": "assumed", "contact_cost": 0.5,
        "success_share": 0.05, "contacts": 120, "cost": 60.0, "gain": 214.5, "at_stake": 5490.0,
        "break_even_share": 0.011, "best_length": 133, "best_gain": 216.0,
    },
    "get_finding": _FINDING,
    "get_finding_table": _page(
        [{"share_contacted": 0.1, "share_found": 0.45}], 101, role="gain", table="gain_lapse",
        columns=[{"name": "share_contacted", "type": "DOUBLE"}, {"name": "share_found", "type": "DOUBLE"}],
    ),
    "list_lists": _page([{**_LIST, "on_list": 812, "waiting": 809, "worth_contacting": 120}], 1),
    "get_list": _page(
        [{"rank": 1, "id": "1024", "name": "Ada Young", "company": None, "owner": None, "score": 0.31, "low": 0.24,
          "high": 0.4, "value": 86.2, "says": "31 of 100", "worth": "$86", "worth_contacting": True,
          "reasons": [_REASON], "do": "Write to them.", "more": {}, "said_last": None}],
        812, **_LIST, as_of="2026-05-04", evidence="association", caveat="",
    ),
    **{f"list_{plural}": _page([{**_RECORD, "kind": kind}], 2325) for plural, kind in _RECORDS},
    **{f"get_{kind}": {**_DETAIL, "record": {**_RECORD, "kind": kind}} for _, kind in _RECORDS},
    **{f"list_{kind}_timeline": _page([_MOMENT]) for _, kind in _RECORDS},
    "give_feedback": _FEEDBACK,
    "list_feedback": _page([_FEEDBACK], 1, None),
    "start_run": _RUN,
    "get_run": _RUN,
    "cancel_run": {**_RUN, "status": "cancelled", "ended": True, "waits_for": ""},
    "list_runs": _page([_RUN], None, None),
    "list_run_events": _page(
        [{"number": 1, "at": "2026-05-04T09:30:01Z", "kind": "stage", "title": "Reading the data", "text": "",
          "done": None, "total": 4}],
        None, None, ended=False,
    ),
    **{f"send_{kind}": _TAKEN for kind in _KINDS},
    "score": _SCORE,
    "get_score": _SCORE,
    "explain": _EXPLANATION,
    "get_explanation": _EXPLANATION,
    "score_features": {"model_version": "9c1b7f0e2d4a", "unit": "probability", "predictions": [0.31, 0.08]},
    "score_batch": {
        "question": "lapse", "kind": "customer", "model_version": "9c1b7f0e2d4a", "as_of": "2026-05-04", "scored": 1,
        "missing_features": [], "ignored_columns": [],
        "items": [{"id": "1024", "status": "scored", "score": 0.31, "low": 0.24, "high": 0.4, "reasons": [_REASON]}],
    },
}  # fmt: skip
"""By operation id."""
