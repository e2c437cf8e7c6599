"""Scalar SQL as numpy: each expression becomes one function of a few rows, exact or refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sqlglot import exp

from tradewind.flow.serving.columns import Column, Kind, NotKnownHere, Relation, Words, constant
from tradewind.flow.serving.exact import (
    alike,
    as_double,
    both,
    cast,
    day_of,
    either,
    flag,
    holds,
    negated,
    scaled,
    times,
    where,
)  # fmt: skip


@dataclass(slots=True)
class Frame:
    """The rows that an expression is worked out on, with what was worked out on them already.

    Args:
        relation: the rows.
        parameters: placeholder to its value.
        words: texts as numbers.
        made: expression as SQL to its column.
    """

    relation: Relation
    parameters: Mapping[str, Column]
    words: Words
    made: dict[str, Column] = field(default_factory=dict)


Scalar = Callable[[Frame], Column]
Resolve = Callable[[exp.Column], str]
"""Returns the name in the relation that a column of a statement means."""


def scalar(node: exp.Expr, resolve: Resolve) -> Scalar:
    """Return the function of one expression.

    Raises:
        NotKnownHere: it is left to the engine.
    """
    work = _work(node, resolve)
    if isinstance(node, exp.Column | exp.Literal | exp.Placeholder | exp.Paren):
        return work
    key = node.sql("duckdb")

    def once(frame: Frame) -> Column:
        found = frame.made.get(key)
        if found is None:
            found = frame.made[key] = work(frame)
        return found

    return once


def _work(node: exp.Expr, resolve: Resolve) -> Scalar:
    if isinstance(node, exp.Paren):
        return scalar(node.this, resolve)
    if isinstance(node, exp.Column):
        name = resolve(node)
        return lambda frame: frame.relation.column(name)
    if isinstance(node, exp.Placeholder):
        name = str(node.this)
        return lambda frame: frame.parameters[name]
    if isinstance(node, exp.Literal | exp.Null | exp.Boolean):
        return _fixed(node)
    maker = MAKERS.get(type(node))
    if maker is None:
        raise NotKnownHere(type(node).__name__)
    return maker(node, resolve)


def _fixed(node: exp.Expr) -> Scalar:
    if isinstance(node, exp.Null):
        made = Column("null", np.int64(0), np.True_)
    elif isinstance(node, exp.Boolean):
        made = Column("flag", np.bool_(node.this))
    elif node.is_string:
        text = str(node.this)
        return lambda frame: constant(text, frame.words)
    else:
        whole, _, part = str(node.this).partition(".")
        if not (whole + part).isdigit() or len(whole + part) > 18:
            raise NotKnownHere(str(node.this))
        number = np.int64(whole + part)
        made = Column("decimal", number, None, len(part)) if part else Column("int", number)
    return lambda _: made


# -- truth -------------------------------------------------------------------------------------------------------------


_COMPARED: Mapping[type[exp.Expr], Any] = {
    exp.EQ: np.equal, exp.NEQ: np.not_equal, exp.LT: np.less, exp.LTE: np.less_equal,
    exp.GT: np.greater, exp.GTE: np.greater_equal,
}  # fmt: skip


def _compare(node: exp.Expr, resolve: Resolve) -> Scalar:
    left, right, compare = scalar(node.this, resolve), scalar(node.expression, resolve), _COMPARED[type(node)]
    ordered = not isinstance(node, exp.EQ | exp.NEQ)

    def work(frame: Frame) -> Column:
        one, other = left(frame), right(frame)
        if ordered and "text" in (one.kind, other.kind):
            raise NotKnownHere("texts in order")
        a, b = alike(one, other)
        return Column("flag", compare(a, b), either(one.null, other.null))

    return work


def _and(node: exp.Expr, resolve: Resolve) -> Scalar:
    parts = [scalar(each, resolve) for each in node.flatten()]

    def work(frame: Frame) -> Column:
        made = flag(parts[0](frame))
        for part in parts[1:]:
            made = both(made, flag(part(frame)))
        return made

    return work


def _or(node: exp.Expr, resolve: Resolve) -> Scalar:
    parts = [scalar(each, resolve) for each in node.flatten()]

    def work(frame: Frame) -> Column:
        made = negated(flag(parts[0](frame)))
        for part in parts[1:]:
            made = both(made, negated(flag(part(frame))))
        return negated(made)

    return work


def _not(node: exp.Expr, resolve: Resolve) -> Scalar:
    inner = scalar(node.this, resolve)
    return lambda frame: negated(flag(inner(frame)))


def _is(node: exp.Expr, resolve: Resolve) -> Scalar:
    if not isinstance(node.expression, exp.Null):
        raise NotKnownHere("IS")
    inner = scalar(node.this, resolve)

    def work(frame: Frame) -> Column:
        found = inner(frame)
        if found.null is None:
            return Column("flag", np.zeros(np.shape(found.values), dtype=bool))
        return Column("flag", np.asarray(found.null))

    return work


def _in(node: exp.Expr, resolve: Resolve) -> Scalar:
    if node.args.get("query") or not node.expressions:
        raise NotKnownHere("IN (SELECT …)")
    pairs = [exp.EQ(this=node.this.copy(), expression=each.copy()) for each in node.expressions]
    return scalar(exp.or_(*pairs) if len(pairs) > 1 else pairs[0], resolve)


# -- numbers -----------------------------------------------------------------------------------------------------------


def _add(node: exp.Expr, resolve: Resolve) -> Scalar:
    left, right, minus = scalar(node.this, resolve), scalar(node.expression, resolve), isinstance(node, exp.Sub)

    def work(frame: Frame) -> Column:
        one, other = left(frame), right(frame)
        null = either(one.null, other.null)
        kinds = (one.kind, other.kind)
        if minus and kinds == ("date", "date"):
            return Column("int", one.values.astype(np.int64) - other.values, null)
        if kinds == ("date", "int"):
            moved = one.values - other.values if minus else one.values + other.values
            return Column("date", moved, null)
        if not set(kinds) <= {"int", "decimal"}:
            raise NotKnownHere(f"{kinds[0]} and {kinds[1]}")
        scale = max(one.scale, other.scale)
        a, b = scaled(one, scale), scaled(other, scale)
        kind: Kind = "decimal" if "decimal" in kinds else "int"
        return Column(kind, a - b if minus else a + b, null, scale)

    return work


def _multiply(node: exp.Expr, resolve: Resolve) -> Scalar:
    left, right = scalar(node.this, resolve), scalar(node.expression, resolve)

    def work(frame: Frame) -> Column:
        one, other = left(frame), right(frame)
        null, kinds = either(one.null, other.null), {one.kind, other.kind}
        if kinds <= {"int", "decimal"}:
            kind: Kind = "decimal" if "decimal" in kinds else "int"
            return Column(kind, times(one.values, other.values), null, one.scale + other.scale)
        if "double" in kinds and kinds <= {"int", "decimal", "double"}:
            return Column("double", as_double(one) * as_double(other), null)
        raise NotKnownHere("a product of other things")

    return work


def _minus(node: exp.Expr, resolve: Resolve) -> Scalar:
    inner = scalar(node.this, resolve)

    def work(frame: Frame) -> Column:
        found = inner(frame)
        if found.kind not in ("int", "decimal", "double"):
            raise NotKnownHere(f"minus a {found.kind}")
        return Column(found.kind, -found.values, found.null, found.scale)

    return work


def _floor(node: exp.Expr, resolve: Resolve) -> Scalar:
    inner = scalar(node.this, resolve)

    def work(frame: Frame) -> Column:
        found = inner(frame)
        if found.kind != "double":
            raise NotKnownHere(f"floor of a {found.kind}")
        return Column("double", np.floor(found.values), found.null)

    return work


def _remainder(node: exp.Expr, resolve: Resolve) -> Scalar:
    left, right = scalar(node.this, resolve), scalar(node.expression, resolve)

    def work(frame: Frame) -> Column:
        one, other = left(frame), right(frame)
        if (one.kind, other.kind) != ("int", "int"):
            raise NotKnownHere("a remainder of other things")
        zero = np.asarray(other.values) == 0  # a division by zero gives none, as everywhere
        divisor = np.where(zero, 1, other.values)
        return Column("int", np.fmod(one.values, divisor), either(one.null, other.null, zero))

    return work


def _days_between(node: exp.Expr, resolve: Resolve) -> Scalar:
    unit = node.args.get("unit")
    if str(getattr(unit, "this", "day")).strip("'").lower() != "day":
        raise NotKnownHere("DATE_DIFF")
    end, start = scalar(node.this, resolve), scalar(node.expression, resolve)

    def work(frame: Frame) -> Column:
        one, other = end(frame), start(frame)
        return Column("int", day_of(one) - day_of(other), either(one.null, other.null))

    return work


def _extract(node: exp.Expr, resolve: Resolve) -> Scalar:
    part, inner = str(node.this.this).upper(), scalar(node.expression, resolve)
    if part != "ISODOW":
        raise NotKnownHere(part)

    def work(frame: Frame) -> Column:
        found = inner(frame)
        return Column("int", (day_of(found) + 3) % 7 + 1, found.null)  # the first day of 1970 was a Thursday

    return work


def _cast(node: exp.Expr, resolve: Resolve) -> Scalar:
    inner, target = scalar(node.this, resolve), node.args["to"]
    name = target.this.value
    digits = [int(str(each.this)) for each in target.expressions] if name == "DECIMAL" else []

    def work(frame: Frame) -> Column:
        return cast(inner(frame), name, digits)

    return work


# -- choices -----------------------------------------------------------------------------------------------------------


def _case(node: exp.Expr, resolve: Resolve) -> Scalar:
    subject = node.this
    asked: list[tuple[Scalar, Scalar]] = []
    for branch in node.args["ifs"]:
        condition = branch.this if subject is None else exp.EQ(this=subject.copy(), expression=branch.this.copy())
        asked.append((scalar(condition, resolve), scalar(branch.args["true"], resolve)))
    default = node.args.get("default")
    rest = scalar(default, resolve) if default is not None else _fixed(exp.Null())

    def work(frame: Frame) -> Column:
        made = rest(frame)
        for condition, then in reversed(asked):
            made = where(holds(condition(frame), frame.relation.size), then(frame), made)
        return made

    return work


def _coalesce(node: exp.Expr, resolve: Resolve) -> Scalar:
    parts = [scalar(each, resolve) for each in (node.this, *node.expressions)]

    def work(frame: Frame) -> Column:
        made = parts[-1](frame)
        for part in reversed(parts[:-1]):
            found = part(frame)
            made = found if found.null is None else where(~np.asarray(found.null), found, made)
        return made

    return work


def _nullif(node: exp.Expr, resolve: Resolve) -> Scalar:
    same = exp.EQ(this=node.this.copy(), expression=node.expression.copy())
    when = exp.If(this=same, true=exp.Null())
    return scalar(exp.Case(ifs=[when], default=node.this.copy()), resolve)


MAKERS: dict[type[exp.Expr], Callable[[Any, Resolve], Scalar]] = {
    **dict.fromkeys(_COMPARED, _compare),
    exp.And: _and, exp.Or: _or, exp.Not: _not, exp.Is: _is, exp.In: _in, exp.Add: _add, exp.Sub: _add,
    exp.Mul: _multiply, exp.Neg: _minus, exp.Floor: _floor, exp.Mod: _remainder, exp.DateDiff: _days_between,
    exp.Extract: _extract, exp.Cast: _cast, exp.Case: _case, exp.Coalesce: _coalesce, exp.Nullif: _nullif,
}  # fmt: skip
"""What is known here; everything else is left to the engine."""
