"""LightGBM asked about one row, prepared once: the numbers of its `predict`, without what that costs each time."""

from __future__ import annotations

import ctypes
import weakref
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

RAW_SCORE, CONTRIBUTIONS = 1, 3
"""What LightGBM's C interface calls the margin and the Shapley values."""
_FLOAT64 = 1


class OneRow:
    """One kind of prediction of one model, a row at a time; safe on many threads.

    See https://lightgbm.readthedocs.io/en/stable/C-API.html, LGBM_BoosterPredictForMatSingleRowFast.

    Args:
        booster: the model.
        width: how many columns a row has.
        kind: `RAW_SCORE` or `CONTRIBUTIONS`.
        length: how many numbers come out.
    """

    def __init__(self, booster: Any, width: int, kind: int, length: int) -> None:
        library = _library()
        handle = ctypes.c_void_p()
        asked = (ctypes.c_int(kind), ctypes.c_int(0), ctypes.c_int(0), ctypes.c_int(_FLOAT64), ctypes.c_int32(width))
        found = library.LGBM_BoosterPredictForMatSingleRowFastInit(
            booster._handle, *asked, ctypes.c_char_p(b"num_threads=1"), ctypes.byref(handle)
        )
        if found != 0:
            raise ValueError("LightGBM does not prepare single rows")
        self._row, self._made = np.zeros(width), np.zeros(length)
        self._count = ctypes.c_int64()
        self._call = library.LGBM_BoosterPredictForMatSingleRowFast
        self._arguments = (
            handle, ctypes.c_void_p(self._row.ctypes.data), ctypes.byref(self._count),
            ctypes.c_void_p(self._made.ctypes.data),
        )  # fmt: skip
        self._lock = Lock()
        weakref.finalize(self, _free, handle, booster)

    def __call__(self, row: Array) -> Array:
        """Return the numbers of one (width,) row.

        Raises:
            ValueError: LightGBM refuses it.
        """
        with self._lock:
            self._row[:] = row
            if self._call(*self._arguments) != 0 or self._count.value != len(self._made):
                raise ValueError("LightGBM refuses the row")
            return self._made.copy()


def _library() -> Any:
    from lightgbm import basic

    return basic._LIB  # type: ignore[attr-defined]


def _free(handle: Any, booster: Any) -> None:
    if booster._handle is not None:
        _library().LGBM_FastConfigFree(handle)
