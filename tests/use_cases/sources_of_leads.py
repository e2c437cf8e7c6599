"""Small workspaces of leads by source, with spend where a test wants it."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

import tradewind as tw
from tradewind.sources.load import load_tables
from tradewind.store.workspace import Workspace

START = datetime(2024, 1, 1)
NOW = START + timedelta(days=400, hours=6)
LEADS = """
[tables.leads]
from = "files.leads"
lead_id = "lead"
created_at = "created"
source = "source"
converted_at = "converted"
"""
SPEND = """
[tables.spend]
from = "files.spend"
day = "day"
channel = "channel"
cost = "cost"
"""
Rows = Iterable[Sequence[object]]


def draw_leads(seed: int = 3, youngest: int = 40) -> list[tuple[object, ...]]:
    """Draw 1,500 leads of three sources; those of the last, `New fair`, came in the last `youngest` days only."""
    rng = np.random.default_rng(seed)
    rows: list[tuple[object, ...]] = []
    for source, count, share, first in (
        ("Referral", 600, 0.30, 0),
        ("Paid search", 600, 0.10, 0),
        ("New fair", 300, 0.20, 400 - youngest),
    ):
        for _ in range(count):
            created = rng.uniform(first, 400)
            converted = created + rng.gamma(1.5, 20) if rng.random() < share else 9999
            told = "" if converted >= 400 else moment(converted)
            rows.append((f"L{len(rows):05d}", moment(created), source, told))
    return rows


def moment(day: float) -> str:
    """Return the moment so many days after the start, as a file writes it."""
    return f"{START + timedelta(days=day):%Y-%m-%d %H:%M:%S}"


def leads_workspace(
    folder: Path, leads: Rows, spend: Rows | None = None, settings: str = "", more: str = ""
) -> Workspace:
    """Write the files, load them and return the workspace."""
    (folder / "data").mkdir(parents=True, exist_ok=True)
    write_rows(folder / "data" / "leads.csv", ("lead", "created", "source", "converted"), leads)
    config = '[workspace]\ncurrency = "EUR"\ntimezone = "UTC"\nthreads = 1\n[sources.files]\npath = "data/*.csv"\n'
    config += f'timezone = "UTC"\n{LEADS}{more}'
    if spend is not None:
        write_rows(folder / "data" / "spend.csv", ("day", "channel", "cost"), spend)
        config += SPEND
    (folder / "tradewind.toml").write_text(f"{config}\n{settings}", encoding="utf-8")
    workspace = tw.open(folder, clock=lambda: NOW)
    load_tables(workspace)
    return workspace


def write_rows(path: Path, header: tuple[str, ...], rows: Rows) -> None:
    """Write a CSV file."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)
