"""Which pairs are looked at: those that agree on at least one key, chosen so that their number stays bounded.

Every key's pairs are counted before any is compared. A key that would bring more than its share is left out, and said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

LEAST_BUDGET, PER_RECORD = 3_000_000, 12
"""Pairs that may be looked at: the first, or the second for each record where that is more."""

MOST_PER_KEY = 0.5
"""Share of all pairs that one key may bring."""

RARE_WORDS = 3
"""Rarest words of a text that are keys of their own."""


@dataclass(frozen=True)
class Block:
    """One key.

    Args:
        expressions: SQL of a record's columns; two records are a pair when all are equal.
        pairs: how many pairs it brings.
        roles: what it rests on: they are not learned from its pairs.
    """

    expressions: tuple[str, ...]
    pairs: int
    roles: tuple[str, ...]


def candidate_keys(roles: Sequence[str]) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Return the keys that roles allow, as (expressions, roles)."""
    has = set(roles)
    found: list[tuple[tuple[str, ...], tuple[str, ...]]] = []
    found += [((role,), (role,)) for role in ("identifier", "email", "phone", "birth_date", "postcode", "surname",
                                             "given_name", "company") if role in has]  # fmt: skip
    pairs = [
        ("street", "house_number"), ("surname", "given_name"), ("surname", "postcode"), ("given_name", "postcode"),
        ("surname", "birth_date"), ("given_name", "birth_date"), ("street", "surname"), ("street", "given_name"),
        ("street", "postcode"), ("city", "surname"), ("city", "given_name"),
    ]  # fmt: skip
    found += [(pair, pair) for pair in pairs if set(pair) <= has]
    if {"given_name", "surname"} <= has:
        sides = ("least(given_name, surname)", "greatest(given_name, surname)")
        found.append((sides, ("given_name", "surname")))
        found.append((("substr(given_name, 1, 3)", "substr(surname, 1, 3)"), ("given_name", "surname")))
    if "name" in has:
        found.append((("name",), ("name",)))
        found += [((f"name_rare_{n}",), ("name",)) for n in range(1, RARE_WORDS + 1)]
    if "title" in has:
        found += [((f"title_rare_{n}",), ("title",)) for n in range(1, RARE_WORDS + 1)]
        found.append((("substr(title, 1, 12)",), ("title",)))
    return found


def choose_blocks(
    connection: duckdb.DuckDBPyConnection, table: str, roles: Sequence[str], records: int, across: str = ""
) -> tuple[list[Block], list[str]]:
    """Choose keys within the budget, those with the fewest pairs first.

    Args:
        connection: holds the table.
        table: one row per record, with the columns that keys use.
        roles: what records say.
        records: how many there are.
        across: a column; only pairs that differ in it count. Empty: every pair.
    Returns:
        The keys chosen, and the names of those left out because they bring too many pairs.
    """
    budget = max(LEAST_BUDGET, PER_RECORD * records)
    counted = sorted(
        (Block(keys, count_pairs(connection, table, keys, across), own) for keys, own in candidate_keys(roles)),
        key=lambda block: (block.pairs, block.expressions),
    )
    chosen: list[Block] = []
    left_out, total = [], 0
    for block in counted:
        if block.pairs == 0:
            continue
        if total + block.pairs > budget or (block.pairs > MOST_PER_KEY * budget and chosen):
            left_out.append(" + ".join(block.roles))
            continue
        chosen.append(block)
        total += block.pairs
    return chosen, list(dict.fromkeys(left_out))


def count_pairs(connection: duckdb.DuckDBPyConnection, table: str, keys: Sequence[str], across: str = "") -> int:
    """Return how many pairs of records agree on all of these keys."""
    named = ", ".join(f"{key} AS k{number}" for number, key in enumerate(keys))
    where = " AND ".join(f"({key}) IS NOT NULL" for key in keys)
    by = ", ".join(f"k{number}" for number in range(len(keys)))
    if across:
        inner = f"SELECT {named}, {across} AS side, COUNT(*) AS n FROM {table} WHERE {where} GROUP BY ALL"
        query = f"SELECT SUM((a * a - b) / 2) FROM (SELECT SUM(n) AS a, SUM(n * n) AS b FROM ({inner}) GROUP BY {by})"
    else:
        query = (
            f"SELECT SUM(n * (n - 1) / 2) FROM (SELECT {named}, COUNT(*) AS n FROM {table} WHERE {where} GROUP BY {by})"
        )
    ((pairs,),) = connection.execute(query).fetchall()
    return int(pairs or 0)
