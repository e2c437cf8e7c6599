"""A SELECT as a function of one entity's rows: sources, joins, WHERE, GROUP BY, HAVING, in the order SQL means them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
from sqlglot import exp

from tradewind.flow.serving.columns import Column, NotKnownHere, Relation, Words
from tradewind.flow.serving.groups import Aggregate, Groups, aggregate, group_rows
from tradewind.flow.serving.scalars import Frame, Resolve, Scalar, flag, holds, scalar

Lookup = Callable[[str, str, Any], Relation]
"""Returns the rows of a table in which a column has one of these values."""


@dataclass(slots=True)
class Bench:
    """What one statement is worked out on.

    Args:
        own: table to the rows that may be the entity's.
        lookup: rows of the tables that belong to nobody.
        parameters: placeholder to its value.
        words: texts as numbers.
        asked: table that belongs to nobody to the column and values by which it is looked up at present.
        made: results of parts that statements share, by their SQL.
    """

    own: Mapping[str, Relation]
    lookup: Lookup
    parameters: Mapping[str, Column]
    words: Words
    asked: dict[str, tuple[str, Any]] = field(default_factory=dict)
    made: dict[str, Relation] = field(default_factory=dict)


Run = Callable[[Bench], Relation]


@dataclass(frozen=True)
class Source:
    """What stands in FROM.

    Args:
        alias: its name there.
        names: its columns.
        run: gives its rows.
        looked_up: the table that belongs to nobody which it reads row by row, or an empty string.
    """

    alias: str
    names: tuple[str, ...]
    run: Run
    looked_up: str = ""


@dataclass(frozen=True)
class Tables:
    """What statements may read.

    Args:
        own: tables whose rows are gathered per entity, with their columns.
        looked_up: tables that belong to nobody, with their columns.
    """

    own: Mapping[str, tuple[str, ...]]
    looked_up: Mapping[str, tuple[str, ...]]


def compile_select(node: exp.Expr, tables: Tables, outer: Mapping[str, Source] | None = None) -> Source:
    """Return a SELECT as a function.

    Args:
        node: the statement, its tables replaced by their as-of views.
        tables: what it may read.
        outer: what WITH of the statements around it defines.
    Raises:
        NotKnownHere: it is left to the engine.
    """
    if isinstance(node, exp.Subquery):
        return compile_select(node.this, tables, outer)
    if not isinstance(node, exp.Select):
        raise NotKnownHere(type(node).__name__)
    for part in ("limit", "offset", "order", "qualify", "windows", "laterals", "sample", "pivots"):
        if node.args.get(part):
            raise NotKnownHere(part)
    known = dict(outer or {})
    for cte in node.ctes:
        inner = compile_select(cte.this, tables, known)
        known[cte.alias] = Source(cte.alias, inner.names, _shared(cte.this, inner.run, cte))
    return _Select(node, tables, known).source()


def _shared(node: exp.Expr, run: Run, of: exp.Expr) -> Run:
    """The same, worked out once for all statements that hold it; those of other words are told apart."""
    sql = node.sql("duckdb")
    alone = "$word_" in sql or _names_ctes(node)
    return partial(_remember, f"{id(of)}" if alone else sql, run)


def _names_ctes(node: exp.Expr) -> bool:
    """Whether an enclosing WITH gives names in it their meaning, so that equal texts may mean different things."""
    ctes, above = set(), node.parent
    while above is not None:
        ctes |= {cte.alias for cte in above.ctes} if isinstance(above, exp.Query) else set()
        above = above.parent
    return any(table.name in ctes for table in node.find_all(exp.Table))


def _remember(key: str, run: Run, bench: Bench) -> Relation:
    if key not in bench.made:
        bench.made[key] = run(bench)
    return bench.made[key]


class _Select:
    """One SELECT being compiled."""

    def __init__(self, node: exp.Select, tables: Tables, known: Mapping[str, Source]) -> None:
        self._node, self._tables, self._known = node, tables, known
        start = node.args.get("from_") or node.args.get("from")
        if start is None:
            raise NotKnownHere("no FROM")
        self._first = self._read(start.this)
        self._sources = [self._first]
        self._joins = [self._join(join) for join in node.args.get("joins") or ()]

    def source(self) -> Source:
        """Return it as what may stand in FROM."""
        node = self._node
        where = node.args.get("where")
        condition = None if where is None else scalar(where.this, self._resolve)
        outputs = self._outputs()
        names = tuple(name for name, _ in outputs)
        grouped = node.args.get("group") is not None or any(has_aggregate(each) for _, each in outputs)
        finish = self._grouped(outputs) if grouped else self._plain(outputs)
        if node.args.get("distinct"):
            finish = partial(_distinct, finish, names)
        first, joins = self._first, self._joins
        single = not joins

        def run(bench: Bench) -> Relation:
            relation = first.run(bench)
            if not single:
                relation = _named(relation, first)
                for join in joins:
                    relation = join(relation, bench)
            frame = Frame(relation, bench.parameters, bench.words)
            if condition is not None:
                frame = _kept(frame, condition)
            return finish(frame)

        as_stored = single and not grouped and _as_stored(outputs, first.names)
        return Source("", names, run, first.looked_up if as_stored else "")

    def _read(self, node: exp.Expr) -> Source:
        alias = node.alias_or_name
        if isinstance(node, exp.Subquery):
            inner = compile_select(node.this, self._tables, self._known)
            run = inner.run if inner.looked_up else _shared(node.this, inner.run, node)
            return Source(alias, inner.names, run, inner.looked_up)
        if not isinstance(node, exp.Table):
            raise NotKnownHere(type(node).__name__)
        name = node.name
        if name in self._known:
            return Source(alias, self._known[name].names, self._known[name].run)
        if name in self._tables.own:
            return Source(alias, self._tables.own[name], lambda bench: bench.own[name])
        if name in self._tables.looked_up:
            return Source(alias, self._tables.looked_up[name], partial(_looked_up, name), name)
        raise NotKnownHere(name)

    def _resolve(self, column: exp.Column) -> str:
        found = [source for source in self._sources if column.name in source.names]
        if column.table:
            found = [source for source in found if source.alias == column.table]
        if len(found) != 1:
            raise NotKnownHere(column.sql("duckdb"))
        single = len(self._sources) == 1 and not self._node.args.get("joins")
        return column.name if single else f"{found[0].alias}.{column.name}"

    def _outputs(self) -> list[tuple[str, exp.Expr]]:
        outputs = []
        for each in self._node.expressions:
            inner = each.this if isinstance(each, exp.Alias) else each
            if isinstance(inner, exp.Star) or (isinstance(inner, exp.Column) and isinstance(inner.this, exp.Star)):
                raise NotKnownHere("*")
            outputs.append((each.alias_or_name, inner))
        return outputs

    def _plain(self, outputs: list[tuple[str, exp.Expr]]) -> Callable[[Frame], Relation]:
        if self._node.args.get("having"):
            raise NotKnownHere("HAVING")
        made = {name: scalar(each, self._resolve) for name, each in outputs}

        def finish(frame: Frame) -> Relation:
            return Relation(frame.relation.size, {name: partial(_spread, work, frame) for name, work in made.items()})

        return finish

    def _grouped(self, outputs: list[tuple[str, exp.Expr]]) -> Callable[[Frame], Relation]:
        node, resolve = self._node, self._resolve
        by = list(node.args["group"].expressions) if node.args.get("group") else []
        if any(isinstance(each, exp.Literal) for each in by):
            raise NotKnownHere("GROUP BY 1")
        keys = [scalar(each, resolve) for each in by]
        totals: dict[str, Aggregate] = {}
        rewrite = partial(_above, [each.sql("duckdb") for each in by], totals, resolve)
        made = {name: scalar(rewrite(each), lambda column: column.name) for name, each in outputs}
        having = node.args.get("having")
        kept = None if having is None else scalar(rewrite(having.this), lambda column: column.name)

        def finish(frame: Frame) -> Relation:
            found = [key(frame) for key in keys]
            size = frame.relation.size
            groups = group_rows(found, size) if by else Groups(1, None, np.zeros(1, dtype=np.intp))
            columns: dict[str, Callable[[], Column]] = {
                f"key {at}": partial(column.take, groups.first) for at, column in enumerate(found)
            }
            columns |= {name: partial(total, frame, groups) for name, total in totals.items()}
            above = Frame(Relation(groups.count, columns), frame.parameters, frame.words)
            if kept is not None:
                above = _kept(above, kept)
            return Relation(above.relation.size, {name: partial(_spread, work, above) for name, work in made.items()})

        return finish

    def _join(self, join: exp.Join) -> Callable[[Relation, Bench], Relation]:
        side, kind = str(join.side or "").upper(), str(join.kind or "").upper()
        if side not in ("", "LEFT") or kind not in ("", "INNER", "OUTER") or join.args.get("using"):
            raise NotKnownHere(f"{side} {kind} JOIN")
        right = self._read(join.this)
        self._sources.append(right)
        on = join.args.get("on")
        if on is None:
            raise NotKnownHere("CROSS JOIN")
        key, rest = self._equal(list(on.flatten()) if isinstance(on, exp.And) else [on], right)
        left_key, right_name = scalar(key[0], self._resolve), key[1].name
        condition = scalar(exp.and_(*rest), self._resolve) if rest else None
        return partial(_joined, right, left_key, right_name, condition, side == "LEFT")

    def _equal(self, conditions: list[exp.Expr], right: Source) -> tuple[tuple[exp.Expr, exp.Column], list[exp.Expr]]:
        """The first condition that sets a column of the right side equal to something of the left; and the others."""
        for at, each in enumerate(conditions):
            each = each.unnest()
            if not isinstance(each, exp.EQ):
                continue
            for one, other in ((each.this, each.expression), (each.expression, each.this)):
                mine = isinstance(other, exp.Column) and self._of(other, right)
                if mine and all(not self._of(column, right) for column in one.find_all(exp.Column)):
                    return (one, other), conditions[:at] + conditions[at + 1 :]
        raise NotKnownHere("a join without an equal column")

    def _of(self, column: exp.Column, source: Source) -> bool:
        return self._resolve(column) == f"{source.alias}.{column.name}"


def _as_stored(outputs: list[tuple[str, exp.Expr]], names: tuple[str, ...]) -> bool:
    """Whether every output that has a stored column's name is that column, or nothing where it was not known yet."""
    for name, each in outputs:
        if isinstance(each, exp.Case) and len(each.args["ifs"]) == 1 and not each.args.get("default"):
            each = each.args["ifs"][0].args["true"]
        if name in names and not (isinstance(each, exp.Column) and each.name == name):
            return False
    return True


def has_aggregate(node: exp.Expr) -> bool:
    """Whether an expression holds an aggregate of its own SELECT, not one of a window."""
    return any(
        not isinstance(found.parent, exp.Window)
        and not (isinstance(found.parent, exp.Filter) and isinstance(found.parent.parent, exp.Window))
        for found in node.find_all(exp.AggFunc)
        if not isinstance(found, exp.Lag | exp.RowNumber | exp.Rank)
    )


def _above(by: list[str], totals: dict[str, Aggregate], resolve: Resolve, node: exp.Expr) -> exp.Expr:
    """The expression over groups: keys and aggregates become columns."""
    if node.sql("duckdb") in by:
        return exp.column(f"key {by.index(node.sql('duckdb'))}", quoted=True)
    if isinstance(node, exp.Window):
        raise NotKnownHere("a window over groups")
    if isinstance(node, exp.Filter | exp.Count | exp.Sum | exp.Min | exp.Max):
        name = f"total {node.sql('duckdb')}"
        if name not in totals:
            totals[name] = aggregate(node, resolve)
        return exp.column(name, quoted=True)
    if isinstance(node, exp.AggFunc):
        raise NotKnownHere(type(node).__name__)
    if isinstance(node, exp.Column):
        raise NotKnownHere(f"{node.sql('duckdb')} outside of GROUP BY")
    made = node.copy()
    for key, child in node.args.items():
        if isinstance(child, exp.Expr):
            made.set(key, _above(by, totals, resolve, child))
        elif isinstance(child, list):
            parts = [_above(by, totals, resolve, each) if isinstance(each, exp.Expr) else each for each in child]
            made.set(key, parts)
    return made


def _spread(work: Scalar, frame: Frame) -> Column:
    """A column with one value for each row."""
    found = work(frame)
    size = frame.relation.size
    if np.ndim(found.values) and (found.null is None or np.ndim(found.null)):
        return found
    null = None if found.null is None else np.broadcast_to(found.null, (size,))
    return Column(found.kind, np.broadcast_to(found.values, (size,)), null, found.scale)


def _kept(frame: Frame, condition: Scalar) -> Frame:
    there = holds(flag(condition(frame)), frame.relation.size)
    size = int(np.count_nonzero(there))
    if size == frame.relation.size:
        return frame
    return Frame(frame.relation.take(there, size), frame.parameters, frame.words)


def _distinct(finish: Callable[[Frame], Relation], names: tuple[str, ...], frame: Frame) -> Relation:
    relation = finish(frame)
    groups = group_rows([relation.column(name) for name in names], relation.size)
    return relation if groups.count == relation.size else relation.take(groups.first, groups.count)


def _named(relation: Relation, source: Source) -> Relation:
    """The same rows, with the source's name before each column's."""
    return Relation(relation.size, {f"{source.alias}.{name}": partial(relation.column, name) for name in source.names})


def _looked_up(name: str, bench: Bench) -> Relation:
    if name not in bench.asked:
        raise NotKnownHere(f"all rows of {name}")
    column, values = bench.asked[name]
    return bench.lookup(name, column, values)


def _joined(
    right: Source, left_key: Scalar, right_name: str, condition: Scalar | None, keep: bool,
    left: Relation, bench: Bench,
) -> Relation:  # fmt: skip
    frame = Frame(left, bench.parameters, bench.words)
    wanted = _spread(left_key, frame)
    known = np.broadcast_to(wanted.known(), (left.size,))
    if right.looked_up:
        bench.asked[right.looked_up] = (right_name, np.unique(wanted.values[known]))
    try:
        other = right.run(bench)
    finally:
        bench.asked.pop(right.looked_up, None)
    held = other.column(right_name)
    if held.kind != wanted.kind or held.scale != wanted.scale:
        raise NotKnownHere(f"{held.kind} joined to {wanted.kind}")
    here, there = _pairs(wanted.values, known, held)
    made = _pair_up(left, other, right, here, there)
    if condition is not None:
        fits = holds(condition(Frame(made, bench.parameters, bench.words)), made.size)
        if not fits.all():
            here, there = here[fits], there[fits]
            made = _pair_up(left, other, right, here, there)
    if not keep:
        return made
    alone = np.ones(left.size, dtype=bool)
    alone[here] = False
    if not alone.any():
        return made
    lonely = np.flatnonzero(alone)
    here, there = np.concatenate([here, lonely]), np.concatenate([there, np.full(len(lonely), -1)])
    return _pair_up(left, other, right, here, there)


def _pairs(wanted: Any, known: Any, held: Column) -> tuple[Any, Any]:
    """Places of rows of the left and of the right side whose keys are equal."""
    rows = np.arange(len(held.values)) if held.null is None else np.flatnonzero(~held.null)
    keys = held.values[rows]
    order = np.argsort(keys, kind="stable")
    keys, rows = keys[order], rows[order]
    asked = np.flatnonzero(known)
    low = np.searchsorted(keys, wanted[asked], "left")
    count = np.searchsorted(keys, wanted[asked], "right") - low
    here = np.repeat(asked, count)
    offset = np.arange(len(here)) - np.repeat(np.cumsum(count) - count, count)
    return here, rows[np.repeat(low, count) + offset]


def _pair_up(left: Relation, other: Relation, right: Source, here: Any, there: Any) -> Relation:
    columns = left.take(here, len(here))
    makers: dict[str, Callable[[], Column]] = dict(columns._makers)
    for name in right.names:
        makers[f"{right.alias}.{name}"] = partial(_beside, other, name, there)
    return Relation(len(here), makers)


def _beside(other: Relation, name: str, there: Any) -> Column:
    column = other.column(name)
    missing = there < 0
    if not missing.any():
        return column.take(there)
    if other.size == 0:
        values = np.zeros(len(there), dtype=np.asarray(column.values).dtype)
        return Column(column.kind, values, np.ones(len(there), dtype=bool), column.scale)
    made = column.take(np.maximum(there, 0))
    null = missing if made.null is None else missing | made.null
    return Column(made.kind, np.broadcast_to(made.values, there.shape), null, made.scale)
