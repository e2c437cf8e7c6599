"""Signing in and out: a new secret at each sign-in, kept as a hash, that ends when idle, in the end, and on demand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from tradewind.core.accounts import Session, User
from tradewind.core.errors import AccountError, Problem
from tradewind.govern.passwords import Cost, check_password, hash_password, needs_rehash, verify_password
from tradewind.govern.people import checked_email
from tradewind.govern.secrets_kept import digest, new_secret
from tradewind.store.keys_state import delete_links
from tradewind.store.state import State
from tradewind.store.state_connection import reading, writing
from tradewind.store.users_state import (
    alone,
    delete_ended_sessions,
    delete_sessions,
    insert_session,
    read_credentials,
    read_password,
    read_session,
    read_sessions,
    read_user,
    touch_session,
    update_password,
)

IDLE = timedelta(hours=24)
"""How long a session lives without use."""

LONGEST = timedelta(days=14)
"""How long it lives at all."""

SEEN_EVERY = timedelta(minutes=1)
"""How exactly it is noted when a session or token was used last."""


@dataclass(frozen=True)
class SignedIn:
    """A fresh session.

    Args:
        secret: for the cookie; it is kept nowhere else.
        session: as it is kept.
        user: whose.
    """

    secret: str
    session: Session
    user: User


def check_credentials(state: State, email: str, password: str, cost: Cost) -> User | None:
    """Return who has this address and password; None for a wrong one, nobody, or somebody who is kept out.

    It takes as long for an address that nobody has. A hash with other parameters is made anew.
    """
    with reading(state.engine) as connection:
        found = read_credentials(connection, email)
    right = verify_password(None if found is None else found[1], password, cost)
    if found is None or not right or found[0].locked_at is not None:
        return None
    if needs_rehash(found[1], cost):
        fresh = hash_password(password, cost)
        with writing(state.engine) as connection:
            if read_password(connection, found[0].user_id) == found[1]:
                update_password(connection, found[0].user_id, fresh)
    return found[0]


def begin_session(state: State, user: User, device: str, now: datetime, replaces: str = "") -> SignedIn:
    """Begin a session with a secret of its own.

    Args:
        state: the state database.
        user: whose.
        device: browser and system in two words.
        now: naive UTC.
        replaces: what the cookie held until now: that session ends, so that nobody can have planted it.
    Raises:
        AccountError: the user was locked or removed in this very moment.
    """
    secret = new_secret()
    session = Session(digest(secret), user.user_id, device[:60], now, now, now + LONGEST)
    with writing(state.engine) as connection:
        alone(connection)
        present = read_user(connection, user.user_id)
        if present is None or present.locked_at is not None:
            raise AccountError(Problem("sign-in", "this account cannot be used", do="ask an admin"))
        if replaces:
            old = read_session(connection, digest(replaces))
            if old is not None:
                delete_sessions(connection, old[0].user_id, only=old[0].session_hash)
        insert_session(connection, session)
        delete_ended_sessions(connection, now, now - IDLE)
    return SignedIn(secret, session, present)


def find_session(state: State, secret: str, now: datetime) -> tuple[Session, User] | None:
    """Return the session that a cookie's secret opens, with its user; its use is noted once a minute."""
    with reading(state.engine) as connection:
        found = read_session(connection, digest(secret))
    if found is None or found[1].locked_at is not None or not is_alive(found[0], now):
        return None
    if now - found[0].seen_at >= SEEN_EVERY:
        with writing(state.engine) as connection:
            touch_session(connection, found[0].session_hash, now)
    return found


def is_alive(session: Session, now: datetime) -> bool:
    """Return whether a session has not ended, by age or by idleness."""
    return now < session.ends_at and now - session.seen_at < IDLE


def list_sessions(state: State, user_id: str, now: datetime) -> list[Session]:
    """Return somebody's sessions that are alive, the last used first."""
    with reading(state.engine) as connection:
        return [session for session in read_sessions(connection, user_id) if is_alive(session, now)]


def end_sessions(state: State, user_id: str, only: str | None = None, keep: str | None = None) -> int:
    """End somebody's sessions: all, only one, or all but one (by hash); return how many."""
    with writing(state.engine) as connection:
        return delete_sessions(connection, user_id, only, keep)


def change_password(state: State, user: User, present: str, new: str, keep: str, cost: Cost) -> None:
    """Change one's own password; all other sessions end, and links to set it die.

    Args:
        state: the state database.
        user: whose.
        present: the password until now.
        new: the password from now on.
        keep: hash of the session that stays.
        cost: of the hash.
    Raises:
        AccountError: the present one is wrong, or the new one is refused.
    """
    if check_credentials(state, user.email, present, cost) is None:
        raise AccountError(Problem("present", "this is not your present password"))
    check_password(new, (user.email, user.name))
    fresh = hash_password(new, cost)
    with writing(state.engine) as connection:
        alone(connection)
        update_password(connection, user.user_id, fresh)
        delete_sessions(connection, user.user_id, keep=keep)
        delete_links(connection, user_id=user.user_id)


def user_id_of(state: State, email: str) -> str:
    """Return the id of who signs in with this address; empty for nobody. It is for the record, never for an answer."""
    with reading(state.engine) as connection:
        found = read_credentials(connection, email)
    return "" if found is None else found[0].user_id


def normal_email(text: str) -> str:
    """Return an address as it is kept, or as it was typed where it is none: sign-in tells neither from the other."""
    try:
        return checked_email(text)
    except AccountError:
        return text.strip().casefold()[:300]
