"""What Postgres says differently from DuckDB, beyond what sqlglot knows; execution on both proves it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from sqlglot import exp

_MARK = "tradewind_bound_"


def to_postgres(select: exp.Expression) -> str:
    """Write a SELECT of DuckDB's dialect for Postgres, with `%(name)s` where values are bound."""
    tree = select.transform(_rewritten)
    # Bound values are marked by a name while every other % is doubled, as the driver wants it.
    for node in list(tree.find_all(exp.Placeholder)):
        node.replace(exp.to_identifier(_MARK + node.name))
    text = tree.sql("postgres").replace("%", "%%")
    return re.sub(_MARK + r"(\w+)", r"%(\1)s", text)


def column_type(duckdb_type: str) -> str:
    """Return the Postgres type of a stored column; text compares by its bytes, as in DuckDB."""
    if duckdb_type == "VARCHAR":
        return 'TEXT COLLATE "C"'
    if duckdb_type == "FLOAT":
        return "DOUBLE PRECISION"  # Postgres would sum a REAL as a REAL
    return exp.DataType.build(duckdb_type, dialect="duckdb").sql("postgres")


def _rewritten(node: exp.Expr) -> exp.Expr:
    for kind, rewrite in _REWRITES.items():
        if isinstance(node, kind):
            return rewrite(node)
    return node


def _text_by_bytes(node: exp.Expr) -> exp.Expr:
    """A cast to text compares by its bytes, as stored text does."""
    return _collated(node.copy(), "C") if node.args["to"].this in exp.DataType.TEXT_TYPES else node


def _case_of_all_letters(node: exp.Expr) -> exp.Expr:
    """By bytes, only A to Z have a case: change it by the database's own rules, then compare by bytes again."""
    changed = type(node)(this=_collated(node.this, "default"))
    if isinstance(node, exp.Upper):
        return _collated(exp.func("REPLACE", changed, exp.Literal.string("ß"), exp.Literal.string("ẞ")), "C")
    return _collated(changed, "C")


def _part_of_time(node: exp.Expr) -> exp.Expr:
    unit = type(node).__name__.upper() if not isinstance(node, exp.Extract) else node.name.upper()
    part = exp.Extract(this=exp.var(unit), expression=node.args.get("expression") or node.this)
    return exp.Floor(this=part) if unit == "SECOND" else part  # Postgres counts its fraction too


def _divided(node: exp.Expr) -> exp.Expr:
    """Whole numbers divide to a fraction, as in DuckDB."""
    return exp.Paren(this=exp.Div(this=exp.cast(node.this, "double"), expression=node.expression, typed=True))


def _rounded(node: exp.Expr) -> exp.Expr:
    """Round halves away from zero: Postgres does so for NUMERIC only."""
    return exp.Round(this=exp.cast(node.this, "decimal"), decimals=node.args.get("decimals"))


def _joined(node: exp.Expr) -> exp.Expr:
    """Within a joined text, a flag reads `true`, not `t`."""
    return type(node)(**{**node.args, "expressions": [exp.cast(part, "text") for part in node.expressions]})


def _date_difference(node: exp.Expr) -> exp.Expr:
    """Count the day boundaries between two times, as DuckDB does: sqlglot would count whole 24 hours."""
    if node.text("unit").upper() not in ("", "DAY"):
        return node
    return exp.Paren(this=exp.Sub(this=exp.cast(node.this, "date"), expression=exp.cast(node.expression, "date")))


def _collated(node: exp.Expr, name: str) -> exp.Expr:
    return exp.Paren(this=exp.Collate(this=node, expression=exp.to_identifier(name, quoted=True)))


_REWRITES: Mapping[type[exp.Expr] | tuple[type[exp.Expr], ...], Callable[[exp.Expr], exp.Expr]] = {
    exp.Cast: _text_by_bytes,
    (exp.Upper, exp.Lower): _case_of_all_letters,
    (exp.Quarter, exp.Hour, exp.Minute, exp.Second, exp.Extract): _part_of_time,
    exp.DateDiff: _date_difference,
    exp.Round: _rounded,
    exp.Div: _divided,
    (exp.Concat, exp.ConcatWs): _joined,
}
