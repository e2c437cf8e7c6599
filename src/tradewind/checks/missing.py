"""Values that are missing: how many, and whether that goes with a time, a class or the outcome."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from tradewind.checks.looked import Looked, Shape, say_share
from tradewind.core.trouble import Severity, Trouble, clean_lines

CLASSES = 30
"""A column with up to this many values divides rows into classes."""

_TIED = 0.3
"""Association (Cramér's V) from which missing values are said to go with a class."""

_EMPTY = 0.999


@dataclass(frozen=True)
class _Tie:
    """What missing values go with.

    Args:
        words: said to people.
        strength: Cramér's V, 0 to 1.
        column: the column they go with.
    """

    words: str
    strength: float
    column: str


def find_missing(looked: Looked) -> list[Trouble]:
    """Find columns with missing values that the table's meaning does not explain.

    Columns that are revealed later, keys of rows that need not be there and empty columns are not told of: the first
    are empty by nature, and an empty column has a check of its own.
    """
    wanted = [shape for shape in looked.shapes.values() if _expected(shape) and shape.filled < looked.rows]
    wanted = [shape for shape in wanted if looked.rows - shape.filled < _EMPTY * looked.rows]
    ties = _ties(looked, wanted) if wanted else {}
    return [trouble for shape in wanted if (trouble := _tell(looked, shape, ties.get(shape.name))) is not None]


def _expected(shape: Shape) -> bool:
    declared = shape.declared
    if declared is None:
        return True
    return not (declared.revealed_by or declared.required or shape.identity or declared.type == "time") or (
        declared.name == "created_at"
    )


def _tell(looked: Looked, shape: Shape, tie: _Tie | None) -> Trouble | None:
    count = looked.rows - shape.filled
    severity: Severity = "misleads" if tie is not None or count > 0.3 * looked.rows else "cosmetic"
    pattern = f", {tie.words}" if tie is not None else ", as far as seen anywhere in the table"
    do = "models fill gaps from training rows and mark them; say with `keep` that this is how it is"
    if tie is not None:
        do = f"look at the form or the load that fills {shape.name}; a gap that follows {tie.column} carries news of it"
    settings: Mapping[str, object] = {"impute": "unknown"} if shape.kind == "text" else {"keep": ["missing"]}
    return looked.trouble(
        shape.name, "missing", severity, "{rows} values ({share}) are missing" + pattern, f'"{shape.name}" IS NULL',
        shown="''", treat=clean_lines(looked.name, shape.name, settings), do=do,
    )  # fmt: skip


def _ties(looked: Looked, wanted: list[Shape]) -> dict[str, _Tie]:
    """The strongest tie of each column's missing values to a class, a flag or a month."""
    best: dict[str, _Tie] = {}
    for grouped, words in _groupings(looked):
        counts = ", ".join(f'count(*) - count("{shape.name}")' for shape in wanted)
        rows = looked.ask(f'SELECT {grouped}, count(*), {counts} FROM "{looked.name}" GROUP BY 1 ORDER BY 1')
        for place, shape in enumerate(wanted):
            if words == shape.name:
                continue
            tie = _tie([(row[0], row[1], row[2 + place]) for row in rows], words, by_time=words == looked.time)
            if tie is not None and (shape.name not in best or tie.strength > best[shape.name].strength):
                best[shape.name] = tie
    return best


def _groupings(looked: Looked) -> list[tuple[str, str]]:
    """SQL of each way to divide the rows, and the column it rests on."""
    found = [
        (f'"{shape.name}"', shape.name)
        for shape in looked.shapes.values()
        if shape.kind in ("text", "flag") and 2 <= shape.distinct <= CLASSES and not shape.personal
    ]
    for shape in looked.of_kind("number"):
        sign = f"CASE sign(\"{shape.name}\") WHEN 0 THEN 'zero' WHEN 1 THEN 'above zero' WHEN -1 THEN 'below zero' END"
        found.append((sign, shape.name))
    if looked.time:
        found.append((f"date_trunc('month', \"{looked.time}\")", looked.time))
    return found


def _tie(rows: list[tuple[object, int, int]], column: str, by_time: bool) -> _Tie | None:
    """Cramér's V of missing against the groups (Cramér 1946, ch. 21), told where it is strong and not by chance."""
    rows = [row for row in rows if row[1]]
    total, missing = sum(row[1] for row in rows), sum(row[2] for row in rows)
    if len(rows) < 2 or missing < 5 or missing == total:
        return None
    share = missing / total
    chi2 = sum((n_missing - n * share) ** 2 / (n * share * (1 - share)) for _, n, n_missing in rows)
    strength = math.sqrt(chi2 / total)
    freedom = len(rows) - 1
    surprise = (chi2 - freedom) / math.sqrt(2 * freedom)
    worst = max(rows, key=lambda row: row[2] - row[1] * share)
    caught = worst[2] / missing
    only = caught > 0.95 and worst[1] < 0.5 * total and missing >= 8
    if surprise < 8 or not (strength >= _TIED or only):
        return None
    if by_time:
        late = [row for row in rows if row[0] is not None and row[2] > 0.5 * row[1]]
        when = f"most of them from {late[0][0]:%B %Y} on" if late else "more in some months than in others"
        return _Tie(when, strength, column)
    where = (
        f"{say_share(worst[2], missing)} of them where {column} is {worst[0] if worst[0] is not None else 'missing'}"
    )
    return _Tie(where, strength, column)
