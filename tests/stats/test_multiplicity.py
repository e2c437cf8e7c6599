"""Adjusted p-values agree with statsmodels and leave what was not tested alone."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from tradewind.stats.multiplicity import benjamini_hochberg, holm


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
@settings(max_examples=50, deadline=None)
def test_both_equal_statsmodels(p_values: list[float]) -> None:
    np.testing.assert_allclose(benjamini_hochberg(p_values), multipletests(p_values, method="fdr_bh")[1], atol=1e-300)
    np.testing.assert_allclose(holm(p_values), multipletests(p_values, method="holm")[1], atol=1e-300)


def test_what_was_not_tested_does_not_count() -> None:
    np.testing.assert_allclose(benjamini_hochberg([0.02, np.nan, 0.5]), [0.04, np.nan, 0.5])
    np.testing.assert_allclose(holm([np.nan, 0.02, 0.5]), [np.nan, 0.04, 0.5])
    assert benjamini_hochberg([]).shape == (0,)
