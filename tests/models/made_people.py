"""Made-up people with a known answer, or with noise for one; and a clock that stands still."""

from __future__ import annotations

from datetime import datetime

import numpy as np

from tradewind.core.feature import Feature, FeatureTable
from tradewind.models.labelled import LabelledTable


def still() -> datetime:
    return datetime(2025, 1, 1)


def people(n: int = 400, seed: int = 0, noise: bool = False) -> LabelledTable:
    rng = np.random.default_rng(seed)
    numbers = rng.normal(size=(n, 3)).astype(np.float32)
    plan = rng.choice(np.array(["basic", "gold", None], dtype=object), n)
    features = (
        *(Feature(f"n{i}", f"number {i}", "number", "customers", f"f{i}") for i in range(3)),
        Feature("plan", "plan", "category", "customers", "plan", kind="category"),
    )
    margin = np.zeros(n) if noise else 1.5 * numbers[:, 0] - numbers[:, 1] + (plan == "gold") - 0.5
    outcome = (rng.random(n) < 1 / (1 + np.exp(-margin))).astype(float)
    entity = np.array([f"c{i}" for i in range(n)], dtype=object)
    table = FeatureTable(entity, np.full(n, np.datetime64("2024-01-01")), features, numbers, {"plan": plan})
    return LabelledTable(table, outcome, np.arange(n, dtype=float))
