"""Expressions of a mapping in plain words, for the forms that a proposal writes; other forms have none."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from sqlglot import exp

from tradewind.core.errors import UnsafeExpression
from tradewind.sources.joining import ROW
from tradewind.sources.repeating import WORD
from tradewind.store.expressions import parse_scalar

_LONGEST = 400


def say_expression(text: str) -> str:
    """Return what an expression reads, in words; empty for a column by itself, which needs none.

    Args:
        text: of a mapping, such as `"Total" * -1`.
    """
    try:
        tree = parse_scalar(text, "")
    except UnsafeExpression:
        return ""
    if isinstance(tree, exp.Column) and not tree.table and tree.name not in (ROW, WORD):
        return ""
    if isinstance(tree, exp.Literal):
        return f"always {_literal(tree)}"
    try:
        said = _say(tree)
    except _NoWords:
        return _made_of(tree, text)
    return said if len(said) <= _LONGEST else _made_of(tree, text)


def _made_of(tree: exp.Expr, text: str) -> str:
    """The columns, in the order in which they stand there."""
    names = {each.name for each in tree.find_all(exp.Column)} - {WORD}
    ordered = [f"“{name}”" for name in sorted(names, key=text.find)]
    return f"worked out from {_listed(ordered)}" if ordered else ""


class _NoWords(Exception):
    """A form that has no words."""


def _say(node: exp.Expr) -> str:
    say = _FORMS.get(type(node).__name__)
    if say is None:
        raise _NoWords
    return say(node)


def _column(node: exp.Expr) -> str:
    if node.name in (ROW, WORD):
        return "the number of the row" if node.name == ROW else "the way that the row is about"
    return f"column “{node.name}”" + (f" of {node.args['table'].name}" if node.args.get("table") else "")


def _literal(node: exp.Expr) -> str:
    return f"“{node.name}”" if node.is_string else node.name


def _product(node: exp.Expr) -> str:
    left, right = node.args["this"], node.args["expression"]
    for one, other in ((left, right), (right, left)):
        number = _number(other)
        if number is not None:
            return f"{_say(one)}, times {number:g}".replace("-", "−")
    return f"{_say(left)} times {_say(right)}"


def _quotient(node: exp.Expr) -> str:
    number = _number(node.args["expression"])
    by = _say(node.args["expression"]) if number is None else f"{number:g}"
    return f"{_say(node.this)} divided by {by}"


def _number(node: exp.Expr) -> float | None:
    if isinstance(node, exp.Neg):
        inner = _number(node.this)
        return None if inner is None else -inner
    return float(node.name) if isinstance(node, exp.Literal) and not node.is_string else None


def _cast(node: exp.Expr) -> str:
    """Text read as a number: what `number_sql` writes."""
    inner, commas, brackets = node.this, False, False
    while isinstance(inner, exp.Replace | exp.RegexpReplace):
        parts = [each.name for each in inner.find_all(exp.Literal) if each.is_string and each.parent is inner]
        commas |= "," in parts and "." in parts
        brackets |= "(" in parts and "-" in parts
        inner = inner.this
    if inner is node.this:
        return _say(inner)
    how = ", ".join(
        part
        for part, holds in (
            ("commas read as decimal points", commas), ("brackets read as a minus sign", brackets),
            ("signs around the digits taken off", not commas and not brackets),
        )
        if holds
    )  # fmt: skip
    return f"{_say(inner)}, {how}"


def _coalesce(node: exp.Expr) -> str:
    first, *others = node.this, *node.expressions
    if len(others) == 1 and _number(others[0]) == 0:
        return f"{_say(first)} (nothing where it is blank)"
    return f"{_say(first)}, else {', else '.join(map(_say, others))}"


def _joined(node: exp.Expr) -> str:
    return " and ".join(map(_say, node.expressions[1:])) + ", together"


def _pieces(node: exp.Expr) -> str:
    """`a || ' ' || b`: blanks between parts need no words."""
    parts = [part for part in node.flatten() if not (isinstance(part, exp.Literal) and not part.name.strip())]
    return " and ".join(map(_say, (part.this if isinstance(part, exp.Coalesce) else part for part in parts)))


def _nullif(node: exp.Expr) -> str:
    what = node.expression
    return _say(node.this) if what.name == "" else f"{_say(node.this)}, blank where it is {_say(what)}"


def _in(node: exp.Expr) -> str:
    return f"{_say(node.this)} is {_either([_say(each) for each in node.expressions])}"


def _not(node: exp.Expr) -> str:
    inner = node.this
    if isinstance(inner, exp.Is):
        return f"{_say(inner.this)} is filled in"
    if isinstance(inner, exp.In):
        this = inner.this.this if isinstance(inner.this, exp.Coalesce) else inner.this
        return f"{_say(this)} is not {_either([_say(each) for each in inner.expressions])}"
    raise _NoWords


def _is(node: exp.Expr) -> str:
    if isinstance(node.expression, exp.Null):
        return f"{_say(node.this)} is blank"
    raise _NoWords


def _either(words: Sequence[str]) -> str:
    return _listed(words, "or")


def _listed(words: Sequence[str], last: str = "and") -> str:
    return f" {last} ".join([*([", ".join(words[:-1])] if len(words) > 1 else []), *words[-1:]])


def _between(word: str) -> Callable[[exp.Expr], str]:
    return lambda node: f"{_say(node.args['this'])} {word} {_say(node.args['expression'])}"


_FORMS: Mapping[str, Callable[[exp.Expr], str]] = {
    "Column": _column,
    "Literal": _literal,
    "Paren": lambda node: _say(node.this),
    "Lower": lambda node: _say(node.this),
    "Upper": lambda node: _say(node.this),
    "Trim": lambda node: _say(node.this),
    "Cast": _cast,
    "TryCast": _cast,
    "Nullif": _nullif,
    "Coalesce": _coalesce,
    "ConcatWs": _joined,
    "DPipe": _pieces,
    "Mul": _product,
    "Div": _quotient,
    "Add": _between("plus"),
    "Sub": _between("less"),
    "Neg": lambda node: f"{_say(node.this)}, times −1",
    "EQ": _between("is"),
    "NEQ": _between("is not"),
    "And": _between("and"),
    "In": _in,
    "Not": _not,
    "Is": _is,
    "UnixToTime": lambda node: f"{_say(node.this)}, counted in seconds since 1970",
}
"""Forms that have words, by sqlglot's name."""
