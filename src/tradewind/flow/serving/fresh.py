"""One entity's score as of a day, worked out from its own rows: the same bits as a run would give."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tradewind.core.feature import FeatureTable
from tradewind.core.time import Cutoff, Days
from tradewind.features.derive import derive_values
from tradewind.features.feature_set import FeatureSet, Group
from tradewind.flow.serving.columns import Column, NotKnownHere, Relation, Words
from tradewind.flow.serving.held import Own
from tradewind.flow.serving.inbox import Arrived
from tradewind.flow.serving.joins import Bench, Lookup
from tradewind.flow.serving.prepared import Prepared, raw_columns
from tradewind.flow.serving.statements import ELIGIBLE, Compiled, Statements

_EPOCH = date(1970, 1, 1)
MOST_REMEMBERED = 10_000
"""Entities whose results are remembered, some 3 kB each."""
MOST_DAYS = 64
"""Days whose parameters are remembered."""


@dataclass(frozen=True)
class Worked:
    """What was worked out for one entity.

    Args:
        asked: whether it is asked about; all else is empty where it is not.
        features: one row.
        value: what is at stake before the margin; NaN where the question has no such statement.
    """

    asked: bool
    features: FeatureTable | None = None
    value: float = float("nan")


@dataclass(frozen=True)
class _Plan:
    """How raw values become features of one row, formula by formula.

    Args:
        reads: of each group, its raw columns.
        formulas: formula, places of its inputs, factors, and columns of the features.
        numbers: how many numeric features there are.
    """

    reads: tuple[tuple[str, ...], ...]
    formulas: tuple[tuple[str, tuple[NDArray[np.intp], ...], NDArray[np.float64], NDArray[np.intp]], ...]
    numbers: int


def _plan(feature_set: FeatureSet) -> _Plan:
    reads, raw, column = [], 0, 0
    found: dict[tuple[str, int], list[tuple[tuple[int, ...], float, int]]] = {}
    for group in feature_set.groups:
        numbers = [each for each in group.derivations if each.formula != "category"]
        names = raw_columns(group)
        at = {name: raw + place for place, name in enumerate(names)}
        for each in numbers:
            inputs = tuple(at[name] for name in each.inputs)
            found.setdefault((each.formula, len(inputs)), []).append((inputs, each.scale, column))
            column += 1
        reads.append(names)
        raw += len(names)
    formulas = []
    for (formula, _), members in found.items():
        inputs_of = tuple(np.array(each, dtype=np.intp) for each in zip(*(one[0] for one in members), strict=True))
        scales, places = np.array([one[1] for one in members]), np.array([one[2] for one in members], dtype=np.intp)
        formulas.append((formula, inputs_of, scales, places))
    return _Plan(tuple(reads), tuple(formulas), column)


Bound = dict[str, dict[str, Column]]
Results = dict[str, tuple[tuple[tuple[Arrived, ...], ...], Any]]
"""Statement to the rows that had come of the tables that it reads, and to what it gave."""


@dataclass(frozen=True, slots=True)
class _Work:
    """One entity as of one day.

    Args:
        own: its rows.
        rows: the same, and the one row that stands for whom the question is about.
        entity: its id, as a number.
        bound: every statement's parameters.
        results: what was worked out before.
        shared: parts that statements share.
    """

    own: Own
    rows: Mapping[str, Relation]
    entity: int
    bound: Bound
    results: Results
    shared: dict[str, Relation] = field(default_factory=dict)


class Worker:
    """Works out features of one entity at a time.

    Args:
        statements: compiled.
        feature_set: saved with the model.
        spans: look-back spans of the question.
        words: texts as numbers.
        lookup: rows of tables that belong to nobody.
    """

    def __init__(
        self, statements: Statements, feature_set: FeatureSet, spans: Mapping[str, Days], words: Words, lookup: Lookup
    ) -> None:
        self._statements, self._offered, self._spans = statements, feature_set.features, spans
        self._words, self._lookup = words, lookup
        self._bound: dict[tuple[Cutoff, Cutoff | None], Bound] = {}
        self._remembered: dict[int, tuple[tuple[Cutoff, Cutoff], Results]] = {}
        self._plan = _plan(feature_set)
        self._prepared: Prepared | None = None
        self._offered_for: tuple[Cutoff, Cutoff] | None = None
        self._nothing_arrived = {name: ((),) * len(compiled.reads) for name, compiled in statements.named()}

    def was_offered(self, cutoff: Cutoff, known: Cutoff) -> bool:
        """Whether somebody has worked out, or tried to, what is given for everybody as of a day."""
        return self._offered_for == (cutoff, known)

    def offer(self, cutoff: Cutoff, known: Cutoff, prepared: Prepared | None) -> None:
        """Take everybody's results as of a day, in place of those of another one; None where there are none."""
        self._prepared, self._offered_for = prepared, (cutoff, known)

    def work(self, own: Own, entity: int, cutoff: Cutoff, known: Cutoff, today: bool) -> Worked:
        """Return what there is about one entity as of a day.

        Args:
            own: the rows that may be its own.
            entity: its id, as a number.
            cutoff: the day.
            known: by when it is known whether it is still asked about; the day itself, or later.
            today: whether columns that hold today's value may be read for what is at stake.
        Raises:
            NotKnownHere: only the engine can tell.
        """
        at = _Work(own, _WithStep(own, entity, self._statements.entity), entity, self._bind(cutoff, known),
                   self._results(entity, cutoff, known))  # fmt: skip
        said = self._statements
        if not self._once(at, "eligible", said.eligible, partial(self._is_there, said.eligible, "eligible")):
            return Worked(False)
        if known > cutoff and not self._once(at, "still", said.still, partial(self._is_there, said.still, "still")):
            return Worked(False)
        return Worked(True, self._derive(at, cutoff), self._value(at, today))

    def _results(self, entity: int, cutoff: Cutoff, known: Cutoff) -> Results:
        """What was worked out for the entity as of this day before."""
        found = self._remembered.get(entity)
        if found is None or found[0] != (cutoff, known):
            if len(self._remembered) >= MOST_REMEMBERED:
                self._remembered.clear()
            found = self._remembered[entity] = ((cutoff, known), self._prepared_for(entity, cutoff, known))
        return found[1]

    def _prepared_for(self, entity: int, cutoff: Cutoff, known: Cutoff) -> Results:
        prepared = self._prepared
        if prepared is None or (prepared.cutoff, prepared.known) != (cutoff, known):
            return {}
        return {name: (self._nothing_arrived[name], result) for name, result in prepared.results(entity)}

    def _once(self, at: _Work, name: str, compiled: Compiled, work: Callable[[_Work], Any]) -> Any:
        """A statement's result: worked out again only where rows of a table that it reads have come since."""
        arrived = at.own.arrived(compiled.reads)
        found = at.results.get(name)
        if found is None or found[0] != arrived:
            found = at.results[name] = (arrived, work(at))
        return found[1]

    def _is_there(self, compiled: Compiled, name: str, at: _Work) -> bool:
        bench = Bench(at.rows, self._lookup, at.bound[name], self._words)
        return self._row_of(compiled.source.run(bench), at.entity) is not None

    def _bind(self, cutoff: Cutoff, known: Cutoff) -> Bound:
        key = (cutoff, known)
        found = self._bound.get(key)
        if found is None:
            said = self._statements

            def bind(compiled: Compiled) -> dict[str, Column]:
                return compiled.bind(cutoff, self._spans, known, self._words)

            found = {name: bind(compiled) for name, compiled in said.named()}
            if len(self._bound) >= MOST_DAYS:
                self._bound.clear()
            self._bound[key] = found
        return found

    def _row_of(self, relation: Relation, entity: int) -> int | None:
        """The place of the entity's row, or None."""
        if relation.size == 0:
            return None
        column = relation.column(self._statements.entity)
        if relation.size == 1 and column.null is None:
            return 0 if int(column.values[0]) == entity else None
        places = np.flatnonzero((np.asarray(column.values) == entity) & column.known())
        return None if len(places) == 0 else int(places[0]) if len(places) == 1 else _twice(self._statements.entity)

    def _value(self, at: _Work, today: bool) -> float:
        name = "value_now" if today else "value"
        compiled = self._statements.value_now if today else self._statements.value
        if compiled is None:
            return float("nan")

        def work(at: _Work) -> float:
            relation = compiled.source.run(Bench(at.rows, self._lookup, at.bound[name], self._words))
            row = self._row_of(relation, at.entity)
            return float("nan") if row is None else exact_value(relation.column("value"), row)

        found: float = self._once(at, name, compiled, work)
        return found if found > 0 else 0.0

    def _derive(self, at: _Work, cutoff: Cutoff) -> FeatureTable:
        plan = self._plan
        parts: list[NDArray[np.float64]] = []
        categories: dict[str, NDArray[np.object_]] = {}
        for (group, compiled), reads in zip(self._statements.groups, plan.reads, strict=True):
            numbers, texts = self._once(at, f"group {group.name}", compiled, partial(self._raw, group, compiled, reads))
            parts.append(numbers)
            categories |= texts
        raw = np.concatenate(parts)
        day = float((cutoff.day - _EPOCH).days)
        matrix = np.empty((1, plan.numbers), dtype=np.float32)
        for formula, inputs, scale, places in plan.formulas:
            days = np.full(len(places), day)
            matrix[0, places] = derive_values(formula, days, [raw[each] for each in inputs], scale)
        who = np.array([self._words.text(at.entity)], dtype=object)
        on = np.full(1, np.datetime64(cutoff.day, "D"))
        return FeatureTable(who, on, self._offered, matrix, categories)

    def _raw(
        self, group: Group, compiled: Compiled, reads: tuple[str, ...], at: _Work
    ) -> tuple[NDArray[np.float64], dict[str, NDArray[np.object_]]]:
        """One group's raw numbers, and its categories."""
        name = f"group {group.name}"
        relation = compiled.source.run(Bench(at.rows, self._lookup, at.bound[name], self._words, made=at.shared))
        row = self._row_of(relation, at.entity)
        raw = np.full(len(reads), np.nan)
        if row is not None:
            raw[:] = [exact_value(relation.column(each), row) for each in reads]
        texts = {}
        for derivation in group.derivations:
            if derivation.formula == "category":
                text = None if row is None else self._text(relation.column(derivation.inputs[0]), row)
                texts[derivation.feature.name] = np.array([text], dtype=object)
        return raw, texts

    def _text(self, column: Column, row: int) -> str | None:
        if column.kind not in ("text", "null"):
            raise NotKnownHere(f"a category of {column.kind}")
        if _is_null(column, row):
            return None
        return self._words.text(int(column.values[row]))


def _twice(entity: str) -> int:
    raise NotKnownHere(f"several rows of one {entity}")


def _is_null(column: Column, row: int) -> bool:
    return column.null is not None and bool(np.broadcast_to(column.null, np.shape(column.values))[row])


def exact_value(column: Column, row: int) -> float:
    """Return one raw value as a run gives it out: see `features.derive.exact_values`.

    Raises:
        NotKnownHere: it has more digits than results have.
    """
    if _is_null(column, row):
        return float("nan")
    value: Any = column.values[row]
    if column.kind == "decimal":
        if column.scale > 4:
            raise NotKnownHere("more than four digits")
        return float(value) / float(10**column.scale)
    if column.kind == "text":
        raise NotKnownHere("a text as a number")
    return float(value)


class _WithStep(Mapping[str, Relation]):
    """The entity's rows, and the one row that stands for whom the question is about."""

    def __init__(self, own: Mapping[str, Relation], entity: int, key: str) -> None:
        self._own = own
        self._asked = Relation.of(1, {key: Column("text", np.array([entity], dtype=np.int64))})

    def __getitem__(self, name: str) -> Relation:
        return self._asked if name == ELIGIBLE else self._own[name]

    def __iter__(self) -> Any:
        return iter((ELIGIBLE, *self._own))

    def __len__(self) -> int:
        return 1 + len(self._own)
