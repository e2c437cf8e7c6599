"""The rows of a labelled table as they are learned from: the answer, what was known before it, and their order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tradewind.core.contract import CONTRACT, LOCAL_COLUMNS, SYSTEM_COLUMNS
from tradewind.core.errors import NotAnswerable, Problem
from tradewind.core.feature import Feature, FeatureTable
from tradewind.core.time import local_day
from tradewind.flow.data import Data
from tradewind.flow.labels.answer import read_answer
from tradewind.flow.labels.versions import Versions, choose_versions
from tradewind.flow.learning.team_rule import apply_rule, column_values
from tradewind.flow.questions.question import Question
from tradewind.identity.roles import find_roles
from tradewind.models.labelled import LabelledTable
from tradewind.store.config_labels import ROWS, LabelSettings

if TYPE_CHECKING:
    import pyarrow as pa

Array = NDArray[np.float64]


_NAMES_OF_PEOPLE = frozenset({"given_name", "surname", "name"})


@dataclass(frozen=True)
class LabelRows:
    """A labelled table, read.

    Args:
        table: features, answer (NaN where there is none yet) and order of each entity; rows stand as in the source.
        value: (n,) what one success is worth, in the workspace's currency; NaN where nobody knows.
        rule: (n,) score of the team's own rule, or None where there is none.
        timed: whether the order is one of time; rows in file order have none that anybody vouches for.
        as_of: the local day of the newest load, or the day that config pretends is today.
        changed: column to the reason why its history looks like that of a column filled in with the answer.
        said: what was done with the rows, in plain sentences.
    """

    table: LabelledTable
    value: Array
    rule: Array | None
    timed: bool
    as_of: date
    changed: Mapping[str, str]
    said: tuple[str, ...] = ()

    @property
    def ids(self) -> NDArray[np.object_]:
        """(n,) keys of the entities."""
        return self.table.features.entity_id


def read_label_rows(data: Data, question: Question) -> LabelRows:
    """Read a label's table: one row per entity, as it stood just before its answer was known.

    Raises:
        NotAnswerable: the table is not there or empty, its answers cannot be told apart, or nothing stands beside them.
        ConfigError: a rule or value cannot be computed.
    """
    settings = _settings(question)
    stored = _stored(data, question)
    key = CONTRACT[settings.table].key[0]
    answer = read_answer(stored.column(settings.column), settings, question.name)
    versions = choose_versions(stored, key, answer)
    rows = stored.take(versions.chosen)
    pretended = data.workspace.config.workspace.as_of
    as_of = pretended or local_day(_newest(stored, "first_seen_at"), data.catalog.zone)
    step = f"asked_{question.name}"
    order, said = _order(rows, settings, question.name)
    names = _feature_names(data, question)
    if not names:
        raise NotAnswerable(
            Problem(question.name, f"nothing but the answer is known of the {settings.table}", "no other column",
                    "columns that were known before the answer", f"map more columns in [tables.{settings.table}]")
        )  # fmt: skip
    features = _features(rows, key, names, settings.table, as_of)
    return LabelRows(
        LabelledTable(features, versions.outcome, order),
        _value(data, rows, settings, step, question.name),
        None if question.rule is None else apply_rule(question.rule, data.engine, rows, step),
        order is not None and settings.order != ROWS,
        as_of,
        _changed(versions, stored, names),
        said,
    )


def _settings(question: Question) -> LabelSettings:
    assert question.label is not None
    return question.label


def _stored(data: Data, question: Question) -> pa.Table:
    """Every row version of the label's table, in stored order."""
    settings = _settings(question)
    where = f"labels.{question.name}"
    entry = data.manifest.tables.get(settings.table)
    if entry is None or entry.rows == 0:
        do = f"look into the files behind [tables.{settings.table}]"
        raise NotAnswerable(Problem(where, f"there are no {settings.table}", "0 rows", "rows with an answer", do))
    stored = data.workspace.table(settings.table)
    if settings.column not in stored.column_names:
        raise NotAnswerable(
            Problem(f"{where}.column", "the column with the answer is not in the table", settings.column,
                    ", ".join(stored.column_names), "tradewind run loads the table anew")
        )  # fmt: skip
    return stored


def _newest(stored: pa.Table, name: str) -> Any:
    import pyarrow.compute as pc

    return pc.max(stored.column(name)).as_py()


def _feature_names(data: Data, question: Question) -> tuple[str, ...]:
    """Columns that may be learned from: no keys, ids, times, names; not the answer or a rival score."""
    settings = _settings(question)
    table = data.catalog.tables[settings.table]
    rival = () if question.rule is None or question.rule.points else question.rule.columns
    called = {column for role, column in find_roles(table.columns).items() if role in _NAMES_OF_PEOPLE}
    left_out = {settings.column, *rival, *called, *SYSTEM_COLUMNS, *LOCAL_COLUMNS, "amount_base"}
    kinds = {name: kind.upper() for name, kind in table.columns.items()}
    return tuple(
        name
        for name in table.attributes()
        if name not in left_out
        and not name.endswith("_id")
        and not (kinds[name].startswith("TIMESTAMP") or kinds[name] == "DATE")
    )


def _features(rows: pa.Table, key: str, names: tuple[str, ...], table: str, as_of: date) -> FeatureTable:
    import pyarrow as pa

    features, numbers, categories = [], [], {}
    for name in names:
        column = rows.column(name)
        plain = name.replace("_", " ")
        if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
            features.append(Feature(name, plain, "category", table, name, kind="category"))
            categories[name] = column.to_numpy(zero_copy_only=False).astype(object)
        else:
            unit = "share" if pa.types.is_boolean(column.type) else "number"
            features.append(Feature(name, plain, unit, table, name))  # type: ignore[arg-type]
            numbers.append(column.cast(pa.float64()).to_numpy(zero_copy_only=False).astype(np.float32))
    return FeatureTable(
        rows.column(key).to_numpy(zero_copy_only=False).astype(object),
        np.full(rows.num_rows, np.datetime64(as_of)),
        tuple(features),
        np.column_stack(numbers) if numbers else np.zeros((rows.num_rows, 0), dtype=np.float32),
        categories,
    )


def _value(data: Data, rows: pa.Table, settings: LabelSettings, step: str, name: str) -> Array:
    if not settings.value:
        return np.full(rows.num_rows, np.nan)
    found = column_values(data.engine, rows, [settings.value], step, f"labels.{name}.value")[:, 0]
    return np.where(found > 0, found, np.where(np.isnan(found), np.nan, 0.0))


def _order(rows: pa.Table, settings: LabelSettings, name: str) -> tuple[Array | None, tuple[str, ...]]:
    """Numbers that rise with time; rows whose time is not known stand first, and it is said how many they are."""
    import pyarrow as pa

    if not settings.order:
        return None, ()
    if settings.order == ROWS:
        return np.arange(rows.num_rows, dtype=np.float64), ()
    column = rows.column(settings.order)
    if pa.types.is_temporal(column.type):
        when = column.cast(pa.timestamp("us")).to_numpy(zero_copy_only=False).astype("datetime64[us]")
    elif pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        when = _days(column.to_pylist(), settings, name)
    else:
        number = column.cast(pa.float64()).to_numpy(zero_copy_only=False).astype(np.float64)
        return _filled(number, settings.order)
    number = when.astype("datetime64[us]").astype(np.int64).astype(np.float64)
    return _filled(np.where(np.isnat(when), np.nan, number), settings.order)


def _days(texts: list[str | None], settings: LabelSettings, name: str) -> NDArray[np.datetime64]:
    try:
        return np.array([text or "NaT" for text in texts], dtype="datetime64[us]")
    except ValueError as error:
        raise NotAnswerable(
            Problem(f"labels.{name}.order", "this column is no time", str(error), "ISO dates, or numbers that rise",
                    f"map {settings.order} as a date in [tables.{settings.table}] (strptime), or take another column")
        ) from error  # fmt: skip


def _filled(number: Array, column: str) -> tuple[Array, tuple[str, ...]]:
    lacking = np.isnan(number)
    if not lacking.any() or lacking.all():
        return (np.zeros(len(number)) if lacking.all() else number), ()
    said = f"{int(lacking.sum()):,} rows have no {column.replace('_', ' ')}; they count as the earliest."
    return np.where(lacking, number[~lacking].min() - 1, number), (said,)


def _changed(versions: Versions, stored: pa.Table, names: tuple[str, ...]) -> dict[str, str]:
    """Columns whose value changed when the answer came, for most entities and far more often than otherwise."""
    found = {}
    for name in names:
        share, otherwise, pairs = versions.changes(stored.column(name))
        if pairs >= 10 and share >= 0.5 and share >= 3 * otherwise:
            found[name] = f"in {100 * share:.0f} of 100 rows it changed at the moment when the answer came"
    return found
