"""A write that is done once, however often it is sent: under one key the first answer is everybody's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tradewind.core.errors import Problem, TradewindError
from tradewind.core.time import Clock
from tradewind.store.idempotency_state import Answered, begin_write, finish_write, release_write, write_key
from tradewind.store.state import State

__all__ = ["Answered", "Asked", "KeyReused", "StillRunning", "do_once"]


class KeyReused(TradewindError):
    """The key was sent before with something else."""


class StillRunning(TradewindError):
    """The same write is being done at this moment."""


@dataclass(frozen=True)
class Asked:
    """A write as it was asked for.

    Args:
        who: the id of the user or token.
        route: the operation with its path, and which workspace.
        key: the caller's own; empty for a write that is simply done.
        fingerprint: digest of all that was sent.
    """

    who: str
    route: str
    key: str
    fingerprint: str


def do_once(state: State, asked: Asked, clock: Clock, work: Callable[[], Answered]) -> tuple[Answered, bool]:
    """Do a write, or return the answer that it had when it was done.

    Args:
        state: the state database, which all servers share.
        asked: who sent what under which key.
        clock: the present instant.
        work: does it; what it raises is raised here, and the key is free again.
    Returns:
        The answer, and whether it is a repeated one.
    Raises:
        KeyReused: the key was sent with something else.
        StillRunning: the same write is being done just now.
    """
    if not asked.key:
        return work(), False
    key = write_key(asked.who, asked.route, asked.key)
    begun = begin_write(state, key, asked.fingerprint, clock())
    if isinstance(begun, Answered):
        return begun, True
    if begun == "other":
        raise KeyReused(
            Problem("Idempotency-Key", "this key was sent before with something else", asked.key[:80],
                    "a new key for each write", "send it again with a new key")
        )  # fmt: skip
    if begun == "running":
        raise StillRunning(
            Problem("Idempotency-Key", "the same write is being done just now", asked.key[:80], "", "ask again shortly")
        )
    try:
        answer = work()
    except BaseException:
        release_write(state, key)
        raise
    finish_write(state, key, answer)
    return answer, False
