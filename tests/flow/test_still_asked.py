"""A deal closed since yesterday's load is on no list of this morning, although at midnight nobody knew."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

import tradewind as tw
from small_worlds import NOW, write_small_sales
from tradewind.core.feature import FeatureTable
from tradewind.flow.ask import ask
from tradewind.flow.data import open_data
from tradewind.flow.learning.score import Asked
from tradewind.flow.learning.still_asked import leave_out_ended
from tradewind.flow.questions.asked import find_question
from tradewind.sources.load import load_tables

OPEN = "SELECT deal_id FROM deals WHERE closed_at IS NULL AND valid_to IS NULL ORDER BY deal_id"


def everybody(names: list[str], day: object) -> Asked:
    n = len(names)
    features = FeatureTable(
        np.array(names, dtype=object), np.array([day] * n, dtype="datetime64[D]"), (), np.zeros((n, 0), np.float32), {}
    )
    ones = np.arange(n, dtype=np.float64)
    return Asked(features, ones, cast(Any, None), ones, ones, ones)


def listed(folder: Path, now: datetime, names: list[str] | None = None) -> list[str]:
    workspace = tw.open(folder, clock=lambda: now)
    load_tables(workspace)
    with open_data(workspace) as data:
        names = names or ask(data.engine, OPEN).column("deal_id").to_pylist()
        asked = leave_out_ended(data, find_question(workspace.config, "deal_win"), everybody(names, data.score_at.day))
    assert asked.mean.tolist() == [float(names.index(name)) for name in asked.features.entity_id]
    return list(asked.features.entity_id)


def test_a_deal_closed_since_the_last_load_is_on_no_list(tmp_path: Path) -> None:
    write_small_sales(tmp_path)
    before = listed(tmp_path, NOW)
    file = tmp_path / "data" / "deals.parquet"
    rows = pq.read_table(file).to_pylist()
    gone = next(row for row in rows if row["deal_id"] == before[0])
    gone |= {"closed_at": NOW + timedelta(hours=4), "won": True}
    pq.write_table(pa.Table.from_pylist(rows, pq.read_schema(file)), file)
    assert listed(tmp_path, NOW + timedelta(days=1), before) == before[1:]
