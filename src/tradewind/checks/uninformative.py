"""Columns that tell nothing of a row: one value in all of them, or another one in each."""

from __future__ import annotations

from tradewind.checks.looked import Looked, Shape
from tradewind.core.trouble import Trouble, clean_lines

_LEAST_ROWS = 30
_BY_NATURE = (
    "currency",
    "name",
    "text",
    "url",
    "line",
    "session_id",
    "ip",
    "properties",
    "domain",
    "day",
    "stage",
    "status",
)


def find_uninformative(looked: Looked) -> list[Trouble]:
    """Find constant columns and columns like an id."""
    found: list[Trouble | None] = []
    for shape in looked.shapes.values():
        if shape.filled < _LEAST_ROWS or shape.name in looked.contract.key or shape.personal:
            continue
        if shape.name in looked.given.literal:
            continue
        if shape.distinct <= 1 and shape.filled == looked.rows and shape.name not in _BY_NATURE:
            found.append(_constant(looked, shape))
        elif shape.declared is None and not shape.identity and shape.distinct > 0.9 * shape.filled:
            found.append(_like_an_id(looked, shape))
    return [trouble for trouble in found if trouble is not None]


def _constant(looked: Looked, shape: Shape) -> Trouble | None:
    low, high = looked.one(f'SELECT min("{shape.name}"), max("{shape.name}") FROM "{looked.name}"')
    if low != high:
        return None
    return looked.trouble(
        shape.name, "constant", "cosmetic", f"every row says {low}", f'"{shape.name}" IS NOT NULL',
        treat=clean_lines(
            looked.name, shape.name, {"drop": "column"} if shape.declared is None else {"keep": ["constant"]}
        ),
    )  # fmt: skip


def _like_an_id(looked: Looked, shape: Shape) -> Trouble | None:
    """Another value in every row, short and without spaces; numbers only when they are whole and without gaps."""
    name = f'"{shape.name}"'
    if shape.kind == "text":
        kinds, spaced, longest = looked.one(
            f"SELECT count(DISTINCT {name}), count(*) FILTER (WHERE contains({name}, ' ')), max(length({name})) "
            f'FROM "{looked.name}"'
        )
        like = kinds >= 0.99 * shape.filled and spaced < 0.1 * shape.filled and longest <= 64
    elif shape.kind == "number":
        kinds, whole, span = looked.one(
            f"SELECT count(DISTINCT {name}), bool_and({name} = trunc({name})), max({name}) - min({name}) "
            f'FROM "{looked.name}"'
        )
        like = bool(kinds == shape.filled and whole and span is not None and span < 100 * shape.filled)
    else:
        return None
    if not like:
        return None
    return looked.trouble(
        shape.name, "id-like", "misleads", "another value in every row: it names the row and tells nothing of it",
        f"{name} IS NOT NULL", treat=clean_lines(looked.name, shape.name, {"drop": "column"}),
    )  # fmt: skip
