"""The long way: the same statements in the SQL engine, over the rows of those who are asked about alone."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from threading import Lock
from typing import TYPE_CHECKING, Any

from tradewind.core.contract import CONTRACT
from tradewind.core.errors import NotAnswerable
from tradewind.core.time import Cutoff
from tradewind.features.labels import eligible_at
from tradewind.flow.data import Data, tables_read
from tradewind.flow.learning.score import Asked, ask_with
from tradewind.flow.questions.question import Question
from tradewind.flow.serving.inbox import Arrived
from tradewind.flow.serving.served import Model
from tradewind.flow.serving.statements import own_tables
from tradewind.store.manifest import TableEntry
from tradewind.store.tables import read_files

if TYPE_CHECKING:
    import pyarrow as pa


class EnginePath:
    """Scores in the SQL engine, one request at a time.

    Args:
        data: the snapshot; its engine may be closed.
    """

    def __init__(self, data: Data) -> None:
        self._data = data
        self._stack = ExitStack()
        self._engine: Any = None
        self._lock = Lock()

    def ask(
        self, question: Question, model: Model, ids: Mapping[str, Collection[str]], arrived: Sequence[Arrived],
        day: Cutoff, known: Cutoff,
    ) -> Asked | None:  # fmt: skip
        """Return the scores of those asked about among these ids; None where nobody is.

        Args:
            question: what is asked.
            model: the deployed one.
            ids: id column to the ids whose rows count.
            arrived: their rows of the inbox.
            day: as of which.
            known: by when it is known who is still asked about.
        """
        with self._lock:
            data = self._open(day)
            for name in own_tables(data.catalog, model.feature_set.entity):
                entry = data.manifest.tables[name]
                rows = _rows_of(data, entry, ids)
                fresh = [row.row for row in arrived if row.table == name and CONTRACT[name].kind == "fact"]
                data.engine.load_table(name, _with(rows, fresh))
            try:
                asked = ask_with(data, question, model.deployed, model.feature_set, day)
            except NotAnswerable:
                return None
            return asked if known <= day else _still(data, question, model, asked, day, known)

    def close(self) -> None:
        """Close the engine."""
        with self._lock:
            self._stack.close()
            self._engine = None

    def _open(self, day: Cutoff) -> Data:
        data = self._data
        if self._engine is None:
            names = tables_read(data.workspace, data.manifest)
            self._engine = self._stack.enter_context(data.workspace.engine(names, data.manifest))
        return replace(data, engine=self._engine, score_at=max(day, data.score_at), made={}, kept={})


def _rows_of(data: Data, entry: TableEntry, ids: Mapping[str, Collection[str]]) -> pa.Table:
    import pyarrow as pa
    import pyarrow.compute as pc

    parts = []
    for part in read_files(data.workspace.root, entry):
        wanted = None
        for column in ids.keys() & set(part.column_names):
            one = pc.is_in(part[column], value_set=pa.array(sorted(ids[column]), pa.string()))
            wanted = one if wanted is None else pc.or_(wanted, one)
        if wanted is not None:
            parts.append(part.filter(wanted))
    return pa.concat_tables(parts)


def _with(rows: pa.Table, fresh: Sequence[Mapping[str, Any]]) -> pa.Table:
    import pyarrow as pa

    if not fresh:
        return rows
    more = [{name: row.get(name) for name in rows.column_names} for row in fresh]
    return pa.concat_tables([rows, pa.Table.from_pylist(more, rows.schema)])


def _still(data: Data, question: Question, model: Model, asked: Asked, day: Cutoff, known: Cutoff) -> Asked | None:
    import numpy as np

    case = question.use_case
    statement = eligible_at(model.label, data.catalog, case.entity, [day], case.settings, known_by=known)
    still = set(data.engine.fetch(*statement).column(case.entity).to_pylist())
    kept = np.array([entity in still for entity in asked.features.entity_id.tolist()], dtype=bool)
    if not kept.any():
        return None
    arrays = {name: getattr(asked, name)[kept] for name in ("value", "mean", "low", "high")}
    return replace(asked, features=asked.features.rows(kept), **arrays)
