"""What a trouble does to an answer: the question is learned again without it and tested on the same people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from tradewind.core.contract import CONTRACT
from tradewind.core.errors import NotAnswerable, TradewindError
from tradewind.core.finding import Number, missing
from tradewind.core.trouble import Harm, Trouble
from tradewind.flow.data import Data
from tradewind.flow.learning.lesson import Lesson, candidates_of, prepare_lesson, seed_of, try_lesson
from tradewind.flow.questions.asked import Question
from tradewind.models.protocol import Trial
from tradewind.stats.bootstrap import bootstrap_by_entity, rarer_class
from tradewind.stats.ranking import auc

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

SECONDS = 300
"""How long measuring may take; what was not reached says so."""

_WHOLE_COLUMN = ("missing", "constant", "id-like")
"""Kinds that are of a column rather than of rows: the question is learned without the column."""


@dataclass(frozen=True)
class _Tested:
    """A question as it was learned and tested once.

    Args:
        lesson: what it was learned from.
        trial: how it did.
    """

    lesson: Lesson
    trial: Trial

    def people(self) -> NDArray[np.object_]:
        """Who was asked about at the test cutoff."""
        return self.lesson.table.features.entity_id[self.trial.test_rows]


def measure_harm(
    data: Data, troubles: Sequence[Trouble], questions: Sequence[Question], seconds: float = SECONDS
) -> tuple[Trouble, ...]:
    """Learn every question with and without every trouble, and say what each does to the score.

    A simple model is learned at the same past moments, once on the data as they are and once on data in which the rows
    of the trouble are left out (facts), its values are taken away (attributes of a person or a product), or the whole
    column is. Both are tested on the people who are asked about in both and whose outcome is the same in both; the
    difference of the two scores is paired, its interval is by person.

    Args:
        data: the open snapshot.
        troubles: what was found, worst first; they are measured in this order.
        questions: what the workspace asks.
        seconds: when to stop.
    Returns:
        the same troubles, each with its harm, or the reason why it was not measured.
    """
    until = data.workspace.clock() + timedelta(seconds=seconds)
    told: dict[int, list[Harm]] = {place: [] for place in range(len(troubles))}
    for question in questions:
        if question.label is not None or question.use_case.task == "lifetime":
            continue
        simple = question.with_models(("linear",), 20.0)
        try:
            before = _test(data, simple)
        except NotAnswerable:
            continue
        for place, trouble in enumerate(troubles):
            if _may_touch(data, question, trouble):
                late = data.workspace.clock() > until
                why = f"the limit of {seconds:.0f} seconds was reached"
                harm = Harm(question.name, missing(why)) if late else _without(data, simple, trouble, before)
                told[place].append(harm)
    return tuple(replace(trouble, harm=tuple(told[place])) for place, trouble in enumerate(troubles))


def _may_touch(data: Data, question: Question, trouble: Trouble) -> bool:
    """Whether a question is learned from the table: it has the question's entity, or hangs on its orders."""
    columns = dict(data.manifest.tables[trouble.table].columns) if trouble.table in data.manifest.tables else {}
    if trouble.kind in ("as of today", "imbalance"):  # what is known only today stays out of training anyway
        return False
    return question.use_case.entity in columns or trouble.table in ("order_lines", "products", "campaigns")


def _test(data: Data, question: Question, base: _Tested | None = None) -> _Tested:
    day = None if base is None else base.trial.test_cutoff
    lesson = prepare_lesson(data, question, day)
    return _Tested(lesson, try_lesson(data, lesson, candidates_of(lesson.question), others=False))


def _without(data: Data, question: Question, trouble: Trouble, before: _Tested) -> Harm:
    """Learn a question without one trouble and compare; the engine's table is put back in any case."""
    try:
        rows = treated_rows(data, trouble)
    except TradewindError as error:
        return Harm(question.name, missing(error.problems[0].what))
    if rows is None:
        return Harm(question.name, missing("its rows cannot be told apart in the table"))
    data.engine.load_table(trouble.table, rows)
    try:
        after = _test(replace(data, made={}), question, before)
    except NotAnswerable:
        return Harm(question.name, missing("without it there is too little to learn from"))
    except TradewindError as error:
        return Harm(question.name, missing(error.problems[0].what))
    finally:
        data.engine.load_table(trouble.table, data.manifest.tables[trouble.table])
    return compare_tests(question.name, before, after)


def treated_rows(data: Data, trouble: Trouble) -> pa.Table | None:
    """Return the trouble's table without it: rows left out, values or a column taken away; None where none is known.

    Raises:
        StoreError: the condition cannot be computed.
    """
    import duckdb

    from tradewind.store.duckdb_engine import scan

    contract, entry = CONTRACT[trouble.table], data.manifest.tables[trouble.table]
    declared = contract.column(trouble.column)
    fixed = trouble.column in contract.key or (declared is not None and declared.required)
    whole = trouble.kind in _WHOLE_COLUMN or not trouble.where
    if whole and (fixed or trouble.column not in dict(entry.columns)):
        return None
    empty = f'CAST(NULL AS {dict(entry.columns)[trouble.column]}) AS "{trouble.column}"'
    with duckdb.connect() as con:
        for name, other in data.manifest.tables.items():
            if name in CONTRACT:
                rows = scan(data.workspace.root, other)
                live = " WHERE valid_to IS NULL" if "valid_to" in dict(other.columns) else ""
                con.execute(f'CREATE VIEW "{name}" AS SELECT * FROM ({rows}){live}')
                con.execute(f'CREATE VIEW "all_{name}" AS {rows}')
        every = f'"all_{trouble.table}"'
        if whole:
            sql = f"SELECT * REPLACE ({empty}) FROM {every}"
        elif contract.kind == "keyed" and not fixed:
            kept = f'CASE WHEN ({trouble.where}) IS NOT TRUE THEN "{trouble.column}" END AS "{trouble.column}"'
            sql = f"SELECT * REPLACE ({kept}) FROM {every}"
        else:
            sql = f"SELECT * FROM {every} WHERE ({trouble.where}) IS NOT TRUE"
        try:
            return con.sql(sql).to_arrow_table()
        except duckdb.Error:
            return None


def compare_tests(name: str, before: _Tested, after: _Tested) -> Harm:
    """Compare two tests on the people in both whose outcome is the same in both."""
    places: Mapping[object, int] = {who: place for place, who in enumerate(after.people())}
    pairs = [(place, places[who]) for place, who in enumerate(before.people()) if who in places]
    one, two = (np.array([pair[side] for pair in pairs], dtype=np.intp) for side in (0, 1))
    same = before.trial.test_label[one] == after.trial.test_label[two] if len(pairs) else np.zeros(0, dtype=bool)
    one, two = one[same], two[same]
    if len(one) < 20:
        return Harm(name, missing("hardly anybody is asked about in both"))
    label, first, second = before.trial.test_label[one], before.trial.test_mean[one], after.trial.test_mean[two]
    moved = int(np.count_nonzero(np.abs(first - second) > 1e-9))
    weight = np.ones(len(one))
    people = before.people()[one]
    rng = np.random.default_rng([seed_of(name), 17])
    if before.trial.task == "classification":

        def gap(weights: NDArray[np.float64]) -> Mapping[str, NDArray[np.float64]]:
            return {"gain": auc(label, second, weights) - auc(label, first, weights)}

        draws = bootstrap_by_entity(gap, people, weight, rng, 400, rarer_class(label, people, weight))
        gain = draws.number("gain", reason="all of them did the same")
        return Harm(name, gain if moved else Number(0.0, 0.0, 0.0), "auc", moved)
    better = np.abs(label - first) - np.abs(label - second)

    def mean_gap(weights: NDArray[np.float64]) -> Mapping[str, NDArray[np.float64]]:
        return {"gain": (weights * better).sum(axis=-1) / weights.sum(axis=-1)}

    gain = bootstrap_by_entity(mean_gap, people, weight, rng, 400).number("gain")
    return Harm(name, gain if moved else Number(0.0, 0.0, 0.0), "mae", moved)
