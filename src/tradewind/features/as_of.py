"""Every SELECT is rewritten so that its tables show only what was known at the cutoff: a leak cannot be written.

A template is one SELECT for one cutoff that names contract tables and placeholders. `view_as_of` replaces each table
by what was visible then; `at_cutoffs` repeats the result for many cutoffs with UNION ALL and bound parameters.
(Measured on 20 million events and 6 cutoffs, UNION ALL took a quarter of the time and a fifth of the memory of a range
join with a table of cutoffs.)

Placeholders of a template:
    `:cutoff`             the cutoff's instant, UTC          `:cutoff_day`            its local day
    `:horizon_end`        the instant at which the horizon ends
    `:known_by`           the instant by which an outcome must be known (the origin of learning)
    `:<setting>_ago`      the cutoff less a setting of the use case (`:active_within_ago`), an instant
    `:<setting>_ahead`    the cutoff plus a setting, an instant; in outcomes only
    `:<setting>_days`     a setting of the use case as a number of days, to hold against `date_diff('day', …)`
    `:days_<n>_ago`       the cutoff less n calendar days, an instant;  `:days_<n>_ago_day`  its local day
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from sqlglot import exp

from tradewind.core.contract import BASE_AMOUNTS, CONTRACT, SQL_TYPES, SYSTEM_COLUMNS
from tradewind.core.entities import ENTITIES
from tradewind.core.errors import ConfigError, NotAnswerable, Problem, UnsafeExpression
from tradewind.core.identity import ID_COLUMNS
from tradewind.core.time import Cutoff, Days, Horizon
from tradewind.features.catalog import Catalog, CatalogTable
from tradewind.features.persons import Sight, with_persons
from tradewind.store.expressions import check_query, parse_query

_DAYS_AGO = re.compile(r"^days_(\d+)_ago(_day)?$")


def parse_select(sql: str, where: str) -> exp.Expression:
    """Read one SELECT written in DuckDB's dialect.

    Args:
        sql: the text.
        where: its place in the user's words, for the error.
    Raises:
        UnsafeExpression: it cannot be read, or is not one SELECT.
    """
    select = parse_query(sql.strip().rstrip(";"), where)
    if not isinstance(select, exp.Query):
        found = select.sql("duckdb")[:80]
        raise UnsafeExpression(Problem(where, "this must be exactly one SELECT", found, "one SELECT statement"))
    return select


def visible_rows(
    table: CatalogTable,
    sight: Sight = "cutoff",
    only: exp.Expression | None = None,
    linked: Collection[str] = (),
    blanks: bool = False,
) -> exp.Select:
    """Return the SELECT of one table's rows and columns as they were known at an instant.

    A row version is visible while `known_at < instant <= valid_to`; late-revealed columns are NULL until their
    revealing time has passed; columns that hold today's value are absent.

    Args:
        table: the stored table.
        sight: `cutoff`: known at `:cutoff`, and facts must also have happened before it; `known_by`: known at
            `:known_by`, whenever it happened.
        only: a further condition on the rows, or None.
        linked: kinds of record whose rows belong to their person; see `features.persons`.
        blanks: whether the contract's columns that are not there, or were not known then, are shown as NULL.
    """
    instant = exp.Placeholder(this=sight)
    shown: list[exp.Expr] = [
        _masked(name, table.revealed_by(name), instant)
        for name in table.columns
        if name not in table.as_of_today and name not in SYSTEM_COLUMNS
    ]
    if blanks:
        shown += _blanks(table)
    known = exp.column("known_at") < instant
    current = exp.or_(exp.column("valid_to").is_(exp.null()), exp.column("valid_to") >= instant.copy())
    stored = with_persons(table, sight, linked) if linked else exp.to_table(table.name)
    select = exp.select(*shown).from_(stored, copy=False).where(known, current, copy=False)
    if sight == "cutoff" and table.contract.kind == "fact" and table.contract.time in table.columns:
        select = select.where(_happened_before_cutoff(table))
    return select.where(only.copy()) if only is not None else select


def _blanks(table: CatalogTable) -> list[exp.Expr]:
    """The contract's columns that the view does not have, as NULL of their type."""
    types = {column.name: SQL_TYPES[column.type] for column in table.contract.columns}
    if table.name in BASE_AMOUNTS:
        types["amount_base"] = SQL_TYPES["money"]
    absent = {name: kind for name, kind in types.items() if not table.has(name)}
    return [exp.alias_(exp.cast(exp.null(), kind), name, quoted=True) for name, kind in absent.items()]


def _masked(name: str, revealed_by: str, instant: exp.Expression) -> exp.Expression:
    if not revealed_by:
        return exp.column(name, quoted=True)
    passed = exp.column(revealed_by, quoted=True) < instant.copy()
    known = exp.Case().when(passed, exp.column(name, quoted=True))
    return exp.Alias(this=known, alias=exp.to_identifier(name, quoted=True))


def _happened_before_cutoff(table: CatalogTable) -> exp.Expression:
    time = table.contract.time
    bound = "cutoff_day" if time == "day" else "cutoff"
    return exp.column(time) < exp.Placeholder(this=bound)


def view_as_of(
    template: exp.Expression,
    catalog: Catalog,
    where: str,
    sight: Sight = "cutoff",
    steps: Mapping[str, exp.Expression] | None = None,
    only: tuple[str, exp.Expression] | None = None,
    entity: str = "",
    blanks: bool = False,
) -> exp.Expression:
    """Replace every contract table in a template by its as-of view.

    Args:
        template: one SELECT for one cutoff.
        catalog: what the workspace has.
        where: the template's place, for errors.
        sight: see `visible_rows`.
        steps: names that stand for earlier steps (`eligible`), with the SELECT they stand for.
        only: (column, condition): tables with that column show only rows that meet the condition.
        entity: key column of those whom the question is about: rows of nobody (guests' orders) are not shown.
        blanks: see `visible_rows`: a question's statements and analyses may name columns that not everybody has.
    Returns:
        a rewritten copy; the template is unchanged.
    Raises:
        NotAnswerable: it names a contract table that this workspace does not have.
        UnsafeExpression: it names anything that is neither a contract table, a step nor its own WITH name.
    """
    template, steps = template.copy(), steps or {}
    own = {cte.alias for cte in template.find_all(exp.CTE)}
    taken = sorted(own & {*CONTRACT, *steps})
    if taken:
        raise UnsafeExpression(Problem(where, "a WITH name hides a table", taken[0], "a name of its own"))
    check_query(template, {table.name for table in template.find_all(exp.Table)}, where)
    for table in list(template.find_all(exp.Table)):
        if _is_own_name(table):
            continue
        inner = _stands_for(table, catalog, where, sight, steps, only, entity, blanks)
        table.replace(inner.subquery(table.alias_or_name, copy=False))
    return template


def _is_own_name(table: exp.Table) -> bool:
    """Whether an enclosing WITH has defined the name before this place, so that no stored table is meant."""
    node: exp.Expr = table
    while node.parent is not None:
        inside, node = node, node.parent
        defined: list[exp.Expr] = []
        if isinstance(node, exp.With):
            # Inside a WITH only the names before this one exist; its own name would mean a stored table.
            defined = node.expressions[: node.expressions.index(inside)]
        elif isinstance(node, exp.Query) and not isinstance(inside, exp.With):
            defined = [*node.ctes]
        if any(cte.alias == table.name for cte in defined):
            return True
    return False


def _stands_for(
    table: exp.Table,
    catalog: Catalog,
    where: str,
    sight: Sight,
    steps: Mapping[str, exp.Expression],
    only: tuple[str, exp.Expression] | None,
    entity: str,
    blanks: bool,
) -> exp.Select:
    name = table.name
    if not _is_plain(table):
        raise UnsafeExpression(
            Problem(where, "only contract tables can be read here", table.sql("duckdb"), _readable(catalog, steps))
        )
    if name in steps:
        step = steps[name].copy()
        assert isinstance(step, exp.Select)
        return step
    stored = catalog.table(name)
    if stored is not None:
        if only is not None and only[0] in stored.columns:
            return visible_rows(stored, sight, only[1], catalog.linked, blanks)
        somebody = exp.column(entity).is_(exp.null()).not_() if _may_be_of_nobody(stored, entity) else None
        return visible_rows(stored, sight, somebody, catalog.linked, blanks)
    if name in CONTRACT:
        raise NotAnswerable(
            Problem(where, f"it needs the table {name}, which has no data here", "", "", f"map [tables.{name}]")
        )
    raise UnsafeExpression(
        Problem(where, "it reads a table that is not a contract table", name, _readable(catalog, steps))
    )


def _may_be_of_nobody(stored: CatalogTable, entity: str) -> bool:
    """Whether rows of the table may name nobody: facts in which no other column could say whom they are about."""
    column = stored.contract.column(entity)
    may_lack = column is not None and not column.required and entity not in stored.contract.any_of
    others = {*ENTITIES, *ID_COLUMNS.values()} & set(stored.columns) - {entity}
    return may_lack and stored.contract.kind == "fact" and entity in stored.columns and not others


def _is_plain(table: exp.Table) -> bool:
    """Whether it is a bare name with at most an alias: no schema, function, sample, pivot or nested join."""
    alias = table.args.get("alias")
    extra = {key for key, value in table.args.items() if value} - {"this", "alias"}
    return isinstance(table.this, exp.Identifier) and not extra and (alias is None or not alias.columns)


def _readable(catalog: Catalog, steps: Mapping[str, exp.Expression]) -> str:
    return "one of " + ", ".join([*catalog.tables, *steps])


def placeholders(expression: exp.Expression) -> tuple[str, ...]:
    """Return the names of the placeholders in an expression, each once, in order of appearance."""
    return tuple(dict.fromkeys(str(found.this) for found in expression.find_all(exp.Placeholder)))


def bound_value(
    name: str,
    cutoff: Cutoff,
    settings: Mapping[str, Days],
    horizon: Horizon | None = None,
    known_by: Cutoff | None = None,
    where: str = "",
) -> object:
    """Return the value of one placeholder at one cutoff: a naive UTC instant, or a local day for `…_day`.

    Args:
        name: placeholder without the colon.
        cutoff: the local midnight.
        settings: look-back spans by name.
        horizon: how far ahead the question looks; needed for `horizon_end`.
        known_by: the origin; needed for `known_by`.
        where: the template's place, for the error.
    Raises:
        ConfigError: there is no such placeholder.
    """
    ago = _DAYS_AGO.match(name)
    if ago is not None:
        then = cutoff.back(Days(int(ago.group(1))))
        return then.day if ago.group(2) else then.at
    if name in ("cutoff", "cutoff_day"):
        return cutoff.day if name.endswith("_day") else cutoff.at
    if name == "horizon_end" and horizon is not None:
        return cutoff.ahead(horizon.length).at
    if name == "known_by" and known_by is not None:
        return known_by.at
    if name.endswith("_days") and name[:-5] in settings:
        return settings[name[:-5]].count
    if name.endswith("_ago") and name[:-4] in settings:
        return cutoff.back(settings[name[:-4]]).at
    if name.endswith("_ahead") and name[:-6] in settings and horizon is not None:
        return cutoff.ahead(settings[name[:-6]]).at
    allowed = [":cutoff", ":cutoff_day", ":days_<n>_ago", ":days_<n>_ago_day"]
    allowed += [":horizon_end"] * (horizon is not None) + [f":{setting}_ago" for setting in settings]
    raise ConfigError(Problem(where, "there is no such placeholder", f":{name}", ", ".join(allowed)))


def at_cutoffs(
    select: exp.Expression,
    cutoffs: Sequence[Cutoff],
    settings: Mapping[str, Days] | None = None,
    horizon: Horizon | None = None,
    known_by: Cutoff | None = None,
    constants: Mapping[str, object] | None = None,
    where: str = "",
) -> tuple[exp.Expression, dict[str, object]]:
    """Repeat a SELECT for one cutoff over many, as one statement with bound parameters.

    Args:
        select: rewritten by `view_as_of`.
        cutoffs: the local midnights; at least one.
        settings: look-back spans for `:<setting>_ago`.
        horizon: for `:horizon_end`.
        known_by: for `:known_by`.
        constants: placeholders that do not depend on the cutoff (a feature's vocabulary).
        where: the template's place, for errors.
    Returns:
        the statement, whose first column `cutoff` is the local day, and its parameters (`cutoff_0`, `cutoff_1` …).
    Raises:
        ConfigError: a placeholder does not exist, or there is no cutoff.
    """
    if not cutoffs:
        raise ConfigError(Problem(where, "there is no cutoff to compute at", "", "at least one day with history"))
    constants = constants or {}
    names = placeholders(select)
    parts: list[exp.Select] = []
    parameters: dict[str, object] = {name: constants[name] for name in names if name in constants}
    for number, cutoff in enumerate(cutoffs):
        renamed = {name: f"{name}_{number}" for name in (*names, "cutoff_day") if name not in constants}
        parts.append(_one_cutoff(select, renamed))
        for name, new in renamed.items():
            parameters[new] = bound_value(name, cutoff, settings or {}, horizon, known_by, where)
    return _union(parts), parameters


def _one_cutoff(select: exp.Expression, renamed: Mapping[str, str]) -> exp.Select:
    part = select.copy()
    for found in list(part.find_all(exp.Placeholder)):
        if found.this in renamed:
            found.set("this", renamed[found.this])
    day = exp.cast(exp.Placeholder(this=renamed["cutoff_day"]), "DATE")
    assert isinstance(part, exp.Query)
    return exp.select(exp.alias_(day, "cutoff"), "one_cutoff.*").from_(
        part.subquery("one_cutoff", copy=False), copy=False
    )


def _union(parts: Sequence[exp.Select]) -> exp.Select | exp.Union:
    # A balanced tree: a left-deep chain of many cutoffs would make the printer recurse once per cutoff.
    if len(parts) == 1:
        return parts[0]
    half = len(parts) // 2
    return exp.union(_union(parts[:half]), _union(parts[half:]), distinct=False, copy=False)
