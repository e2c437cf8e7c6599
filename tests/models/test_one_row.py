"""One row alone has the bits that it has among many: margin, contributions, and the trees of a blend."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from tradewind.models.trees import TreeModel, fit_trees


@pytest.fixture(scope="module")
def rows() -> np.ndarray:
    made = np.random.default_rng(4).normal(size=(300, 6))
    made[::7, 2] = np.nan
    return made


@pytest.mark.parametrize("algorithm", ["boosting", "forest"])
def test_a_row_alone_has_the_bits_that_it_has_among_many(algorithm: str, rows: np.ndarray) -> None:
    outcome = (rows[:, 0] + np.nan_to_num(rows[:, 2]) > 0).astype(np.float64)
    settings = {"num_iterations": 20}
    fitted = fit_trees(rows, outcome, np.ones(300), "logit", algorithm, settings, seed=1, num_threads=1)
    model = TreeModel.from_text(algorithm, fitted.text)
    alone = [model.margin(rows[at : at + 1]) for at in range(300)]
    assert np.array_equal(np.concatenate(alone), model.margin(rows))
    with ThreadPoolExecutor(4) as pool:  # the place of the answer is shared by all threads
        parts = list(pool.map(lambda at: model.contributions(rows[at : at + 1]), range(300)))
    assert np.array_equal(np.concatenate(parts), model.contributions(rows))
