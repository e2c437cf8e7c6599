"""Leads that nobody can learn from: none or all converted, one lead, before they came in; each is told, none fails."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

import tradewind as tw
from small_worlds import write_workspace
from tradewind.core.finding import Finding
from tradewind.core.terms import statistical_terms

Converts = Callable[[int, datetime], datetime | None]
CASES: dict[str, tuple[int, Converts, str]] = {
    "none converted": (120, lambda place, at: None, "converted_at"),
    "one lead": (1, lambda place, at: None, "converted_at"),
    "all converted at once": (120, lambda place, at: at, "nobody"),
    "all converted later": (120, lambda place, at: at + timedelta(days=9), "almost always the same"),
    "before they came in": (120, lambda place, at: at - timedelta(days=3) if place % 3 else None, "always the same"),
}


@pytest.mark.parametrize("case", CASES)
def test_it_is_said_why_nothing_can_be_learned(case: str, tmp_path: Path) -> None:
    count, converts, expected = CASES[case]
    finding = _run(tmp_path, count, converts)
    told = " ".join((*finding.found, finding.next))
    assert finding.status == "not answerable"
    assert expected in told
    assert not statistical_terms(told)
    assert finding.people == "leads"


def _run(folder: Path, count: int, converts: Converts) -> Finding:
    came = [datetime(2023, 1, 1, 9) + timedelta(days=float(day)) for day in np.linspace(0, 400, count)]
    leads = pa.table(
        {
            "lead_id": [f"L{place}" for place in range(count)],
            "created_at": came,
            "converted_at": pa.array([converts(place, at) for place, at in enumerate(came)], pa.timestamp("us")),
            "source": ["web" if place % 2 else "fair" for place in range(count)],
        }
    )
    config = '\n[use_cases.lead_conversion]\nmodels = ["linear"]\n'
    write_workspace(folder, "Team", {"leads": leads}, config, stable={"leads": ("source",)})
    return tw.run(tw.open(folder, clock=lambda: datetime(2024, 2, 10))).findings[0]
