"""A mapping that no longer fits its source: which columns are gone, and which new one each looks to have become."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tradewind.core.errors import ConfigError, Problem
from tradewind.sources.joining import ROW, places_of
from tradewind.sources.raw import Raw
from tradewind.sources.repeating import WORD

if TYPE_CHECKING:
    import pyarrow as pa

    from tradewind.store.config import TableMapping

_SAMPLE = 5_000
_ALIKE_NAME = 0.6
_ALIKE_VALUES = 0.5
_EXPECTED = "the columns that the mapping names"


@dataclass(frozen=True)
class Before:
    """What is known of the last load that went well.

    Args:
        rows: the contract table as it stands.
        columns: the source's columns then; empty where nobody noted them.
    """

    rows: pa.Table
    columns: tuple[str, ...] = ()


def explain_changes(
    error: ConfigError, where: str, mapping: TableMapping, sources: Mapping[str, Raw], before: Before
) -> ConfigError:
    """Word columns that a source no longer has as the change they are.

    Args:
        error: what the mapping said.
        where: the mapping's place in the config (`tables.orders`).
        mapping: which expression fills which column.
        sources: the source tables that it names, with all their columns.
        before: the last load that went well.
    Returns:
        the same problems, those about lost columns with the new column that each looks like and the line to write.
    """
    told = changes(where, mapping, sources, before)
    rest = [problem for problem in error.problems if problem.where not in {each.where for each in told}]
    return ConfigError([*told, *rest]) if told else error


def changes(where: str, mapping: TableMapping, sources: Mapping[str, Raw], before: Before) -> list[Problem]:
    """Return a problem for each column that a mapping names and its source has not; see `explain_changes`."""
    names = list(dict.fromkeys(name for raw in sources.values() for name in raw.names))
    known = {name.lower() for name in before.columns}
    used = {name.lower() for text in _expressions(mapping).values() for name in _columns_of(text)}
    new = [name for name in names if name.lower() not in (known or used)]
    told: list[Problem] = []
    for target, text in _expressions(mapping).items():
        for lost in _columns_of(text):
            if lost.lower() not in (ROW, WORD) and not any(places_of(lost, raw.names) for raw in sources.values()):
                told.append(_problem(where, target, text, lost, new, sources, before))
    return told


def _problem(
    where: str, target: str, text: str, lost: str, new: Sequence[str], sources: Mapping[str, Raw], before: Before
) -> Problem:
    source = ", ".join(sources)
    stood = before.rows.column(target) if text.strip('"') == lost and target in before.rows.column_names else None
    likely, why = _likeliest(lost, new, sources, stood)
    if likely is None:
        others = f"new are: {', '.join(new[:20])}" if new else "no column is new"
        what = f"column {lost!r} is gone from {source}; {others}"
        return Problem(f"{where}.{target}", what, "", _EXPECTED, "mend the mapping, or export the column again")
    return Problem(
        f"{where}.{target}", f"column {lost!r} is gone from {source}; {likely!r} is new and looks like it ({why})", "",
        _EXPECTED, f"write {target} = {_as_toml(_renamed(text, lost, likely))}",
    )  # fmt: skip


def _likeliest(
    lost: str, new: Sequence[str], sources: Mapping[str, Raw], stood: pa.ChunkedArray | None
) -> tuple[str | None, str]:
    """The new column with the most of the old values, or else the most similar name; and why."""
    best: tuple[float, str | None, str] = (0.0, None, "")
    values = set() if stood is None else _values(stood)
    for name in new:
        column = next((raw.data.column(name) for raw in sources.values() if name in raw.data.column_names), None)
        share = len(values & _values(column)) / len(values) if values and column is not None else 0.0
        alike = _name_likeness(lost, name)
        reasons = [f"{100 * share:.0f} in 100 of the values are the same"] if share >= _ALIKE_VALUES else []
        reasons += ["a similar name"] if alike >= _ALIKE_NAME else []
        best = max(best, (share + alike if reasons else 0.0, name, " and ".join(reasons)), key=lambda each: each[0])
    return best[1] if best[0] else None, best[2]


def _name_likeness(one: str, other: str) -> float:
    words = [set(re.findall(r"[a-z]+|\d+", re.sub(r"([a-z])([A-Z])", r"\1 \2", name).lower())) for name in (one, other)]
    shared = len(words[0] & words[1]) / max(1, min(len(words[0]), len(words[1])))
    return max(shared, difflib.SequenceMatcher(None, one.lower(), other.lower()).ratio())


def _values(column: pa.ChunkedArray) -> set[str]:
    """Different values of a column as comparable text: numbers with a point, no trailing zeros; times as their day."""
    return {_comparable(value) for value in column.slice(0, _SAMPLE).to_pylist() if value is not None}


def _comparable(value: object) -> str:
    text = str(value).strip()
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}[ T].*", text):
        return text[:10]
    if match := re.fullmatch(r"(\d{2})\.(\d{2})\.(\d{4})( .*)?", text):
        return f"{match[3]}-{match[2]}-{match[1]}"
    if re.fullmatch(r"-?\d[\d.]*,\d+", text):
        text = text.replace(".", "").replace(",", ".")
    try:
        return repr(round(float(text), 4))  # money is kept with four decimals
    except ValueError:
        return text.casefold()


def _expressions(mapping: TableMapping) -> dict[str, str]:
    more = {"where": mapping.where, "known_at": mapping.known_at}
    return {**mapping.columns, **{key: text for key, text in more.items() if text}}


def _columns_of(text: str) -> tuple[str, ...]:
    from tradewind.core.errors import UnsafeExpression
    from tradewind.store.expressions import columns_of, parse_scalar

    try:
        return columns_of(parse_scalar(text, ""))
    except UnsafeExpression:
        return ()  # the mapping itself says what is wrong with it


def _renamed(text: str, lost: str, new: str) -> str:
    from sqlglot import exp

    from tradewind.store.expressions import parse_scalar

    def rename(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Column) and node.name == lost:
            return exp.column(new, table=node.table or None, quoted=True)
        return node

    return parse_scalar(text, "").transform(rename).sql(dialect="duckdb")


def _as_toml(text: str) -> str:
    return f"'{text}'" if "'" not in text else '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
