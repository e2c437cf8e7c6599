"""The only place that divides: raw counts, exact sums and dates of a step become float32 features, one row at a time.

Every formula is element by element and uses only + − × ÷ and square root, which IEEE 754 rounds the same way wherever a
row stands. So a customer scored alone and the same customer scored among a million get the same bits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tradewind.features.feature_set import Derivation

if TYPE_CHECKING:
    import pyarrow as pa

Values = NDArray[np.float64]
_DAY = 86_400_000_000


def exact_values(column: pa.ChunkedArray) -> Values:
    """Return a raw column as float64, NaN where NULL.

    Decimals become the float nearest to them (an integer divided once by a power of ten); dates become days and times
    become microseconds since 1970; booleans become 0 and 1.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    array = column.combine_chunks()
    kind = array.type
    known = ~np.asarray(pc.is_null(array).to_numpy(zero_copy_only=False), dtype=bool)
    if pa.types.is_decimal(kind):
        values = _decimals(array, known)
    elif pa.types.is_date(kind):
        values = _filled(array.cast(pa.date32()).cast(pa.int32()))
    elif pa.types.is_timestamp(kind):
        values = _filled(array.cast(pa.timestamp("us")).cast(pa.int64()))
    elif pa.types.is_boolean(kind):
        values = _filled(array.cast(pa.int8()))
    else:
        values = _filled(array.cast(pa.float64()))
    return np.where(known, values, np.nan)


def _filled(array: pa.Array) -> Values:
    return np.asarray(array.fill_null(0).to_numpy(zero_copy_only=False), dtype=np.float64)


def _decimals(array: pa.Array, known: NDArray[np.bool_]) -> Values:
    import pyarrow as pa

    wide = array.cast(pa.decimal128(38, array.type.scale))
    words = np.frombuffer(wide.buffers()[1], dtype=np.int64)[2 * wide.offset :][: 2 * len(wide)].reshape(-1, 2)
    low, high = words[:, 0], words[:, 1]
    fits = (high == np.where(low < 0, -1, 0)) | ~known
    scaled = np.where(known, low, 0).astype(np.float64) / float(10**wide.type.scale)
    for row in np.flatnonzero(~fits):  # sums beyond 2^63 ten-thousandths: rare enough for a loop
        scaled[row] = float(wide[int(row)].as_py())
    return scaled


def _ratio(above: Values, below: Values) -> Values:
    usable = np.isfinite(above) & np.isfinite(below) & (below != 0)
    return np.where(usable, above, np.nan) / np.where(usable, below, 1.0)


def _or_zero(values: Values) -> Values:
    return np.where(np.isnan(values), 0.0, values)


def count(raw: Sequence[Values]) -> Values:
    """How many, or how much in sum; none is 0."""
    return _or_zero(raw[0])


def value(raw: Sequence[Values]) -> Values:
    """The raw value itself; unknown stays unknown."""
    return raw[0]


def days_since(raw: Sequence[Values]) -> Values:
    """Whole local days from a date (second input) to the cutoff (first)."""
    return raw[0] - raw[1]


def ratio(raw: Sequence[Values]) -> Values:
    """First over second; unknown when there is nothing to divide by; none of the first is 0."""
    return _ratio(_or_zero(raw[0]), raw[1])


def silence(raw: Sequence[Values]) -> Values:
    """Days from a date (second input) to the cutoff (first), in units of a gap: the third, or third over fourth."""
    days = raw[0] - raw[1]
    return _ratio(days if len(raw) == 3 else days * raw[3], raw[2])


def variation(raw: Sequence[Values]) -> Values:
    """Coefficient of variation from (n, sum, sum of squares): standard deviation over mean, sqrt(n·q − s²) / s."""
    n, total, squares = raw
    inner = n * squares - total * total
    return _ratio(np.sqrt(np.where(inner > 0, inner, np.where(np.isnan(inner), np.nan, 0.0))), total)


FORMULAS: Mapping[str, Callable[[Sequence[Values]], Values]] = {
    "count": count,
    "sum": count,
    "value": value,
    "days_since": days_since,
    "ratio": ratio,
    "silence": silence,
    "variation": variation,
}
"""Formula name to function of its raw inputs; float64 in, float64 out."""

FROM_CUTOFF = frozenset({"days_since", "silence"})
"""Formulas whose first input is the row's cutoff, as days since 1970."""


def derive_number(derivation: Derivation, cutoff: Values, raw: Mapping[str, Values]) -> NDArray[np.float32]:
    """Compute one numeric feature.

    Args:
        derivation: formula, inputs, scale.
        cutoff: (n,) local day of the row's cutoff in days since 1970.
        raw: raw column name to (n,) float64, NaN where NULL; see `exact_values`.
    Returns:
        (n,) float32; NaN where the value is unknown, never infinite.
    """
    return derive_values(derivation.formula, cutoff, [raw[name] for name in derivation.inputs], derivation.scale)


def derive_values(
    formula: str, cutoff: Values, inputs: Sequence[Values], scale: float | Values
) -> NDArray[np.float32]:  # fmt: skip
    """Compute values of one formula, of one feature for many rows or of many features for one row.

    Args:
        formula: its name.
        cutoff: (n,) local day of the cutoff in days since 1970.
        inputs: (n,) float64 each, NaN where NULL.
        scale: factor on the result, or (n,) factors.
    Returns:
        (n,) float32; see `derive_number`.
    """
    if formula in FROM_CUTOFF:
        inputs = [cutoff, *inputs]
    with np.errstate(over="ignore"):  # what overflows is unknown, two lines below
        result = FORMULAS[formula](inputs) * scale
    result = np.where(np.isfinite(result), result, np.nan)
    largest = float(np.finfo(np.float32).max)
    return np.clip(result, -largest, largest).astype(np.float32)
