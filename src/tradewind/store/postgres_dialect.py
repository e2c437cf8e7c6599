"""What Postgres says differently from DuckDB, beyond what sqlglot knows; execution on both proves it."""

from __future__ import annotations

import re

from sqlglot import exp

_BINARY = 'COLLATE "C"'
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
        return f"TEXT {_BINARY}"
    if duckdb_type == "FLOAT":
        return "DOUBLE PRECISION"  # Postgres would sum a REAL as a REAL
    return exp.DataType.build(duckdb_type, dialect="duckdb").sql("postgres")


def _rewritten(node: exp.Expr) -> exp.Expr:
    if isinstance(node, exp.Cast) and node.to.this in exp.DataType.TEXT_TYPES:
        return exp.Collate(this=node.copy(), expression=exp.to_identifier("C", quoted=True))
    if isinstance(node, exp.Quarter | exp.Hour | exp.Minute | exp.Second):
        return exp.Extract(this=exp.var(type(node).__name__.upper()), expression=node.this)
    if isinstance(node, exp.DateDiff):
        return _date_difference(node)
    if isinstance(node, exp.Round) and node.args.get("decimals") is not None:
        return exp.Round(this=exp.cast(node.this, "decimal"), decimals=node.args["decimals"])
    return node


def _date_difference(node: exp.DateDiff) -> exp.Expr:
    """Count the day boundaries between two times, as DuckDB does: sqlglot would count whole 24 hours."""
    if node.text("unit").upper() not in ("", "DAY"):
        return node
    return exp.Paren(this=exp.Sub(this=exp.cast(node.this, "date"), expression=exp.cast(node.expression, "date")))
