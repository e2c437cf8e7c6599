"""What keeps guessers and floods out, shared by all servers: failed sign-ins and buckets of requests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from tradewind.store.state_connection import from_micros, to_micros
from tradewind.store.state_schema import FAILED_SIGN_INS, RATE_BUCKETS


@dataclass(frozen=True)
class Failed:
    """How often in a row somebody failed to sign in to an account from an address, and when last."""

    failures: int
    last_at: datetime


@dataclass(frozen=True)
class Bucket:
    """What a bucket of requests held at an instant.

    Args:
        left: requests; below zero where servers together let through more than there was.
        at: naive UTC.
    """

    left: float
    at: datetime


def read_failed(connection: sa.Connection, account: str, origin: str) -> Failed | None:
    """Return how often an address failed at an account since it last succeeded."""
    columns = FAILED_SIGN_INS.c
    same = (columns.account == account) & (columns.origin == origin)
    row = connection.execute(FAILED_SIGN_INS.select().where(same)).first()
    return None if row is None else Failed(row.failures, from_micros(row.last_at))


def read_accounts_failed(connection: sa.Connection, at_least: int, since: datetime) -> set[str]:
    """Return the accounts at which some address failed so often since an instant."""
    columns = FAILED_SIGN_INS.c
    many = (columns.failures >= at_least) & (columns.last_at >= to_micros(since))
    return set(connection.execute(sa.select(columns.account).where(many)).scalars())


def add_failed(connection: sa.Connection, account: str, origin: str, now: datetime) -> int:
    """Count one more failure; return how many there are."""
    columns = FAILED_SIGN_INS.c
    same = (columns.account == account) & (columns.origin == origin)
    failures = int(connection.execute(sa.select(columns.failures).where(same)).scalar() or 0) + 1
    connection.execute(FAILED_SIGN_INS.delete().where(same))
    row = {"account": account, "origin": origin, "failures": failures, "last_at": to_micros(now)}
    connection.execute(FAILED_SIGN_INS.insert().values(row))
    return failures


def delete_failed(connection: sa.Connection, account: str, origin: str | None = None) -> None:
    """Forget the failures at an account: of one address, or of all."""
    query = FAILED_SIGN_INS.delete().where(FAILED_SIGN_INS.c.account == account)
    connection.execute(query if origin is None else query.where(FAILED_SIGN_INS.c.origin == origin))


def delete_failed_before(connection: sa.Connection, before: datetime) -> int:
    """Forget failures whose last one is older than an instant; return how many."""
    return connection.execute(FAILED_SIGN_INS.delete().where(FAILED_SIGN_INS.c.last_at < to_micros(before))).rowcount


def read_buckets(connection: sa.Connection, names: Sequence[str]) -> Mapping[str, Bucket]:
    """Return what buckets held when they were last written; no other server writes one before this transaction ends."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(7250105)"))
    rows = connection.execute(RATE_BUCKETS.select().where(RATE_BUCKETS.c.bucket.in_(names)))
    return {row.bucket: Bucket(row.left_millis / 1000, from_micros(row.at)) for row in rows}


def write_bucket(connection: sa.Connection, name: str, bucket: Bucket) -> None:
    """Write what a bucket holds now."""
    values = {"left_millis": round(bucket.left * 1000), "at": to_micros(bucket.at)}
    changed = connection.execute(RATE_BUCKETS.update().where(RATE_BUCKETS.c.bucket == name).values(values))
    if changed.rowcount == 0:
        connection.execute(RATE_BUCKETS.insert().values(bucket=name, **values))


def delete_buckets_before(connection: sa.Connection, before: datetime) -> int:
    """Forget buckets that nobody used since an instant: they are full again; return how many."""
    return connection.execute(RATE_BUCKETS.delete().where(RATE_BUCKETS.c.at < to_micros(before))).rowcount
