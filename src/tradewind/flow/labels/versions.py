"""Which version of a row is learned from: the one that stood before the answer was known, where there is one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pyarrow as pa

Array = NDArray[np.float64]
Places = NDArray[np.intp]


@dataclass(frozen=True)
class Versions:
    """The versions chosen, one for each entity, in the order in which the entities first stood in the source.

    Args:
        chosen: (n,) place of the version that is learned from.
        outcome: (n,) the answer as known today, NaN where there is none.
        answered: (m,) places of versions that brought an answer.
        before: (m,) place of the version before each of them.
        other: (k, 2) places of the other pairs of versions that follow each other.
    """

    chosen: Places
    outcome: Array
    answered: Places
    before: Places
    other: Places

    def changes(self, column: pa.ChunkedArray) -> tuple[float, float, int]:
        """Return how often a column changed when the answer came, how often otherwise, and of how many answers."""
        if len(self.answered) == 0:
            return 0.0, 0.0, 0
        values = np.array(["" if value is None else str(value) for value in column.to_pylist()], dtype=object)
        with_answer = float(np.mean(values[self.answered] != values[self.before]))
        if len(self.other) == 0:
            return with_answer, 0.0, len(self.answered)
        return with_answer, float(np.mean(values[self.other[:, 0]] != values[self.other[:, 1]])), len(self.answered)


def choose_versions(stored: pa.Table, key: str, answer: Array) -> Versions:
    """Choose, for each entity, the row version to learn from.

    Where the answer came with a later version, what was known is the version before it. Where it was there from the
    first, an entity with the outcome is taken as it first stood, nearest to what was known; all others as they stand
    today.

    Args:
        stored: every row version, with `known_at`.
        key: column that names the entity.
        answer: (rows,) answer in each version, NaN where there is none.
    """
    ids = stored.column(key).to_numpy(zero_copy_only=False).astype(str)
    known_at = stored.column("known_at").to_numpy(zero_copy_only=False).astype("datetime64[us]")
    _, first, entity = np.unique(ids, return_index=True, return_inverse=True)
    order = np.lexsort((np.arange(len(ids)), known_at, entity))
    starts = np.searchsorted(entity[order], np.arange(len(first) + 1))
    chosen, outcome = np.empty(len(first), dtype=np.intp), np.empty(len(first))
    answered: list[tuple[int, int]] = []
    other: list[tuple[int, int]] = []
    single = np.diff(starts) == 1
    chosen[single] = order[starts[:-1][single]]
    outcome[single] = answer[chosen[single]]
    for which in np.flatnonzero(~single):
        versions = order[starts[which] : starts[which + 1]]
        final = answer[versions[-1]]
        came = _came(answer[versions])
        outcome[which] = final
        chosen[which] = versions[came - 1] if came > 0 else versions[0] if final == 1 else versions[-1]
        pairs = list(zip(versions[:-1].tolist(), versions[1:].tolist(), strict=True))
        other += [pair for place, pair in enumerate(pairs, 1) if place != came]
        if came > 0:
            answered.append((int(versions[came - 1]), int(versions[came])))
    seen = np.argsort(first, kind="stable")
    pairs_came = np.array(answered, dtype=np.intp).reshape(-1, 2)
    return Versions(
        chosen[seen], outcome[seen], pairs_came[:, 1], pairs_came[:, 0], np.array(other, dtype=np.intp).reshape(-1, 2)
    )


def _came(answers: Array) -> int:
    """The version with which today's answer came; 0 where it was there from the first, or there is none."""
    final = answers[-1]
    if np.isnan(final):
        return 0
    same = answers == final
    came = int(len(same) - np.argmin(same[::-1])) if not same.all() else 0
    # "No" that was always a "no", and a "yes" that became a "no", say nothing about when it was decided.
    return came if final == 1 or (came > 0 and np.isnan(answers[came - 1])) else 0
