"""The nouns of accounts: people, their sessions, tokens of programs, links that work once, and what was done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from tradewind.core.visitor import Permission, Role

LinkKind = Literal["first admin", "invitation", "password reset"]
TokenKind = Literal["token", "browser key"]
Did = Literal["saw", "exported", "changed", "sent", "signed in", "signed out", "failed", "refused"]
"""What can be done, as the record of it says: one word each."""


@dataclass(frozen=True)
class User:
    """Somebody who signs in.

    Args:
        user_id: random, for the record of what was done.
        email: to sign in with, in small letters.
        name: as others see it.
        role: what he may do.
        owners: under which names records are his own.
        made_at: naive UTC.
        locked_at: since when an admin keeps him out; None when he may come in.
    """

    user_id: str
    email: str
    name: str
    role: Role
    owners: tuple[str, ...] = ()
    made_at: datetime = datetime(1970, 1, 1)
    locked_at: datetime | None = None


@dataclass(frozen=True)
class Session:
    """One browser in which somebody is signed in.

    Args:
        session_hash: SHA-256 of what the cookie holds; names the session, and opens nothing.
        user_id: whose.
        device: browser and system in two words.
        started_at: of the sign-in.
        seen_at: last use, to the minute.
        ends_at: when it ends whatever happens.
    """

    session_hash: str
    user_id: str
    device: str
    started_at: datetime
    seen_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class ApiToken:
    """A program's way in, or a key that stands in a public page and can only send events.

    Args:
        token_id: its name in the record of what was done.
        kind: token or browser key.
        name: what it is for.
        prefix: its first characters, to tell it from others.
        scopes: what it may do.
        owners: whose records alone it sees; all where empty.
        origins: pages that may use a browser key (`https://shop.example`).
        made_by: user id.
        made_at: naive UTC.
        expires_at: None: never.
        used_at: last use, to the minute.
        revoked_at: since when it opens nothing.
    """

    token_id: str
    kind: TokenKind
    name: str
    prefix: str
    scopes: tuple[Permission, ...]
    owners: tuple[str, ...]
    origins: tuple[str, ...]
    made_by: str
    made_at: datetime
    expires_at: datetime | None = None
    used_at: datetime | None = None
    revoked_at: datetime | None = None


@dataclass(frozen=True)
class OneTimeLink:
    """A link that works once: for the first admin, an invitation, a new password.

    Args:
        link_hash: SHA-256 of what stands in the link.
        kind: what it is for.
        user_id: whose password it sets; empty where it makes somebody new.
        role: of whom it makes.
        owners: of whom it makes.
        made_by: user id; empty for the terminal.
        made_at: naive UTC.
        expires_at: naive UTC.
        used_at: None while it still works.
    """

    link_hash: str
    kind: LinkKind
    user_id: str
    role: Role
    owners: tuple[str, ...]
    made_by: str
    made_at: datetime
    expires_at: datetime
    used_at: datetime | None = None


@dataclass(frozen=True)
class AuditEntry:
    """One line of the record of who did what; it holds ids, never names or addresses.

    Args:
        audit_id: random.
        at: naive UTC.
        who: id of a user or token; `terminal`, or `nobody` where nobody came in.
        kind: user, token, browser key, terminal or nobody.
        did: see `Did`.
        entity: of what kind the thing is (customer, deal, list, user, settings …).
        entity_id: which one.
        origin: a keyed hash of the network address: the same address has the same, and nobody can read it back.
        details: counts and names of settings.
    """

    audit_id: str
    at: datetime
    who: str
    kind: str
    did: Did
    entity: str = ""
    entity_id: str = ""
    origin: str = ""
    details: Mapping[str, str | int] = field(default_factory=dict)
