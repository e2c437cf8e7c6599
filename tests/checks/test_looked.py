"""Sentences of troubles, filled in with how many rows they concern."""

from __future__ import annotations

import pytest

from tradewind.checks.looked import _of_one


@pytest.mark.parametrize(
    ("said", "better"),
    [
        ("1 values (2%) are missing", "1 value (2%) is missing"),
        ("1 rows (2%) share their address with another one", "1 row (2%) shares their address with another one"),
        ("1 values (2%) of 9 and more, where most are near 5", "1 value (2%) of 9 and more, where most are near 5"),
        ("11 values (2%) are missing", "11 values (2%) are missing"),
        ("every row says web", "every row says web"),
    ],
)
def test_one_row_is_told_in_the_singular(said: str, better: str) -> None:
    assert _of_one(said) == better
