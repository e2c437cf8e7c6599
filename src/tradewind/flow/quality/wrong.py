"""What is wrong in a workspace's data, as checks and loads left it: trouble, and rows that could not be used."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tradewind.core.contract import CONTRACT
from tradewind.core.errors import TradewindError
from tradewind.core.trouble import KINDS, SEVERITIES
from tradewind.flow.lists.morning_list import neutral
from tradewind.flow.questions.asked import find_question
from tradewind.report.numbers import say_money
from tradewind.store.manifest import Manifest
from tradewind.store.tables import read_columns, read_table
from tradewind.store.workspace import Workspace

_MOST_REASONS = 60


@dataclass(frozen=True)
class TroubleView:
    """One thing that is wrong in the data.

    Args:
        table: contract table.
        column: its column.
        kind: in plain words.
        severity: breaks, misleads or cosmetic.
        severity_words: how bad, in plain words.
        what: what was seen.
        rows: how many rows.
        share: of those looked at.
        money: what they carry, in words; empty where nothing.
        harm: what it does to the answers, in sentences.
        treat: the lines of `tradewind.toml` that treat it.
        do: what to do besides.
        examples: a few rows, as (row, value).
    """

    table: str
    column: str
    kind: str
    severity: str
    severity_words: str
    what: str
    rows: int
    share: float
    money: str
    harm: tuple[str, ...]
    treat: str
    do: str
    examples: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Reason:
    """Rows that could not be used, for one reason.

    Args:
        table: contract table.
        source: file.
        column: which value.
        why: the reason.
        rows: how many.
        example: one such value; not shown where it may name a person.
    """

    table: str
    source: str
    column: str
    why: str
    rows: int
    example: str


def rejected_by_reason(workspace: Workspace, manifest: Manifest) -> tuple[Reason, ...]:
    """Return why rows could not be used, the most frequent reason first; examples only of what is not personal."""
    entry = manifest.tables.get("rejected")
    if entry is None or not entry.rows:
        return ()
    rows = read_columns(workspace.root, entry, ("table", "source", "column", "reason", "value"))
    grouped = rows.group_by(["table", "source", "column", "reason"]).aggregate([("value", "count"), ("value", "min"),
                                                                               ([], "count_all")])  # fmt: skip
    found = [
        Reason(row["table"], row["source"] or "", row["column"] or "", row["reason"], int(row["count_all"]),
               "" if _personal(row["table"], row["column"]) else (row["value_min"] or "")[:60])
        for row in grouped.to_pylist()
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda each: (-each.rows, each.table, each.why))[:_MOST_REASONS])


def _personal(table: str, column: str | None) -> bool:
    known = CONTRACT[table].column(column or "") if table in CONTRACT else None
    return known is None or known.personal or known.name.endswith("_id")


def told_troubles(workspace: Workspace, manifest: Manifest) -> tuple[TroubleView, ...] | None:
    """Return what is wrong in the data and what it does to the answers; None where nobody has looked yet."""
    entry = manifest.tables.get("trouble")
    if entry is None:
        return None
    examples: dict[int, list[tuple[str, str]]] = {}
    if "trouble_rows" in manifest.tables:
        for row in read_table(workspace.root, manifest.tables["trouble_rows"]).to_pylist():
            examples.setdefault(row["trouble"], []).append((row["row"], row["value"]))
    currency = workspace.config.workspace.currency
    return tuple(
        TroubleView(
            row["table"], row["column"], KINDS.get(row["kind"], row["kind"]), row["severity"],
            SEVERITIES.get(row["severity"], row["severity"]), row["what"], row["rows"], row["share"],
            "" if not row["money"] else say_money(row["money"], currency), tuple(_harm(workspace, row["harm"])),
            row["treat"],
            row["do"], tuple(examples.get(row["trouble"], ())[:5]),
        )
        for row in read_table(workspace.root, entry).to_pylist()
    )  # fmt: skip


def _harm(workspace: Workspace, text: str) -> Iterator[str]:
    """What a trouble does to the answers, one sentence for each question it touches."""
    for each in json.loads(text) if text else ():
        gain: Mapping[str, Any] = each["gain"]
        title = question_title(workspace, each["question"])
        touched = f" ({each['touched']:,} people rest on these rows)" if each.get("touched") else ""
        if gain.get("value") is None:
            yield f"{title}: not measured, because {gain.get('reason') or 'nobody asked'}{touched}"
        elif gain.get("low") is not None and (gain["low"] > 0 or gain["high"] < 0):
            better = gain["value"] > 0
            yield f"{title}: the answer is {'better' if better else 'worse'} without these rows{touched}"
        else:
            yield f"{title}: no difference that could be told from chance{touched}"


def question_title(workspace: Workspace, name: str) -> str:
    """Return what a question is called; its bare name where it is no longer asked."""
    try:
        question = find_question(workspace.config, name)
    except TradewindError:
        return name.replace("_", " ")
    return question.words(question.use_case.title)


def rejected_rows(workspace: Workspace) -> Iterator[tuple[str, ...]]:
    """Yield the rows that could not be used, the head first, each cell as no spreadsheet takes for a formula."""
    head = ("table", "source", "row", "column", "value", "reason")
    yield head
    entry = workspace.manifest().tables.get("rejected")
    if entry is not None:
        for row in read_columns(workspace.root, entry, head).to_pylist():
            yield tuple(neutral("" if row[name] is None else str(row[name])) for name in head)
