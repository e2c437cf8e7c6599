"""Orders that were cancelled, tried out, refunded or never paid, told by words that mean that in many shops."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

from tradewind.sources.meaning.plain_text import plain, whole_words
from tradewind.sources.meaning.vocabulary import known_values
from tradewind.sources.meaning.writing import filled_text, text_literal
from tradewind.sources.proposal import OrderState, Proposal, ProposedTable
from tradewind.sources.proposed_rows import ProposedRows, headers_of, proposed_rows
from tradewind.sources.raw import Raw

MOST_VALUES = 60
"""A column of more different values is none of states."""

NOT_BOUGHT = ("cancelled", "test")
"""States in which nothing was bought; whether a refund or an open bill counts, only the owner can say."""

_MOST_LEFT_OUT = 0.5
"""Beyond this share of the orders a rule is not taken by itself: that would be a surprise."""
_TIMES = frozenset({"at", "on", "date", "am", "datum", "le", "time", "fecha", "data"})


@dataclass(frozen=True)
class _Words:
    headers: frozenset[str]
    states: Mapping[str, tuple[str, ...]]
    but: tuple[str, ...]


@dataclass(frozen=True)
class _Group:
    """The orders of one value; None is a blank, and `…` any of very many values."""

    value: str | None
    orders: int
    money: float


_ANY = "…"


@cache
def _words() -> _Words:
    found = tomllib.loads((files("tradewind.sources.meaning") / "states.toml").read_text(encoding="utf-8"))
    states = {state: tuple(words) for state, words in found["words"].items()}
    return _Words(frozenset(found["headers"].split()), states, tuple(found["but"]["words"].split()))


def state_of(value: str) -> str:
    """Return what a value says of an order: cancelled, test, refunded or unpaid; empty where none of these."""
    text, words = plain(value), _words()
    if any(text in known for known in words.states.values()):
        return next(state for state, known in words.states.items() if text in known)
    if whole_words(words.but).search(text):
        return ""
    return next((state for state, known in words.states.items() if whole_words(known).search(text)), "")


def with_states(proposal: Proposal, raws: Mapping[str, Raw], decimals: Mapping[str, str]) -> Proposal:
    """Find what says that an order was none, count it, and leave out what was cancelled or tried out.

    Args:
        proposal: what the tables mean.
        raws: every source table by name.
        decimals: name of a source to the decimal sign of its text, where it is known.
    Returns:
        the proposal with its states; rules stand in the tables' `where`.
    """
    found: list[OrderState] = []
    for table in proposal.tables:
        if table.table in ("orders", "order_lines") and not table.where and table.guess("amount") is not None:
            with proposed_rows(table, raws, decimals.get(table.from_.split(".")[0])) as rows:
                found += _states_in(table, headers_of(table, raws), rows) if rows is not None else ()
    states = _told_once(found)
    tables = tuple(replace(each, where=_rule(each.table, states) or each.where) for each in proposal.tables)
    return replace(proposal, states=states, tables=tables)


def change_state(proposal: Proposal, place: int, counts: bool) -> Proposal:
    """Return a proposal in which the orders of one state count, or do not; further conditions of a table stay."""
    state = proposal.states[place]
    states = (*proposal.states[:place], replace(state, counts=counts), *proposal.states[place + 1 :])
    tables = []
    for table in proposal.tables:
        before, after = _rule(table.table, proposal.states), _rule(table.table, states)
        own = table.where if not before else table.where.replace(before, "").removeprefix(" AND ")
        joined = " AND ".join(part for part in (after, own) if part)
        tables.append(replace(table, where=joined) if table.table in state.tables else table)
    return replace(proposal, states=states, tables=tuple(tables))


def _rule(table: str, states: Sequence[OrderState]) -> str:
    """The condition of the rows that stay; empty where all do."""
    gone = [each for each in states if table in each.tables and not each.counts]
    columns = dict.fromkeys(each.column for each in gone)
    return " AND ".join(_rule_of(column, [each for each in gone if each.column == column]) for column in columns)


def _rule_of(column: str, gone: Sequence[OrderState]) -> str:
    if any(not each.values for each in gone):
        return f"{filled_text(column)} IS NULL"
    values = ", ".join(text_literal(value) for each in gone for value in each.values)
    return f"coalesce(lower({filled_text(column)}), '') NOT IN ({values})"


def _told_once(found: Sequence[OrderState]) -> tuple[OrderState, ...]:
    """Orders and their lines out of one file have one question; the first one's figures are told."""
    kept: dict[tuple[str, str, str], OrderState] = {}
    for each in found:
        key = each.source, each.column, each.state
        kept[key] = replace(kept[key], tables=(*kept[key].tables, *each.tables)) if key in kept else each
    return tuple(kept.values())


def _states_in(table: ProposedTable, headers: Sequence[str], rows: ProposedRows) -> Iterator[OrderState]:
    for header in headers:
        named = state_of(header)
        if named or _words().headers & set(plain(header).split()):
            groups = _counted(table, header, rows)
            yield from _with_defaults(list(_states_of(table, header, named, groups)), groups)


def _with_defaults(states: Sequence[OrderState], groups: Sequence[_Group]) -> Iterator[OrderState]:
    gone = sum(each.orders for each in states if not each.counts)
    surprising = gone > _MOST_LEFT_OUT * sum(each.orders for each in groups)
    for each in states:
        yield replace(each, counts=True) if surprising else each


def _counted(table: ProposedTable, header: str, rows: ProposedRows) -> list[_Group]:
    amount, order = table.guess("amount"), table.guess("order_id")
    named = {
        "value": f"lower({filled_text(header)})", "amount": amount.expression if amount is not None else "0",
        "order_id": order.expression if order is not None else "row_number",
    }  # fmt: skip
    if rows.count(named, f"SELECT count(DISTINCT value) > {MOST_VALUES} FROM named") == [(True,)]:
        named["value"] = f"CASE WHEN {filled_text(header)} IS NOT NULL THEN '{_ANY}' END"
    found = rows.count(
        named,
        "SELECT value, count(DISTINCT order_id), coalesce(sum(number_of(CAST(amount AS VARCHAR))), 0) FROM named "
        "GROUP BY 1 ORDER BY 2 DESC, 1",
    )
    return [_Group(None if value is None else str(value), int(n), float(money)) for value, n, money in found]


def _states_of(table: ProposedTable, header: str, named: str, groups: Sequence[_Group]) -> Iterator[OrderState]:
    """The states of a column: by its values; or by its name, where it says yes or holds a time."""
    held: dict[str, list[_Group]] = {}
    for each in groups:
        if each.value is not None and (state := state_of(each.value)):
            held.setdefault(state, []).append(each)
    whenever = False
    if not held and named:
        said = _by_header(header, groups)
        held, whenever = {named: said}, said != [] and not _yes_or_no(said)
    for state, those in held.items():
        money = sum(each.money for each in those)
        if money > 0:  # what stands below zero takes back what was bought, and must count for that
            values = () if whenever else tuple(each.value or "" for each in those)
            orders, counts = sum(each.orders for each in those), state not in NOT_BOUGHT
            yield OrderState(
                table.from_, header, state, values, orders, round(money, 2), counts, (table.table,)
            )  # fmt: skip


def _by_header(header: str, groups: Sequence[_Group]) -> list[_Group]:
    """The orders that a column called "cancelled" means: those that say yes, or all that have a time in it."""
    filled = [each for each in groups if each.value is not None]
    if _yes_or_no(filled):
        return [each for each in filled if each.value in _yes_words()]
    timed = bool(_TIMES & set(plain(header).split())) and len(filled) < len(groups)
    return filled if timed else []


@cache
def _yes_words() -> frozenset[str]:
    return frozenset(yes for yes, _ in known_values().flags)


def _yes_or_no(filled: Sequence[_Group]) -> bool:
    known = _yes_words() | {no for _, no in known_values().flags}
    return all(each.value in known for each in filled)
