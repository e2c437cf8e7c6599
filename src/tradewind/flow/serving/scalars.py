"""Scalar SQL as numpy: each expression becomes one function of a few rows, exact or refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sqlglot import exp

from tradewind.flow.serving.columns import EXACT, Column, Kind, NotKnownHere, Relation, Words, constant

DAY = 86_400_000_000


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
    maker = _MAKERS.get(type(node))
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


def either(*nulls: Any) -> Any:
    """Return where any of these has none."""
    given = [null for null in nulls if null is not None]
    return None if not given else given[0] if len(given) == 1 else np.logical_or.reduce(np.broadcast_arrays(*given))


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


def alike(one: Column, other: Column) -> tuple[Any, Any]:
    """Return the numbers of two columns in one unit.

    Raises:
        NotKnownHere: how the engine would bring them together is left to it.
    """
    if one.kind == other.kind and one.scale == other.scale:
        return one.values, other.values
    if "null" in (one.kind, other.kind):
        return one.values, other.values
    kinds = {one.kind, other.kind}
    if kinds <= {"int", "decimal"}:
        scale = max(one.scale, other.scale)
        return scaled(one, scale), scaled(other, scale)
    if kinds == {"date", "time"}:
        return tuple(each.values.astype(np.int64) * DAY if each.kind == "date" else each.values
                     for each in (one, other))  # fmt: skip
    if kinds == {"double", "int"}:
        return tuple(np.asarray(each.values, dtype=np.float64) for each in (one, other))  # type: ignore[return-value]
    raise NotKnownHere(f"{one.kind} beside {other.kind}")


def scaled(column: Column, scale: int) -> Any:
    """Return a whole number or decimal in units of its `scale`-th digit."""
    if column.scale == scale:
        return column.values
    if column.scale > scale:
        raise NotKnownHere("fewer digits")
    return times(column.values, np.int64(10 ** (scale - column.scale)))


def times(left: Any, right: Any) -> Any:
    """Return an exact product of whole numbers."""
    if np.size(left) and np.size(right) and float(np.abs(left).max()) * float(np.abs(right).max()) >= EXACT:
        raise NotKnownHere("a very large number")
    return np.multiply(left, right, dtype=np.int64)


def _and(node: exp.Expr, resolve: Resolve) -> Scalar:
    parts = [scalar(each, resolve) for each in node.flatten()]

    def work(frame: Frame) -> Column:
        made = flag(parts[0](frame))
        for part in parts[1:]:
            made = _both(made, flag(part(frame)))
        return made

    return work


def _both(one: Column, other: Column) -> Column:
    if one.null is None and other.null is None:
        return Column("flag", one.values & other.values)
    no = (one.known() & ~one.values) | (other.known() & ~other.values)
    null = either(one.null, other.null) & ~no
    return Column("flag", one.values & other.values & ~null, null)


def _or(node: exp.Expr, resolve: Resolve) -> Scalar:
    parts = [scalar(each, resolve) for each in node.flatten()]

    def work(frame: Frame) -> Column:
        made = _negated(flag(parts[0](frame)))
        for part in parts[1:]:
            made = _both(made, _negated(flag(part(frame))))
        return _negated(made)

    return work


def _negated(column: Column) -> Column:
    return Column("flag", ~column.values, column.null)


def flag(column: Column) -> Column:
    """Return a column as flags.

    Raises:
        NotKnownHere: it is no flag.
    """
    if column.kind == "null":
        return Column("flag", np.bool_(False), np.True_)
    if column.kind != "flag":
        raise NotKnownHere(f"a {column.kind} as a flag")
    return column


def holds(column: Column, size: int) -> Any:
    """Return (n,) where a condition holds; unknown does not."""
    made = flag(column)
    there = made.values if made.null is None else made.values & ~made.null
    return there if np.ndim(there) else np.full(size, bool(there))


def _not(node: exp.Expr, resolve: Resolve) -> Scalar:
    inner = scalar(node.this, resolve)
    return lambda frame: _negated(flag(inner(frame)))


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


def as_double(column: Column) -> Any:
    """Return numbers as floats: a decimal as the float nearest to it."""
    if column.kind == "double":
        return column.values
    values = np.asarray(column.values)
    if values.size and np.max(np.abs(values)) > 1 << 53:
        raise NotKnownHere("a very large number")
    return values.astype(np.float64) / float(10**column.scale)


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


def day_of(column: Column) -> Any:
    """Return days since 1970 of dates or times."""
    if column.kind == "date":
        return column.values.astype(np.int64)
    if column.kind == "time":
        return np.floor_divide(column.values, DAY)
    raise NotKnownHere(f"the day of a {column.kind}")


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


def cast(found: Column, name: str, digits: list[int]) -> Column:
    """Return a column as the engine casts it.

    Raises:
        NotKnownHere: the cast is left to the engine.
    """
    kind: dict[str, Kind] = {
        "DATE": "date", "TIMESTAMP": "time", "TIMESTAMPNTZ": "time", "BIGINT": "int", "DOUBLE": "double",
        "DECIMAL": "decimal", "VARCHAR": "text", "TEXT": "text", "BOOLEAN": "flag",
    }  # fmt: skip
    wanted = kind.get(name)
    scale = digits[1] if len(digits) > 1 else 0
    if wanted is None:
        raise NotKnownHere(name)
    if found.kind == "null":
        return Column(wanted, np.float64(0) if wanted == "double" else np.int64(0), np.True_, scale)
    if found.kind == wanted and found.scale == scale and wanted != "decimal":
        return found
    if wanted == "date" and found.kind == "time":
        return Column("date", day_of(found), found.null)
    if wanted == "decimal" and found.kind in ("int", "decimal"):
        return Column("decimal", scaled(found, scale), found.null, scale)
    if wanted == "decimal" and found.kind == "double":
        return Column("decimal", _nearest(found, scale), found.null, scale)
    if wanted == "double" and found.kind in ("int", "decimal"):
        return Column("double", as_double(found), found.null)
    if wanted == "int" and found.kind == "double":
        if np.any(found.known() & ((found.values != np.rint(found.values)) | (np.abs(found.values) >= EXACT))):
            raise NotKnownHere("a rounded number")
        return Column("int", np.asarray(found.values).astype(np.int64), found.null)
    if wanted == "time" and found.kind == "date":
        return Column("time", day_of(found) * DAY, found.null)
    raise NotKnownHere(f"a {found.kind} as {name}")


def _nearest(found: Column, scale: int) -> Any:
    """A float as a decimal, where there is no doubt about its last digit."""
    lifted = np.asarray(found.values) * float(10**scale)
    whole = np.rint(lifted)
    doubtful = (np.abs(lifted - whole) > 0.4) | ~(np.abs(lifted) < 1 << 52)
    if np.any(found.known() & doubtful):
        raise NotKnownHere("a number between two decimals")
    return np.where(found.known(), whole, 0).astype(np.int64)


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


def where(there: Any, one: Column, other: Column) -> Column:
    """Return the first column where the flags are set, else the second."""
    kind, scale = (one.kind, one.scale) if one.kind != "null" else (other.kind, other.scale)
    if "null" not in (one.kind, other.kind) and (one.kind != other.kind or one.scale != other.scale):
        if {one.kind, other.kind} > {"int", "decimal"}:
            raise NotKnownHere(f"{one.kind} or {other.kind}")
        kind, scale = "decimal", max(one.scale, other.scale)
        one, other = (Column("decimal", scaled(each, scale), each.null, scale) for each in (one, other))
    values = np.where(there, one.values, other.values)
    if one.null is None and other.null is None:
        return Column(kind, values, None, scale)
    null = np.where(there, False if one.null is None else one.null, False if other.null is None else other.null)
    return Column(kind, values, null, scale)


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


_MAKERS: dict[type[exp.Expr], Callable[[Any, Resolve], Scalar]] = {
    **dict.fromkeys(_COMPARED, _compare),
    exp.And: _and, exp.Or: _or, exp.Not: _not, exp.Is: _is, exp.In: _in, exp.Add: _add, exp.Sub: _add,
    exp.Mul: _multiply, exp.Neg: _minus, exp.Floor: _floor, exp.Mod: _remainder, exp.DateDiff: _days_between,
    exp.Extract: _extract, exp.Cast: _cast, exp.Case: _case, exp.Coalesce: _coalesce, exp.Nullif: _nullif,
}  # fmt: skip
"""What is known here; everything else is left to the engine."""
