"""From cutoffs to one table that a model can learn from; every step on the way stays in the engine under its name.

eligible_<use case>, <group>_<use case>     see `compute`
outcome_<use case>      what happened, as known at the newest origin
training_<use case>     features, outcome and value side by side
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from sqlglot import exp

from tradewind.core.contract import CONTRACT, SYSTEM_COLUMNS
from tradewind.core.errors import ConfigError, NotAnswerable, Problem
from tradewind.core.feature import FeatureTable, TrainingTable
from tradewind.core.time import Cutoff, Days, Horizon
from tradewind.core.use_case import UseCase
from tradewind.features.attributes import entity_table
from tradewind.features.catalog import Catalog
from tradewind.features.compute import build_features, eligible_step_rows, find_eligible, group_at
from tradewind.features.derive import exact_values
from tradewind.features.feature_set import FeatureSet
from tradewind.features.labels import LabelSQL, outcome_at, value_at
from tradewind.features.rules import rule_score
from tradewind.features.vocabulary import fit_features

if TYPE_CHECKING:
    import pyarrow as pa

    from tradewind.features.rules import rule_score
from tradewind.store.engines import Engine

__all__ = [
    "build_features",
    "build_training_table",
    "find_eligible",
    "fit_features",
    "group_at",
    "money_at_stake",
    "training_rows",
]


def build_training_table(
    engine: Engine,
    catalog: Catalog,
    use_case: UseCase,
    label: LabelSQL,
    feature_set: FeatureSet,
    cutoffs: Sequence[Cutoff],
    origins: Sequence[Cutoff],
    settings: Mapping[str, Days] | None = None,
    horizon: Horizon | None = None,
    features: FeatureTable | None = None,
) -> TrainingTable:
    """Build features, and labels as each origin would have known them.

    Args:
        engine: holds the contract tables.
        catalog: what there is.
        use_case: the question.
        label: its statements.
        feature_set: fitted by `fit_features` as of the first training cutoff.
        cutoffs: local midnights of the rows.
        origins: days of learning; the newest is what is known today. At each origin a label counts only when
            cutoff + horizon + lag had passed by then.
        settings: the use case's spans after config.
        horizon: the horizon after config; the use case's where None.
        features: the features, where another question with the same eligible, spans, cutoffs and feature set has
            computed them already.
    Raises:
        NotAnswerable: nobody is eligible at any cutoff.
    """
    spans, ahead = {**use_case.settings, **(settings or {})}, horizon or use_case.horizon
    if find_eligible(engine, catalog, use_case, label, spans, cutoffs) == 0:
        days = f"0 on {len(cutoffs)} days from {min(cutoffs).day} to {max(cutoffs).day}"
        raise NotAnswerable(
            Problem(use_case.name, "there is nobody to learn from", days, "customers whom this question is about")
        )
    if features is None:
        features = build_features(engine, catalog, feature_set, use_case.name, cutoffs, spans)
    labels = {}
    for origin in sorted(origins):
        complete = [cutoff for cutoff in cutoffs if cutoff.ahead(ahead.length).ahead(ahead.lag) <= origin]
        labels[origin.day] = _labels(engine, catalog, use_case, label, spans, ahead, complete, origin, features)
    table = TrainingTable(
        features,
        labels,
        {baseline.name: rule_score(baseline, features, ahead.length, labels) for baseline in use_case.baselines},
        money_at_stake(engine, catalog, use_case, label, spans, cutoffs, features),
        _slices(engine, catalog, use_case, features),
        np.ones(len(features)),
    )
    engine.load_table(f"training_{use_case.name}", training_rows(table, use_case.entity))
    return table


def _labels(
    engine: Engine,
    catalog: Catalog,
    use_case: UseCase,
    label: LabelSQL,
    spans: Mapping[str, Days],
    horizon: Horizon,
    complete: Sequence[Cutoff],
    origin: Cutoff,
    features: FeatureTable,
) -> NDArray[np.float64]:
    if not complete:
        return np.full(len(features), np.nan)
    eligible = eligible_step_rows(use_case.entity, f"eligible_{use_case.name}")
    statement = outcome_at(label, catalog, use_case.entity, eligible, complete, spans, horizon, origin)
    step = f"outcome_{use_case.name}"
    engine.create(step, *statement)
    rows = engine.fetch(exp.select("cutoff", use_case.entity, "outcome").from_(step), {})
    return _aligned(rows, use_case.entity, "outcome", features, f"{label.where}: outcome")


def money_at_stake(
    engine: Engine,
    catalog: Catalog,
    use_case: UseCase,
    label: LabelSQL,
    spans: Mapping[str, Days],
    cutoffs: Sequence[Cutoff],
    features: FeatureTable,
) -> NDArray[np.float64]:
    """Money at stake: config's `value` where the question has that option and it is set, else the `value` statement.

    NaN without either, or where the statement reads a table that is not there; 0 for whom it gives no row or who gave
    back more than bought.
    """
    if use_case.options.get("value"):
        return np.full(len(features), float(str(use_case.options["value"])))
    if label.value is not None and _lacks_a_table(label.value, catalog, use_case):
        return np.full(len(features), np.nan)
    eligible = eligible_step_rows(use_case.entity, f"eligible_{use_case.name}")
    statement = value_at(label, catalog, use_case.entity, eligible, cutoffs, spans)
    if statement is None:
        return np.full(len(features), np.nan)
    found = _aligned(engine.fetch(*statement), use_case.entity, "value", features, f"{label.where}: value")
    return np.where(found > 0, found, 0.0)


def _lacks_a_table(statement: exp.Expression, catalog: Catalog, use_case: UseCase) -> bool:
    """Whether a statement reads a contract table that is neither there nor required by the question."""
    read = {table.name for table in statement.find_all(exp.Table)} & set(CONTRACT)
    return not read <= {*catalog.tables, *use_case.requires}


def _aligned(rows: pa.Table, entity: str, name: str, features: FeatureTable, where: str) -> NDArray[np.float64]:
    """Put fetched (cutoff, entity, value) rows beside the feature rows; NaN where there is none."""
    import pyarrow as pa
    import pyarrow.compute as pc

    values, aligned = exact_values(rows.column(name)), np.full(len(features), np.nan)
    day = rows.column("cutoff").to_numpy().astype("datetime64[D]")
    ids = rows.column(entity).combine_chunks()
    for cutoff in np.unique(day):
        there, here = np.flatnonzero(day == cutoff), np.flatnonzero(features.cutoff == cutoff)
        found = ids.take(pa.array(there))
        if pc.count_distinct(found).as_py() != len(found):
            raise ConfigError(Problem(where, "it gives more than one row for one entity", "", f"GROUP BY {entity}"))
        asked = pa.array(features.entity_id[here], ids.type)
        place = np.asarray(pc.index_in(asked, found).fill_null(-1).to_numpy(zero_copy_only=False), dtype=np.intp)
        aligned[here[place >= 0]] = values[there[place[place >= 0]]]
    return aligned


def _slices(
    engine: Engine, catalog: Catalog, use_case: UseCase, features: FeatureTable
) -> dict[str, NDArray[np.object_]]:
    """Text attributes of the entity, today's where there is no history: to show reliability by, never to learn."""
    slices = dict(features.categories)
    table = entity_table(catalog, use_case.entity)
    names = (
        [] if table is None else [name for name in table.attributes() if _is_shown(table.columns[name], name, slices)]
    )
    if table is None or not names:
        return slices
    current = exp.select(use_case.entity, *(exp.column(name, quoted=True) for name in names)).from_(table.name)
    rows = engine.fetch(current.where(exp.column("valid_to").is_(exp.null())), {})
    ids = rows.column(use_case.entity).to_pylist()
    for name in names:
        today = dict(zip(ids, rows.column(name).to_pylist(), strict=True))
        slices[name] = np.array([today.get(entity) for entity in features.entity_id], dtype=object)
    return slices


def _is_shown(sql_type: str, name: str, taken: Mapping[str, object]) -> bool:
    text = sql_type.upper().startswith(("VARCHAR", "TEXT"))
    return text and name not in taken and name not in SYSTEM_COLUMNS and not name.endswith("_id")


def training_rows(table: TrainingTable, entity: str) -> pa.Table:
    """Return a training table as Arrow: cutoff, entity, features, outcome as known today, value; NULL where unknown."""
    import pyarrow as pa

    rows = feature_rows(table.features, entity)
    rows = rows.append_column("outcome", pa.array(table.label, from_pandas=True))
    return rows.append_column("value", pa.array(table.value, from_pandas=True))


def feature_rows(features: FeatureTable, entity: str) -> pa.Table:
    """Return rows of features as Arrow: cutoff, entity, features; NULL where unknown."""
    import pyarrow as pa

    columns: dict[str, pa.Array] = {
        "cutoff": pa.array(features.cutoff),
        entity: pa.array(features.entity_id, pa.string()),
    }
    for position, feature in enumerate(features.number_features):
        columns[feature.name] = pa.array(features.numbers[:, position], from_pandas=True)
    for name, values in features.categories.items():
        columns[name] = pa.array(values, pa.string())
    return pa.table(columns)
