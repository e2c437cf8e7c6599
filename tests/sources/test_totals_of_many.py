"""Totals among many rows: looking only at those that may be one finds the same as looking at each."""

from __future__ import annotations

import pyarrow as pa
import pytest

from tradewind.sources import totals
from tradewind.sources.raw import Raw

WORDS = (
    "Total", "Gesamtsumme", "grand total", "Summe", "łącznie", "Итого", "合計", "Sub-Total", "count:", "sous-total",
    "Record Count", "(12 records)", "total général", "subtotaal", "Totales", "promedio", "sum", "avg",
)  # fmt: skip


def test_the_quick_look_finds_what_the_slow_one_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [(f"A-{n}", f"c{n % 7}" if n % 3 else None, "5.00" if n % 5 else None) for n in range(400)]
    for place, word in enumerate(WORDS):
        rows.insert(17 * (place + 1), (word, None, "99.00" if place % 2 else None))
    rows.insert(30, (None, "Report of the week", None))
    rows.append(("Total", "12", "2000.00"))
    columns = list(zip(*rows, strict=True))
    data = pa.table({name: pa.array(cells, pa.string()) for name, cells in zip("abc", columns, strict=True)})
    slow = totals.find_totals(Raw(data, ("a", "b", "c")))
    monkeypatch.setattr(totals, "_MANY", 1)
    quick = totals.find_totals(Raw(data, ("a", "b", "c")))
    assert slow.rows.tolist() == quick.rows.tolist()
    assert slow.count >= len(WORDS)
