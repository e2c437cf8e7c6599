"""Ten groups from the highest predicted to the lowest: what was predicted for each, and what happened."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tradewind.models.evaluation.result import Rows, table_of
from tradewind.stats.bootstrap import Draws
from tradewind.stats.calibration import band_totals, equal_mass_bands
from tradewind.stats.ranking import Values, divide

if TYPE_CHECKING:
    import pyarrow as pa


def decile_of(rows: Rows) -> NDArray[np.intp]:
    """Return each row's decile, 0 the highest predicted; equal predictions stay together, so there can be fewer."""
    return equal_mass_bands(-rows.predicted, rows.weight)


def decile_means(decile: NDArray[np.intp], quantity: Values, weight: Values) -> Values:
    """Return the weighted mean in each decile: quantity (n,), weight (b, n) → (b, deciles)."""
    return divide(band_totals(decile, weight * quantity), band_totals(decile, weight))


def decile_table(rows: Rows, decile: NDArray[np.intp], draws: Draws) -> pa.Table:
    """Return decile, n, predicted, actual, low, high: means, with the 95 % interval of the actual mean.

    Args:
        rows: checked rows.
        decile: from `decile_of`.
        draws: with the figure `decile_actual` of these deciles.
    """
    low, high = draws.band("decile_actual")
    return table_of(
        {
            "decile": np.arange(1, len(low) + 1),
            "n": np.bincount(decile, minlength=len(low)),
            "predicted": decile_means(decile, rows.predicted, rows.weight),
            "actual": draws.point["decile_actual"],
            "low": low,
            "high": high,
        }
    )
