"""Companies about to leave: one colleague who gives up a seat is not a company that leaves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from contract.use_case_contract import TinyWorld, UseCaseContract, told_without
from tradewind.store.workspace import Workspace

# Company of the person, person, company on the subscription, began, ended; asked on 15 March 2021.
ROWS = (
    ("one of two leaves", "a1", None, "2020-06-01", "2021-04-01"),
    ("one of two leaves", "a2", None, "2020-06-01", None),
    ("both leave", "b1", None, "2020-06-01", "2021-04-01"),
    ("both leave", "b2", None, "2020-06-01", "2021-05-13 23:59:59"),
    ("a colleague takes over", "c1", None, "2020-06-01", "2021-04-01"),
    ("a colleague takes over", "c2", None, "2021-04-05", None),
    ("elsewhere", "d1", "the subscription's own company counts", "2020-06-01", "2021-04-01"),
    (None, "e1", None, "2020-06-01", "2021-04-01"),
    ("only a trial", "f1", None, "2021-03-10", "2021-04-01"),
)

TINY = TinyWorld(
    answers={
        "one of two leaves": (0.0, 240.0),
        "both leave": (1.0, 240.0),
        "a colleague takes over": (0.0, 120.0),
        "the subscription's own company counts": (1.0, 120.0),
    },
    tables={
        "subscriptions": {
            "customer_id": [row[1] for row in ROWS],
            "account_id": [row[2] for row in ROWS],
            "started_at": [row[3] for row in ROWS],
            "ended_at": [row[4] for row in ROWS],
            "monthly_amount": [10] * len(ROWS),
            "trial_ends_at": [None] * (len(ROWS) - 1) + ["2021-04-01"],
        },
        "customers": {"customer_id": [row[1] for row in ROWS], "account_id": [row[0] for row in ROWS]},
    },
    stable={"subscriptions": ("monthly_amount",)},
)


class TestAccountChurn(UseCaseContract):
    name = "account_churn"
    world = "subscriptions"
    tiny = TINY
    as_of_today: Mapping[str, Sequence[str]] = {"customers": ("role",)}

    def test_without_its_tables_it_says_what_is_missing(self, small: Workspace, tmp_path: Path) -> None:
        """One of them stands for all, since each costs a load; the test of who leaves lacks subscriptions."""
        assert "[tables.customers]" in told_without(small, "customers", self.name, tmp_path / "without")
