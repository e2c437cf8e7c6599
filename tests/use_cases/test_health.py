"""Whom to call this morning: lights of today, and what the same lights were worth on past days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path

import tradewind as tw
from contract.analysis_contract import AnalysisContract
from small_worlds import NOW, write_workspace


class TestHealth(AnalysisContract):
    name = "health"
    world = "subscriptions"
    list_role = "list"
    as_of_today: Mapping[str, Sequence[str]] = {"customers": ("role",)}


def test_with_nothing_but_contracts_the_lights_rest_on_signs(tmp_path: Path) -> None:
    import pyarrow as pa

    rows = {"customer_id": ["a", "b", "c"], "started_at": ["2023-02-01", "2024-03-01", "2023-02-01"],
            "ended_at": [None, None, "2024-01-01"], "payment_failed_at": ["2024-02-25", None, None],
            "monthly_amount": [10, 20, 30]}  # fmt: skip
    folder = write_workspace(tmp_path, "Three", {"subscriptions": pa.table(rows)})
    finding = tw.run(tw.open(folder, clock=lambda: NOW), only=["health"]).findings[0]
    assert finding.status == "answered"
    assert "the lights rest on signs alone" in " ".join(finding.found)
    told = tw.open(folder).table("list_health").to_pylist()
    assert [(row["customer_id"], row["light"]) for row in told] == [("a", "▲ red"), ("b", "● green")]
    assert told[0]["reason"] == "a payment failed on 25 February 2024 and none has come since"
    assert told[0]["task"] == "Call: the payment did not go through, ask for another way to pay."


def test_who_ended_since_the_last_load_is_not_called_this_morning(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = {"customer_id": ["a", "b", "c"], "started_at": ["2023-02-01", "2024-03-01", "2023-02-01"],
            "ended_at": [None, None, "2024-01-01"], "monthly_amount": [10, 20, 30]}  # fmt: skip
    folder = write_workspace(tmp_path, "Three", {"subscriptions": pa.table(rows)})
    finding = tw.run(tw.open(folder, clock=lambda: NOW), only=["health"]).findings[0]
    assert "map monthly_amount" not in finding.money
    assert "Nobody is red" in finding.money
    assert set(tw.open(folder).table("list_health")["customer_id"].to_pylist()) == {"a", "b"}
    rows["ended_at"][1] = "2024-03-20"
    pq.write_table(pa.table(rows), next(folder.rglob("subscriptions.parquet")))
    tw.run(tw.open(folder, clock=lambda: NOW + timedelta(days=1)), only=["health"])
    assert set(tw.open(folder).table("list_health")["customer_id"].to_pylist()) == {"a"}


def test_use_is_counted_as_one_says_it() -> None:
    from tradewind.flow.subscriptions.health_words import _counted

    assert [_counted("logins", "1"), _counted("logins", "0"), _counted("use", "3")] == ["1 login", "0 logins", "3 uses"]
