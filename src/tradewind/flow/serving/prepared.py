"""What a question's statements give for everybody as of a day, worked out in the engine before anybody asks.

Of whom nothing came since the last run, the rows are the run's: what the statements give for all of them together is
what they would give for each alone. So the first event of a customer costs only the statements that read its table.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tradewind.core.time import Cutoff
from tradewind.features.compute import build_steps, eligible_step_rows, find_eligible, raw_values
from tradewind.features.derive import exact_values
from tradewind.features.feature_set import Group
from tradewind.features.labels import eligible_at, value_at
from tradewind.flow.data import Data
from tradewind.flow.questions.question import Question
from tradewind.flow.serving.columns import Words
from tradewind.flow.serving.served import Model

if TYPE_CHECKING:
    import pyarrow as pa

MOST_BYTES = 250_000_000
"""What one question may hold; with more people, each is worked out when somebody first asks."""


@dataclass(frozen=True)
class Prepared:
    """What one question's statements give.

    Args:
        cutoff: as of which day.
        known: by when it is known whether somebody is still asked about.
        entities: (n,) those asked about, as numbers, rising.
        still: (n,) whether each is still asked about.
        value: name of the statement of what is at stake, and (n,) what it gives; None where nothing is.
        numbers: statement to (n, its raw columns), NaN where unknown.
        categories: statement to its categorical features, (n,) texts each.
    """

    cutoff: Cutoff
    known: Cutoff
    entities: NDArray[np.int64]
    still: NDArray[np.bool_]
    value: tuple[str, NDArray[np.float64]] | None
    numbers: Mapping[str, NDArray[np.float64]]
    categories: Mapping[str, Mapping[str, NDArray[np.object_]]]

    def results(self, entity: int) -> Iterator[tuple[str, Any]]:
        """Yield statements with what they give for one entity; only that it is not asked about, where it is not."""
        row = int(np.searchsorted(self.entities, entity))
        if row == len(self.entities) or self.entities[row] != entity:
            yield "eligible", False
            return
        yield "eligible", True
        yield "still", bool(self.still[row])
        if self.value is not None:
            name, values = self.value
            yield name, float(values[row])
        for name, numbers in self.numbers.items():
            yield (
                name,
                (numbers[row], {feature: texts[row : row + 1] for feature, texts in self.categories[name].items()}),
            )


def prepare_question(
    data: Data, question: Question, model: Model, cutoff: Cutoff, known: Cutoff, words: Words
) -> Prepared | None:
    """Work a question's statements out for everybody.

    Args:
        data: the snapshot, its engine open.
        question: what is asked.
        model: the deployed one, its statements compiled.
        cutoff: as of which day.
        known: by when it is known who is still asked about.
        words: texts as numbers.
    Returns:
        what the statements give; None where nobody is asked about, or more than is held.
    """
    case, features = question.use_case, model.feature_set
    count = find_eligible(data.engine, data.catalog, case, model.label, case.settings, [cutoff])
    if count == 0 or count * 8 * sum(len(raw_columns(group)) for group in features.groups) > MOST_BYTES:
        return None
    build_steps(data.engine, data.catalog, features, case.name, [cutoff], case.settings)
    raw = raw_values(data.engine, features, case.name, cutoff)
    ids = raw.column(features.entity).to_pylist()
    entities = np.array([words.number(each) for each in ids], dtype=np.int64)
    raw, order = raw.take(np.argsort(entities)), np.argsort(entities)
    still = np.ones(count, dtype=bool)
    if known > cutoff:
        statement = eligible_at(model.label, data.catalog, case.entity, [cutoff], case.settings, known_by=known)
        there = set(data.engine.fetch(*statement).column(case.entity).to_pylist())
        still = np.array([each in there for each in ids], dtype=bool)[order]
    named = {f"group {group.name}": group for group in features.groups}
    return Prepared(
        cutoff, known, entities[order], still, _value(data, question, model, cutoff, words, entities[order]),
        {name: _numbers(raw, group) for name, group in named.items()},
        {name: _categories(raw, group) for name, group in named.items()},
    )  # fmt: skip


def raw_columns(group: Group) -> tuple[str, ...]:
    """Return the raw columns that a group's numbers are made of, each once."""
    numbers = (each for each in group.derivations if each.formula != "category")
    return tuple(dict.fromkeys(name for each in numbers for name in each.inputs))


def _numbers(raw: pa.Table, group: Group) -> NDArray[np.float64]:
    values = [exact_values(raw.column(f"{group.name}.{name}")) for name in raw_columns(group)]
    return np.column_stack(values) if values else np.empty((raw.num_rows, 0))


def _categories(raw: pa.Table, group: Group) -> dict[str, NDArray[np.object_]]:
    return {
        each.feature.name: np.array(raw.column(f"{group.name}.{each.inputs[0]}").to_pylist(), dtype=object)
        for each in group.derivations
        if each.formula == "category"
    }


def _value(
    data: Data, question: Question, model: Model, cutoff: Cutoff, words: Words, entities: NDArray[np.int64]
) -> tuple[str, NDArray[np.float64]] | None:
    """What is at stake for each, as a worker reads it: as of today, columns of today count."""
    if model.statements is None or model.statements.value is None:
        return None
    case, today = question.use_case, cutoff >= data.score_at
    catalog = data.catalog.as_it_stands() if today else data.catalog
    eligible = eligible_step_rows(case.entity, f"eligible_{case.name}")
    statement = value_at(model.label, catalog, case.entity, eligible, [cutoff], case.settings)
    assert statement is not None
    rows = data.engine.fetch(*statement)
    found = np.array([words.number(each) for each in rows.column(case.entity).to_pylist()], dtype=np.int64)
    values = np.full(len(entities), np.nan)
    values[np.searchsorted(entities, found)] = exact_values(rows.column("value"))
    return "value_now" if today else "value", values
