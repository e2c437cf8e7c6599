"""What was known last week stays known as of last week: features, outcomes and scores are the same to the bit."""

from __future__ import annotations

import csv
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tradewind as tw
from small_shop import CONFIG, DAYS, START, write_small_shop
from tradewind.flow.data import open_data
from tradewind.flow.learning.lesson import prepare_lesson
from tradewind.flow.orders.lifetime import read_orders
from tradewind.flow.questions.asked import find_question
from tradewind.sources.load import load_tables
from tradewind.store.workspace import Workspace

LAST_WEEK = START + timedelta(days=DAYS - 7, hours=6)
NOW = START + timedelta(days=DAYS, hours=6)
QUICK = "cutoffs = 2\n[use_cases.repeat_purchase]\ncutoffs = 2\n"
Row = dict[str, str]


def _rewrite(path: Path, rows: list[Row]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]), quoting=csv.QUOTE_ALL)
        writer.writeheader()
        writer.writerows(rows)


def _last_week(folder: Path, config: str) -> list[list[Row]]:
    """Write the shop as it was exported last week; return its tables as they will be exported today."""
    write_small_shop(folder, customers=50, config=config)
    full = []
    for name, time in (("orders", "placed"), ("mailings", "sent"), ("coupons", "used")):
        path = folder / "data" / f"{name}.csv"
        rows = list(csv.DictReader(path.open(encoding="utf-8")))
        full.append(rows)
        _rewrite(path, [row for row in rows if datetime.fromisoformat(row[time]) < LAST_WEEK - timedelta(hours=6)])
    return full


def _next_week(folder: Path, tables: list[list[Row]], rng: np.random.Generator) -> None:
    """Today's export: a week more, amounts of last month corrected, forgotten rows, cancelled ones, another order."""
    orders, mailings, coupons = tables
    kept = []
    for number, row in enumerate(orders):
        row = {"channel": row["channel"], **row}
        if number % 50 == 7:
            continue  # cancelled: no longer in the export
        if number % 40 == 3:
            row["total"] = f"{float(row['total']) * 3:.4f}"  # corrected late
        if number % 60 == 11:
            row["customer_id"] = orders[number - 1]["customer_id"]  # it was somebody else's
        kept.append(row)
    for number in range(30):  # forgotten last week, some older than anything that was known
        day = START + timedelta(days=float(rng.uniform(-200 if number % 3 == 0 else 0, DAYS - 8)))
        late = {"order_id": f"L{number}", "placed": f"{day:%Y-%m-%d %H:%M:%S}", "total": "500"}
        kept.append({**kept[0], **late, "customer_id": orders[number * 7]["customer_id"]})
    order = rng.permutation(len(kept))
    _rewrite(folder / "data" / "orders.csv", [kept[place] for place in order])
    _rewrite(folder / "data" / "mailings.csv", mailings[::-1])
    _rewrite(folder / "data" / "coupons.csv", coupons[len(coupons) // 2 :])


def _seen(workspace: Workspace) -> dict[str, Any]:
    seen: dict[str, Any] = {}
    with open_data(workspace) as data:
        for name in ("lapse", "repeat_purchase"):
            lesson = prepare_lesson(data, find_question(workspace.config, name))
            features = lesson.table.features
            arrays = [features.numbers, lesson.table.value, *(lesson.table.labels[day] for day in lesson.table.labels)]
            seen[name] = [lesson.schedule, features.entity_id.tolist(), [array.tobytes() for array in arrays]]
            seen[name] += [lesson.feature_set, {key: part.tolist() for key, part in features.categories.items()}]
        orders = read_orders(data, data.score_at)
        seen["orders"] = [orders.entity_id.tolist(), orders.day.tolist(), orders.amount.tolist()]
    seen["scores"] = workspace.table(tw.score(workspace, "lapse").table).to_pylist()
    return seen


@pytest.mark.parametrize("missing", ["keep", "deleted"])
def test_features_outcomes_and_scores_as_of_last_week_are_what_they_were(tmp_path: Path, missing: str) -> None:
    config = (
        CONFIG.replace('models = ["linear", "tree"]', 'models = ["tree"]').replace(
            'channel = "channel"', f'channel = "channel"\nmissing = "{missing}"'
        )
        + QUICK
    )
    tables = _last_week(tmp_path, config)
    workspace = tw.open(tmp_path, clock=lambda: LAST_WEEK)
    load_tables(workspace)
    with open_data(workspace) as data:
        day = data.score_at.day
    before = _seen(workspace)
    workspace.close()
    _next_week(tmp_path, tables, np.random.default_rng(2))
    pinned = config.replace("[workspace]", f"[workspace]\nas_of = {day}")
    (tmp_path / "tradewind.toml").write_text(pinned, encoding="utf-8")
    workspace = tw.open(tmp_path, clock=lambda: NOW)
    result = next(each for each in load_tables(workspace) if each.table == "orders")
    assert min(result.new, result.changed, result.gone, result.late) > 0
    after = _seen(workspace)
    assert {name: after[name] == before[name] for name in before} == dict.fromkeys(before, True)
    workspace.close()
    (tmp_path / "tradewind.toml").write_text(config, encoding="utf-8")
    with open_data(tw.open(tmp_path, clock=lambda: NOW)) as data:
        assert read_orders(data, data.score_at).amount.sum() != sum(before["orders"][2])
