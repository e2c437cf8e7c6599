"""Tokens of programs and links that work once, in the state database; only their hashes are kept."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from tradewind.core.accounts import ApiToken, OneTimeLink
from tradewind.store.state_connection import from_micros, to_micros
from tradewind.store.state_schema import API_TOKENS, ONE_TIME_LINKS
from tradewind.store.users_state import dump_names, instant_or_none, load_names, micros_or_none


def insert_token(connection: sa.Connection, token: ApiToken, token_hash: str) -> None:
    """Add a token."""
    row = {
        "token_id": token.token_id, "token_hash": token_hash, "kind": token.kind, "name": token.name,
        "prefix": token.prefix, "scopes": dump_names(token.scopes), "owners": dump_names(token.owners),
        "origins": dump_names(token.origins), "made_by": token.made_by, "made_at": to_micros(token.made_at),
        "expires_at": micros_or_none(token.expires_at), "used_at": micros_or_none(token.used_at),
        "revoked_at": micros_or_none(token.revoked_at),
    }  # fmt: skip
    connection.execute(API_TOKENS.insert().values(row))


def read_token(connection: sa.Connection, token_hash: str) -> ApiToken | None:
    """Return the token that has this hash."""
    row = connection.execute(API_TOKENS.select().where(API_TOKENS.c.token_hash == token_hash)).first()
    return None if row is None else _token(row)


def read_tokens(connection: sa.Connection) -> list[ApiToken]:
    """Return every token, the newest first."""
    query = API_TOKENS.select().order_by(API_TOKENS.c.made_at.desc(), API_TOKENS.c.token_id)
    return [_token(row) for row in connection.execute(query)]


def touch_token(connection: sa.Connection, token_id: str, at: datetime) -> None:
    """Note that a token was used."""
    connection.execute(API_TOKENS.update().where(API_TOKENS.c.token_id == token_id).values(used_at=to_micros(at)))


def revoke_tokens(
    connection: sa.Connection, at: datetime, token_id: str | None = None, made_by: str | None = None
) -> int:
    """Make one token, or all that somebody made, open nothing any more; return how many."""
    query = API_TOKENS.update().where(API_TOKENS.c.revoked_at.is_(None)).values(revoked_at=to_micros(at))
    if token_id is None and made_by is None:
        return 0
    if token_id is not None:
        query = query.where(API_TOKENS.c.token_id == token_id)
    if made_by is not None:
        query = query.where(API_TOKENS.c.made_by == made_by)
    return connection.execute(query).rowcount


def insert_link(connection: sa.Connection, link: OneTimeLink) -> None:
    """Add a link."""
    row = {
        "link_hash": link.link_hash, "kind": link.kind, "user_id": link.user_id, "role": link.role,
        "owners": dump_names(link.owners), "made_by": link.made_by, "made_at": to_micros(link.made_at),
        "expires_at": to_micros(link.expires_at), "used_at": micros_or_none(link.used_at),
    }  # fmt: skip
    connection.execute(ONE_TIME_LINKS.insert().values(row))


def read_link(connection: sa.Connection, link_hash: str, now: datetime) -> OneTimeLink | None:
    """Return a link that still works."""
    row = connection.execute(ONE_TIME_LINKS.select().where(_working(link_hash, now))).first()
    return None if row is None else _link(row)


def read_open_links(connection: sa.Connection, now: datetime) -> list[OneTimeLink]:
    """Return the links that still work, the newest first."""
    table = ONE_TIME_LINKS
    working = table.c.used_at.is_(None) & (table.c.expires_at > to_micros(now))
    return [_link(row) for row in connection.execute(table.select().where(working).order_by(table.c.made_at.desc()))]


def take_link(connection: sa.Connection, link_hash: str, now: datetime) -> OneTimeLink | None:
    """Use a link up and return it; of several who try at once, one gets it and the others None."""
    link = read_link(connection, link_hash, now)
    taken = connection.execute(ONE_TIME_LINKS.update().where(_working(link_hash, now)).values(used_at=to_micros(now)))
    return link if taken.rowcount == 1 else None


def delete_links(
    connection: sa.Connection, link_hash: str | None = None, user_id: str | None = None,
    made_by: str | None = None, kind: str | None = None,
) -> int:  # fmt: skip
    """Remove links that have all of these; return how many."""
    columns = ONE_TIME_LINKS.c
    given = {"link_hash": link_hash, "user_id": user_id, "made_by": made_by, "kind": kind}
    wanted = [columns[name] == value for name, value in given.items() if value is not None]
    return connection.execute(ONE_TIME_LINKS.delete().where(*wanted)).rowcount if wanted else 0


def delete_dead_links(connection: sa.Connection, before: datetime) -> int:
    """Remove links that expired before an instant; return how many."""
    return connection.execute(ONE_TIME_LINKS.delete().where(ONE_TIME_LINKS.c.expires_at <= to_micros(before))).rowcount


def _working(link_hash: str, now: datetime) -> sa.ColumnElement[bool]:
    table = ONE_TIME_LINKS.c
    return (table.link_hash == link_hash) & table.used_at.is_(None) & (table.expires_at > to_micros(now))


def _token(row: Any) -> ApiToken:
    return ApiToken(
        row.token_id, row.kind, row.name, row.prefix, load_names(row.scopes),  # type: ignore[arg-type]
        load_names(row.owners), load_names(row.origins), row.made_by, from_micros(row.made_at),
        instant_or_none(row.expires_at), instant_or_none(row.used_at), instant_or_none(row.revoked_at),
    )  # fmt: skip


def _link(row: Any) -> OneTimeLink:
    return OneTimeLink(
        row.link_hash, row.kind, row.user_id, row.role, load_names(row.owners), row.made_by,
        from_micros(row.made_at), from_micros(row.expires_at), instant_or_none(row.used_at),
    )  # fmt: skip
