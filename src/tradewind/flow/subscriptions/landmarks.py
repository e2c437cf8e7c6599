"""Everybody with a running subscription at past days, with what was known of them then and what came of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tradewind.core.errors import ModelError, Problem
from tradewind.core.feature import FeatureTable
from tradewind.core.time import Cutoff, Days
from tradewind.features.feature_set import FeatureSet
from tradewind.features.training import build_features, find_eligible
from tradewind.flow.ask import ask
from tradewind.flow.data import Data
from tradewind.flow.learning.lesson import label_of, seed_of
from tradewind.flow.questions.question import Question
from tradewind.flow.subscriptions.contracts import Contracts, day_number
from tradewind.models.survival.hazard import Landmarks

Ints = NDArray[np.int64]
Array = NDArray[np.float64]

MOST_CUTOFFS = 20
MOST_ROWS = 150_000
"""Landmark rows beyond which only a random part of the people is followed."""
RENEWAL = "days_until_renewal"


@dataclass(frozen=True)
class Followed:
    """Landmark rows with what is known of their ends by a day; arrays are (n,).

    Args:
        past: who was there, and what was known of them then.
        day: day number of each one's cutoff.
        until_left: days to the end; NaN where none is known by the day of learning.
        seen: days to the last day whose ends are certain by then.
    """

    past: Landmarks
    day: Ints
    until_left: Array
    seen: Array

    def rows(self, chosen: NDArray[np.bool_]) -> Followed:
        """Return the chosen rows."""
        return Followed(self.past.rows(chosen), self.day[chosen], self.until_left[chosen], self.seen[chosen])


def landmark_cutoffs(first: Cutoff, last: Cutoff, period: int) -> tuple[Cutoff, ...]:
    """Return past days to begin from, evenly laid back from the newest that a whole period follows."""
    newest = last.back(Days(period))
    span = (newest.day - first.day).days
    if span < 0:
        return ()
    step = max(period, -(-span // (MOST_CUTOFFS - 1)))
    return tuple(newest.back(Days(step * number)) for number in range(span // step, -1, -1))


def features_at(data: Data, question: Question, feature_set: FeatureSet, cutoffs: Sequence[Cutoff]) -> FeatureTable:
    """Return the features of all whom the question is about at each cutoff; of a random part of them where many.

    Raises:
        ModelError: nobody is.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    # Steps of a name of their own: those of the question itself stay as they are.
    case = replace(question.use_case, name=f"{question.name}_followed")
    step = f"eligible_{case.name}"
    total = find_eligible(data.engine, data.catalog, case, label_of(question), case.settings, cutoffs)
    if total == 0:
        raise ModelError(Problem("", "nobody had a subscription at any past day"))
    if total > MOST_ROWS:
        rows = ask(data.engine, f"SELECT * FROM {step}")
        everybody = pc.unique(rows.column(case.entity)).sort()
        rng = np.random.default_rng([seed_of(case.name), 5])
        chosen = everybody.take(pa.array(np.sort(rng.permutation(len(everybody))[: _share(total, len(everybody))])))
        data.engine.load_table(step, rows.filter(pc.is_in(rows.column(case.entity), chosen)))
    return build_features(data.engine, data.catalog, feature_set, case.name, cutoffs, case.settings)


def _share(rows: int, people: int) -> int:
    return max(1, int(people * MOST_ROWS / rows))


def follow(features: FeatureTable, contracts: Contracts, certain_by: int) -> Followed:
    """Put beside each row of features since when its stay had run, and what came of it.

    Args:
        features: rows of past cutoffs, or of today.
        contracts: as known by the day of learning.
        certain_by: day number before which ends are certain: no other subscription will turn them into a switch.
    """
    day = features.cutoff.astype("datetime64[D]").astype(np.int64)
    row, going = contracts.at(features.entity_id, day)
    features, day, row = features.rows(going), day[going], row[going]
    stay = contracts.stay[row] if len(row) else row
    age = (day - contracts.stay_start[stay]).astype(np.float64)
    own = (day - contracts.start[row]).astype(np.float64)
    names = {feature.name for feature in features.number_features}
    renewal = features.column(RENEWAL).astype(np.float64) if RENEWAL in names else np.full(len(day), np.nan)
    end = contracts.stay_end[stay]
    until = np.where(end < certain_by, (end - day).astype(np.float64), np.nan)
    past = Landmarks(features, age, own, contracts.term_months[row], renewal)
    return Followed(past, day, until, (certain_by - day).astype(np.float64))


def certain_day(question: Question, known_by: Cutoff) -> int:
    """Return the day number before which ends are certain on a day."""
    return day_number(known_by.day) - question.use_case.horizon.lag.count
