"""Very many people are learned from in a random part: the same one each time, with nobody cut in two."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

import tradewind as tw
from small_worlds import write_workspace
from tradewind.flow.ask import ask
from tradewind.flow.data import Data, open_data
from tradewind.flow.learning import part as parts
from tradewind.flow.learning.part import learning_part
from tradewind.flow.questions.asked import find_question
from tradewind.sources.load import load_tables

PEOPLE = 600


def _open(folder: Path) -> tw.Workspace:
    ids = [f"C{number:04d}" for number in range(PEOPLE)]
    orders = pa.table(
        {
            "order_id": [f"O{number}" for number in range(2 * PEOPLE)],
            "customer_id": ids + ids,
            "happened_at": pa.array(
                [datetime(2023, 1, 1 + number % 28) for number in range(2 * PEOPLE)], pa.timestamp("us")
            ),
            "amount": np.ones(2 * PEOPLE),
        }
    )
    people = pa.table({"customer_id": ids, "country": ["AT"] * PEOPLE})
    workspace = tw.open(
        write_workspace(folder, "Many", {"orders": orders, "customers": people}, zone="UTC"),
        clock=lambda: datetime(2023, 6, 1),
    )
    load_tables(workspace)
    return workspace


def _people(data: Data, table: str) -> set[str]:
    return set(ask(data.engine, f"SELECT customer_id FROM {table}").column("customer_id").to_pylist())


def test_a_part_is_the_same_in_all_tables_and_each_of_it_stands_for_several(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = _open(tmp_path)
    question = find_question(workspace.config, "lapse")
    with open_data(workspace) as data:
        with learning_part(data, question) as all_of_them:
            assert all_of_them is data
        monkeypatch.setattr(parts, "MOST_PEOPLE", 150)
        with learning_part(data, question) as some, learning_part(data, question) as again:
            chosen = _people(some, "orders")
            assert chosen == _people(some, "customers") == _people(again, "orders")
            assert len(chosen) == pytest.approx(150, abs=35)
            assert ask(some.engine, "SELECT COUNT(*) AS n FROM orders").column("n")[0].as_py() == 2 * len(chosen)
            assert some.part is not None
            assert some.part.stands_for == pytest.approx(4.0)
            assert "150 of 600" in some.part.said
        assert len(_people(data, "orders")) == PEOPLE
