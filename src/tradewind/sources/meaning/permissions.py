"""Columns that say who may be contacted, told by their headers and values in many languages, and what they mean.

A yes that names no way to reach people stands for e-mail alone, a no for every way. Who did not refuse has not agreed:
a column of refusals makes nobody somebody who may be contacted.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

from tradewind.sources.meaning.plain_text import plain
from tradewind.sources.meaning.vocabulary import known_values
from tradewind.sources.meaning.writing import filled_text, text_literal
from tradewind.sources.proposal import Guess, Permission, Proposal, ProposedTable
from tradewind.sources.proposed_rows import ProposedRows, headers_of, proposed_rows
from tradewind.sources.raw import Raw

MAY, MAY_NOT, OTHER = "may", "may not", "other"
_MOST_VALUES = 20
_READ = 0.95
"""Share of the filled values that must be words we know."""

KEYS: Mapping[str, str] = {"customers": "customer_id", "leads": "lead_id", "orders": "customer_id"}
"""Contract tables whose rows may say it, and the column that says whose word it is; the first of a source is taken."""

_TIME = re.compile(r"\d{1,4}[-./]\d{1,2}[-./]\d")

TIMES = ("created_at", "happened_at", "known_at")


@dataclass(frozen=True)
class _Words:
    headers: Mapping[str, re.Pattern[str]]
    granted: frozenset[str]
    refused: frozenset[str]
    yes: frozenset[str]
    no: frozenset[str]


@cache
def _words() -> _Words:
    found = tomllib.loads((files("tradewind.sources.meaning") / "permissions.toml").read_text(encoding="utf-8"))
    headers = {name: re.compile("|".join(patterns)) for name, patterns in found["headers"].items()}
    flags = known_values().flags
    said = {name: frozenset(words) for name, words in found["values"].items()}
    return _Words(
        headers, said["granted"], said["refused"], said["yes"] | {yes for yes, _ in flags},
        said["no"] | {plain(no) for _, no in flags},
    )  # fmt: skip


def find_permissions(
    proposal: Proposal, raws: Mapping[str, Raw], decimals: Mapping[str, str]
) -> tuple[tuple[Permission, ...], tuple[str, ...]]:
    """Find the columns that say who may be contacted.

    Args:
        proposal: what the tables mean.
        raws: every source table by name.
        decimals: name of a source to the decimal sign of its text, where it is known.
    Returns:
        those of the first table of people that has any, and a sentence for each other file that has some: consents are
        read from one place.
    """
    said = next((table for table in proposal.tables if table.table == "consents"), None)
    read_from = "" if said is None else said.from_
    taken: tuple[Permission, ...] = ()
    left: list[str] = []
    for found in _by_table(proposal, raws, decimals):
        if not read_from:
            taken, read_from = found, found[0].source
        elif found[0].source != read_from and found[0].of != "orders":  # an order's box is older than its customer's
            columns = ", ".join(f"“{each.column}”" for each in found)
            left.append(
                f"{found[0].source} says who may be contacted too ({columns}), but this is read from {read_from} "
                "alone: look there before you write to people of this file"
            )
    return taken, tuple(dict.fromkeys(left))


def _by_table(
    proposal: Proposal, raws: Mapping[str, Raw], decimals: Mapping[str, str]
) -> Iterator[tuple[Permission, ...]]:
    """The permissions of each table of people that has some."""
    answers = {(label.table, label.column) for label in proposal.labels}
    for name in KEYS:
        table = next((each for each in proposal.tables if each.table == name), None)
        if table is None or table.guess(KEYS[name]) is None:
            continue
        read = {guess.expression for guess in table.guesses if (name, guess.column) in answers}
        headers = [each for each in headers_of(table, raws) if not read & {each, f'"{each}"'}]
        with proposed_rows(table, raws, decimals.get(table.from_.split(".")[0])) as rows:
            found = tuple(_columns(table, headers, rows)) if rows is not None else ()
        if found:
            yield found


def sense_of(header: str) -> str:
    """Return `may` or `may not` where a header speaks of permission, by what yes means; else an empty string."""
    text, headers = plain(header), _words().headers
    if headers["never"].search(text):
        return ""
    return MAY_NOT if headers["may_not"].search(text) else MAY if headers["may"].search(text) else ""


def way_of(header: str) -> str:
    """Return email or phone where a header names a way to reach people."""
    text, headers = plain(header), _words().headers
    return "phone" if headers["phone"].search(text) else "email" if headers["email"].search(text) else ""


def _columns(table: ProposedTable, headers: Sequence[str], rows: ProposedRows) -> Iterator[Permission]:
    for header in headers:
        sense = sense_of(header)
        if not sense and not {"status", "state"} & set(plain(header).split()):
            continue
        counts = _values(header, rows)
        read = _read(sense, counts)
        if read is None:
            continue
        sense, yes, no = read
        found = _people(Permission(table.from_, header, table.table, way_of(header), sense, yes, no), table, rows)
        if found.people_yes or (found.people_no and sense == MAY):
            yield found


def _values(header: str, rows: ProposedRows) -> dict[str, int]:
    """Rows by value in lower case; nothing where there are too many different ones."""
    named = {"value": f"lower({filled_text(header)})"}
    limited = (
        f"SELECT value, count(*) FROM named WHERE value IS NOT NULL GROUP BY 1 ORDER BY 2 DESC LIMIT {_MOST_VALUES + 1}"
    )
    return {str(value): int(count) for value, count in rows.count(named, limited)}


def _read(sense: str, counts: Mapping[str, int]) -> tuple[str, tuple[str, ...], tuple[str, ...]] | None:
    """What yes means, and the values that mean yes and no; None where the values are no words of permission."""
    words, total = _words(), sum(counts.values())
    if not total:
        return None
    if all(_TIME.match(value) for value in counts):
        return (MAY_NOT, (), ()) if sense == MAY_NOT else None
    if len(counts) > _MOST_VALUES:
        return None
    granted = tuple(value for value in counts if plain(value) in words.granted)
    refused = tuple(value for value in counts if plain(value) in words.refused)
    if sum(counts[value] for value in (*granted, *refused)) >= _READ * total:
        known = bool(sense) or len(counts) > 1
        return (MAY, granted, refused) if known else None
    yes = tuple(value for value in counts if value in words.yes or plain(value) in words.yes)
    no = tuple(value for value in counts if (value in words.no or plain(value) in words.no) and value not in yes)
    if not sense or sum(counts[value] for value in (*yes, *no)) < _READ * total:
        return None
    return sense, yes, no


def _people(found: Permission, table: ProposedTable, rows: ProposedRows) -> Permission:
    """Count people by their last word: the last in time where the table has one, else in the file."""
    who, time = table.guess(KEYS[found.of]), time_of(table)
    when = time.expression if time is not None else "row_number"
    moment = (
        f"try_strptime(CAST({when} AS VARCHAR), '{time.format}')"
        if time and time.format
        else f"CAST({when} AS VARCHAR)"
    )
    named = {
        "who": who.expression if who is not None else "row_number", "said": said_sql(found.column, found.yes, found.no),
        "moment": moment, "place": "row_number",
    }  # fmt: skip
    people, yes, no, dated = rows.count(
        named,
        "SELECT count(*), count(*) FILTER (said), count(*) FILTER (NOT said), bool_and(dated) FROM (SELECT who, "
        "arg_max(said, (moment, place)) AS said, bool_and(moment IS NOT NULL) AS dated "
        "FROM named WHERE who IS NOT NULL GROUP BY who)",
    )[0]
    return replace(
        found, people=int(people), people_yes=int(yes), people_no=int(no), dated=bool(dated) and time is not None
    )


def time_of(table: ProposedTable) -> Guess | None:
    """Return the time since when a row says something, or None."""
    return next((guess for name in TIMES if (guess := table.guess(name)) is not None), None)


def said_sql(column: str, yes: Sequence[str], no: Sequence[str]) -> str:
    """Return the expression of what a column says: true, false, or nothing."""
    text = filled_text(column)
    if not yes and not no:
        return f"CASE WHEN {text} IS NOT NULL THEN true END"
    parts = [
        f"WHEN lower({text}) IN ({', '.join(map(text_literal, values))}) THEN {said}"
        for values, said in ((yes, "true"), (no, "false"))
        if values
    ]
    return f"CASE {' '.join(parts)} END"
