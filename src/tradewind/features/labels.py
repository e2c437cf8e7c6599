"""A use case's `label.sql`: who is asked about at a cutoff, what counts as the outcome, and what is at stake.

The file holds two or three named SELECTs for one cutoff:

    -- name: eligible
    SELECT customer_id FROM orders WHERE happened_at >= :active_within_ago GROUP BY customer_id
    -- name: outcome
    SELECT eligible.customer_id, CASE WHEN COUNT(orders.order_id) = 0 THEN 1.0 ELSE 0.0 END AS outcome
    FROM eligible LEFT JOIN orders ON orders.customer_id = eligible.customer_id
        AND orders.happened_at >= :cutoff AND orders.happened_at < :horizon_end
    GROUP BY eligible.customer_id

In `eligible` and in the optional `value`, tables show what was known and had happened at `:cutoff`. In `outcome` they
show what was known by `:known_by`, the day of learning, so that a label that was still open then cannot be learned.
Columns of the contract that this workspace does not have, or that show how things are today, are NULL.
An eligible entity for which `outcome` gives no row is unlabelled.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlglot import exp

from tradewind.core.errors import ConfigError, Problem
from tradewind.core.time import Cutoff, Days, Horizon
from tradewind.features.as_of import at_cutoffs, parse_select, view_as_of
from tradewind.features.catalog import Catalog

_NAME = re.compile(r"^[ \t]*--[ \t]*name:[ \t]*(\w+)[ \t]*$", re.MULTILINE)
_NEEDED, _OPTIONAL = ("eligible", "outcome"), ("value",)

Statement = tuple[exp.Expression, dict[str, object]]
"""A statement and its bound parameters, as engines take them."""


@dataclass(frozen=True)
class LabelSQL:
    """The named SELECTs of one `label.sql`, as templates for one cutoff.

    Args:
        eligible: one column, the entity.
        outcome: the entity and `outcome`, a number.
        value: the entity and `value`, money at stake as of the cutoff; None when the file has none.
        where: the file, for errors.
    """

    eligible: exp.Expression
    outcome: exp.Expression
    value: exp.Expression | None = None
    where: str = "label.sql"


def parse_label_sql(text: str, where: str = "label.sql", options: Mapping[str, object] | None = None) -> LabelSQL:
    """Read a `label.sql`.

    Args:
        text: the file.
        where: its place, for errors.
        options: the question's further settings: numbers, texts and flags, written where the statements say `:<name>`.
    Raises:
        ConfigError: a statement is missing, doubled, unknown or unreadable; all such problems are told together.
        UnsafeExpression: a statement is not a single SELECT.
    """
    pieces = _NAME.split(text)
    named: dict[str, str] = {}
    problems = []
    for name, sql in zip(pieces[1::2], pieces[2::2], strict=True):
        if name in named or name not in (*_NEEDED, *_OPTIONAL):
            what = "this statement is there twice" if name in named else "there is no statement of that name"
            problems.append(Problem(where, what, name, "eligible, outcome and perhaps value, each once"))
        named[name] = sql
    for name in _NEEDED:
        if name not in named:
            problems.append(Problem(where, "a statement is missing", "", f"a line `-- name: {name}` and a SELECT"))
    if problems:
        raise ConfigError(problems)
    parsed = {name: with_options(parse_select(sql, f"{where}: {name}"), options or {}) for name, sql in named.items()}
    return LabelSQL(parsed["eligible"], parsed["outcome"], parsed.get("value"), where)


def with_options(select: exp.Expression, options: Mapping[str, object]) -> exp.Expression:
    """Write a question's further settings (numbers, texts, flags) where a statement says `:<name>`, in place."""
    for found in list(select.find_all(exp.Placeholder)):
        if isinstance(options.get(str(found.this)), bool | int | float | str):
            found.replace(exp.convert(options[str(found.this)]))
    return select


def eligible_at(
    label: LabelSQL,
    catalog: Catalog,
    entity: str,
    cutoffs: Sequence[Cutoff],
    settings: Mapping[str, Days],
    known_by: Cutoff | None = None,
) -> Statement:
    """Return the statement of who is asked about: columns (cutoff, entity), each pair once.

    Args:
        label: the use case's statements.
        catalog: what the workspace has.
        entity: key column of the entity.
        cutoffs: local midnights.
        settings: look-back spans of the use case.
        known_by: by when it is known who is asked about, where that is later than the cutoff.
    """
    where = f"{label.where}: eligible"
    view = view_as_of(
        label.eligible, catalog, where, "cutoff" if known_by is None else "known_by", entity=entity, blanks=True
    )
    assert isinstance(view, exp.Query)
    named = exp.select(entity).distinct().from_(view.subquery("asked")).where(exp.column(entity).is_(exp.null()).not_())
    return at_cutoffs(named, cutoffs, settings, known_by=known_by, where=where)


def outcome_at(
    label: LabelSQL,
    catalog: Catalog,
    entity: str,
    eligible: exp.Expression,
    cutoffs: Sequence[Cutoff],
    settings: Mapping[str, Days],
    horizon: Horizon,
    known_by: Cutoff,
) -> Statement:
    """Return the statement of what happened, as far as known by an origin: columns (cutoff, entity, outcome).

    Args:
        eligible: the SELECT that the name `eligible` stands for.
        horizon: how far ahead the question looks.
        known_by: the origin: only rows and late-revealed columns known before it count.
    """
    where = f"{label.where}: outcome"
    view = view_as_of(label.outcome, catalog, where, "known_by", {"eligible": eligible}, entity=entity, blanks=True)
    return at_cutoffs(_two_columns(view, entity, "outcome"), cutoffs, settings, horizon, known_by, where=where)


def value_at(
    label: LabelSQL,
    catalog: Catalog,
    entity: str,
    eligible: exp.Expression,
    cutoffs: Sequence[Cutoff],
    settings: Mapping[str, Days],
) -> Statement | None:
    """Return the statement of the money at stake as of each cutoff, (cutoff, entity, value); None without one."""
    if label.value is None:
        return None
    where = f"{label.where}: value"
    view = view_as_of(label.value, catalog, where, "cutoff", {"eligible": eligible}, entity=entity, blanks=True)
    return at_cutoffs(_two_columns(view, entity, "value"), cutoffs, settings, where=where)


def _two_columns(view: exp.Expression, entity: str, name: str) -> exp.Select:
    assert isinstance(view, exp.Query)
    number = exp.alias_(exp.cast(exp.column(name), "DOUBLE"), name)
    return exp.select(entity, number).from_(view.subquery("answer")).where(exp.column(entity).is_(exp.null()).not_())
