"""One source table as one contract table: which column fills which, by name, look and role, and how well it fits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tradewind.core.contract import CONTRACT, Column, Table
from tradewind.sources.meaning.relations import is_key
from tradewind.sources.meaning.words import fit_table
from tradewind.sources.meaning.world import Evidence, Structure, World
from tradewind.sources.profile import ColumnProfile

LIKELY, POSSIBLE = 0.5, 0.3
"""Scores from which an optional and a required column are filled."""


@dataclass(frozen=True)
class Pick:
    """A source column chosen for a contract column.

    Args:
        place: of the source column; −1 where an expression stands instead.
        score: 0 to 1.
        reason: in plain words.
    """

    place: int
    score: float
    reason: str


@dataclass(frozen=True)
class Fit:
    """One source table read as one contract table.

    Args:
        source: place of the source table.
        table: contract table.
        score: how well it fits; comparable between tables.
        picks: contract column → source column.
        reason: in plain words.
        missing: required columns that nothing fills.
        confidence: 0 to 1.
    """

    source: int
    table: str
    score: float
    picks: Mapping[str, Pick]
    reason: str
    missing: tuple[str, ...] = ()
    confidence: float = 0.0


def fit(world: World, source: int, table: str, build: Structure, bonus: float = 0.0) -> Fit:
    """Read a source table as a contract table.

    Args:
        world: all tables.
        source: place of the source table.
        table: the contract table.
        build: how much it is built like one, and what that says of its columns.
        bonus: what other tables' links add to its score.
    Returns:
        the fit, with what is missing.
    """
    contract = CONTRACT[table]
    scores: list[tuple[float, float, float, str, int, str]] = []
    for target in contract.columns:
        hints = build.hints.get(target.name, {})
        for column in world.tables[source].columns:
            if not accepts(target, column) or _repeats_as_key(contract, target, column):
                continue
            name = world.name_fit(source, column.place, table, target.name)
            hint = _by_look(target, column) or hints.get(column.place)
            strength = hint.score if hint is not None else 0.0
            total = 1 - (1 - name) * (1 - strength)
            if total >= (POSSIBLE if target.must_be_mapped else LIKELY):
                reason = _reason(column, name, hint)
                scores.append((name + strength, total, name, target.name, column.place, reason))
    picks: dict[str, Pick] = {}
    taken: set[int] = set()
    named: dict[str, float] = {}
    for _, total, name, target_name, place, reason in sorted(scores, key=lambda one: (-one[0], one[4])):
        if target_name not in picks and place not in taken:
            picks[target_name] = Pick(place, round(min(total, 0.99), 2), reason)
            taken.add(place)
            named[target_name] = name
    _required_first(contract, scores, picks, named)
    return _judge(world, source, table, build, picks, named, bonus)


def _required_first(
    contract: Table,
    scores: list[tuple[float, float, float, str, int, str]],
    picks: dict[str, Pick],
    named: dict[str, float],
) -> None:
    """What must be there goes before what may be: it takes the column that only an optional one has."""
    must = {column.name for column in contract.columns if column.must_be_mapped}
    for _, total, name, target, place, reason in sorted(scores, key=lambda one: (-one[0], one[4])):
        holder = next((other for other, pick in picks.items() if pick.place == place), None)
        if target in must and target not in picks and holder is not None and holder not in must:
            del picks[holder]
            picks[target] = Pick(place, round(min(total, 0.99), 2), reason)
            named[target] = name


def _repeats_as_key(contract: Table, target: Column, column: ColumnProfile) -> bool:
    """Whether a column would have to name each row, and does not."""
    return contract.key == (target.name,) and column.rows >= 20 and not is_key(column)


def _judge(
    world: World,
    source: int,
    table: str,
    build: Structure,
    picks: Mapping[str, Pick],
    named: Mapping[str, float],
    bonus: float,
) -> Fit:
    contract = CONTRACT[table]
    required = [column.name for column in contract.columns if column.must_be_mapped]
    missing = tuple(name for name in required if name not in picks)
    called = fit_table(world.names[source], table)
    headers = sum(named.get(name, 0.0) for name in required) / len(required)
    optional = sum(named.get(name, 0.0) for name in picks if name not in required)
    covered = sum(picks[name].score for name in required if name in picks) / len(required)
    score = called + build.score + headers + 0.25 * covered + 0.15 * min(optional, 4) + bonus
    reasons = [f"the name “{world.tables[source].short}” says so"] if called >= 0.5 else []
    reasons += [build.reason] if build.score >= 0.3 and build.reason else []
    if headers >= 0.5 and not reasons:
        reasons.append("its headers are those of this table")
    return Fit(source, table, score, picks, "; ".join(reasons), missing, min(0.98, 0.35 + 0.25 * score))


def accepts(target: Column, column: ColumnProfile) -> bool:
    """Whether values of this look can fill a contract column at all."""
    if column.doubled or column.kind in ("empty",):
        return False
    if target.type in ("time", "day"):
        return column.time is not None
    if column.time is not None and target.type != "text":
        return False
    if target.type in ("money", "quantity", "number"):
        number = column.number
        return number is not None and not (number.percent and target.type == "money") and column.time is None
    if target.type == "flag":
        return column.kind == "flag"
    if target.name.endswith("_id") or target.name in ("account_id", "line"):
        if target.name == "customer_id" and column.kind == "email":
            return True
        few = column.kind in ("flag", "constant") and (column.rows >= 20 or bool(column.positive))
        numeric = column.kind in ("money", "number", "text") or column.time is not None
        return not numeric and not few and column.kind not in ("ip", "url", "country", "currency")
    if target.name in ("email", "phone", "url", "ip", "country", "currency"):
        return _looks_like(target.name, column)
    if target.name in ("name", "text", "category", "brand", "industry", "kind") and column.kind == "integer":
        return False
    return column.time is None and column.kind not in ("money", "number")


def _looks_like(name: str, column: ColumnProfile) -> bool:
    if name in ("email", "ip", "currency"):
        return column.kind == name or (name == "currency" and column.kind == "constant")
    if name == "phone":
        return column.kind in ("phone", "code", "integer")
    if name == "country":
        return column.kind in ("country", "category", "code", "flag", "constant")
    return column.kind in ("url", "code", "category", "text")


_LOOKS = {
    "email": "e-mail addresses",
    "phone": "telephone numbers",
    "country": "names of countries",
    "currency": "currency codes",
    "ip": "network addresses",
}


def _by_look(target: Column, column: ColumnProfile) -> Evidence | None:
    """What a column's look alone says."""
    if column.kind == target.name and target.name in _LOOKS:
        return Evidence(0.7, _LOOKS[target.name])
    if target.name == "text" and column.kind == "text":
        return Evidence(0.5, "whole sentences")
    return None


def _reason(column: ColumnProfile, name: float, hint: Evidence | None) -> str:
    parts = [f"its header says so (“{column.name}”)"] if name >= 0.5 else []
    if hint is not None:
        parts.append(hint.reason)
    if not parts:
        parts.append(f"the nearest by its header (“{column.name}”)")
    if hint is None and column.unique and column.rows > 2:
        parts.append("every row has another value")
    if column.time is not None and column.fill > 0.9 and hint is None:
        parts.append("holds times")
    return "; ".join(parts)
