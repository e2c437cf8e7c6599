"""Small workspaces that have been answered, made once for all tests of a run, however many processes it has."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import tradewind as tw
from small_shop import CONFIG, write_small_shop
from small_worlds import NOW, write_small_sales

SHOP = """
cutoffs = 3
[use_cases.next_spend]
models = ["tree"]
cutoffs = 3
[use_cases.lifetime_value]
cutoffs = 3
"""
SALES = """
[use_cases.lead_conversion]
models = ["linear"]
cutoffs = 6
[use_cases.lead_routing]
[use_cases.deal_win]
models = ["tree"]
cutoffs = 4
[use_cases.pipeline_health]
[use_cases.pipeline_forecast]
"""


def write_answered_shop(folder: Path) -> Path:
    """Write a small shop of whom three questions are asked, with names, addresses and consents."""
    return write_small_shop(folder, customers=160, config=CONFIG.replace('["linear", "tree"]', '["tree"]') + SHOP)


def write_answered_sales(folder: Path) -> Path:
    """Write a small sales team whose leads and deals are asked about."""
    return write_small_sales(folder, SALES)


def answered(name: str, write: Callable[[Path], Path], factory: pytest.TempPathFactory) -> Path:
    """Return this process's own copy of a workspace that was run; the first process that asks makes the original.

    The original is never opened again, so that it can be copied at any time.
    """
    worker = os.environ.get("PYTEST_XDIST_WORKER", "only")
    shared = factory.getbasetemp().parent if worker != "only" else factory.getbasetemp()
    original, own = shared / f"answered-{name}", shared / f"answered-{worker}-{name}"
    with (shared / f"answered-{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not original.exists():
            made = write(shared / f"made-{name}")
            workspace = tw.open(made, clock=lambda: NOW)
            tw.run(workspace)
            workspace.close()
            made.rename(original)
        if not own.exists():
            shutil.copytree(original, own)
    return own
