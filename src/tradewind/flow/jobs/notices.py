"""Telling others: programs when a run ends, people once a week; each thing once, tried again when it fails."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from tradewind.core.errors import ConfigError, DeliveryError, Problem, TradewindError
from tradewind.destinations.addresses import check_target
from tradewind.destinations.webhook import SECRET_VARIABLE, allowed_targets, call_hook, sign
from tradewind.flow.accounts.served_place import ServedPlace
from tradewind.store.jobs_state import ENDED, Job, list_jobs
from tradewind.store.notices_state import (
    Delivery,
    Hook,
    add_delivery,
    add_hook,
    claim_delivery,
    deliveries,
    due_deliveries,
    end_delivery,
    list_hooks,
    remove_hook,
)
from tradewind.store.state import State

__all__ = ["Delivery", "Hook", "announce_ended", "deliver_due", "deliveries", "forget_program", "list_hooks",
           "program_secret_set", "tell_program"]  # fmt: skip

WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 360))
"""How long after each failed try the next one comes; after the last there is none."""
CLAIM = timedelta(minutes=3)
MOST_HOOKS = 10
MOST_CHARACTERS = 2_000


def tell_program(state: State, url: str, by: str, environ: Mapping[str, str], now: datetime) -> Hook:
    """Tell another program from now on when a run ends.

    Raises:
        ConfigError: no secret is set with which it could tell that it was us.
        DeliveryError: the address is none, or leads inside the private network.
    """
    if not program_secret_set(environ):
        raise ConfigError(
            Problem(SECRET_VARIABLE, "the secret with which the other program recognises us is not set", "",
                    "32 random characters in the server's environment", f"export {SECRET_VARIABLE}=...")
        )  # fmt: skip
    if len(url) > MOST_CHARACTERS or len(list_hooks(state)) >= MOST_HOOKS:
        raise ConfigError(Problem("webhook", "too long, or too many", "", f"{MOST_HOOKS} programs at most"))
    check_target(url, allowed_targets(environ))
    hook = Hook(secrets.token_hex(8), url, by, now)
    add_hook(state, hook)
    return hook


def forget_program(state: State, hook_id: str) -> bool:
    """Tell another program nothing any more."""
    return remove_hook(state, hook_id)


def program_secret_set(environ: Mapping[str, str]) -> bool:
    """Whether calls of other programs can be signed."""
    return len(environ.get(SECRET_VARIABLE, "")) >= 16


def announce_ended(place: ServedPlace, now: datetime) -> None:
    """Decide what other programs are to be told: each run that ended since they were added, once."""
    state = place.state()
    hooks = list_hooks(state)
    if not hooks:
        return
    for job in list_jobs(state, 50, statuses=ENDED):
        for hook in hooks:
            if job.finished_at is not None and hook.added_at <= job.finished_at >= now - timedelta(days=2):
                number = hashlib.sha256(f"{hook.hook_id} {job.job_id}".encode()).hexdigest()[:32]
                add_delivery(state, number, "hook", hook.hook_id, f"{job.kind}: {job.status}", _told(place, job), now)


def deliver_due(place: ServedPlace, now: datetime, send_mail: Callable[[ServedPlace, Delivery, datetime], str]) -> int:
    """Send what is due and was not taken by another server; return how many were tried.

    Args:
        place: the workspace.
        now: the present instant.
        send_mail: writes and sends one mail, and says in a few words what came of it.
    """
    state, tried = place.state(), 0
    for one in due_deliveries(state, now):
        if not claim_delivery(state, one, now + CLAIM):
            continue
        tried += 1
        try:
            said = send_mail(place, one, now) if one.kind == "mail" else _call(place, one, now)
        except TradewindError as error:
            _failed(state, one, error, now)
        else:
            end_delivery(state, one.delivery_id, "sent", said, now)
    return tried


def _failed(state: State, one: Delivery, error: TradewindError, now: datetime) -> None:
    again = isinstance(error, DeliveryError) and error.again and one.attempts < len(WAITS)
    said = str(error.problems[0]).replace("\n", " ")
    if again:
        end_delivery(state, one.delivery_id, "waiting", said, now + WAITS[one.attempts])
    else:
        end_delivery(state, one.delivery_id, "failed", said, now)


def _call(place: ServedPlace, one: Delivery, now: datetime) -> str:
    hook = next((hook for hook in list_hooks(place.state()) if hook.hook_id == one.target), None)
    secret = place.environ.get(SECRET_VARIABLE, "")
    if hook is None or not program_secret_set(place.environ):
        raise DeliveryError(Problem("webhook", "it was removed, or the secret is gone"), again=False)
    body = one.body.encode()
    headers = {"Tradewind-Signature": sign(secret, body, now), "Tradewind-Delivery": one.delivery_id}
    return f"answered {call_hook(hook.url, body, headers, allowed_targets(place.environ))}"


def _told(place: ServedPlace, job: Job) -> str:
    """What another program reads: nothing of whom the data are about, nor who asked."""
    name = place.root.name
    with suppress(TradewindError):
        name = place.workspace().name
    run = {
        "id": job.job_id, "kind": job.kind, "status": job.status, "asked_at": _iso(job.asked_at),
        "started_at": _iso(job.started_at), "finished_at": _iso(job.finished_at),
        "snapshot": job.result.get("snapshot", ""), "url": f"{place.url}/updates/{job.job_id}",
    }  # fmt: skip
    return json.dumps({"type": "run.ended", "workspace": name, "run": run}, sort_keys=True)


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.replace(tzinfo=UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
