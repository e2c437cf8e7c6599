"""Sections on answers that stand in a column and on the team's own rule, and what can be wrong in them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from tradewind.core.contract import CONTRACT, Table
from tradewind.core.errors import Problem, UnsafeExpression
from tradewind.store.config_problems import RESERVED, did_you_mean, sections_of
from tradewind.store.config_section import Name, Section, TuningBudget
from tradewind.store.expressions import columns_of, parse_portable

ENTITY_TABLES = ("customers", "leads", "deals", "accounts")
"""Contract tables with one row for each entity, whose rows may carry an answer."""

ROWS = "rows"
"""The order of the rows in the file, as `order`."""


def _as_text(value: object) -> object:
    """TOML knows numbers and truth values; an answer is compared as text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else value


def _present(value: str) -> str:
    if not value.strip():
        raise ValueError("expected a value as it stands in the table")
    return value


Answer = Annotated[str, BeforeValidator(_as_text), AfterValidator(_present)]


class LabelSettings(Section):
    """`[labels.<name>]`: a question whose answer stands in a column of a table, one row for each entity.

    Args:
        table: contract table whose rows are asked about: customers, leads, deals or accounts.
        column: its column or attribute with the answer; a row without a value has no answer yet and is scored.
        positive: the value that counts as the outcome.
        negative: the values that count as "it did not happen"; all others but `positive` where absent, which then
            must be one value only. Rows with any other value have no answer yet and are scored.
        order: a column that puts the rows in the order of time, or "rows" for the order of the file; empty: no order.
        after: columns that are filled in after the outcome; the score that counts is without them.
        keep: columns that look filled in after the outcome and are not: they are learned from.
        rule: the team's own rule, beside which the model is shown: a `[rules.<name>]`, or a column with a score
            (with a minus before it where a low score means more of the outcome).
        title: plain-word title.
        question: the question in one sentence.
        action: what one does with the answer.
        does: what those with the outcome do, as a verb ("leave", "convert").
        value: what one success is worth: an amount, or an expression over the table's columns.
        contact_cost: cost of one contact in the workspace's currency.
        success_share: assumed share of contacted people whom the contact changes.
        enabled: whether `run` answers it.
        models: names of the models to compare, or `auto`.
        time_limit_seconds: for choosing a model.
        tune: how long to look for better settings of each model (`60 seconds`, `40 trials`); not at all when absent.
    """

    table: Name
    column: Name
    positive: Answer
    negative: tuple[Answer, ...] = ()
    order: str = ""
    after: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    rule: str = ""
    title: str = ""
    question: str = ""
    action: str = ""
    does: str = ""
    value: Annotated[str, BeforeValidator(_as_text)] = ""
    contact_cost: Annotated[float, Field(ge=0)] | None = None
    success_share: Annotated[float, Field(ge=0, le=1)] | None = None
    enabled: bool = True
    models: Literal["auto"] | tuple[str, ...] = "auto"
    time_limit_seconds: Annotated[float, Field(gt=0)] | None = None
    tune: TuningBudget | None = None


class RuleSettings(Section):
    """`[rules.<name>]`: the team's own rule as a points table; every key is a condition, its value the points.

    Args:
        points: condition over the table's columns to the points a row gets where it is true.
    """

    points: Annotated[Mapping[str, float], Field(min_length=1)]


def label_problems(raw: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what is wrong with `[labels.*]` and `[rules.*]` beyond the types of their values.

    Args:
        raw: the whole file, as parsed.
    """
    labels, tables, rules = (sections_of(raw, key) for key in ("labels", "tables", "rules"))
    for name, body in labels.items():
        where = f"labels.{name}"
        if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
            yield Problem(where, "this cannot be a question's name", repr(name), "small letters, digits, underscores")
        if name in sections_of(raw, "use_cases"):
            yield Problem(where, "there is a section [use_cases] of the same name", name, "a name of its own")
        table = body.get("table")
        if not isinstance(table, str):
            continue
        if table not in ENTITY_TABLES:
            hint = did_you_mean(table, ENTITY_TABLES)
            expected = f"one of: {', '.join(ENTITY_TABLES)}"
            yield Problem(f"{where}.table", "this table has no row of its own for each entity", table, expected, hint)
        elif table not in tables:
            yield Problem(f"{where}.table", "this table is not mapped", table, f"a section [tables.{table}]")
        else:
            yield from _column_problems(where, body, _mapped(CONTRACT[table], tables[table]), set(rules))
    for name, body in rules.items():
        yield from _rule_problems(name, body, labels, tables)


def _mapped(table: Table, body: Mapping[str, Any]) -> list[str]:
    return [key for key in body if key not in RESERVED and key not in table.key]


def _column_problems(where: str, body: Mapping[str, Any], mapped: Sequence[str], rules: set[str]) -> Iterator[Problem]:
    """Every name of a column that the table does not have, a value that cannot be computed, an answer given twice."""

    def unknown(key: str, name: object, known: Sequence[str]) -> Iterator[Problem]:
        if isinstance(name, str) and name and name not in known:
            hint = did_you_mean(name, known)
            yield Problem(f"{where}.{key}", "this column is not mapped", repr(name), "a mapped column", hint)

    yield from unknown("column", body.get("column"), mapped)
    yield from unknown("order", body.get("order", ""), [*mapped, ROWS])
    for key in ("after", "keep"):
        for name in body.get(key, []) if isinstance(body.get(key), list) else []:
            yield from unknown(key, name, mapped)
    rule = body.get("rule", "")
    yield from unknown("rule", rule.removeprefix("-") if isinstance(rule, str) else rule, [*rules, *mapped])
    if isinstance(body.get("value"), str) and body["value"]:
        yield from _expression_problems(f"{where}.value", body["value"], mapped)
    negative = body.get("negative", [])
    if isinstance(negative, list) and body.get("positive") in negative:
        yield Problem(f"{where}.negative", "the value that counts as the outcome stands here too", str(negative))


def _rule_problems(
    name: str,
    body: Mapping[str, Any],
    labels: Mapping[str, Mapping[str, Any]],
    tables: Mapping[str, Mapping[str, Any]],
) -> Iterator[Problem]:
    """Conditions that cannot be read, or that name a column which the tables of the labels using them do not have."""
    users = [label.get("table") for label in labels.values() if label.get("rule") == name]
    known: set[str] = set()
    for table in users:
        if isinstance(table, str) and table in tables and table in CONTRACT:
            known |= {*_mapped(CONTRACT[table], tables[table]), *CONTRACT[table].key}
    for condition in body:
        yield from _expression_problems(f"rules.{name}.{condition[:80]}", condition, sorted(known))


def _expression_problems(where: str, text: str, known: Sequence[str]) -> Iterator[Problem]:
    """Where `known` is empty nobody can tell which columns there are."""
    try:
        tree = parse_portable(text, where)
    except UnsafeExpression as error:
        yield from error.problems
        return
    for column in columns_of(tree):
        if known and column not in known:
            hint = did_you_mean(column, known)
            yield Problem(where, "this column is not mapped", f"{column!r} in {text!r}"[:120], "a mapped column", hint)
