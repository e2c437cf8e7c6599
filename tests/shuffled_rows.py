"""An engine that takes every liberty with the order of rows: only what an ORDER BY of the SELECT itself says is kept.

DuckDB gives rows of joins, groups and large tables in whatever order its threads finish. That shows on large data and
busy machines only; here it always does.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Self

import duckdb

_MADE = re.compile(r"\s*(CREATE\s.*?TABLE\s+\S+\s+AS\s+)((?:SELECT|WITH|FROM)\b.*)", re.S | re.I)
_READ = re.compile(r"\s*(SELECT|WITH|FROM)\b", re.I)
_INSIDE = re.compile(r"'[^']*'|\"[^\"]*\"|\([^()]*\)")


def shuffled(sql: str) -> str:
    """Return a statement whose rows come in random order where it does not say which, ties too."""
    made = _MADE.fullmatch(sql)
    head, select = (made[1], made[2]) if made else ("", sql)
    if not _READ.match(select):
        return sql
    outside = select
    while (shorter := _INSIDE.sub("", outside)) != outside:
        outside = shorter
    if "LIMIT" in outside.upper():
        return sql
    select = select.strip().rstrip(";")
    if "ORDER BY" in outside.upper():
        return f"{head}{select}, random()"
    return f"{head}SELECT * FROM ({select}) AS any_order ORDER BY random()"


class ShuffledConnection:
    """A DuckDB connection that shuffles; everything else is the connection's own."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def execute(self, sql: str, parameters: object = None) -> Any:
        """Run a statement and return its shuffled rows."""
        return self._connection.execute(shuffled(sql), parameters)

    def sql(self, sql: str, params: object = None) -> Any:
        """Return the shuffled rows of a SELECT."""
        return self._connection.sql(shuffled(sql), params=params)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()


def shuffling(connect: Callable[..., duckdb.DuckDBPyConnection]) -> Callable[..., ShuffledConnection]:
    """Return what stands in for `duckdb.connect`: its connections shuffle."""
    return lambda *arguments, **options: ShuffledConnection(connect(*arguments, **options))
