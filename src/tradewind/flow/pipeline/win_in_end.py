"""What is added to the chance that a deal is won within the horizon: whether it is won in the end, whenever that is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tradewind.core.errors import NotAnswerable
from tradewind.core.words import say
from tradewind.flow.learning.additions import Addition
from tradewind.flow.learning.learned import Learned, Scored
from tradewind.flow.learning.lesson import seed_of
from tradewind.flow.pipeline.stage_history import read_stage_history
from tradewind.flow.questions.question import Question
from tradewind.models.pipeline.stages import StageHistory
from tradewind.models.pipeline.win_in_end import EndChance, win_in_end
from tradewind.report.numbers import say_count, say_money
from tradewind.store.workspace import Workspace

if TYPE_CHECKING:
    import pyarrow as pa

    from tradewind.flow.data import Data
    from tradewind.flow.learning.score import Asked

Array = NDArray[np.float64]

COLUMN = "won_in_the_end_by_stage"


def _columns(data: Data, question: Question, _learned: Learned, asked: Asked) -> Mapping[str, pa.Array]:
    """The stage each deal stands in, for how long, and the share won of deals that had stood there as long."""
    import pyarrow as pa

    try:
        history = read_stage_history(data, data.score_at)
    except NotAnswerable:
        return {}
    ends = win_in_end(history, np.random.default_rng(seed_of(question.name)))
    place = {str(history.deals[deal]): number for number, deal in enumerate(ends.deal.tolist())}
    standing = dict(zip(history.deals.tolist(), history.standing.tolist(), strict=True))
    rows = [place.get(str(each)) for each in asked.features.entity_id]

    def aligned(values: Any) -> pa.Array:
        return pa.array(
            [None if row is None or np.isnan(values[row]) else float(values[row]) for row in rows], pa.float64()
        )

    return {
        "stage": pa.array([standing.get(str(each)) or None for each in asked.features.entity_id], pa.string()),
        ("days_open" if history.source == "snapshot" else "days_in_stage"): aligned(_waited(history, ends)),
        COLUMN: aligned(ends.chance),
        f"{COLUMN}_low": aligned(ends.low),
        f"{COLUMN}_high": aligned(ends.high),
    }


def _waited(history: StageHistory, ends: EndChance) -> Array:
    """Calendar days since each of the deals entered its stage."""
    stays = np.flatnonzero(history.lasting & ~np.isnat(history.entered))
    since = (np.datetime64(history.as_of, "D") - history.entered[stays]).astype(np.float64)
    waited = dict(zip(history.deal[stays].tolist(), since.tolist(), strict=True))
    return np.array([waited[deal] for deal in ends.deal.tolist()])


def _sentences(workspace: Workspace, _question: Question, _learned: Learned, scored: Scored) -> tuple[str, ...]:
    rows = workspace.table(scored.table)
    if COLUMN not in rows.column_names or rows.num_rows == 0:
        return ()
    chance = np.array(rows[COLUMN].to_pylist(), dtype=np.float64)
    value = np.nan_to_num(np.array(rows["value"].to_pylist(), dtype=np.float64))
    snapshot = "days_open" in rows.column_names
    said = [say("deals.win.snapshot")] if snapshot else []
    known = np.isfinite(chance)
    if known.any():
        worth = float((chance * value)[known].sum())
        name = "deals.win.end.age" if snapshot else "deals.win.end"
        of = say("deals.win.worth", worth=say_money(worth, workspace.config.workspace.currency)) if worth else ""
        said.append(say(name, won=say_count(float(chance[known].sum())), open=say_count(int(known.sum())), worth=of))
        high = np.array(rows[f"{COLUMN}_high"].to_pylist(), dtype=np.float64)
        within = float(np.array(rows["mean"].to_pylist(), dtype=np.float64)[known].sum())
        if within > float(high[known].sum()):
            said.append(say("deals.win.older", within=say_count(within)))
    return tuple(said)


ADDITION = Addition(columns=_columns, sentences=_sentences)
