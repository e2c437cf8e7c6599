"""The time-travel probe: take away all that was not known at the cutoff, and no feature may move."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from sqlglot import exp

from tradewind.core.time import Cutoff
from tradewind.features.training import build_features, find_eligible
from tradewind.flow.data import Data, tables_read
from tradewind.flow.learning.lesson import Lesson, label_of
from tradewind.store.engines import Engine

if TYPE_CHECKING:
    import pyarrow as pa


def moved_features(data: Data, lesson: Lesson) -> tuple[Mapping[str, int], int]:
    """Build the test cutoff's features again from a world in which the future has not happened.

    Every row that became known at or after the cutoff is gone, and rows that were replaced later are as they were
    before; what was computed on all data must be equal to the bit.

    Returns:
        What was compared to the number of rows that moved, and the rows compared.
    """
    case, cutoff = lesson.question.use_case, lesson.schedule.test
    here = lesson.table.features.cutoff == np.datetime64(cutoff.day)
    seen = lesson.table.features.rows(here)
    names = tables_read(data.workspace, data.manifest)
    with data.workspace.engine(names, data.manifest) as engine:
        if data.part is not None:
            data.part.narrow(engine, data.catalog)
        for name in names:
            engine.load_table(name, _as_it_was(engine, name, data, cutoff))
        find_eligible(engine, data.catalog, case, label_of(lesson.question), case.settings, [cutoff])
        then = build_features(engine, data.catalog, lesson.feature_set, case.name, [cutoff], case.settings)
    if list(then.entity_id) != list(seen.entity_id):
        return {"who is asked about": abs(len(then) - len(seen)) or 1, "features": 0}, max(len(seen), 1)
    same = (then.numbers == seen.numbers) | (np.isnan(then.numbers) & np.isnan(seen.numbers))
    changed = ~same.all(axis=1)
    for name, values in seen.categories.items():
        changed |= np.array([a != b for a, b in zip(values, then.categories[name], strict=True)], dtype=bool)
    return {"who is asked about": 0, "features": int(changed.sum())}, len(seen)


def _as_it_was(engine: Engine, name: str, data: Data, cutoff: Cutoff) -> pa.Table:
    """The rows of a table that were known before the cutoff, still open where they were replaced only later."""
    columns = [column for column, _ in data.manifest.tables[name].columns]
    instant = exp.Placeholder(this="cutoff")
    shown = []
    for column in columns:
        plain = exp.column(column, quoted=True)
        if column == "valid_to":
            still_open = exp.Case().when(exp.column("valid_to") < instant, exp.column("valid_to"))
            shown.append(exp.alias_(still_open, "valid_to", quoted=True))
        else:
            shown.append(plain)
    select = exp.select(*shown).from_(name).where(exp.column("known_at") < instant)
    return engine.fetch(select, {"cutoff": cutoff.at})
