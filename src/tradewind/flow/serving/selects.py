"""A SELECT as a function of one entity's rows: sources, joins, WHERE, GROUP BY, HAVING, in the order SQL means them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
from sqlglot import exp

from tradewind.flow.serving.columns import Column, NotKnownHere, Relation
from tradewind.flow.serving.exact import flag, holds
from tradewind.flow.serving.groups import Aggregate, Groups, aggregate, group_rows
from tradewind.flow.serving.joins import Bench, Run, Source, joined, looked_up, named, spread
from tradewind.flow.serving.scalars import Frame, Resolve, Scalar, scalar


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
                relation = named(relation, first)
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
            return Source(alias, self._tables.looked_up[name], partial(looked_up, name), name)
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
            return Relation(frame.relation.size, {name: partial(spread, work, frame) for name, work in made.items()})

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
            return Relation(above.relation.size, {name: partial(spread, work, above) for name, work in made.items()})

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
        return partial(joined, right, left_key, right_name, condition, side == "LEFT")

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
