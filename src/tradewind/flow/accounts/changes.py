"""What people change about accounts: each verb does one thing, writes the record of it, and takes effect at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tradewind.core.accounts import ApiToken, LinkKind, OneTimeLink, Session, User
from tradewind.core.errors import AccountError, Problem
from tradewind.core.visitor import PERMISSIONS, Permission, Role, Visitor
from tradewind.flow.accounts.door import SIGN_INS, Accounts
from tradewind.govern import links, people, sessions, tokens
from tradewind.govern.limits import Limit
from tradewind.govern.lockout import account_key, forgive, slowed_accounts
from tradewind.govern.secrets_kept import digest
from tradewind.govern.tokens import Wish

__all__ = ["ROLES", "Wish"]

ROLES = people.ROLES
PASSWORDS = Limit(per_second=1 / 60, burst=10)
"""Changes of one's own password: a stolen session is no place to guess it."""


@dataclass(frozen=True)
class People:
    """Everybody who may come in, and who was asked to.

    Args:
        users: by name.
        slowed: ids of those at whose account somebody guessed too often and has to wait.
        links: links that still work, the newest first.
        tokens_of: user id to how many tokens of his making work.
    """

    users: tuple[User, ...]
    slowed: frozenset[str]
    links: tuple[OneTimeLink, ...]
    tokens_of: dict[str, int]


def everybody(accounts: Accounts) -> People:
    """Return who may come in."""
    state, now = accounts.state(), accounts.clock()
    users = tuple(people.list_people(state))
    slow, secret = slowed_accounts(state, now), accounts.secret()
    made: dict[str, int] = {}
    for token in tokens.list_tokens(state):
        if tokens.is_valid(token, now):
            made[token.made_by] = made.get(token.made_by, 0) + 1
    slowed = frozenset(user.user_id for user in users if account_key(secret, user.email) in slow)
    return People(users, slowed, tuple(links.open_links(state, now)), made)


def everybody_is_new(accounts: Accounts) -> bool:
    """Return whether there is no admin yet, so that nobody can come in but by the first link."""
    return not links.has_admin(accounts.state())


def first_link(accounts: Accounts) -> str | None:
    """Return the secret of a link for the first admin; None where there is an admin."""
    if links.has_admin(accounts.state()):
        return None
    return _link(accounts, "first admin", None, "admin", ())


def admin_link(accounts: Accounts, email: str = "") -> str:
    """Return the secret of a link from the terminal: for the first admin, an admin's new password, or one more admin.

    Args:
        accounts: of the workspace.
        email: of an admin who forgot his password; empty for a new admin.
    Raises:
        AccountError: no admin signs in with this address.
    """
    if email:
        wanted = people.checked_email(email)
        for user in people.list_people(accounts.state()):
            if user.email == wanted and user.role == "admin":
                if user.locked_at is not None:
                    people.unlock_person(accounts.state(), user.user_id)
                secret = links.offer_reset(accounts.state(), user.user_id, "", accounts.clock())
                _note(accounts, None, "link", user.user_id)
                return secret
        raise AccountError(Problem("--email", "no admin signs in with this address", email[:80], "an admin's address"))
    return first_link(accounts) or _link(accounts, "invitation", None, "admin", ())


def role_named(role: str) -> Role:
    """Return a role by its name.

    Raises:
        AccountError: there is no such role.
    """
    return people.checked_role(role)


def invite(accounts: Accounts, by: Visitor, role: Role, owners: Sequence[str] = ()) -> str:
    """Return the secret of an invitation."""
    return _link(accounts, "invitation", by, role, owners)


def offer_reset(accounts: Accounts, by: Visitor, user_id: str) -> str:
    """Return the secret of a link with which somebody sets a new password."""
    secret = links.offer_reset(accounts.state(), user_id, by.id, accounts.clock())
    _note(accounts, by, "link", user_id)
    return secret


def withdraw(accounts: Accounts, by: Visitor, link_hash: str) -> bool:
    """Make a link work no more; return whether it did."""
    done = links.withdraw(accounts.state(), link_hash)
    _note(accounts, by, "link", "withdrawn")
    return done


def find_link(accounts: Accounts, secret: str) -> OneTimeLink:
    """Return a link that still works; see `govern.links.find_link`."""
    return links.find_link(accounts.state(), secret, accounts.clock())


def accept_link(accounts: Accounts, secret: str, email: str, name: str, password: str, address: str) -> User:
    """Use a link up; see `govern.links.accept`.

    Raises:
        AccountError: it works no more, or something typed is refused.
        TooMany: too many tries from this address.
    """
    origin = accounts.origin_of(address)
    accounts.limits.take(f"sign-in:{origin}", SIGN_INS, "tries", wait=True)
    user = links.accept(accounts.state(), secret, email, name, password, accounts.clock(), accounts.cost)
    forgive(accounts.state(), account_key(accounts.secret(), user.email))
    accounts.changed()
    accounts.audit.write(accounts.audit.entry(user.user_id, "user", "changed", "user", user.user_id, origin))
    return user


def change_person(accounts: Accounts, by: Visitor, user_id: str, role: Role, owners: Sequence[str]) -> User:
    """Change somebody's role and under which names records are his own."""
    user = people.change_person(accounts.state(), user_id, role=role, owners=owners)
    accounts.changed()
    _note(accounts, by, "user", user_id, {"role": role, "owners": len(user.owners)})
    return user


def change_self(accounts: Accounts, by: Visitor, name: str, owners: Sequence[str] | None) -> User:
    """Change one's own name, and whose records are one's own, where that opens nothing.

    Raises:
        AccountError: a wrong value, or somebody bound to his own records wants to say which those are.
    """
    if by.own_only and owners is not None:
        raise AccountError(Problem("owner", "only an admin can say which records are yours", do="ask an admin"))
    user = people.change_person(accounts.state(), by.id, name=name, owners=owners)
    accounts.changed()
    _note(accounts, by, "user", by.id)
    return user


def lock(accounts: Accounts, by: Visitor, user_id: str) -> User:
    """Keep somebody out from now on."""
    user = people.lock_person(accounts.state(), user_id, accounts.clock())
    accounts.changed()
    _note(accounts, by, "user", user_id, {"locked": 1})
    return user


def unlock(accounts: Accounts, by: Visitor, user_id: str) -> User:
    """Let somebody in again, and forget how often a password was guessed."""
    user = people.unlock_person(accounts.state(), user_id)
    forgive(accounts.state(), account_key(accounts.secret(), user.email))
    accounts.changed()
    _note(accounts, by, "user", user_id, {"locked": 0})
    return user


def remove(accounts: Accounts, by: Visitor, user_id: str, keep_tokens: bool = False) -> User:
    """Remove somebody, and the tokens he made unless they shall go on."""
    user = people.remove_person(accounts.state(), user_id, accounts.clock(), keep_tokens)
    accounts.changed()
    _note(accounts, by, "user", user_id, {"removed": 1})
    return user


def all_tokens(accounts: Accounts) -> list[tuple[ApiToken, bool]]:
    """Return every token, and whether it works, the newest first."""
    now = accounts.clock()
    return [(token, tokens.is_valid(token, now)) for token in tokens.list_tokens(accounts.state())]


def token_scopes(by: Visitor) -> tuple[Permission, ...]:
    """Return what a token that somebody makes may be allowed."""
    return tuple(permission for permission in PERMISSIONS if by.may(permission) and permission != "manage_accounts")


def make_token(accounts: Accounts, by: Visitor, wish: Wish) -> tuple[str, ApiToken]:
    """Return a new token's secret, to be shown once, and what is kept."""
    secret, token = tokens.make_token(accounts.state(), wish, by.id, by.permissions, accounts.clock())
    accounts.changed()
    _note(accounts, by, token.kind, token.token_id)
    return secret, token


def revoke_token(accounts: Accounts, by: Visitor, token_id: str) -> bool:
    """Make a token open nothing from now on; return whether it did."""
    done = tokens.revoke(accounts.state(), token_id, accounts.clock())
    accounts.changed()
    if done:
        _note(accounts, by, "token", token_id, {"revoked": 1})
    return done


@dataclass(frozen=True)
class Mine:
    """One's own account.

    Args:
        user: None for a visitor who has none.
        sessions: where one is signed in, the last used first.
        here: hash of the session that asks.
    """

    user: User | None
    sessions: tuple[Session, ...]
    here: str


def my_account(accounts: Accounts, by: Visitor, secret: str) -> Mine:
    """Return one's own account, as the session with this secret sees it."""
    user = next((user for user in people.list_people(accounts.state()) if user.user_id == by.id), None)
    return Mine(user, tuple(sessions.list_sessions(accounts.state(), by.id, accounts.clock())), digest(secret))


def end_session(accounts: Accounts, by: Visitor, session_hash: str) -> int:
    """End one of one's own sessions; return how many ended: none where it is another's."""
    ended = sessions.end_sessions(accounts.state(), by.id, only=session_hash)
    accounts.changed()
    return ended


def end_other_sessions(accounts: Accounts, by: Visitor, secret: str) -> int:
    """End all of one's own sessions but the one that sends this; return how many."""
    ended = sessions.end_sessions(accounts.state(), by.id, keep=digest(secret))
    accounts.changed()
    _note(accounts, by, "session", "others", {"ended": ended})
    return ended


def end_all_sessions(accounts: Accounts, by: Visitor) -> int:
    """Sign out everywhere; return how many sessions ended."""
    ended = sessions.end_sessions(accounts.state(), by.id)
    accounts.changed()
    accounts.audit.write(accounts.audit.entry(by.id, by.kind, "signed out", "session", "all", "", {"ended": ended}))
    return ended


def change_password(accounts: Accounts, by: Visitor, present: str, new: str, secret: str) -> None:
    """Change one's own password; all other sessions end.

    Raises:
        AccountError: the present one is wrong, or the new one is refused.
        TooMany: too many tries.
    """
    accounts.limits.take(f"password:{by.id}", PASSWORDS, "changes of the password", wait=True)
    user = people.find_person(accounts.state(), by.id)
    sessions.change_password(accounts.state(), user, present, new, digest(secret), accounts.cost)
    accounts.changed()
    _note(accounts, by, "password", by.id)


def valid_until(accounts: Accounts, kind: LinkKind) -> datetime:
    """Return until when a link made now works."""
    return accounts.clock() + links.VALID[kind]


def _link(accounts: Accounts, kind: LinkKind, by: Visitor | None, role: Role, owners: Sequence[str]) -> str:
    made_by = "" if by is None else by.id
    secret = links.invite(accounts.state(), kind, made_by, accounts.clock(), role, owners)
    _note(accounts, by, "link", kind, {"role": role})
    return secret


def _note(
    accounts: Accounts, by: Visitor | None, entity: str, entity_id: str, details: dict[str, str | int] | None = None
) -> None:
    who, kind = ("terminal", "terminal") if by is None else (by.id, by.kind)
    accounts.audit.write(accounts.audit.entry(who, kind, "changed", entity, entity_id, "", details))
