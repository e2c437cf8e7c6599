"""Ways in for programs: tokens that may do what they say, and keys that stand in public pages and only send events."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from tradewind.core.accounts import ApiToken, TokenKind
from tradewind.core.errors import AccountError, Problem
from tradewind.core.visitor import ALLOWED, PERMISSIONS, Permission, Role
from tradewind.govern.people import checked_name, checked_owners
from tradewind.govern.secrets_kept import digest, new_secret
from tradewind.govern.sessions import SEEN_EVERY
from tradewind.store.keys_state import insert_token, read_token, read_tokens, revoke_tokens, touch_token
from tradewind.store.state import State
from tradewind.store.state_connection import reading, writing

PREFIX: dict[TokenKind, str] = {"token": "tw_", "browser key": "twkey_"}
"""How each kind begins, so that people and scanners recognise one that leaked."""

SHOWN = 6
"""Characters after the beginning that are kept to tell tokens apart; 216 random bits stay unknown."""

MOST_ORIGINS = 20


@dataclass(frozen=True)
class Wish:
    """What a token shall be.

    Args:
        name: what it is for.
        scopes: what it may do; a browser key sends events, whatever is asked.
        owners: whose records alone it sees; all where empty.
        origins: pages that may use a browser key.
        valid_days: after how many days it ends; never where None.
        kind: token or browser key.
    """

    name: str
    scopes: Sequence[str] = ()
    owners: Sequence[str] = ()
    origins: Sequence[str] = ()
    valid_days: int | None = None
    kind: TokenKind = "token"


def make_token(
    state: State, wish: Wish, made_by: str, may: frozenset[Permission], now: datetime
) -> tuple[str, ApiToken]:
    """Return a new token's secret, which is kept nowhere else, and what is kept.

    Args:
        state: the state database.
        wish: what it shall be.
        made_by: user id.
        may: what its maker may do: a token never may more.
        now: naive UTC.
    Raises:
        AccountError: with every problem of the wish.
    """
    problems: list[Problem] = []
    scopes = ("write_events",) if wish.kind == "browser key" else _scopes(wish, may, problems)
    origins = _origins(wish, problems) if wish.kind == "browser key" else ()
    name = owners = None
    try:
        name, owners = checked_name(wish.name), checked_owners(wish.owners)
    except AccountError as error:
        problems += error.problems
    if wish.valid_days is not None and not 1 <= wish.valid_days <= 3650:
        problems.append(Problem("valid", "a token cannot be valid for so long", str(wish.valid_days), "1 to 3650 days"))
    if problems or name is None or owners is None:
        raise AccountError(problems)
    secret = new_secret(PREFIX[wish.kind])
    ends = None if wish.valid_days is None else now + timedelta(days=wish.valid_days)
    prefix = secret[: len(PREFIX[wish.kind]) + SHOWN]
    token = ApiToken(uuid.uuid4().hex, wish.kind, name, prefix, scopes, owners, origins, made_by, now, ends)
    with writing(state.engine) as connection:
        insert_token(connection, token, digest(secret))
    return secret, token


def find_token(state: State, secret: str, now: datetime) -> ApiToken | None:
    """Return the token that a secret opens; None where it ended or never was. Its use is noted once a minute."""
    if not secret.startswith(tuple(PREFIX.values())) or len(secret) > 100:
        return None
    with reading(state.engine) as connection:
        token = read_token(connection, digest(secret))
    if token is None or not is_valid(token, now):
        return None
    if token.used_at is None or now - token.used_at >= SEEN_EVERY:
        with writing(state.engine) as connection:
            touch_token(connection, token.token_id, now)
    return token


def is_valid(token: ApiToken, now: datetime) -> bool:
    """Return whether a token still opens anything."""
    return token.revoked_at is None and (token.expires_at is None or now < token.expires_at)


def list_tokens(state: State) -> list[ApiToken]:
    """Return every token, the newest first."""
    with reading(state.engine) as connection:
        return read_tokens(connection)


def revoke(state: State, token_id: str, now: datetime) -> bool:
    """Make a token open nothing any more; return whether it did until now."""
    with writing(state.engine) as connection:
        return revoke_tokens(connection, now, token_id=token_id) > 0


def role_of(token: ApiToken) -> Role:
    """Return the least role that may do all that a token may; one with owners sees their records only."""
    if token.owners:
        return "sales"
    roles: tuple[Role, ...] = ("viewer", "marketer", "admin")
    return next(role for role in roles if set(token.scopes) <= ALLOWED[role])


def _scopes(wish: Wish, may: frozenset[Permission], problems: list[Problem]) -> tuple[Permission, ...]:
    known = [permission for permission in PERMISSIONS if permission in set(wish.scopes)]
    unknown = sorted(set(wish.scopes) - set(PERMISSIONS))
    if unknown:
        problems.append(
            Problem("scopes", "there is no such permission", ", ".join(unknown)[:80], ", ".join(PERMISSIONS))
        )
    if not known:
        problems.append(Problem("scopes", "a token that may do nothing is of no use", do="choose what it may do"))
    if "manage_accounts" in known:
        problems.append(
            Problem("scopes", "a token cannot manage accounts", do="do it signed in, on the settings pages")
        )
    elif not set(known) <= may:
        problems.append(Problem("scopes", "a token cannot do more than you may", ", ".join(sorted(set(known) - may))))
    elif wish.owners and not set(known) <= ALLOWED["sales"]:
        more = ", ".join(name for name in known if name not in ALLOWED["sales"])
        problems.append(Problem("scopes", "a token that sees only some owners' records cannot do this", more))
    return tuple(known)


def _origins(wish: Wish, problems: list[Problem]) -> tuple[str, ...]:
    origins = []
    for text in wish.origins:
        origin = text.strip().rstrip("/").lower()
        if not origin:
            continue
        if not is_origin(origin):
            problems.append(
                Problem("origins", "this is not the beginning of a page's address", text[:80], "https://shop.example")
            )
        origins.append(origin)
    if not origins or len(origins) > MOST_ORIGINS:
        problems.append(Problem("origins", "a browser key needs the pages that may use it", f"{len(origins)} pages",
                                f"1 to {MOST_ORIGINS}, each as https://shop.example"))  # fmt: skip
    return tuple(dict.fromkeys(origins))


def is_origin(text: str) -> bool:
    """Return whether a text is an origin: scheme, host, perhaps a port, and nothing else."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return False
    host = parts.hostname or ""
    again = f"{parts.scheme}://{host}" + ("" if port is None else f":{port}")
    return parts.scheme in ("http", "https") and again == text and bool(re.fullmatch(r"[a-z0-9.-]+", host))
