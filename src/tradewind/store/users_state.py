"""People and their sessions in the state database; callers open the transaction, so that steps hold together."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from tradewind.core.accounts import Session, User
from tradewind.store.state_connection import from_micros, to_micros
from tradewind.store.state_schema import META, SESSIONS, USERS


def alone(connection: sa.Connection) -> None:
    """Let no other change of accounts happen until this transaction ends; SQLite's writers are alone anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(7250104)"))


def secret_of(connection: sa.Connection, proposed: str) -> str:
    """Return the database's own secret for keyed hashes; the proposed one becomes it where there is none."""
    query = sa.select(META.c.value).where(META.c.name == "secret")
    found = connection.execute(query).scalar()
    if found is None:
        alone(connection)
        found = connection.execute(query).scalar()
    if found is None:
        connection.execute(META.insert().values(name="secret", value=proposed))
        return proposed
    return str(found)


def insert_user(connection: sa.Connection, user: User, password: str) -> None:
    """Add somebody, with the hash of a password."""
    row = {
        "user_id": user.user_id, "email": user.email, "name": user.name, "role": user.role,
        "owners": dump_names(user.owners), "password": password,
        "made_at": to_micros(user.made_at), "locked_at": micros_or_none(user.locked_at),
    }  # fmt: skip
    connection.execute(USERS.insert().values(row))


def update_user(connection: sa.Connection, user: User) -> bool:
    """Write what may change of somebody (all but the password and the address); return whether he is there."""
    values = {
        "name": user.name, "role": user.role, "owners": dump_names(user.owners), 
        "locked_at": micros_or_none(user.locked_at),
    }  # fmt: skip
    return connection.execute(USERS.update().where(USERS.c.user_id == user.user_id).values(values)).rowcount == 1


def update_password(connection: sa.Connection, user_id: str, password: str) -> None:
    """Replace the hash of somebody's password."""
    connection.execute(USERS.update().where(USERS.c.user_id == user_id).values(password=password))


def delete_user(connection: sa.Connection, user_id: str) -> bool:
    """Remove somebody with all sessions; return whether he was there."""
    connection.execute(SESSIONS.delete().where(SESSIONS.c.user_id == user_id))
    return connection.execute(USERS.delete().where(USERS.c.user_id == user_id)).rowcount == 1


def read_users(connection: sa.Connection) -> list[User]:
    """Return everybody, by name."""
    return [_user(row) for row in connection.execute(USERS.select().order_by(USERS.c.name, USERS.c.user_id))]


def read_user(connection: sa.Connection, user_id: str) -> User | None:
    """Return one person."""
    row = connection.execute(USERS.select().where(USERS.c.user_id == user_id)).first()
    return None if row is None else _user(row)


def read_credentials(connection: sa.Connection, email: str) -> tuple[User, str] | None:
    """Return who signs in with this address, and the hash of the password."""
    row = connection.execute(USERS.select().where(USERS.c.email == email)).first()
    return None if row is None else (_user(row), row.password)


def read_password(connection: sa.Connection, user_id: str) -> str | None:
    """Return the hash of somebody's password."""
    found = connection.execute(sa.select(USERS.c.password).where(USERS.c.user_id == user_id)).scalar()
    return None if found is None else str(found)


def insert_session(connection: sa.Connection, session: Session) -> None:
    """Add a session."""
    row = {
        "session_hash": session.session_hash, "user_id": session.user_id, "device": session.device,
        "started_at": to_micros(session.started_at), "seen_at": to_micros(session.seen_at),
        "ends_at": to_micros(session.ends_at),
    }  # fmt: skip
    connection.execute(SESSIONS.insert().values(row))


def read_session(connection: sa.Connection, session_hash: str) -> tuple[Session, User] | None:
    """Return a session with its user."""
    query = sa.select(SESSIONS, *(column.label(f"user_{column.name}") for column in USERS.c)).join(
        USERS, USERS.c.user_id == SESSIONS.c.user_id
    )
    row = connection.execute(query.where(SESSIONS.c.session_hash == session_hash)).mappings().first()
    if row is None:
        return None
    user = {column.name: row[f"user_{column.name}"] for column in USERS.c}
    return _session(row), _user_of(user)


def read_sessions(connection: sa.Connection, user_id: str) -> list[Session]:
    """Return somebody's sessions, the last used first."""
    query = SESSIONS.select().where(SESSIONS.c.user_id == user_id).order_by(SESSIONS.c.seen_at.desc())
    return [_session(row) for row in connection.execute(query).mappings()]


def touch_session(connection: sa.Connection, session_hash: str, at: datetime) -> None:
    """Note that a session was used."""
    same = SESSIONS.c.session_hash == session_hash
    connection.execute(SESSIONS.update().where(same).values(seen_at=to_micros(at)))


def delete_sessions(connection: sa.Connection, user_id: str, only: str | None = None, keep: str | None = None) -> int:
    """End somebody's sessions: all, only one, or all but one; return how many."""
    query = SESSIONS.delete().where(SESSIONS.c.user_id == user_id)
    if only is not None:
        query = query.where(SESSIONS.c.session_hash == only)
    if keep is not None:
        query = query.where(SESSIONS.c.session_hash != keep)
    return connection.execute(query).rowcount


def delete_ended_sessions(connection: sa.Connection, now: datetime, unseen_since: datetime) -> int:
    """Remove sessions that have ended or were not used for too long; return how many."""
    ended = (SESSIONS.c.ends_at <= to_micros(now)) | (SESSIONS.c.seen_at <= to_micros(unseen_since))
    return connection.execute(SESSIONS.delete().where(ended)).rowcount


def dump_names(names: Sequence[str]) -> str:
    """Return a list of names as JSON text."""
    return json.dumps(list(names), ensure_ascii=False)


def load_names(text: str) -> tuple[str, ...]:
    """Return a list of names that `dump_names` wrote."""
    return tuple(str(name) for name in json.loads(text))


def micros_or_none(at: datetime | None) -> int | None:
    """Return an instant, where there is one, as microseconds."""
    return None if at is None else to_micros(at)


def instant_or_none(micros: int | None) -> datetime | None:
    """Return microseconds, where there are some, as an instant."""
    return None if micros is None else from_micros(micros)


def _user(row: Any) -> User:
    return _user_of(row._mapping)


def _user_of(row: Mapping[str, Any]) -> User:
    return User(
        row["user_id"], row["email"], row["name"], row["role"], load_names(row["owners"]),
        from_micros(row["made_at"]), instant_or_none(row["locked_at"]),
    )  # fmt: skip


def _session(row: Mapping[Any, Any]) -> Session:
    return Session(
        row["session_hash"], row["user_id"], row["device"], from_micros(row["started_at"]),
        from_micros(row["seen_at"]), from_micros(row["ends_at"]),
    )  # fmt: skip
