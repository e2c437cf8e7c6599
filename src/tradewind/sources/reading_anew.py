"""`parse` and `map` of `[clean]`: a column's text rewritten before it is typed, with how many rows that touches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from tradewind.sources.typed import Target

if TYPE_CHECKING:
    import duckdb

    from tradewind.sources.joining import Joined
    from tradewind.store.config_clean import CleanRule

_NUMERIC = ("money", "quantity", "number", "attribute")


@dataclass(frozen=True)
class Treated:
    """What one treatment of `[clean]` did.

    Args:
        column: the contract column.
        treatment: parse, map, factor, cap, impute, drop rows or drop column.
        rows: rows it touched.
        before_sum: sum of the column before, where it holds numbers.
        after_sum: sum after.
    """

    column: str
    treatment: str
    rows: int
    before_sum: float | None = None
    after_sum: float | None = None

    def note(self) -> str:
        """Say it in one clause; one that touched nothing is said to."""
        if not self.rows:
            return f"[clean] {self.column}: {self.treatment} touches nothing"
        sums = ""
        if self.before_sum is not None and self.after_sum is not None and self.before_sum != self.after_sum:
            sums = f"; sum {self.before_sum:,.2f} before, {self.after_sum:,.2f} after"
        return f"[clean] {self.column}: {self.treatment} touched {self.rows:,} rows{sums}"


def read_anew(
    con: duckdb.DuckDBPyConnection,
    joined: Joined,
    targets: list[Target],
    expressions: dict[str, str],
    condition: str,
    types: Mapping[str, str],
    rules: Mapping[str, CleanRule],
    decimal: str | None,
) -> tuple[list[Target], list[Treated]]:
    """Rewrite the expressions of columns that config reads anew; see `[clean.*]` `parse` and `map`.

    Args:
        con: the engine, which knows the source tables.
        joined: the source and its lookups.
        targets: the columns to fill.
        expressions: bound SQL of each target; changed in place.
        condition: bound SQL of the rows to take.
        types: SQL type of each expression.
        rules: the table's cleaning rules by column.
        decimal: decimal sign of the source's text; numbers are written with it.
    Returns:
        the targets (one read with `parse.format` has ISO text now), and what each treatment touched.
    """
    done: list[Target] = []
    treated: list[Treated] = []
    for target in targets:
        rule, sql_type = rules.get(target.name), types.get(target.name, "")
        steps: list[tuple[str, str]] = []
        if rule is not None and rule.map:
            steps.append(("map", _mapped(expressions[target.name], sql_type, target, rule.map)))
        if rule is not None and rule.parse is not None and sql_type == "VARCHAR":
            parsed = _parsed(steps[-1][1] if steps else expressions[target.name], rule, decimal)
            steps += [("parse", parsed)] if parsed else []
            if rule.parse.formats:
                target = replace(target, format=None)
        elif rule is not None and rule.parse is not None and _reads_text(rule):
            treated.append(Treated(target.name, "parse", 0))
        treated += _counted(con, joined, target, expressions[target.name], steps, condition)
        if steps:
            expressions[target.name] = steps[-1][1]
        done.append(target)
    return done, treated


def _reads_text(rule: CleanRule) -> bool:
    parse = rule.parse
    return parse is not None and bool(parse.formats or parse.decimal or parse.strip or parse.units)


def _mapped(sql: str, sql_type: str, target: Target, words: Mapping[str, str]) -> str:
    """SQL that gives each mapped value its meaning; a number is met however it is written."""
    text = f"text_of({sql})"
    cases = []
    for word, meant in words.items():
        same = [f"{text} = {quoted(word.strip())}"] if word.strip() else [f"{text} IS NULL"]
        if target.kind in _NUMERIC and (number := _number(word)) is not None:
            same.append(f"number_of({sql}) = {number!r}")
        if sql_type.startswith("TIMESTAMP"):
            same.append(f"{text} = {quoted(word.strip() + ' 00:00:00')}")
        cases.append(f"WHEN {' OR '.join(same)} THEN {quoted(meant) if meant else 'NULL'}")
    return f"CASE {' '.join(cases)} ELSE {text} END"


def _parsed(sql: str, rule: CleanRule, decimal: str | None) -> str:
    """SQL of the text as `parse` says it is to be read; empty where nothing of the text is."""
    parse = rule.parse
    assert parse is not None
    if not _reads_text(rule):
        return ""
    text = f"text_of({sql})"
    for mark in parse.strip:
        text = f"trim(replace({text}, {quoted(mark)}, ''))"
    if parse.formats:
        return _dated(text, parse.formats)
    point = decimal or "."
    if parse.decimal is not None:
        text = _with_point(text, parse.decimal, point)
    if parse.units:
        text = _in_one_unit(text, parse.units, point)
    return text


def _dated(text: str, formats: tuple[str, ...]) -> str:
    """ISO text of a date in any of the formats, in this order; text in none of them stays as it is, to be refused."""
    tries = []
    for form in formats:
        timed = any(mark in form for mark in ("%H", "%I", "%c", "%X"))
        iso = "%Y-%m-%d %H:%M:%S" if timed else "%Y-%m-%d"
        tries.append(f"strftime(try_strptime({text}, {quoted(form)}), '{iso}')")
    return f"coalesce({', '.join(tries)}, {text})"


def _with_point(text: str, sign: str, point: str) -> str:
    """Text of a number that has the decimal sign, written with the source's own sign; other text as it is."""
    other = "." if sign == "," else ","
    marks = rf"[{other} \x{{00a0}}''’]"
    form = rf"[+-]?(\d{{1,3}}({marks}\d{{3}})+|\d+)\{sign}\d+"
    bare = f"replace(regexp_replace({text}, '{marks}', '', 'g'), '{sign}', '{point}')"
    return f"CASE WHEN regexp_full_match({text}, '{form}') THEN {bare} ELSE {text} END"


def _in_one_unit(text: str, units: Mapping[str, float], point: str) -> str:
    """Text of a number with its unit taken away and worked in; text with an unknown unit stays, to be refused."""
    number = f"TRY_CAST(number_text(regexp_extract({text}, '^([+-]?[0-9][0-9.,]*)', 1)) AS DOUBLE)"
    unit = f"lower(regexp_extract({text}, '^[+-]?[0-9][0-9.,]*\\s*([^0-9\\s]+)$', 1))"
    cases = []
    for word, factor in units.items():
        worth = f"replace(CAST(round({number} * {factor!r}, 9) AS VARCHAR), '.', '{point}')"
        cases.append(f"WHEN {unit} = {quoted(word.lower())} THEN {worth}")
    return f"CASE {' '.join(cases)} ELSE {text} END"


def _counted(
    con: duckdb.DuckDBPyConnection, joined: Joined, target: Target, before: str, steps: list[tuple[str, str]],
    condition: str,
) -> list[Treated]:  # fmt: skip
    """How many rows each step touches, and the sums around it."""
    found = []
    for name, after in steps:
        # Values are named in a layer of their own: written out at every use, nested treatments would take long to plan.
        values = f"SELECT {before} AS was, {after} AS is_now FROM {joined.from_clause()} WHERE {condition}"
        rows, sum_before, sum_after = con.execute(
            "SELECT count(*) FILTER (WHERE text_of(was) IS DISTINCT FROM text_of(is_now)), "
            f"{_exact_sum('was')}, {_exact_sum('is_now')} FROM ({values})"
        ).fetchall()[0]
        money = target.kind in ("money", "quantity", "number")
        found.append(Treated(target.name, name, rows, *((sum_before, sum_after) if money else ())))
        before = after
    return found


def _exact_sum(text: str) -> str:
    """SQL of a sum that is the same in whatever order threads add: decimals, where floats would differ in their end."""
    return f"CAST(sum(TRY_CAST(number_of({text}) AS DECIMAL(30, 6))) AS DOUBLE)"


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def quoted(text: Any) -> str:
    """Return a value as SQL writes text."""
    return "'" + str(text).replace("'", "''") + "'"
