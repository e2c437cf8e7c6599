"""Links that work once: the first admin's, invitations, and new passwords that an admin lets somebody set."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from tradewind.core.accounts import LinkKind, OneTimeLink, User
from tradewind.core.errors import AccountError, Problem
from tradewind.core.visitor import Role
from tradewind.govern.passwords import Cost, check_password, hash_password
from tradewind.govern.people import add_person, admins, checked_owners, checked_role, find_person
from tradewind.govern.secrets_kept import digest, new_secret
from tradewind.store.keys_state import (
    delete_dead_links,
    delete_links,
    insert_link,
    read_link,
    read_open_links,
    take_link,
)
from tradewind.store.state import State
from tradewind.store.state_connection import reading, writing
from tradewind.store.users_state import alone, delete_sessions, read_user, update_password

VALID: dict[LinkKind, timedelta] = {
    "first admin": timedelta(hours=24),
    "invitation": timedelta(days=7),
    "password reset": timedelta(hours=24),
}
"""How long each kind of link works."""


def has_admin(state: State) -> bool:
    """Return whether there is an admin who may come in."""
    with reading(state.engine) as connection:
        return bool(admins(connection))


def invite(
    state: State, kind: LinkKind, made_by: str, now: datetime, role: Role = "admin", owners: Sequence[str] = (),
) -> str:  # fmt: skip
    """Return the secret of a new link that makes somebody; it is kept nowhere else.

    Raises:
        AccountError: there is no such role, or an owner's name cannot be one.
    """
    link_secret = new_secret()
    link = OneTimeLink(
        digest(link_secret), kind, "", checked_role(role), checked_owners(owners), made_by, now, now + VALID[kind]
    )
    with writing(state.engine) as connection:
        insert_link(connection, link)
        delete_dead_links(connection, now - timedelta(days=30))
    return link_secret


def offer_reset(state: State, user_id: str, made_by: str, now: datetime) -> str:
    """Return the secret of a new link with which somebody sets a new password; earlier ones die.

    Raises:
        NotFound: there is nobody of this id.
    """
    user = find_person(state, user_id)
    link_secret, kind = new_secret(), "password reset"
    link = OneTimeLink(
        digest(link_secret),
        "password reset",
        user_id,
        user.role,
        user.owners,
        made_by,
        now,
        now + VALID["password reset"],
    )
    with writing(state.engine) as connection:
        delete_links(connection, user_id=user_id, kind=kind)
        insert_link(connection, link)
    return link_secret


def find_link(state: State, link_secret: str, now: datetime) -> OneTimeLink:
    """Return a link that still works, without using it.

    Raises:
        AccountError: it was used, has expired or never was; nothing tells which.
    """
    with reading(state.engine) as connection:
        link = read_link(connection, digest(link_secret), now)
        if link is None or (link.kind == "first admin" and admins(connection)):
            raise _dead()
        return link


def open_links(state: State, now: datetime) -> list[OneTimeLink]:
    """Return links that still work, the newest first."""
    with reading(state.engine) as connection:
        return read_open_links(connection, now)


def withdraw(state: State, link_hash: str) -> bool:
    """Make a link work no more; return whether it did."""
    with writing(state.engine) as connection:
        return delete_links(connection, link_hash=link_hash) > 0


def accept(state: State, link_secret: str, email: str, name: str, password: str, now: datetime, cost: Cost) -> User:
    """Use a link up: make whom it is for, or set the new password.

    Args:
        state: the state database.
        link_secret: what stands in the link.
        email: of the new user; not looked at for a new password.
        name: of the new user; not looked at for a new password.
        password: from now on.
        now: naive UTC.
        cost: of the hash.
    Returns:
        Who can sign in now.
    Raises:
        AccountError: the link works no more, somebody else became the first admin, or something typed is refused: the
            link then works on.
    """
    link = find_link(state, link_secret, now)
    known = find_person(state, link.user_id) if link.user_id else None
    check_password(password, (email, name) if known is None else (known.email, known.name))
    kept = hash_password(password, cost)
    with writing(state.engine) as connection:
        alone(connection)
        taken = take_link(connection, link.link_hash, now)
        if taken is None or (taken.kind == "first admin" and admins(connection)):
            raise _dead()
        if not taken.user_id:
            user = add_person(connection, email, name, taken.role, taken.owners, kept, now)
            if taken.kind == "first admin":
                delete_links(connection, kind="first admin")
            return user
        present = read_user(connection, taken.user_id)
        if present is None or present.locked_at is not None:
            raise _dead()
        update_password(connection, present.user_id, kept)
        delete_sessions(connection, present.user_id)
        return present


def _dead() -> AccountError:
    return AccountError(
        Problem("link", "this link does not work any more", "", "a link that nobody has used, not older than it says",
                "ask an admin for a new one, or run: tradewind accounts link")
    )  # fmt: skip
