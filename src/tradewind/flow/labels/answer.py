"""Which answer a row of a labelled table holds: it happened, it did not, or nobody knows yet."""

from __future__ import annotations

import difflib
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tradewind.core.errors import NotAnswerable, Problem
from tradewind.store.config_labels import LabelSettings

if TYPE_CHECKING:
    import pyarrow as pa

_YES = frozenset({"true", "t", "1"})
_NO = frozenset({"false", "f", "0"})


def read_answer(column: pa.ChunkedArray, settings: LabelSettings, name: str) -> NDArray[np.float64]:
    """Return (n,) 1 where it happened, 0 where not, NaN where there is no answer yet.

    Args:
        column: the answers as stored: text, numbers or truth values.
        settings: which value counts as what.
        name: of the label, for messages.
    Raises:
        NotAnswerable: no row has an answer, the value that counts never occurs, or several other values do and config
            does not say which of them means "it did not happen".
    """
    texts = [_plain(value) for value in column.to_pylist()]
    counts = Counter(text for text in texts if text)
    where = f"labels.{name}"
    if not counts:
        do = "load rows whose answer is known"
        raise NotAnswerable(Problem(f"{where}.column", "no row has an answer", settings.column, "a value in it", do))
    positive = _plain(settings.positive)
    if not _meant(positive, counts):
        raise NotAnswerable(_never(where, settings, counts))
    negative = {_plain(value) for value in settings.negative}
    others = [text for text in counts if not _same(text, positive)]
    if not negative:
        if len(others) > 1:
            listed = ", ".join(f'"{value}"' for value in others[:3])
            raise NotAnswerable(
                Problem(where, f"there are {len(others)} answers besides “{settings.positive}”", _listed(counts),
                        "two answers", f"say which of them mean that it did not happen: negative = [{listed}]")
            )  # fmt: skip
        negative = set(others)
    if not negative & set(others) and not any(_same(text, each) for text in others for each in negative):
        raise NotAnswerable(
            Problem(where, f"every row that has an answer has “{settings.positive}”", _listed(counts),
                    "rows in which it did not happen too", "load the others, or look whether another column was meant")
        )  # fmt: skip
    meaning = {text: 1.0 if _same(text, positive) else 0.0 for text in counts
               if _same(text, positive) or any(_same(text, each) for each in negative)}  # fmt: skip
    return np.array([meaning.get(text, np.nan) if text else np.nan for text in texts], dtype=np.float64)


def _plain(value: object) -> str:
    """A value as text that can be compared: 1.0 is 1, truth values are words, blanks at the ends do not count."""
    if value is None or value != value:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value.strip()
    number = float(value)  # type: ignore[arg-type]
    return str(int(number)) if number.is_integer() else str(number)


def _same(text: str, other: str) -> bool:
    first, second = text.lower(), other.lower()
    return first == second or {first, second} <= _YES or {first, second} <= _NO


def _meant(positive: str, counts: Counter[str]) -> bool:
    return any(_same(text, positive) for text in counts)


def _never(where: str, settings: LabelSettings, counts: Counter[str]) -> Problem:
    near = difflib.get_close_matches(settings.positive, counts, 1)
    do = f'positive = "{near[0]}"?' if near else "take one of the values that are there as positive"
    what = f"“{settings.positive}” never occurs in {settings.column}"
    return Problem(f"{where}.positive", what, _listed(counts), "a value of the column", do)


def _listed(counts: Counter[str], most: int = 5) -> str:
    shown = ", ".join(f"{value} ({count:,})" for value, count in counts.most_common(most))
    return shown + (f" and {len(counts) - most} more" if len(counts) > most else "")
