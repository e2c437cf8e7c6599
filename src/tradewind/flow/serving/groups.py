"""GROUP BY, aggregates and windows over a few rows, as numpy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlglot import exp

from tradewind.flow.serving.columns import EXACT, Column, NotKnownHere, Places
from tradewind.flow.serving.exact import holds
from tradewind.flow.serving.scalars import MAKERS, Frame, Resolve, Scalar, scalar


@dataclass(frozen=True, slots=True)
class Groups:
    """Which rows belong together.

    Args:
        count: how many groups.
        code: (n,) each row's group; None where all rows are one group.
        first: (count,) a row of each group.
    """

    count: int
    code: Places | None
    first: Places

    def scatter(self, column: Column, size: int) -> Column:
        """Return a column of the groups as one of their rows."""
        return column.take(np.zeros(size, dtype=np.intp) if self.code is None else self.code)


def group_rows(keys: Sequence[Column], size: int) -> Groups:
    """Return the groups of rows whose keys are equal; none equals none."""
    parts = []
    for key in keys:
        values = key.values if np.ndim(key.values) else np.broadcast_to(key.values, (size,))
        null = None if key.null is None else key.null if np.ndim(key.null) else np.broadcast_to(key.null, (size,))
        if null is not None and not null.any():
            null = None
        if size and null is None and bool((values == values[0]).all()):
            continue
        parts.append(_codes(values, null))
    if size == 0:
        return Groups(0, np.zeros(0, dtype=np.intp), np.zeros(0, dtype=np.intp))
    if not parts:
        return Groups(1, None, np.zeros(1, dtype=np.intp))
    code = parts[0]
    for part in parts[1:]:
        code = code * (int(part.max()) + 1) + part
    _, first, code = np.unique(code, return_index=True, return_inverse=True)
    return Groups(len(first), code, first)


def _codes(values: Any, null: Any) -> Places:
    code = np.asarray(np.unique(values, return_inverse=True)[1], dtype=np.intp)
    return code if null is None else np.where(null, 0, code + 1)


Aggregate = Callable[[Frame, Groups], Column]


def aggregate(node: exp.Expr, resolve: Resolve) -> Aggregate:
    """Return the function of one aggregate, with its FILTER.

    Raises:
        NotKnownHere: it is left to the engine.
    """
    condition: Scalar | None = None
    if isinstance(node, exp.Filter):
        condition, node = scalar(node.expression.this, resolve), node.this
    if isinstance(node, exp.Count):
        return _count(node, resolve, condition)
    if isinstance(node, exp.Sum | exp.Min | exp.Max) and not isinstance(node.this, exp.Distinct):
        if node.expressions:
            raise NotKnownHere("the first few")
        inner = scalar(node.this, resolve)
        work = _sum if isinstance(node, exp.Sum) else _least if isinstance(node, exp.Min) else _most

        def run(frame: Frame, groups: Groups) -> Column:
            found = inner(frame)
            return work(_whole(found, frame.relation.size), _counted(found, condition, frame), groups, frame)

        return run
    raise NotKnownHere(type(node).__name__)


def _whole(column: Column, size: int) -> Column:
    if np.ndim(column.values):
        return column
    return Column(column.kind, np.broadcast_to(column.values, (size,)), column.null, column.scale)


def _counted(column: Column | None, condition: Scalar | None, frame: Frame) -> Any:
    """(n,) which rows count; None for all."""
    size = frame.relation.size
    there = None if condition is None else holds(condition(frame), size)
    if column is None or column.null is None:
        return there
    known = ~np.asarray(column.null)
    known = known if known.ndim else np.full(size, bool(known))
    return known if there is None else there & known


def _count(node: exp.Count, resolve: Resolve, condition: Scalar | None) -> Aggregate:
    inside = node.this
    distinct = isinstance(inside, exp.Distinct)
    if distinct:
        if len(inside.expressions) != 1 or inside.args.get("on"):
            raise NotKnownHere("COUNT(DISTINCT a, b)")
        inside = inside.expressions[0]
    inner = None if isinstance(inside, exp.Star) else scalar(inside, resolve)

    def run(frame: Frame, groups: Groups) -> Column:
        size = frame.relation.size
        found = None if inner is None else _whole(inner(frame), size)
        there = _counted(found, condition, frame)
        if distinct:
            assert found is not None
            return Column("int", _distinct(found.values, there, groups))
        if groups.code is None:
            return Column("int", np.array([size if there is None else np.count_nonzero(there)], dtype=np.int64))
        code = groups.code if there is None else groups.code[there]
        return Column("int", np.bincount(code, minlength=groups.count).astype(np.int64))

    return run


def _distinct(values: Any, there: Any, groups: Groups) -> Any:
    kept = values if there is None else values[there]
    if groups.code is None:
        return np.array([len(np.unique(kept))], dtype=np.int64)
    code = groups.code if there is None else groups.code[there]
    pairs = np.unique(np.stack([code, kept.astype(np.int64)]), axis=1)[0]
    return np.bincount(pairs, minlength=groups.count).astype(np.int64)


def _sum(column: Column, there: Any, groups: Groups, _: Frame) -> Column:
    if column.kind == "null":
        return Column("int", np.zeros(groups.count, dtype=np.int64), np.ones(groups.count, dtype=bool))
    if column.kind not in ("int", "decimal"):
        raise NotKnownHere(f"a sum of {column.kind}")  # sums of floats depend on their order
    kept = column.values if there is None else column.values[there]
    if len(kept) and float(np.abs(kept).max()) * len(kept) >= EXACT:
        raise NotKnownHere("a very large sum")
    if groups.code is None:
        null = None if len(kept) else np.ones(1, dtype=bool)
        return Column(column.kind, np.array([kept.sum()], dtype=np.int64), null, column.scale)
    code = groups.code if there is None else groups.code[there]
    total = np.zeros(groups.count, dtype=np.int64)
    np.add.at(total, code, kept)
    return Column(column.kind, total, _none_in(code, groups), column.scale)


def _none_in(code: Places, groups: Groups) -> Any:
    empty = np.bincount(code, minlength=groups.count) == 0
    return empty if empty.any() else None


def _least(column: Column, there: Any, groups: Groups, frame: Frame) -> Column:
    return _extreme(column, there, groups, frame, np.minimum)


def _most(column: Column, there: Any, groups: Groups, frame: Frame) -> Column:
    return _extreme(column, there, groups, frame, np.maximum)


def _extreme(column: Column, there: Any, groups: Groups, frame: Frame, better: Any) -> Column:
    kept = column.values if there is None else column.values[there]
    if column.kind == "double" and np.isnan(kept).any():
        raise NotKnownHere("a number that is none")
    if column.kind == "flag":
        raise NotKnownHere("the least of flags")
    code = groups.code
    if code is not None and there is not None:
        code = code[there]
    if column.kind == "text" and len(kept):
        return _extreme_text(kept, code, groups, frame, better is np.minimum)
    if code is None:
        if len(kept) == 0:
            return Column(column.kind, np.zeros(1, dtype=column.values.dtype), np.ones(1, dtype=bool), column.scale)
        return Column(column.kind, np.array([better.reduce(kept)]), None, column.scale)
    order = np.argsort(code, kind="stable")
    present, starts = np.unique(code[order], return_index=True)
    values = np.zeros(groups.count, dtype=column.values.dtype)
    if len(kept):
        values[present] = better.reduceat(kept[order], starts)
    return Column(column.kind, values, _none_in(code, groups), column.scale)


def _extreme_text(kept: Any, code: Places | None, groups: Groups, frame: Frame, least: bool) -> Column:
    """The engine orders texts by their bytes, as Python orders them by their characters: it is the same order."""
    codes = np.zeros(len(kept), dtype=np.intp) if code is None else code
    best: dict[int, str] = {}
    for group, number in set(zip(codes.tolist(), kept.tolist(), strict=True)):
        text = frame.words.text(number)
        if group not in best or ((text < best[group]) == least and text != best[group]):
            best[group] = text
    values = np.full(groups.count, -1, dtype=np.int64)
    for group, text in best.items():
        values[group] = frame.words.number(text)
    return Column("text", values, values < 0 if (values < 0).any() else None)


# -- windows -----------------------------------------------------------------------------------------------------------


def _window(node: exp.Window, resolve: Resolve) -> Scalar:
    if node.args.get("spec") or node.args.get("first") is False:
        raise NotKnownHere("a window's frame")
    parts = [scalar(each, resolve) for each in node.args.get("partition_by") or ()]
    order = node.args.get("order")
    keys = [_order_key(each, resolve) for each in order.expressions] if order is not None else []
    inside = node.this
    if isinstance(inside, exp.Filter | exp.Count | exp.Sum | exp.Min | exp.Max):
        if keys:
            raise NotKnownHere("a running total")
        total = aggregate(inside, resolve)

        def over_all(frame: Frame) -> Column:
            size = frame.relation.size
            groups = group_rows([part(frame) for part in parts], size)
            return groups.scatter(total(frame, groups), size)

        return over_all
    if not keys:
        raise NotKnownHere("an order of nothing")
    work = _placed(inside, resolve)

    def run(frame: Frame) -> Column:
        size = frame.relation.size
        groups = group_rows([part(frame) for part in parts], size)
        code = np.zeros(size, dtype=np.intp) if groups.code is None else groups.code
        by = [each for key in keys for each in key(frame)]
        sorted_rows = np.lexsort([*reversed(by), code])
        return work(frame, sorted_rows, code[sorted_rows], [each[sorted_rows] for each in by])

    return run


def _order_key(node: exp.Expr, resolve: Resolve) -> Callable[[Frame], list[Any]]:
    """What to sort by, first to last: where there is none, then the value."""
    ordered = node if isinstance(node, exp.Ordered) else exp.Ordered(this=node)
    inner, falling = scalar(ordered.this, resolve), bool(ordered.args.get("desc"))
    nulls_first = bool(ordered.args.get("nulls_first"))

    def run(frame: Frame) -> list[Any]:
        found = _whole(inner(frame), frame.relation.size)
        if found.kind in ("text", "flag") or (found.kind == "double" and np.isnan(found.values).any()):
            raise NotKnownHere(f"an order of {found.kind}")
        values = np.where(found.known(), -found.values if falling else found.values, 0)
        if found.null is None:
            return [values]
        null = np.broadcast_to(found.null, (frame.relation.size,))
        return [~null if nulls_first else null, values]

    return run


Placed = Callable[[Frame, Places, Places, list[Any]], Column]


def _placed(node: exp.Expr, resolve: Resolve) -> Placed:
    if isinstance(node, exp.RowNumber):
        return lambda _, rows, code, __: _back(rows, _within(code))
    if isinstance(node, exp.Rank):
        return lambda _, rows, code, by: _back(rows, _rank(code, by))
    if isinstance(node, exp.Lag) and node.args.get("offset") is None and node.args.get("default") is None:
        inner = scalar(node.this, resolve)

        def lag(frame: Frame, rows: Places, code: Places, _: list[Any]) -> Column:
            found = _whole(inner(frame), frame.relation.size)
            before = np.empty_like(rows)
            before[rows] = np.concatenate([rows[:1], rows[:-1]])
            first = np.empty(len(rows), dtype=bool)
            first[rows] = _starts(code)
            null = first if found.null is None else first | np.broadcast_to(found.null, (len(rows),))[before]
            return Column(found.kind, found.values[before], null, found.scale)

        return lag
    raise NotKnownHere(type(node).__name__)


def _starts(code: Places) -> Any:
    starts = np.ones(len(code), dtype=bool)
    starts[1:] = code[1:] != code[:-1]
    return starts


def _within(code: Places) -> Any:
    """Place of each row within its group, from 1; rows in order."""
    at = np.arange(len(code))
    begin = np.maximum.accumulate(np.where(_starts(code), at, 0)) if len(code) else at
    return at - begin + 1


def _rank(code: Places, by: list[Any]) -> Any:
    new = _starts(code)
    for each in by:
        new[1:] |= each[1:] != each[:-1]
    place = _within(code)
    at = np.maximum.accumulate(np.where(new, np.arange(len(code)), 0)) if len(code) else np.arange(0)
    return place[at]


def _back(rows: Places, values: Any) -> Column:
    made = np.empty(len(rows), dtype=np.int64)
    made[rows] = values
    return Column("int", made)


MAKERS[exp.Window] = _window
