"""Of a very long list the first are explained, each with the reasons it would have had in a short one."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import pytest

from tradewind.flow.learning import score
from tradewind.flow.learning.score import Asked


class _Features:
    def __init__(self, rows: np.ndarray[Any, Any]) -> None:
        self.kept = rows

    def rows(self, chosen: np.ndarray[Any, Any]) -> _Features:
        return _Features(self.kept[chosen])


def test_only_the_first_are_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    mean = np.array([0.1, 0.9, 0.3, 0.8, 0.2])
    monkeypatch.setattr(score, "MOST_EXPLAINED", 2)
    monkeypatch.setattr(score, "explain", lambda _, features, currency: [(row,) for row in features.kept])
    asked = Asked(cast(Any, _Features(np.arange(5))), mean, cast(Any, None), mean, mean, mean)
    assert score._reasons(asked, "EUR") == [(), (1,), (), (3,), ()]
    monkeypatch.setattr(score, "MOST_EXPLAINED", 5)
    assert score._reasons(asked, "EUR") == [(0,), (1,), (2,), (3,), (4,)]
