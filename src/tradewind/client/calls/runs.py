"""Updates: asked for, watched, stopped."""

from __future__ import annotations

from collections.abc import Sequence

from tradewind.client.answers.page import Page
from tradewind.client.answers.runs import Run, RunEvents
from tradewind.client.call import Call, filled, path_of


def start_run(*, kind: str = "run", only: Sequence[str] = (), key: str = "") -> Call[Run]:
    """Put an update into the queue.

    Args:
        kind: `run` loads and answers, `check` only looks.
        only: questions to answer; all that are asked where empty.
        key: Idempotency-Key; one is made where it is empty.
    """
    return Call("POST", path_of("v1", "runs"), Run, body=filled(kind=kind, only=list(only)), key=key, writes=True)


def list_runs(*, limit: int = 50, cursor: str = "") -> Call[Page[Run]]:
    """Return what the server was asked to do, newest first.

    Args:
        limit: at most so many.
        cursor: `next_cursor` of the page before.
    """
    return Call("GET", path_of("v1", "runs"), Page[Run], {"limit": limit, "cursor": cursor})


def get_run(run_id: str) -> Call[Run]:
    """Return how a run stands."""
    return Call("GET", path_of("v1", "runs", run_id), Run)


def list_run_events(run_id: str, *, after: int = 0, limit: int = 50, cursor: str = "") -> Call[RunEvents]:
    """Return what a run said, oldest first.

    Args:
        run_id: of which run.
        after: only what was said behind this number.
        limit: at most so many.
        cursor: `next_cursor` of the page before.
    """
    query = {"after": after, "limit": limit, "cursor": cursor}
    return Call("GET", path_of("v1", "runs", run_id, "events"), RunEvents, query)


def cancel_run(run_id: str, *, key: str = "") -> Call[Run]:
    """Stop a run; what it has finished stands.

    Args:
        run_id: which run.
        key: Idempotency-Key; one is made where it is empty.
    """
    return Call("POST", path_of("v1", "runs", run_id, "cancel"), Run, key=key, writes=True)
