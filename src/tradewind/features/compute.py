"""Features of everybody who is eligible, at every cutoff: one step per group in the engine, then numpy's divisions.

eligible_<use case>     who is asked about at each cutoff
<group>_<use case>      raw counts, exact sums and dates per entity and cutoff (orders, order_days …)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from sqlglot import exp

from tradewind.core.errors import ConfigError, Problem
from tradewind.core.feature import FeatureTable
from tradewind.core.time import Cutoff, Days
from tradewind.core.use_case import UseCase
from tradewind.features.as_of import at_cutoffs, parse_select, view_as_of
from tradewind.features.catalog import Catalog
from tradewind.features.derive import derive_number, exact_values
from tradewind.features.feature_set import FeatureSet, Group
from tradewind.features.labels import LabelSQL, Statement, eligible_at

if TYPE_CHECKING:
    import pyarrow as pa

    from tradewind.store.engines import Engine

_EPOCH = date(1970, 1, 1)


def find_eligible(
    engine: Engine,
    catalog: Catalog,
    use_case: UseCase,
    label: LabelSQL,
    settings: Mapping[str, Days],
    cutoffs: Sequence[Cutoff],
) -> int:
    """Leave the step `eligible_<use case>` (cutoff, entity) and return its number of rows.

    Args:
        settings: the use case's spans after config; those missing are taken from the use case.
    """
    spans = {**use_case.settings, **settings}
    engine.create(f"eligible_{use_case.name}", *eligible_at(label, catalog, use_case.entity, cutoffs, spans))
    rows = exp.select(exp.alias_(exp.Count(this=exp.Star()), "n")).from_(f"eligible_{use_case.name}")
    return int(engine.fetch(rows, {}).column("n")[0].as_py())


def build_features(
    engine: Engine,
    catalog: Catalog,
    feature_set: FeatureSet,
    use_case: str,
    cutoffs: Sequence[Cutoff],
    settings: Mapping[str, Days] | None = None,
) -> FeatureTable:
    """Compute features for everybody in the step `eligible_<use case>`, as of each cutoff.

    Args:
        engine: holds the contract tables and the step.
        catalog: what there is.
        feature_set: fitted features.
        use_case: name that ends the steps' names.
        cutoffs: local midnights that the step holds.
        settings: look-back spans that user features may use as `:<setting>_ago`.
    Returns:
        rows sorted by cutoff, then entity id.
    Raises:
        ConfigError: a user feature gives several rows for one entity.
    """
    build_steps(engine, catalog, feature_set, use_case, cutoffs, settings)
    parts = [_derive_cutoff(engine, feature_set, use_case, cutoff) for cutoff in sorted(cutoffs)]
    return FeatureTable(
        np.concatenate([part.entity_id for part in parts]),
        np.concatenate([part.cutoff for part in parts]),
        feature_set.features,
        np.concatenate([part.numbers for part in parts]),
        {name: np.concatenate([part.categories[name] for part in parts]) for name in parts[0].categories},
    )


def build_steps(
    engine: Engine,
    catalog: Catalog,
    feature_set: FeatureSet,
    use_case: str,
    cutoffs: Sequence[Cutoff],
    settings: Mapping[str, Days] | None = None,
) -> None:
    """Leave the steps `<group>_<use case>` with everything raw; arguments and errors as of `build_features`."""
    entity, step = feature_set.entity, f"eligible_{use_case}"
    for group in feature_set.groups:
        engine.create(f"{group.name}_{use_case}", *group_at(group, catalog, entity, step, cutoffs, settings))
        if not group.own_rows_only:
            _require_one_row(engine, group, f"{group.name}_{use_case}", entity)


def raw_values(engine: Engine, feature_set: FeatureSet, use_case: str, cutoff: Cutoff) -> pa.Table:
    """Return everything raw about the eligible of one cutoff, as `<group>.<column>`, one row each, sorted by entity.

    The steps of `build_steps` must be there.
    """
    # Sorted here and not in SQL, because engines collate text differently.
    select = _raw_select(feature_set, use_case)
    return engine.fetch(select, {"cutoff_day": cutoff.day}).sort_by(feature_set.entity)


def group_at(
    group: Group,
    catalog: Catalog,
    entity: str,
    eligible_step: str | None,
    cutoffs: Sequence[Cutoff],
    settings: Mapping[str, Days] | None = None,
) -> Statement:
    """Return the statement of one step: its template at every cutoff, for the eligible entities only.

    Args:
        eligible_step: table (cutoff, entity) of who is asked about; None computes everybody.
    """
    only = None
    if eligible_step is not None and group.own_rows_only:
        only = (entity, exp.column(entity).isin(query=eligible_step_rows(entity, eligible_step)))
    view = view_as_of(parse_select(group.select, group.name), catalog, group.name, only=only, entity=entity)
    return at_cutoffs(view, cutoffs, settings, constants=group.constants(), where=group.name)


def eligible_step_rows(entity: str, step: str) -> exp.Select:
    """Return the SELECT of the entities that a step holds for `:cutoff_day`."""
    day = exp.cast(exp.Placeholder(this="cutoff_day"), "DATE")
    return exp.select(entity).from_(step).where(exp.column("cutoff").eq(day))


def _require_one_row(engine: Engine, group: Group, table: str, entity: str) -> None:
    twice = exp.select(entity).from_(table).group_by("cutoff", entity).having("COUNT(*) > 1").limit(1)
    rows = engine.fetch(twice, {})
    if rows.num_rows:
        where = group.derivations[0].feature.source
        found = f"{rows.column(0)[0].as_py()} has several"
        raise ConfigError(Problem(where, "it gives more than one row for one entity", found, f"GROUP BY {entity}"))


def _derive_cutoff(engine: Engine, feature_set: FeatureSet, use_case: str, cutoff: Cutoff) -> FeatureTable:
    raw = raw_values(engine, feature_set, use_case, cutoff)
    n, entity = raw.num_rows, feature_set.entity
    days = np.full(n, float((cutoff.day - _EPOCH).days))
    numbers = [d for d in feature_set.derivations if d.feature.kind == "number"]
    matrix = np.empty((n, len(numbers)), dtype=np.float32)
    categories: dict[str, NDArray[np.object_]] = {}
    position = 0
    for group in feature_set.groups:
        used = {name for d in group.derivations if d.formula != "category" for name in d.inputs}
        values = {name: exact_values(raw.column(f"{group.name}.{name}")) for name in used}
        for derivation in group.derivations:
            if derivation.formula == "category":
                text = raw.column(f"{group.name}.{derivation.inputs[0]}")
                categories[derivation.feature.name] = np.array(text.to_pylist(), dtype=object)
            else:
                matrix[:, position] = derive_number(derivation, days, values)
                position += 1
    return FeatureTable(
        np.array(raw.column(entity).to_pylist(), dtype=object),
        np.full(n, np.datetime64(cutoff.day, "D")),
        feature_set.features,
        matrix,
        categories,
    )


def _raw_select(feature_set: FeatureSet, use_case: str) -> exp.Select:
    """The SELECT of everything raw about the eligible of `:cutoff_day`, one row per entity."""
    entity, day = feature_set.entity, exp.cast(exp.Placeholder(this="cutoff_day"), "DATE")
    select = exp.select(exp.column(entity, "eligible")).from_(exp.alias_(_table(f"eligible_{use_case}"), "eligible"))
    for group in feature_set.groups:
        names = dict.fromkeys(name for derivation in group.derivations for name in derivation.inputs)
        raw = (exp.alias_(exp.column(name, group.name), f"{group.name}.{name}", quoted=True) for name in names)
        select.select(*raw, copy=False)
        same = [exp.column(key, group.name).eq(exp.column(key, "eligible")) for key in ("cutoff", entity)]
        step = exp.alias_(_table(f"{group.name}_{use_case}"), group.name)
        select.join(step, on=exp.and_(*same, copy=False), join_type="left", copy=False)
    return select.where(exp.column("cutoff", "eligible").eq(day), copy=False)


def _table(name: str) -> exp.Table:
    return exp.to_table(name)
