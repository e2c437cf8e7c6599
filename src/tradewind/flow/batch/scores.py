"""Scores and reasons for a whole file: of ids, as the last run scored them; or of feature rows, by the model in use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from tradewind.core.errors import NotAnswerable, Problem, SourceError
from tradewind.core.feature import Feature, FeatureTable
from tradewind.core.visitor import Visitor
from tradewind.flow.answers.versions import version_in_use
from tradewind.flow.lists.table import INFLUENCES, REASONS, entity_of, list_table
from tradewind.flow.people.aliases import keys_asked
from tradewind.flow.people.own import own_keys
from tradewind.flow.questions.question import Question
from tradewind.flow.snapshot_rows import snapshot_rows
from tradewind.store.workspace import Workspace

if TYPE_CHECKING:
    import pyarrow as pa

SCORED, NOT_ASKED = "scored", "not asked about"


@dataclass(frozen=True)
class BatchScore:
    """The answer to one row of a file.

    Args:
        id: as it was sent; the row's number where none was.
        status: scored, or not asked about: nobody of this key is on the list, or it is not the visitor's.
        score: chance or amount; None where not scored.
        low: lower end of the 80 % interval.
        high: upper end.
        reasons: (text, whether one can act on it), most important first.
    """

    id: str
    status: str
    score: float | None = None
    low: float | None = None
    high: float | None = None
    reasons: tuple[tuple[str, str | None], ...] = ()


@dataclass(frozen=True)
class BatchScores:
    """The answer to a file.

    Args:
        question: which question.
        model_version: which model said so.
        as_of: the local day as of which ids were scored; None for feature rows, which are of whenever they are of.
        rows: one for each row of the file, in its order.
        missing_features: of the model that the file does not have; they count as not known.
        ignored_columns: of the file that the model does not have.
    """

    question: Question
    model_version: str
    as_of: date | None
    rows: tuple[BatchScore, ...]
    missing_features: tuple[str, ...] = ()
    ignored_columns: tuple[str, ...] = ()

    @property
    def scored(self) -> int:
        """How many rows have a score."""
        return sum(row.status == SCORED for row in self.rows)


def score_batch(workspace: Workspace, question: Question, rows: pa.Table, visitor: Visitor) -> BatchScores:
    """Score the rows of a file.

    Args:
        workspace: an open workspace.
        question: which question.
        rows: of ids, or with columns named as the model's features.
        visitor: who asks: he gets scores of records that he may see, under the ids by which he knows them.
    Raises:
        NotAnswerable: the question gives no scores, or nobody has been scored yet.
        SourceError: the file has neither ids nor features.
    """
    if question.use_case.task == "analysis":
        raise NotAnswerable(Problem(question.name, "this question gives no scores", "", "a question that scores"))
    key = _id_column(rows, question)
    used = version_in_use(workspace, question.name)
    if used is not None and (workspace.path(used.path) / "design.json").is_file():
        from tradewind.models.files import load_model

        deployed, _ = load_model(workspace.path(used.path))
        features = deployed.predictor.design.features
        if any(feature.name in rows.column_names for feature in features):
            return _by_model(workspace, question, used.version, deployed, rows, key)
    if not key:
        raise SourceError(
            Problem("the file", "it has neither ids nor features of the model", ", ".join(rows.column_names[:8])[:200],
                    f"a column {question.use_case.entity}, or columns as in the table training_{question.name}")
        )  # fmt: skip
    ids = [_text(value) for value in rows[key].to_pylist()]
    keys = keys_asked(workspace, visitor.sees_personal, question.name, ids)
    found = _by_id(workspace, question, keys, visitor)
    return replace(found, rows=tuple(replace(row, id=one) for row, one in zip(found.rows, ids, strict=True)))


def _id_column(rows: pa.Table, question: Question) -> str:
    """The column of ids: by the entity's name, `id`, or the only one."""
    names = rows.column_names
    known = [name for name in (question.use_case.entity, "id", "entity_id") if name in names]
    return known[0] if known else (names[0] if len(names) == 1 else "")


def _text(value: object) -> str:
    return "" if value is None else str(value).strip()


def _by_id(workspace: Workspace, question: Question, ids: list[str], visitor: Visitor) -> BatchScores:
    """As the last run scored them."""
    manifest = workspace.manifest()
    entry = list_table(manifest, question)
    key = entity_of(entry, question)
    columns = [name for name in (*REASONS, *INFLUENCES) if name in dict(entry.columns)]
    more = "".join(f', l."{name}"' for name in columns)
    seen_keys = own_keys(workspace, visitor, key, ids) if visitor.own_only else frozenset(ids)
    with snapshot_rows(workspace, manifest, [entry.name]) as ask:
        found = ask(
            f'SELECT CAST(l."{key}" AS VARCHAR) AS id, l.mean, l.low, l.high, l.cutoff, l.model_version{more} '
            f'FROM "{entry.name}" l '
            f'WHERE CAST(l."{key}" AS VARCHAR) IN (SELECT unnest($ids::VARCHAR[]))',
            ids=sorted(seen_keys),
        )
        about = ask(f'SELECT l.cutoff, l.model_version FROM "{entry.name}" l LIMIT 1')
    seen = {row["id"]: row for row in found}
    version, day = (str(about[0]["model_version"]), about[0]["cutoff"]) if about else ("", None)
    return BatchScores(question, version, day, tuple(_row(one, seen.get(one)) for one in ids))


def _row(entity_id: str, row: Mapping[str, Any] | None) -> BatchScore:
    if row is None:
        return BatchScore(entity_id, NOT_ASKED)
    pairs = zip(REASONS, INFLUENCES, strict=True)
    reasons = tuple((str(row[text]), row.get(influence)) for text, influence in pairs if row.get(text))
    return BatchScore(entity_id, SCORED, row["mean"], row["low"], row["high"], reasons)


def _by_model(
    workspace: Workspace, question: Question, version: str, deployed: Any, rows: pa.Table, key: str
) -> BatchScores:
    """By the model in use, from features as they were sent."""
    from tradewind.models.reasons import explain

    wanted: tuple[Feature, ...] = deployed.predictor.design.features
    names = {feature.name for feature in wanted}
    ids = [_text(value) for value in rows[key].to_pylist()] if key and key not in names else []
    ids = ids or [str(place + 1) for place in range(rows.num_rows)]
    features = feature_table(rows, wanted, ids, workspace.clock().date())
    mean, low, high = deployed.score(features)
    currency = workspace.config.workspace.currency
    told = explain(deployed, features, currency=currency)
    scores = tuple(
        BatchScore(one, SCORED, float(mean[place]), float(low[place]), float(high[place]),
                   tuple((reason.text, reason.influence) for reason in told[place]))
        for place, one in enumerate(ids)
    )  # fmt: skip
    given = set(rows.column_names)
    ignored = tuple(name for name in rows.column_names if name not in names and name != key)
    return BatchScores(question, version, None, scores, tuple(sorted(names - given)), ignored)


def feature_table(rows: pa.Table, wanted: tuple[Feature, ...], ids: list[str], day: date) -> FeatureTable:
    """Return the rows of a file as a model reads them; what is absent or empty is not known.

    Args:
        rows: with columns named as features.
        wanted: features of the model.
        ids: one for each row.
        day: of which the rows are taken to be.
    Raises:
        SourceError: a feature that is a number holds something else; all such columns are told.
    """
    n = rows.num_rows
    numbers: list[Any] = []
    problems: list[Problem] = []
    for feature in wanted:
        if feature.kind == "number":
            column = rows[feature.name].to_pylist() if feature.name in rows.column_names else [None] * n
            values, wrong = _numbers(column)
            numbers.append(values)
            if wrong is not None:
                problems.append(
                    Problem(f"{feature.name} row {wrong + 1}", "this is no number", str(column[wrong])[:80], "a number")
                )
    if problems:
        raise SourceError(problems[:20])
    categories = {
        feature.name: np.array(
            [None if value is None else str(value) for value in rows[feature.name].to_pylist()]
            if feature.name in rows.column_names else [None] * n, dtype=object,
        )
        for feature in wanted if feature.kind == "category"
    }  # fmt: skip
    table = np.column_stack(numbers).astype(np.float32) if numbers else np.zeros((n, 0), np.float32)
    days = np.full(n, np.datetime64(day, "D"))
    return FeatureTable(np.array(ids, dtype=object), days, wanted, table, categories)


def _numbers(column: list[Any]) -> tuple[Any, int | None]:
    """The numbers of a column, and the place of the first value that is none."""
    values = np.full(len(column), np.nan)
    for place, value in enumerate(column):
        if value is None or value == "":
            continue
        try:
            number = float(value)
        except (TypeError, ValueError):
            return values, place
        if not np.isfinite(number) or abs(number) > 3e38:
            return values, place
        values[place] = number
    return values, None
