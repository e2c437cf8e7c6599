"""What the last run said of everybody, by id: answered without any work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Said:
    """One reason, as answers give it."""

    text: str
    influence: str = ""
    group: str = ""
    direction: str = ""

    def as_json(self) -> dict[str, str]:
        """Return what is known of it."""
        return {name: value for name in ("text", "influence", "group", "direction") if (value := getattr(self, name))}


class Listed:
    """The table of scores of one question in memory.

    Args:
        rows: the table, highest first.
        entity: its key column.
        rule: the rule of thumb in whose order the list stands; empty where it is the model's.
    """

    def __init__(self, rows: pa.Table, entity: str, rule: str = "") -> None:
        self.rule = rule
        self._rows = rows.combine_chunks()
        self.count: int = rows.num_rows
        self._at: Mapping[str, int] = {str(key): at for at, key in enumerate(rows[entity].to_pylist())}
        numbers = {name: self._numbers(name) for name in ("mean", "low", "high", "value")}
        self.mean, self._low, self._high = numbers["mean"], numbers["low"], numbers["high"]
        self._value = numbers["value"]
        self._rising = np.sort(self.mean)
        self.version = str(rows["model_version"][0].as_py()) if self.count else ""
        self.day: date | None = rows["cutoff"][0].as_py() if self.count else None
        self._texts = {
            name: self._rows[name].combine_chunks() for name in rows.column_names if name.startswith(_OF_REASONS)
        }
        self.usual = float(np.median(self.mean)) if self.count else None

    def _numbers(self, name: str) -> Any:
        if name not in self._rows.column_names:
            return np.full(self.count, np.nan)
        return np.asarray(self._rows[name].to_numpy(), dtype=np.float64)

    def find(self, entity_id: str) -> int | None:
        """Return the row of an entity, or None."""
        return self._at.get(entity_id)

    def ids(self) -> tuple[str, ...]:
        """Return everybody on it, highest first."""
        return tuple(self._at)

    def numbers(self, row: int) -> tuple[float, float, float, float | None]:
        """Return mean, low, high and value of a row."""
        value = float(self._value[row])
        return float(self.mean[row]), float(self._low[row]), float(self._high[row]), None if value != value else value

    def reasons(self, row: int) -> tuple[Said, ...]:
        """Return the reasons of a row; none where nobody asked for them in the run."""
        return tuple(
            Said(text, self._text(f"influence_{place}", row), self._text(f"group_{place}", row))
            for place in (1, 2, 3)
            if (text := self._text(f"reason_{place}", row))
        )

    def _text(self, name: str, row: int) -> str:
        column = self._texts.get(name)
        return "" if column is None else column[row].as_py() or ""

    def rank(self, mean: float) -> int:
        """Return the place that a score has or would have on the list, 1 is first."""
        return self.count - int(np.searchsorted(self._rising, mean, "right")) + 1

    @property
    def size(self) -> int:
        """Bytes, about."""
        return int(self._rows.nbytes + 5 * self._rising.nbytes + 150 * self.count)


_OF_REASONS = ("reason_", "influence_", "group_")
