"""Invented names, addresses and words, so that simulated exports read like real ones; no real person is meant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

FIRST = (
    "Anna", "Ben", "Clara", "David", "Elif", "Felix", "Greta", "Hugo", "Ines", "Jonas", "Karin", "Luca", "Mara",
    "Nils", "Olga", "Paul", "Rosa", "Samir", "Tilda", "Uwe", "Vera", "Wim", "Yara", "Zoë", "Jürgen", "Chloé",
)  # fmt: skip
LAST = (
    "Albrecht", "Becker", "Costa", "Dubois", "Engel", "Fischer", "Garcia", "Hansen", "Ivanova", "Jansen", "Keller",
    "Lindqvist", "Moreau", "Novak", "O'Brien", "Petersen", "Quandt", "Rossi", "Schmidt", "Tanaka", "Ulrich", "Vogel",
    "Weiß", "Yılmaz", "Zimmer", "Müller",
)  # fmt: skip
COUNTRIES = (("DE", 0.6), ("AT", 0.15), ("CH", 0.1), ("NL", 0.1), ("FR", 0.05))
BRANDS = ("Northwind", "Alba", "Kestrel", "Lumen", "Oriel")
ADJECTIVES = ("Classic", "Dark", "Fine", "Golden", "Mild", "Organic", "Pure", "Royal", "Slow", "Wild")
THINGS = ("Selection", "Box", "Blend", "Set", "Edition", "Moments", "Pack", "Reserve")
COMPANIES = ("Aster", "Borealis", "Cobalt", "Delta", "Ember", "Fjord", "Granite", "Harbour", "Indigo", "Juniper",
             "Keystone", "Lattice", "Meridian", "Nimbus", "Orchard", "Pinnacle")  # fmt: skip
SUFFIXES = ("GmbH", "AG", "Ltd", "BV", "SARL")

_PLAIN = str.maketrans({"ü": "ue", "ß": "ss", "ë": "e", "é": "e", "ı": "i", "Y": "y", "'": ""})


def plain(name: str) -> str:
    """Return a name as it stands in an e-mail address."""
    return name.translate(_PLAIN).lower()


def full_names(first: NDArray[np.int64], last: NDArray[np.int64]) -> pa.Array:
    """Return names such as `Anna Becker`."""
    import pyarrow.compute as pc

    return pc.binary_join_element_wise(_take(FIRST, first), _take(LAST, last), " ")


def emails(first: NDArray[np.int64], last: NDArray[np.int64], numbers: NDArray[np.int64]) -> pa.Array:
    """Return addresses such as `anna.becker.17@example.com`, one for each number."""
    import pyarrow as pa
    import pyarrow.compute as pc

    given, family = _take([plain(n) for n in FIRST], first), _take([plain(n) for n in LAST], last)
    local = pc.binary_join_element_wise(given, family, pa.array(numbers).cast(pa.string()), ".")
    return pc.binary_join_element_wise(local, "example.com", "@")


def _take(names: Sequence[str], codes: NDArray[np.int64]) -> pa.Array:
    import pyarrow as pa

    return pa.array(list(names), pa.string()).take(pa.array(codes))
