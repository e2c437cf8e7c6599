"""A few cases of sense and nonsense to every route: no 5xx, and every answer as the document says; `bench/fuzz.py` has
the thousand."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

pytest.importorskip("schemathesis", reason="schemathesis is not installed")
FUZZ = Path(__file__).resolve().parents[2] / "bench" / "fuzz.py"


@pytest.mark.slow
def test_every_route_answers_as_its_document_says(answered_sales: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = importlib.util.spec_from_file_location("fuzz_bench", FUZZ)
    assert spec is not None
    assert spec.loader is not None
    fuzz = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, fuzz)  # dataclasses look their module up there
    spec.loader.exec_module(fuzz)
    (row,) = fuzz.run(answered_sales, cases=6, seconds=60)
    assert row["reached"], row
