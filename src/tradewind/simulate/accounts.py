"""Companies: what they do, how large they are, and how well we fit them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tradewind.simulate.columns import Floats, Ints, ids, words
from tradewind.simulate.names import COMPANIES, SUFFIXES

if TYPE_CHECKING:
    import pyarrow as pa

INDUSTRIES = ("Software", "Retail", "Manufacturing", "Health", "Logistics", "Education")


@dataclass(frozen=True)
class Accounts:
    """Companies; arrays are (n,).

    Args:
        industry: number of the industry.
        employees: how many people work there.
        fit: log-odds added to every step forward; 0 on average, larger companies fit better.
    """

    industry: Ints
    employees: Ints
    fit: Floats

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.industry)


def draw_accounts(count: int, spread: float, rng: np.random.Generator) -> Accounts:
    """Draw companies.

    Args:
        spread: standard deviation of `fit`.
    """
    size = rng.normal(0, 1, count)
    employees = np.maximum(np.exp(3.6 + 1.1 * size), 2).astype(np.int64)
    fit = spread * (0.8 * size + 0.6 * rng.normal(0, 1, count))
    return Accounts(rng.integers(0, len(INDUSTRIES), count), employees, fit - fit.mean() if count else fit)


def account_ids(numbers: Ints) -> pa.Array:
    """Return the ids of companies."""
    return ids("A", numbers, 5)


def account_names(numbers: Ints) -> pa.Array:
    """Return invented names such as `Aster 17 GmbH`, one for each number."""
    import pyarrow.compute as pc

    suffix = words(SUFFIXES, numbers % len(SUFFIXES))
    return pc.binary_join_element_wise(words(COMPANIES, numbers % len(COMPANIES)), ids("", numbers), suffix, " ")


def domains(numbers: Ints) -> pa.Array:
    """Return the internet domain of each company."""
    import pyarrow.compute as pc

    name = pc.utf8_lower(words(COMPANIES, numbers % len(COMPANIES)))
    return pc.binary_join_element_wise(name, ids("", numbers), ".example", "")


def accounts_table(accounts: Accounts) -> pa.Table:
    """Return `accounts` as a contract table."""
    import pyarrow as pa

    numbers = np.arange(accounts.count)
    return pa.table(
        {
            "account_id": account_ids(numbers),
            "name": account_names(numbers),
            "domain": domains(numbers),
            "industry": words(INDUSTRIES, accounts.industry),
            "employees": accounts.employees.astype(float),
        }
    )
