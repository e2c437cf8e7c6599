"""Whom to call this morning: lights of today, and what the same lights were worth on past days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
