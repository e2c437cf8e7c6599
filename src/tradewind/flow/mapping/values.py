"""A mapping as plain values under keys, whether it is a proposal or stands in `tradewind.toml`: what people edit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from tradewind.core.contract import CONTRACT
from tradewind.flow.mapping.checks import check_values, is_check, with_choice
from tradewind.flow.mapping.draft import Change, Draft
from tradewind.sources.proposal import Guess, Proposal, ProposedTable
from tradewind.store.config_problems import RESERVED

Values = Mapping[str, str]
"""Key (`tables.orders.amount`, `tables.orders.format.happened_at`, `workspace.currency`) to what stands there."""

EDITABLE = ("from", "where", "timezone")
"""Settings of a table, besides its columns and their formats, that the page shows."""

MARGIN = "workspace.margin"
"""What is left of 100 of sales; asked once beside a proposal, and changed later under Settings, Money."""

SAID = "as you said"


def values_of_draft(draft: Draft) -> dict[str, str]:
    """Return what a draft says."""
    values = {"workspace.currency": draft.currency, "workspace.timezone": draft.timezone, MARGIN: draft.margin}
    for table in draft.proposal.tables:
        where = f"tables.{table.table}"
        values |= {f"{where}.from": table.from_, f"{where}.where": table.where, f"{where}.timezone": table.timezone}
        values |= {f"{where}.{guess.column}": guess.expression for guess in table.guesses}
        values |= {f"{where}.format.{guess.column}": guess.format for guess in table.guesses if guess.format}
    values |= {f"labels.{label.name}.positive": label.positive for label in draft.proposal.labels}
    values |= check_values(draft.proposal)
    return {key: value for key, value in values.items() if value}


def values_of_config(raw: Mapping[str, Any]) -> dict[str, str]:
    """Return what a parsed `tradewind.toml` says."""
    workspace = raw.get("workspace", {})
    values = {f"workspace.{key}": str(workspace[key]) for key in ("currency", "timezone") if key in workspace}
    for name, body in raw.get("tables", {}).items():
        where = f"tables.{name}"
        values |= {f"{where}.{key}": str(body[key]) for key in EDITABLE if key in body}
        values |= {f"{where}.{key}": text for key, text in body.items()
                   if key not in RESERVED and isinstance(text, str)}  # fmt: skip
        values |= {f"{where}.format.{key}": str(text) for key, text in dict(body.get("format", {})).items()}
    for name, body in raw.get("labels", {}).items():
        if isinstance(body.get("positive"), str):
            values[f"labels.{name}.positive"] = body["positive"]
    return values


def question_key(key: str) -> str:
    """Return the key of the value that an open question decides."""
    return f"workspace.{key}" if key in ("currency", "timezone") else key


def may_be_changed(key: str) -> bool:
    """Return whether a page may change what stands under a key."""
    parts = key.split(".")
    if parts[0] == "workspace":
        return key in ("workspace.currency", "workspace.timezone")
    if parts[0] == "labels":
        return len(parts) == 3 and parts[2] == "positive"
    if parts[0] != "tables" or len(parts) < 3 or parts[1] not in CONTRACT:
        return False
    if len(parts) == 4:
        return parts[2] == "format"
    return len(parts) == 3 and (parts[2] not in RESERVED or parts[2] in EDITABLE)


def with_changes(draft: Draft, changes: Iterable[Change], today: date) -> Draft:
    """Return a draft with values changed; what a person decided is sure."""
    proposal = draft.proposal
    for change in changes:
        parts = change.key.split(".")
        if is_check(change.key):
            proposal = with_choice(proposal, change.key, change.now, today - timedelta(days=1))
        elif parts[0] == "workspace":
            draft = _with_basic(draft, parts[1], change.now)
        elif parts[0] == "labels":
            labels = tuple(
                replace(label, positive=change.now, confidence=1.0) if label.name == parts[1] else label
                for label in proposal.labels
            )
            proposal = replace(proposal, labels=labels)
        else:
            proposal = _changed(proposal, parts, change.now)
        draft = replace(draft, given=draft.given | {_asked(change.key)})
    return replace(draft, proposal=proposal)


def _with_basic(draft: Draft, name: str, now: str) -> Draft:
    if name == "margin":
        return replace(draft, margin=now)
    return replace(draft, currency=now) if name == "currency" else replace(draft, timezone=now)


def _asked(key: str) -> str:
    return key.removeprefix("workspace.")


def _changed(proposal: Proposal, parts: list[str], now: str) -> Proposal:
    name = parts[1]
    table = next((each for each in proposal.tables if each.table == name), None)
    if parts[2] == "from" and len(parts) == 3:
        return _read_from(proposal, table, name, now)
    if table is None:
        return proposal
    if len(parts) == 4:
        changed = _with_format(table, parts[3], now)
    elif parts[2] in EDITABLE:
        changed = replace(table, where=now) if parts[2] == "where" else replace(table, timezone=now)
    else:
        changed = _with_column(table, parts[2], now)
    return _replaced(proposal, changed)


def _read_from(proposal: Proposal, table: ProposedTable | None, name: str, now: str) -> Proposal:
    if not now:  # the table is not wanted
        rest = tuple(each for each in proposal.tables if each.table != name)
        labels = tuple(label for label in proposal.labels if label.table != name)
        unused = {**proposal.unused, **({table.from_: "as you said"} if table is not None else {})}
        return replace(proposal, tables=rest, labels=labels, unused=unused)
    unused = {source: why for source, why in proposal.unused.items() if source != now}
    if table is not None:
        return replace(_replaced(proposal, replace(table, from_=now, reason=SAID, confidence=1.0)), unused=unused)
    made = ProposedTable(name, now, (), SAID, 1.0)
    return replace(proposal, tables=(*proposal.tables, made), unused=unused)


def _replaced(proposal: Proposal, table: ProposedTable) -> Proposal:
    return replace(proposal, tables=tuple(table if each.table == table.table else each for each in proposal.tables))


def _with_column(table: ProposedTable, column: str, now: str) -> ProposedTable:
    guesses = [guess for guess in table.guesses if guess.column != column or now]
    if now and table.guess(column) is None:
        guesses.append(Guess(column, now, 1.0, SAID))
    else:
        guesses = [
            replace(guess, expression=now, confidence=1.0, reason=SAID) if guess.column == column else guess
            for guess in guesses
        ]
    stable = tuple(name for name in table.stable if now or name != column)
    return replace(table, guesses=tuple(guesses), stable=stable)


def _with_format(table: ProposedTable, column: str, now: str) -> ProposedTable:
    return replace(
        table, guesses=tuple(replace(each, format=now) if each.column == column else each for each in table.guesses)
    )
