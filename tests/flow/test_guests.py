"""Orders of guests count in revenue and are nobody's history: every question is learned as if they were not there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tradewind as tw
from small_shop import CONFIG, NOW, write_small_shop
from tradewind.features.catalog import Catalog
from tradewind.flow.data import open_data
from tradewind.flow.learning.lesson import prepare_lesson
from tradewind.flow.learning.require import first_orders
from tradewind.flow.orders.cohorts import cohort_table
from tradewind.flow.orders.lifetime import read_orders
from tradewind.flow.quality.checks import check_data
from tradewind.flow.questions.asked import find_question
from tradewind.sources.load import load_tables
from tradewind.store.workspace import Workspace

NEVER_BOUGHT = """
[features.not_lately]
sql = '''SELECT customer_id, 1 AS value FROM customers
WHERE customer_id NOT IN (SELECT customer_id FROM orders WHERE happened_at >= :days_60_ago)'''
sentence = "no order for 60 days"
"""
QUICK = "cutoffs = 2\n" + "".join(f"[use_cases.{name}]\ncutoffs = 2\n" for name in ("next_spend", "repeat_purchase"))
LEARNED = ("lapse", "next_spend", "repeat_purchase")


def _shop(folder: Path, engine: str | None, guests: bool) -> Workspace:
    config = CONFIG.replace("[workspace]", '[workspace]\nengine = "${ENGINE}"') if engine else CONFIG
    write_small_shop(folder, customers=50, config=config + QUICK + NEVER_BOUGHT)
    if guests:
        file = folder / "data" / "orders.csv"
        head, *rows = file.read_text(encoding="utf-8").splitlines()
        for number, row in enumerate(rows[10:-10:4]):
            _, _, placed, _, channel = row.split(",")
            rows.append(f"G{number},,{placed},999.99,{channel}")
        file.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    workspace = tw.open(folder, clock=lambda: NOW, environ={"ENGINE": engine} if engine else {})
    load_tables(workspace)
    return workspace


def _learned(workspace: Workspace) -> tuple[dict[str, Any], Catalog]:
    found: dict[str, Any] = {}
    with open_data(workspace) as data:
        for name in LEARNED:
            table = prepare_lesson(data, find_question(workspace.config, name)).table
            assert None not in table.features.entity_id
            categories = [values.tolist() for values in table.features.categories.values()]
            found[name] = (table.features.entity_id.tolist(), categories)
            arrays = (table.features.numbers.view(np.uint32), table.label, table.value)
            found[name] += tuple(np.nan_to_num(array, nan=-1.0).tolist() for array in arrays)
        orders = read_orders(data, data.score_at)
        assert "None" not in orders.entity_id
        found["lifetimes"] = (orders.entity_id.tolist(), orders.day.tolist(), orders.amount.tolist())
        found["first orders"] = first_orders(data)
        found["cohorts"] = cohort_table(data).to_pylist()
        return found, data.catalog


@pytest.mark.parametrize("engine", ["duckdb", "postgres"])
def test_guests_change_nothing_that_is_learned(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    url = request.getfixturevalue("postgres_database") if engine == "postgres" else None
    with_guests, catalog = _learned(_shop(tmp_path / "with", url, True))
    without, _ = _learned(_shop(tmp_path / "without", url, False))
    assert catalog.has("orders", "customer_id")
    assert with_guests == without


def test_guests_count_in_revenue_and_the_check_says_how_much(tmp_path: Path) -> None:
    workspace = _shop(tmp_path, None, True)
    row = workspace.sql("SELECT count(*) AS n, sum(amount_base) AS s FROM orders WHERE customer_id IS NULL").to_pylist()
    assert row[0]["n"] > 100
    assert float(row[0]["s"]) == pytest.approx(row[0]["n"] * 999.99)
    with open_data(workspace) as data:
        check = next(check for check in check_data(data) if check.name == "orders: who bought is known")
    assert check.status == "warn"
    assert f"{row[0]['n']:,} of" in check.what
