"""From cutoffs to one table that a model can learn from; every step on the way stays in the engine under its name.

eligible_<use case>     who is asked about at each cutoff
<group>_<use case>      raw counts, exact sums and dates per entity and cutoff (orders, order_days …)
outcome_<use case>      what happened, as known at the newest origin
training_<use case>     features, outcome and value side by side
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from sqlglot import exp

from tradewind.core.contract import SYSTEM_COLUMNS
from tradewind.core.errors import ConfigError, NotAnswerable, Problem
from tradewind.core.feature import FeatureTable, TrainingTable
from tradewind.core.time import Cutoff, Days, Horizon
from tradewind.core.use_case import Baseline, UseCase
from tradewind.features.as_of import at_cutoffs, parse_select, view_as_of
from tradewind.features.attributes import entity_table
from tradewind.features.catalog import Catalog
from tradewind.features.defaults import default_features
from tradewind.features.derive import derive_number, exact_values
from tradewind.features.feature_set import FeatureSet, Group, Vocabulary
from tradewind.features.labels import LabelSQL, Statement, eligible_at, outcome_at, value_at

if TYPE_CHECKING:
    import pyarrow as pa

    from tradewind.store.engines import Engine

_EPOCH = date(1970, 1, 1)


def fit_features(
    engine: Engine,
    catalog: Catalog,
    entity: str,
    first_cutoff: Cutoff,
    user_groups: Sequence[Group] = (),
    maximum: int = 150,
) -> FeatureSet:
    """Return the features of an entity, fitted as of the first training cutoff.

    Args:
        engine: holds the contract tables.
        catalog: what there is, with `starts`.
        entity: key column of the entity.
        first_cutoff: earliest training cutoff: windows longer than the history before it are dropped, and the
            vocabulary of frequent words is what was frequent by then.
        user_groups: the user's own features (see `user_features.user_groups`); they come on top of `maximum`.
        maximum: most default features.
    """
    start = catalog.history_start
    history = Days(max(0, (first_cutoff.day - start).days)) if start is not None else Days(0)
    unfitted = default_features(catalog, entity, history, maximum)
    fitted = (fit_vocabulary(engine, catalog, group, first_cutoff) for group in unfitted.groups)
    return FeatureSet(entity, (*(group for group in fitted if group.derivations), *user_groups))


def fit_vocabulary(engine: Engine, catalog: Catalog, group: Group, cutoff: Cutoff) -> Group:
    """Choose the group's frequent words from what was known at a cutoff, freeze them and put them into the sentences.

    Ties are broken by the word itself; features of words that do not exist are removed.
    """
    if group.vocabulary is None:
        return group
    view = view_as_of(parse_select(group.vocabulary.select, group.name), catalog, group.name)
    rows = engine.fetch(*at_cutoffs(view, [cutoff], where=group.name)).to_pylist()
    ranked = sorted(
        (-row["weight"], row["word"]) for row in rows if row["word"] is not None and row["weight"] is not None
    )
    words = tuple(word for _, word in ranked[: group.vocabulary.size])
    derivations = []
    for derivation in group.derivations:
        sentence = derivation.feature.sentence
        used = [number for number in range(group.vocabulary.size) if f"{{word_{number}}}" in sentence]
        if any(number >= len(words) for number in used):
            continue
        for number in used:
            sentence = sentence.replace(f"{{word_{number}}}", plain_word(words[number]))
        derivations.append(replace(derivation, feature=replace(derivation.feature, sentence=sentence)))
    vocabulary = Vocabulary(group.vocabulary.select, group.vocabulary.size, words)
    return replace(group, derivations=tuple(derivations), vocabulary=vocabulary)


def plain_word(word: str) -> str:
    """Return a word from the data as it may stand in a sentence: no underscores, no shouting, no line breaks."""
    text = " ".join(word.replace("_", " ").split())
    return text.capitalize() if text.isupper() and len(text) > 4 else text


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
    entity, step = feature_set.entity, f"eligible_{use_case}"
    for group in feature_set.groups:
        engine.create(f"{group.name}_{use_case}", *group_at(group, catalog, entity, step, cutoffs, settings))
        if not group.own_rows_only:
            _require_one_row(engine, group, f"{group.name}_{use_case}", entity)
    raw = _raw_select(feature_set, use_case)
    parts = [_derive_cutoff(engine, feature_set, raw, cutoff) for cutoff in sorted(cutoffs)]
    return FeatureTable(
        np.concatenate([part.entity_id for part in parts]),
        np.concatenate([part.cutoff for part in parts]),
        feature_set.features,
        np.concatenate([part.numbers for part in parts]),
        {name: np.concatenate([part.categories[name] for part in parts]) for name in parts[0].categories},
    )


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
        only = (entity, exp.column(entity).isin(query=_eligible(entity, eligible_step)))
    view = view_as_of(parse_select(group.select, group.name), catalog, group.name, only=only)
    return at_cutoffs(view, cutoffs, settings, constants=group.constants(), where=group.name)


def _eligible(entity: str, step: str) -> exp.Select:
    day = exp.cast(exp.Placeholder(this="cutoff_day"), "DATE")
    return exp.select(entity).from_(step).where(exp.column("cutoff").eq(day))


def _require_one_row(engine: Engine, group: Group, table: str, entity: str) -> None:
    twice = exp.select(entity).from_(table).group_by("cutoff", entity).having("COUNT(*) > 1").limit(1)
    rows = engine.fetch(twice, {})
    if rows.num_rows:
        where = group.derivations[0].feature.source
        found = f"{rows.column(0)[0].as_py()} has several"
        raise ConfigError(Problem(where, "it gives more than one row for one entity", found, f"GROUP BY {entity}"))


def _derive_cutoff(engine: Engine, feature_set: FeatureSet, select: exp.Select, cutoff: Cutoff) -> FeatureTable:
    # Sorted here and not in SQL, because engines collate text differently.
    raw = engine.fetch(select, {"cutoff_day": cutoff.day}).sort_by(feature_set.entity)
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
    Raises:
        NotAnswerable: nobody is eligible at any cutoff.
    """
    spans, ahead = {**use_case.settings, **(settings or {})}, horizon or use_case.horizon
    if find_eligible(engine, catalog, use_case, label, spans, cutoffs) == 0:
        days = ", ".join(str(cutoff) for cutoff in cutoffs)
        raise NotAnswerable(Problem(use_case.name, "nobody is asked about at any cutoff", days, "at least one"))
    features = build_features(engine, catalog, feature_set, use_case.name, cutoffs, spans)
    labels = {}
    for origin in sorted(origins):
        complete = [cutoff for cutoff in cutoffs if cutoff.ahead(ahead.length).ahead(ahead.lag) <= origin]
        labels[origin.day] = _labels(engine, catalog, use_case, label, spans, ahead, complete, origin, features)
    table = TrainingTable(
        features,
        labels,
        {baseline.name: baseline_score(baseline, features, ahead.length) for baseline in use_case.baselines},
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
    eligible = _eligible(use_case.entity, f"eligible_{use_case.name}")
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
    """Money at stake; NaN without a `value` statement, 0 for whom it gives no row."""
    eligible = _eligible(use_case.entity, f"eligible_{use_case.name}")
    statement = value_at(label, catalog, use_case.entity, eligible, cutoffs, spans)
    if statement is None:
        return np.full(len(features), np.nan)
    found = _aligned(engine.fetch(*statement), use_case.entity, "value", features, f"{label.where}: value")
    return np.where(np.isnan(found), 0.0, found)


def _aligned(rows: pa.Table, entity: str, name: str, features: FeatureTable, where: str) -> NDArray[np.float64]:
    """Put fetched (cutoff, entity, value) rows beside the feature rows; NaN where there is none."""
    keys = zip(rows.column("cutoff").to_pylist(), rows.column(entity).to_pylist(), strict=True)
    found = dict(zip(keys, exact_values(rows.column(name)).tolist(), strict=True))
    if len(found) != rows.num_rows:
        raise ConfigError(Problem(where, "it gives more than one row for one entity", "", f"GROUP BY {entity}"))
    days = features.cutoff.tolist()
    return np.array([found.get(key, np.nan) for key in zip(days, features.entity_id, strict=True)], dtype=np.float64)


def baseline_score(baseline: Baseline, features: FeatureTable, horizon: Days) -> NDArray[np.float64]:
    """Return a rule of thumb's score per row: its feature, signed and scaled to the horizon; unknown ranks last.

    Raises:
        NotAnswerable: the rule's feature is not among the features.
    """
    if baseline.feature not in {feature.name for feature in features.number_features}:
        raise NotAnswerable(Problem(baseline.name, "the rule's feature does not exist here", baseline.feature))
    scale = 1.0 if baseline.scale_days is None else horizon.count / baseline.scale_days
    score = baseline.sign * features.column(baseline.feature).astype(np.float64) * scale
    known = score[~np.isnan(score)]
    return np.where(np.isnan(score), known.min() if len(known) else 0.0, score)


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

    features = table.features
    columns: dict[str, pa.Array] = {
        "cutoff": pa.array(features.cutoff),
        entity: pa.array(features.entity_id, pa.string()),
    }
    for position, feature in enumerate(features.number_features):
        columns[feature.name] = pa.array(features.numbers[:, position], from_pandas=True)
    for name, values in features.categories.items():
        columns[name] = pa.array(values, pa.string())
    columns["outcome"] = pa.array(table.label, from_pandas=True)
    columns["value"] = pa.array(table.value, from_pandas=True)
    return pa.table(columns)
