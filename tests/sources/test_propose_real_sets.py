"""Real exports: with headers every column that answers need is right, and without them keys, times and answers.

The answers are those of the bench (`bench/propose.py`), written by hand there. Large sets are tried on a part.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tradewind.sources.profile import SourceProfile, profile_table
from tradewind.sources.propose import propose

ROOT = Path(__file__).resolve().parents[2]
MOST_ROWS = 20_000


def load_bench() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bench_propose", ROOT / "bench" / "propose.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


BENCH = load_bench()
LARGE = {"Online Retail", "CDNOW"}


def profiles(shared_data: Path, name: str) -> list[SourceProfile]:
    tables = BENCH.read_set(shared_data, name)
    return [
        profile_table(f"shop.{table}", data.slice(0, MOST_ROWS) if name in LARGE else data) for table, data in tables
    ]


@pytest.mark.parametrize("name", list(BENCH.FILES))
def test_required_columns_and_answers(shared_data: Path, name: str) -> None:
    tables = profiles(shared_data, name)
    proposal = propose(tables)
    assert BENCH.wrong_columns(proposal, BENCH.REQUIRED[name], {}) == []
    assert BENCH.wrong_answer(proposal, BENCH.ANSWERS.get(name), {}, False) == []
    misplaced = BENCH.misplaced_columns(tables, proposal, BENCH.FATES.get(name, {}), BENCH.REQUIRED[name])
    assert len(misplaced) <= 0.1 * sum(len(table.columns) for table in tables) or name == "Online Retail", misplaced
    assert len(proposal.questions) <= 5
    assert all(guess.reason for table in proposal.tables for guess in table.guesses)


@pytest.mark.parametrize("name", ["Olist funnel", "CDNOW", "Telco", "CRM opportunities", "bank churn"])
def test_keys_times_and_answers_without_headers(shared_data: Path, name: str) -> None:
    tables, names = BENCH.masked(shared_data, name, seed=4)
    proposal = propose(tables)
    assert BENCH.wrong_columns(proposal, BENCH.MASKED[name], names) == []
    assert BENCH.wrong_answer(proposal, BENCH.ANSWERS.get(name), names, True) == []
