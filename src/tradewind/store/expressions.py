"""SQL that people write in config or pages: what it may hold is listed here; everything else is refused."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterator

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from tradewind.core.errors import Problem, UnsafeExpression


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


LONGEST = 20_000
"""Characters that an expression or query may have."""

SYNTAX = _words(
    "Add And Between Boolean Case Cast Column Concat DPipe DataType DataTypeParam Div EQ Escape Extract GT GTE "
    "ILike Identifier If In IntDiv Interval Is LT LTE Like Literal Mod Mul NEQ Neg Not Null NullSafeEQ NullSafeNEQ "
    "Or Paren Sub TryCast Var"
)
"""sqlglot's names for plain scalar syntax."""

SHARED_FUNCTIONS = _words(
    "Abs Ceil Coalesce ConcatWs DateDiff DateTrunc Exp Floor Greatest Least Left Length Ln Lower Nullif Pow Replace "
    "Right Round Sign SplitPart Sqrt StartsWith StrPosition Substring TimestampTrunc Trim Trunc Upper Year Month Day "
    "Quarter Hour Minute"
)
"""sqlglot's names for the scalar functions that give equal results on every engine."""

MAPPING_FUNCTIONS = SHARED_FUNCTIONS | _words(
    "Contains DateFromParts DayOfMonth DayOfWeek DayOfWeekIso DayOfYear EndsWith Log Pad RegexpExtract "
    "RegexpLike RegexpReplace Reverse Second StrToTime TimeToStr TimeToUnix TimestampFromParts UnixToTime Week"
)
"""Scalar functions of a mapping expression, which DuckDB alone executes."""

MAPPING_NAMES = frozenset({"date_part", "epoch_us", "strip_accents", "try_strptime"})
"""The same, for functions that sqlglot keeps by name."""

FUNCTION_WORDS = tuple(
    sorted(
        _words(
            "abs ceil coalesce concat concat_ws contains date_diff date_part date_trunc day dayofmonth dayofweek "
            "dayofyear ends_with epoch epoch_ms epoch_us exp extract floor greatest hour if ifnull instr isodow "
            "least left length ln log10 lower lpad ltrim make_date make_timestamp minute month nullif power "
            "quarter regexp_extract regexp_matches regexp_replace replace reverse right round rpad rtrim second "
            "sign split_part sqrt starts_with strftime strip_accents strpos strptime substring to_timestamp trim "
            "trunc try_strptime upper week year"
        )
    )
)
"""The functions of a mapping expression as people write them, for the docs and for hints."""

QUERY_SYNTAX = _words(
    "Alias CTE Distinct Except Exists Filter From Group Having Intersect Join Limit Order Ordered Placeholder "
    "Select Star Subquery Table TableAlias Tuple Union Values Where Window WindowSpec With"
)
"""What a SELECT may hold beyond scalar syntax."""

AGGREGATES = _words("Avg Count Max Min RowNumber Rank DenseRank Sum Lag Lead")
"""Aggregates and window functions that give equal results on every engine."""

PLAIN_TYPES = _words(
    "BIGINT BOOLEAN DATE DECIMAL DOUBLE FLOAT INT SMALLINT TEXT TIME TIMESTAMP TIMESTAMPNTZ TIMESTAMPTZ TINYINT VARCHAR"
)
"""Types that one may cast to."""

# DuckDB reads `SELECT :x AS y` as an alias before a colon; `$x` has one meaning. Quoted text and comments stay.
_PLACEHOLDER = re.compile(
    r"""('(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|/\*.*?\*/)|(?<![:\w\])]):([A-Za-z_]\w*)""", re.DOTALL
)
DEEPEST = 200
"""Levels of nesting that an expression or query may have."""

_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def parse_scalar(text: str, where: str) -> exp.Expression:
    """Parse an expression that computes one value of a row from that row's columns.

    Args:
        text: the expression, in DuckDB's dialect.
        where: the place it was written, for the message.
    Returns:
        The syntax tree, without comments.
    Raises:
        UnsafeExpression: it is no expression, or holds anything but columns, literals, operators and listed functions.
    """
    tree = _parse(text, where)
    allowed = SYNTAX | MAPPING_FUNCTIONS
    for node in tree.walk():
        _check_node(node, allowed, MAPPING_NAMES, where)
    return tree


def parse_portable(text: str, where: str) -> exp.Expression:
    """Parse an expression like `parse_scalar`, with nothing in it that engines understand differently.

    Raises:
        UnsafeExpression: it is no expression, or holds anything that is not on the list.
    """
    tree = _parse(text, where)
    for node in tree.walk():
        _check_node(node, (SYNTAX - {"TryCast"}) | SHARED_FUNCTIONS, frozenset(), where)
        _check_portable(node, where)
    return tree


def columns_of(expression: exp.Expression) -> tuple[str, ...]:
    """Return the names of the columns an expression reads, in order of appearance, each once."""
    return tuple(dict.fromkeys(column.name for column in expression.find_all(exp.Column, bfs=False)))


def parse_query(text: str, where: str) -> exp.Expression:
    """Parse one statement in DuckDB's dialect; `check_query` says whether it may run.

    Raises:
        UnsafeExpression: it cannot be parsed, or is more than one statement.
    """
    return _parse(_PLACEHOLDER.sub(lambda found: found[1] or f"${found[2]}", text), where)


def check_query(query: exp.Expression, tables_allowed: Collection[str], where: str = "the query") -> None:
    """Refuse a query that is not one SELECT over the allowed tables with functions equal on every engine.

    Args:
        query: the parsed query.
        tables_allowed: names of tables it may read, besides its own CTEs.
        where: the place it was written, for the message.
    Raises:
        UnsafeExpression: anything in it is not on the list.
    """
    if not isinstance(query, exp.Select | exp.SetOperation):
        raise _refused(where, "only a SELECT may stand here", query.sql("duckdb"))
    allowed = (SYNTAX - {"TryCast"}) | SHARED_FUNCTIONS | QUERY_SYNTAX | AGGREGATES
    named = {cte.alias for cte in query.find_all(exp.CTE)}
    # A name such as "secrets.csv" would make DuckDB read the file wherever the CTE is not in sight.
    for name in named:
        if not _PLAIN_NAME.fullmatch(name):
            raise _refused(where, "this cannot be a table's name", name)
    for node in query.walk():
        _check_node(node, allowed, frozenset(), where)
        _check_portable(node, where)
        if isinstance(node, exp.Table):
            _check_table(node, {*tables_allowed, *named}, where)


def _parse(text: str, where: str) -> exp.Expression:
    if len(text) > LONGEST:
        raise _refused(where, "this is too long", f"{len(text)} characters", f"at most {LONGEST} characters")
    try:
        trees = [tree for tree in sqlglot.parse(text, dialect="duckdb") if tree is not None]
    except (SqlglotError, RecursionError, ValueError) as error:
        reason = str(error).splitlines()[0] if not isinstance(error, RecursionError) else "too deeply nested"
        raise _refused(where, "this cannot be read as SQL", f"{text[:80]!r}: {_plain(reason)}") from error
    if len(trees) != 1 or not isinstance(trees[0], exp.Expression):
        raise _refused(where, "one expression was expected", repr(text[:80]))
    if _depth(trees[0]) > DEEPEST:
        raise _refused(where, "this is too deeply nested", repr(text[:80]), f"at most {DEEPEST} levels")
    for node in trees[0].walk():
        node.comments = None
    return trees[0]


def _depth(tree: exp.Expr) -> int:
    deepest, level = 0, [tree]
    while level:
        deepest += 1
        level = [child for node in level for child in node.iter_expressions()]
    return deepest


def _check_node(node: exp.Expr, allowed: Collection[str], names: Collection[str], where: str) -> None:
    kind = type(node).__name__
    if isinstance(node, exp.Anonymous):
        if node.name.lower() not in names:
            near = difflib.get_close_matches(node.name.lower(), FUNCTION_WORDS, n=1)
            hint = f'did you mean "{near[0]}"?' if near else ""
            shown = node.sql("duckdb")[:80]
            raise _refused(where, f"the function {node.name.lower()} is not allowed here", shown, do=hint)
    elif kind not in allowed:
        word = node.sql_name().lower() if isinstance(node, exp.Func) else f"{kind} syntax"
        raise _refused(where, f"{word} is not allowed here", node.sql("duckdb")[:80])
    if isinstance(node, exp.DataType) and (node.this.name not in PLAIN_TYPES or node.args.get("nested")):
        raise _refused(where, "a value cannot be turned into this type here", node.sql("duckdb"))
    if isinstance(node, exp.Column) and (node.args.get("db") or node.args.get("catalog")):
        raise _refused(where, "a column is written as column or table.column", node.sql("duckdb"))
    if isinstance(node, exp.With) and node.recursive:
        raise _refused(where, "a query that calls itself is not allowed here", node.sql("duckdb")[:80])
    if isinstance(node, exp.In) and any(node.args.get(key) for key in ("unnest", "field", "is_global")):
        raise _refused(where, "IN takes a list of values", node.sql("duckdb"))


def _check_portable(node: exp.Expr, where: str) -> None:
    """Refuse what only DuckDB says, or what the engines understand differently."""
    what = ""
    if isinstance(node, exp.Star) and any(node.args.values()):
        what = "* EXCLUDE and * REPLACE are not allowed here"
    if isinstance(node, exp.Group) and node.args.get("all"):
        what = "BY ALL is not allowed here: name the columns"
    if isinstance(node, exp.Join) and (
        node.method not in ("", "NATURAL") or node.kind in ("SEMI", "ANTI", "POSITIONAL")
    ):
        what = "this kind of join is not allowed here"
    if isinstance(node, exp.Substring) and isinstance(node.args.get("start"), exp.Neg):
        what = "substring counts from 1"
    if isinstance(node, exp.Ordered) and isinstance(node.this, exp.Var):
        what = "BY ALL is not allowed here: name the columns"
    if what:
        raise _refused(where, what, node.sql("duckdb")[:80])


def _check_table(node: exp.Table, allowed: Collection[str], where: str) -> None:
    plain = isinstance(node.this, exp.Identifier) and not node.args.get("db") and not node.args.get("catalog")
    extra = [key for key, value in node.args.items() if value and key not in ("this", "alias")]
    if not plain or extra or node.name not in allowed:
        raise _refused(
            where, "this table cannot be read here", node.sql("duckdb")[:80], f"one of: {', '.join(sorted(allowed))}"
        )


def _refused(where: str, what: str, found: str, expected: str = "", do: str = "") -> UnsafeExpression:
    listed = "columns, values, operators and the functions listed in the docs"
    return UnsafeExpression(Problem(where, what, found, expected or listed, do))


def _plain(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def placeholders_of(query: exp.Expression) -> Iterator[str]:
    """Yield the name of each `:name` or `$name` in a query."""
    for node in query.find_all(exp.Placeholder):
        yield node.name
