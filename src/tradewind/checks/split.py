"""Training and test rows must be strangers: no row in both, none copied before the split, no near twin by accident."""

from __future__ import annotations

from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from tradewind.core.errors import LeakError, Problem
from tradewind.core.feature import FeatureTable
from tradewind.core.finding import Check

NAME = "Training and test share no rows"


def refuse_repeated_rows(table: FeatureTable, where: str = "training table") -> None:
    """Refuse a table that holds an (entity, cutoff) twice: it was oversampled before the split, or joined wrongly.

    Raises:
        LeakError: names how many rows and the first.
    """
    key = _keys(table)
    _, first = np.unique(key, return_index=True)
    if len(first) == len(key):
        return
    repeated = np.setdiff1d(np.arange(len(key)), first)
    example = f"{table.entity_id[repeated[0]]} at {table.cutoff[repeated[0]]}"
    raise LeakError(
        Problem(
            where,
            "rows are repeated before the split, so the test would be asked what the training has seen",
            f"{len(repeated):,} of {len(key):,}, first: {example}",
            "one row per entity and cutoff",
            "weight rows instead of copying them, or copy after the split",
        )
    )


def check_split(train: FeatureTable, test: FeatureTable) -> Check:
    """Refuse rows copied before a split, rows or entities on both its sides, and count near twins.

    Under a split in time an entity may be on both sides, at different cutoffs, all training cutoffs before all test
    cutoffs; otherwise entities must not be shared. Near twins are test rows equal to a training row of another
    entity in every category and to about three digits in every number. Some are natural (new customers look alike):
    the same count among test rows themselves says how many.

    Raises:
        LeakError: an (entity, cutoff) twice in training, or on both sides, or the same entity where the split is not
            one in time.
    """
    if len(train) == 0 or len(test) == 0:
        return Check(NAME, "unknown", "one side of the split has no rows", "give more history or an earlier cutoff")
    refuse_repeated_rows(train, "training rows")
    both = np.intersect1d(_keys(train), _keys(test))
    if len(both):
        _refuse(f"{len(both):,} rows (entity and cutoff) are in training and test", str(both[0]).replace("\t", " at "))
    shared = np.intersect1d(train.entity_id.astype(str), test.entity_id.astype(str))
    if len(shared) and not train.cutoff.max() < test.cutoff.min():
        _refuse(f"{len(shared):,} entities are in training and test at overlapping times", str(shared[0]))
    return _judge_twins(train, test)


def _refuse(what: str, example: str) -> None:
    do = "split by time, or by entity, before any row is copied"
    raise LeakError(Problem("split", what, f"first: {example}", "rows that training has never seen", do))


def _judge_twins(train: FeatureTable, test: FeatureTable) -> Check:
    across = _twin_share(test, train)
    within = _twin_share(test, test)
    seen = f"{across:.1%} of test rows have a near twin in training; {within:.1%} have one among themselves"
    # Training usually has several cutoffs and so several times as many rows to be alike to.
    natural = min(1.0, within * max(1.0, len(train) / len(test)))
    if across <= natural + 0.01:
        return Check(NAME, "pass", seen)
    return Check(NAME, "warn", seen, "look for synthetic or copied rows in the sources before trusting the figures")


def _twin_share(rows: FeatureTable, others: FeatureTable) -> float:
    """Return the share of rows equal to a row of another entity."""
    _, entity = np.unique(np.concatenate([rows.entity_id, others.entity_id]).astype(str), return_inverse=True)
    _, look = np.unique(np.concatenate([fingerprints(rows), fingerprints(others)]), return_inverse=True)
    mine, theirs = slice(None, len(rows)), slice(len(rows), None)
    held = np.unique(np.stack([look[theirs], entity[theirs]]), axis=1)
    entities_with_look = np.bincount(held[0], minlength=look.max() + 1)
    own = np.isin(look[mine] * (entity.max() + 1) + entity[mine], held[0] * (entity.max() + 1) + held[1])
    return float(np.mean(entities_with_look[look[mine]] - own > 0))


def fingerprints(table: FeatureTable) -> NDArray[np.uint64]:
    """Return one 64-bit number per row, equal for rows equal in every category and to about three digits in numbers."""
    # Ten of float32's 23 bits of fraction are kept: one part in a thousand. Adding zero makes −0 equal to 0.
    numbers = np.where(np.isnan(table.numbers), np.float32(-1e38), table.numbers + np.float32(0))
    columns = list((numbers.view(np.uint32) >> np.uint32(13)).T)
    for name in sorted(table.categories):
        columns.append(_text_numbers(table.categories[name]))
    total = np.zeros(len(table), dtype=np.uint64)
    for column in columns:
        total = _mix(total ^ (column.astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)))
    return total


def _text_numbers(values: NDArray[np.object_]) -> NDArray[np.uint64]:
    """Return a number per text that is the same in every table, and another one for unknown."""
    texts, which = np.unique(["" if value is None else f"={value}" for value in values], return_inverse=True)
    digests = [int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little") for text in texts]
    return np.array(digests, dtype=np.uint64)[which]


def _mix(bits: NDArray[np.uint64]) -> NDArray[np.uint64]:
    # The finaliser of SplitMix64 (Steele, Lea, Flood 2014): every bit of the row moves every bit of the number.
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return bits ^ (bits >> np.uint64(31))


def _keys(table: FeatureTable) -> NDArray[np.str_]:
    return np.char.add(np.char.add(table.entity_id.astype(str), "\t"), table.cutoff.astype(str))
