"""What stands in FROM: an entity's rows, tables looked up by key, and rows joined where keys are equal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from tradewind.flow.serving.columns import Column, NotKnownHere, Relation, Words
from tradewind.flow.serving.exact import holds
from tradewind.flow.serving.scalars import Frame, Scalar

Lookup = Callable[[str, str, Any], Relation]
"""Returns the rows of a table in which a column has one of these values."""


@dataclass(slots=True)
class Bench:
    """What one statement is worked out on.

    Args:
        own: table to the rows that may be the entity's.
        lookup: rows of the tables that belong to nobody.
        parameters: placeholder to its value.
        words: texts as numbers.
        asked: table that belongs to nobody to the column and values by which it is looked up at present.
        made: results of parts that statements share, by their SQL.
    """

    own: Mapping[str, Relation]
    lookup: Lookup
    parameters: Mapping[str, Column]
    words: Words
    asked: dict[str, tuple[str, Any]] = field(default_factory=dict)
    made: dict[str, Relation] = field(default_factory=dict)


Run = Callable[[Bench], Relation]


@dataclass(frozen=True)
class Source:
    """What stands in FROM.

    Args:
        alias: its name there.
        names: its columns.
        run: gives its rows.
        looked_up: the table that belongs to nobody which it reads row by row, or an empty string.
    """

    alias: str
    names: tuple[str, ...]
    run: Run
    looked_up: str = ""


def spread(work: Scalar, frame: Frame) -> Column:
    """Return a column with one value for each row."""
    found = work(frame)
    size = frame.relation.size
    if np.ndim(found.values) and (found.null is None or np.ndim(found.null)):
        return found
    null = None if found.null is None else np.broadcast_to(found.null, (size,))
    return Column(found.kind, np.broadcast_to(found.values, (size,)), null, found.scale)


def named(relation: Relation, source: Source) -> Relation:
    """Return the same rows, with the source's name before each column's."""
    return Relation(relation.size, {f"{source.alias}.{name}": partial(relation.column, name) for name in source.names})


def looked_up(name: str, bench: Bench) -> Relation:
    """Return the rows of a table that belongs to nobody, those that are asked for at present."""
    if name not in bench.asked:
        raise NotKnownHere(f"all rows of {name}")
    column, values = bench.asked[name]
    return bench.lookup(name, column, values)


def joined(
    right: Source, left_key: Scalar, right_name: str, condition: Scalar | None, keep: bool,
    left: Relation, bench: Bench,
) -> Relation:  # fmt: skip
    """Return the rows of the left side with those of the right one whose key is equal; all of the left where kept."""
    frame = Frame(left, bench.parameters, bench.words)
    wanted = spread(left_key, frame)
    known = np.broadcast_to(wanted.known(), (left.size,))
    if right.looked_up:
        bench.asked[right.looked_up] = (right_name, np.unique(wanted.values[known]))
    try:
        other = right.run(bench)
    finally:
        bench.asked.pop(right.looked_up, None)
    held = other.column(right_name)
    if held.kind != wanted.kind or held.scale != wanted.scale:
        raise NotKnownHere(f"{held.kind} joined to {wanted.kind}")
    here, there = _pairs(wanted.values, known, held)
    made = _pair_up(left, other, right, here, there)
    if condition is not None:
        fits = holds(condition(Frame(made, bench.parameters, bench.words)), made.size)
        if not fits.all():
            here, there = here[fits], there[fits]
            made = _pair_up(left, other, right, here, there)
    if not keep:
        return made
    alone = np.ones(left.size, dtype=bool)
    alone[here] = False
    if not alone.any():
        return made
    lonely = np.flatnonzero(alone)
    here, there = np.concatenate([here, lonely]), np.concatenate([there, np.full(len(lonely), -1)])
    return _pair_up(left, other, right, here, there)


def _pairs(wanted: Any, known: Any, held: Column) -> tuple[Any, Any]:
    """Places of rows of the left and of the right side whose keys are equal."""
    rows = np.arange(len(held.values)) if held.null is None else np.flatnonzero(~held.null)
    keys = held.values[rows]
    order = np.argsort(keys, kind="stable")
    keys, rows = keys[order], rows[order]
    asked = np.flatnonzero(known)
    low = np.searchsorted(keys, wanted[asked], "left")
    count = np.searchsorted(keys, wanted[asked], "right") - low
    here = np.repeat(asked, count)
    offset = np.arange(len(here)) - np.repeat(np.cumsum(count) - count, count)
    return here, rows[np.repeat(low, count) + offset]


def _pair_up(left: Relation, other: Relation, right: Source, here: Any, there: Any) -> Relation:
    columns = left.take(here, len(here))
    makers: dict[str, Callable[[], Column]] = dict(columns._makers)
    for name in right.names:
        makers[f"{right.alias}.{name}"] = partial(_beside, other, name, there)
    return Relation(len(here), makers)


def _beside(other: Relation, name: str, there: Any) -> Column:
    column = other.column(name)
    missing = there < 0
    if not missing.any():
        return column.take(there)
    if other.size == 0:
        values = np.zeros(len(there), dtype=np.asarray(column.values).dtype)
        return Column(column.kind, values, np.ones(len(there), dtype=bool), column.scale)
    made = column.take(np.maximum(there, 0))
    null = missing if made.null is None else missing | made.null
    return Column(made.kind, np.broadcast_to(made.values, there.shape), null, made.scale)
