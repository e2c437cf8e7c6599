"""Records as one row each, as likeness compares them: values, their words, and the rarest of those words as keys."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tradewind.identity.blocking import RARE_WORDS
from tradewind.identity.comparisons import WORDY
from tradewind.identity.records import Records

if TYPE_CHECKING:
    import pyarrow as pa

SHORTEST = 3
"""Letters that a word needs to tell texts apart; shorter ones count only where a value has no longer."""


def comparable_table(records: Records, roles: Sequence[str]) -> pa.Table:
    """Return place, kind, and for each role its present value; wordy roles also as `_words` and `_rare_1` …."""
    import pyarrow as pa

    columns: dict[str, Any] = {
        "place": pa.array(range(len(records)), pa.int64()),
        "kind": pa.array(records.record_type, pa.string()),
    }
    for role in roles:
        values = records.now(role)
        columns[role] = pa.array(values, pa.string())
        if role in WORDY:
            words = [None if value is None else _telling_words(value) for value in values]
            columns[f"{role}_words"] = pa.array(words, pa.list_(pa.string()))
            for number, keys in enumerate(_rarest(words), 1):
                columns[f"{role}_rare_{number}"] = pa.array(keys, pa.string())
    return pa.table(columns)


def _telling_words(value: str) -> list[str]:
    words = dict.fromkeys(value.split())
    return [word for word in words if len(word) >= SHORTEST] or list(words)


def _rarest(words: Sequence[list[str] | None]) -> list[list[str | None]]:
    """The n-th rarest word of each value, among words that at least two values hold."""
    often = Counter(word for value in words if value for word in value)
    keys: list[list[str | None]] = [[] for _ in range(RARE_WORDS)]
    for value in words:
        shared = sorted((often[word], word) for word in value or () if often[word] > 1)
        for number, found in enumerate(keys):
            found.append(shared[number][1] if number < len(shared) else None)
    return keys
