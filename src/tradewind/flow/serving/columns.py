"""A few rows as columns of numbers: what one entity's statements are worked out on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from threading import Lock
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pyarrow as pa

Kind = Literal["int", "double", "decimal", "date", "time", "text", "flag", "null"]
Places = NDArray[np.intp]
Flags = NDArray[np.bool_]

_EPOCH = datetime(1970, 1, 1)
_FIRST_DAY = date(1970, 1, 1)
EXACT = 1 << 62
"""Whole numbers from here on are left to the engine."""


class NotKnownHere(Exception):
    """What a statement asks for is left to the SQL engine; never seen outside of serving."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column, exact: decimals are whole numbers of their last digit, times microseconds, days since 1970.

    Args:
        kind: what the numbers mean.
        values: (n,) or a single number that stands for every row; texts are their numbers in `Words`.
        null: where there is none; None where there always is one.
        scale: digits behind the point, of decimals.
    """

    kind: Kind
    values: Any
    null: Any = None
    scale: int = 0

    def take(self, rows: Any) -> Column:
        """Return the rows at these places (or where the flags are set)."""
        if np.ndim(self.values) == 0:
            return self
        return Column(self.kind, self.values[rows], None if self.null is None else self.null[rows], self.scale)

    def known(self) -> Any:
        """Return where there is a value: flags, or True where there always is one."""
        return True if self.null is None else ~self.null


class Words:
    """Every text as a number, the same one wherever it stands; it only grows."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._texts: list[str] = []
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._texts)

    def number(self, text: str) -> int:
        """Return the number of a text, a new one where it was never seen."""
        found = self._numbers.get(text)
        if found is not None:
            return found
        with self._lock:
            if text not in self._numbers:
                self._texts.append(text)
                self._numbers[text] = len(self._texts) - 1
            return self._numbers[text]

    def text(self, number: int) -> str:
        """Return the text of a number."""
        return self._texts[number]


class Relation:
    """Rows whose columns are made when somebody first looks at them.

    Args:
        size: how many rows.
        makers: column name to what makes it.
    """

    __slots__ = ("_made", "_makers", "size")

    def __init__(self, size: int, makers: Mapping[str, Callable[[], Column]]) -> None:
        self.size = size
        self._makers = makers
        self._made: dict[str, Column] = {}

    @classmethod
    def of(cls, size: int, columns: Mapping[str, Column]) -> Relation:
        """Return rows whose columns are there already."""
        made = cls(size, {})
        made._made = dict(columns)
        return made

    def column(self, name: str) -> Column:
        """Return a column by name."""
        found = self._made.get(name)
        if found is None:
            maker = self._makers.get(name)
            if maker is None:
                raise NotKnownHere(name)
            found = self._made[name] = maker()
        return found

    def take(self, rows: Any, size: int) -> Relation:
        """Return the rows at these places, columns still made when looked at."""
        names = {**self._made, **self._makers}
        return Relation(size, {name: _Taking(self, name, rows) for name in names})


@dataclass(frozen=True, slots=True)
class _Taking:
    relation: Relation
    name: str
    rows: Any

    def __call__(self) -> Column:
        return self.relation.column(self.name).take(self.rows)


def of_arrow(array: pa.ChunkedArray, words: Words) -> Column:
    """Return a stored Arrow column.

    Raises:
        NotKnownHere: it is of a type that is left to the engine.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    whole = array.combine_chunks()
    if isinstance(whole, pa.ChunkedArray):
        whole = pa.concat_arrays(whole.chunks) if whole.num_chunks else pa.array([], whole.type)
    null = None if whole.null_count == 0 else np.asarray(pc.is_null(whole).to_numpy(zero_copy_only=False), dtype=bool)
    kind = whole.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return Column("text", _text_numbers(whole, words), null)
    if pa.types.is_decimal(kind):
        return Column("decimal", _scaled(whole), null, kind.scale)
    if pa.types.is_date(kind):
        return Column("date", _numbers(whole.cast(pa.int32()), np.int32), null)
    if pa.types.is_timestamp(kind):
        return Column("time", _numbers(whole.cast(pa.timestamp("us")).cast(pa.int64()), np.int64), null)
    if pa.types.is_boolean(kind):
        return Column("flag", _numbers(whole.cast(pa.int8()), np.int8).astype(bool), null)
    if pa.types.is_integer(kind) and not pa.types.is_uint64(kind):
        return Column("int", _numbers(whole.cast(pa.int64()), np.int64), null)
    if pa.types.is_float64(kind):
        return Column("double", _numbers(whole, np.float64), null)
    raise NotKnownHere(str(kind))


def _numbers(array: pa.Array, kind: Any) -> NDArray[Any]:
    filled = array.fill_null(0) if array.null_count else array
    return np.array(filled.to_numpy(zero_copy_only=False), dtype=kind)


def _text_numbers(array: pa.Array, words: Words) -> NDArray[np.int32]:
    coded = array.dictionary_encode()
    numbers = np.array([words.number(text) for text in coded.dictionary.to_pylist()] + [-1], dtype=np.int32)
    places = coded.indices.fill_null(len(numbers) - 1).to_numpy(zero_copy_only=False)
    return numbers[np.asarray(places, dtype=np.intp)]


def _scaled(array: pa.Array) -> NDArray[np.int64]:
    import pyarrow as pa

    wide = array.cast(pa.decimal128(38, array.type.scale))
    halves = np.frombuffer(wide.buffers()[1], dtype=np.int64)[2 * wide.offset :][: 2 * len(wide)].reshape(-1, 2)
    known = ~np.asarray(array.is_null().to_numpy(zero_copy_only=False), dtype=bool)
    low = np.where(known, halves[:, 0], 0)
    if np.any(known & (halves[:, 1] != np.where(low < 0, -1, 0))) or (len(low) and np.abs(low).max() >= EXACT):
        raise NotKnownHere("an amount of more than eighteen digits")
    return low


def of_values(values: list[Any], kind: Kind, scale: int, words: Words) -> Column:
    """Return a column of Python values of the kind that is stored; None is none.

    Raises:
        NotKnownHere: a value is not of that kind.
    """
    null = np.array([value is None for value in values], dtype=bool)
    try:
        made = [0 if value is None else _number(value, kind, scale, words) for value in values]
        types: dict[str, Any] = {"double": np.float64, "flag": bool}
        return Column(kind, np.array(made, dtype=types.get(kind, np.int64)), null if null.any() else None, scale)
    except (TypeError, ValueError, ArithmeticError, OverflowError) as error:
        raise NotKnownHere(str(error)) from error


def _number(value: Any, kind: Kind, scale: int, words: Words) -> Any:
    if kind == "text":
        return words.number(str(value))
    if kind == "time":
        return (value - _EPOCH) // timedelta(microseconds=1)
    if kind == "date":
        return (value - _FIRST_DAY).days
    if kind == "decimal":
        return int((Decimal(str(value)) * 10**scale).to_integral_exact())
    return float(value) if kind == "double" else bool(value) if kind == "flag" else int(value)


def constant(value: object, words: Words) -> Column:
    """Return a bound parameter as a column that stands for every row."""
    if value is None:
        return Column("null", np.int64(0), np.True_)
    if isinstance(value, bool):
        return Column("flag", np.bool_(value))
    if isinstance(value, int):
        return Column("int", np.int64(value))
    if isinstance(value, datetime):
        return Column("time", np.int64((value - _EPOCH) // timedelta(microseconds=1)))
    if isinstance(value, date):
        return Column("date", np.int64((value - _FIRST_DAY).days))
    if isinstance(value, str):
        return Column("text", np.int64(words.number(value)))
    raise NotKnownHere(type(value).__name__)


def kind_of(sql_type: str) -> tuple[Kind, int]:
    """Return the kind and scale of a stored column's SQL type.

    Raises:
        NotKnownHere: it is left to the engine.
    """
    name = sql_type.upper()
    if name.startswith("DECIMAL("):
        return "decimal", int(name.rstrip(")").split(",")[1])
    kinds: dict[str, Kind] = {
        "VARCHAR": "text", "DATE": "date", "TIMESTAMP": "time", "BOOLEAN": "flag", "DOUBLE": "double",
        "TINYINT": "int", "SMALLINT": "int", "INTEGER": "int", "BIGINT": "int",
    }  # fmt: skip
    if name not in kinds:
        raise NotKnownHere(sql_type)
    return kinds[name], 0
