"""People who sign in: how they are made, changed and removed; the last admin always stays."""

from __future__ import annotations

import re
import unicodedata
import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import get_args

import sqlalchemy as sa

from tradewind.core.accounts import User
from tradewind.core.errors import AccountError, NotFound, Problem
from tradewind.core.visitor import Role
from tradewind.store.keys_state import delete_links, revoke_tokens
from tradewind.store.state import State
from tradewind.store.state_connection import reading, writing
from tradewind.store.users_state import (
    alone,
    delete_sessions,
    delete_user,
    insert_user,
    read_credentials,
    read_user,
    read_users,
    update_user,
)

ROLES: tuple[Role, ...] = get_args(Role)

LONGEST = 100
"""Characters of a name."""

MOST_OWNERS = 50
"""Names under which records can be one person's own."""

_EMAIL = re.compile(r"[^\s@<>,;:\"()\[\]\\]{1,64}@[^\s@<>,;:\"()\[\]\\]{1,189}")


def list_people(state: State) -> list[User]:
    """Return everybody, by name."""
    with reading(state.engine) as connection:
        return read_users(connection)


def find_person(state: State, user_id: str) -> User:
    """Return one person.

    Raises:
        NotFound: there is nobody of this id.
    """
    with reading(state.engine) as connection:
        return _known(connection, user_id)


def add_person(
    connection: sa.Connection, email: str, name: str, role: Role, owners: Sequence[str], password_hash: str,
    now: datetime,
) -> User:  # fmt: skip
    """Add somebody, within a transaction of the caller's.

    Raises:
        AccountError: the address is taken, or something cannot be kept; all problems together.
    """
    user = User(
        uuid.uuid4().hex, checked_email(email), checked_name(name), checked_role(role), checked_owners(owners),
        now,
    )  # fmt: skip
    alone(connection)
    if read_credentials(connection, user.email) is not None:
        raise AccountError(Problem("email", "somebody here signs in with this address already", do="sign in with it"))
    insert_user(connection, user, password_hash)
    return user


def change_person(
    state: State, user_id: str, name: str | None = None, role: Role | None = None,
    owners: Sequence[str] | None = None,
) -> User:  # fmt: skip
    """Change what is given of somebody and return him as he is now.

    Raises:
        NotFound: nobody of this id.
        AccountError: a wrong value, or it would leave no admin.
    """
    with writing(state.engine) as connection:
        alone(connection)
        user = _known(connection, user_id)
        if role is not None and role != "admin":
            _keep_an_admin(connection, user)
        changed = replace(
            user,
            name=user.name if name is None else checked_name(name),
            role=user.role if role is None else checked_role(role),
            owners=user.owners if owners is None else checked_owners(owners),
        )
        update_user(connection, changed)
        if user.role == "admin" != changed.role:
            delete_links(connection, made_by=user_id)  # an invitation must not outlive the right to invite
        return changed


def lock_person(state: State, user_id: str, now: datetime) -> User:
    """Keep somebody out from now on; his sessions end; links for him, and those he made, die.

    Raises:
        NotFound: nobody of this id.
        AccountError: he is the last admin.
    """
    with writing(state.engine) as connection:
        alone(connection)
        user = _known(connection, user_id)
        _keep_an_admin(connection, user)
        locked = replace(user, locked_at=now)
        update_user(connection, locked)
        delete_sessions(connection, user_id)
        delete_links(connection, user_id=user_id)
        delete_links(connection, made_by=user_id)
        return locked


def unlock_person(state: State, user_id: str) -> User:
    """Let somebody in again.

    Raises:
        NotFound: nobody of this id.
    """
    with writing(state.engine) as connection:
        alone(connection)
        user = replace(_known(connection, user_id), locked_at=None)
        update_user(connection, user)
        return user


def remove_person(state: State, user_id: str, now: datetime, keep_tokens: bool = False) -> User:
    """Remove somebody: sessions end, links die, and tokens of his making open nothing any more.

    Args:
        state: the state database.
        user_id: whom.
        now: naive UTC.
        keep_tokens: whether tokens that he made go on.
    Raises:
        NotFound: nobody of this id.
        AccountError: he is the last admin.
    """
    with writing(state.engine) as connection:
        alone(connection)
        user = _known(connection, user_id)
        _keep_an_admin(connection, user)
        delete_user(connection, user_id)
        delete_links(connection, user_id=user_id)
        delete_links(connection, made_by=user_id)
        if not keep_tokens:
            revoke_tokens(connection, now, made_by=user_id)
        return user


def admins(connection: sa.Connection) -> list[User]:
    """Return the admins who may come in."""
    return [user for user in read_users(connection) if user.role == "admin" and user.locked_at is None]


def checked_email(text: str) -> str:
    """Return an e-mail address as it is kept.

    Raises:
        AccountError: it is none.
    """
    email = unicodedata.normalize("NFKC", text).strip().casefold()
    if not _EMAIL.fullmatch(email) or not email.isprintable():
        raise AccountError(Problem("email", "this is not an e-mail address", text[:80], "name@example.com"))
    return email


def checked_name(text: str) -> str:
    """Return a name as it is kept.

    Raises:
        AccountError: it is empty, too long, or holds signs that cannot be seen.
    """
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if not name or len(name) > LONGEST or not name.isprintable():
        raise AccountError(Problem("name", "this cannot be a name", name[:80], f"1 to {LONGEST} letters"))
    return name


def checked_owners(names: Sequence[str]) -> tuple[str, ...]:
    """Return the names under which records are somebody's own, each once.

    Raises:
        AccountError: one of them cannot be a name, or there are too many.
    """
    owners = tuple(dict.fromkeys(checked_name(name) for name in names if name.strip()))
    if len(owners) > MOST_OWNERS:
        raise AccountError(Problem("owner", "these are too many names", str(len(owners)), f"at most {MOST_OWNERS}"))
    return owners


def checked_role(role: str) -> Role:
    """Return a role.

    Raises:
        AccountError: there is no such role.
    """
    for known in ROLES:
        if known == role:
            return known
    raise AccountError(Problem("role", "there is no such role", role[:80], ", ".join(ROLES)))


def _known(connection: sa.Connection, user_id: str) -> User:
    user = read_user(connection, user_id)
    if user is None:
        raise NotFound(Problem("user", "there is nobody of this id here", user_id[:80]))
    return user


def _keep_an_admin(connection: sa.Connection, leaving: User) -> None:
    if leaving.role == "admin" and not [user for user in admins(connection) if user.user_id != leaving.user_id]:
        raise AccountError(
            Problem("user", "this is the last admin who can come in", do="make somebody else an admin first")
        )
