"""Guessing a password gets slower with each wrong guess, for an account that exists as for one that does not."""

from __future__ import annotations

from datetime import datetime, timedelta

from tradewind.core.errors import Problem, TooMany
from tradewind.govern.secrets_kept import keyed
from tradewind.store.guard_state import add_failed, delete_failed, read_accounts_failed, read_failed
from tradewind.store.state import State
from tradewind.store.state_connection import reading, writing
from tradewind.store.users_state import alone

FREE = 5
"""Wrong passwords in a row before there is a delay."""

FIRST, LAST = timedelta(seconds=30), timedelta(hours=1)
"""The first delay, which doubles with each further failure, and the longest."""

FORGOTTEN = timedelta(days=1)
"""After so long without a failure, the count begins anew."""


def delay_after(failures: int) -> timedelta:
    """Return how long to wait after so many failures in a row."""
    return timedelta(0) if failures < FREE else min(FIRST * 2 ** min(failures - FREE, 20), LAST)


def account_key(secret: str, email: str) -> str:
    """Return under what name the failures at an account are kept; it says nothing about the address."""
    return keyed(secret, f"account {email}")


def count_try(state: State, account: str, origin: str, now: datetime) -> None:
    """Count a try before its password is looked at, so that many at once are no way around the delay.

    Raises:
        TooMany: it comes too soon; it is not counted and not looked at.
    """
    with writing(state.engine) as connection:
        alone(connection)
        failed = read_failed(connection, account, origin)
        if failed is not None and now - failed.last_at >= FORGOTTEN:
            delete_failed(connection, account, origin)
            failed = None
        wait = timedelta(0) if failed is None else failed.last_at + delay_after(failed.failures) - now
        if wait <= timedelta(0):
            add_failed(connection, account, origin, now)
    if wait > timedelta(0):
        do = "wait, or ask an admin to unlock the account or to make a new link"
        raise TooMany(Problem("sign-in", "there were too many wrong passwords", do=do), wait.total_seconds())


def forgive(state: State, account: str, origin: str | None = None) -> None:
    """Forget failures: those of one address after it signed in, or all when an admin unlocks the account."""
    with writing(state.engine) as connection:
        delete_failed(connection, account, origin)


def slowed_accounts(state: State, now: datetime) -> set[str]:
    """Return the accounts at which some address has to wait."""
    with reading(state.engine) as connection:
        return read_accounts_failed(connection, FREE, now - LAST)
