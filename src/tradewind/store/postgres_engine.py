"""Postgres: copies the workspace's tables in and runs the same steps there."""

from __future__ import annotations

from pathlib import Path


class PostgresEngine:
    """A Postgres session; every table it makes is temporary.

    Args:
        root: the workspace folder.
        url: address of the database.
    """

    name = "Postgres"
    dialect = "postgres"

    def __init__(self, root: Path, url: str) -> None:
        raise NotImplementedError
