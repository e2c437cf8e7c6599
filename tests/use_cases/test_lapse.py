"""About to stop buying: a return is no purchase, and the last instant of the horizon still counts."""

from __future__ import annotations

import pytest

from contract.use_case_contract import TinyShop, UseCaseContract, caught_leaks, chain
from tradewind.core.time import Cutoff
from tradewind.features.probe import same
from tradewind.flow.data import contract_tables, open_data
from tradewind.flow.questions.asked import find_question
from tradewind.store.workspace import Workspace

TINY = TinyShop(
    orders=(
        ("first instant, last instant", "2020-12-15 00:00:00", 10),
        ("first instant, last instant", "2021-04-13 23:59:59", 99),
        ("horizon over", "2021-03-14 23:59:59", 20),
        ("horizon over", "2021-04-14 00:00:00", 99),
        ("at the cutoff", "2021-03-01 12:00:00", 5.5),
        ("at the cutoff", "2021-03-15 00:00:00", 99),
        ("returns only since", "2021-01-10 09:00:00", 50),
        ("returns only since", "2021-01-20 09:00:00", -20),
        ("returns only since", "2021-04-01 09:00:00", -30),
        ("known too late", "2021-03-01 12:00:00", 8),
        ("known too late", "2021-03-20 12:00:00", 99, "2022-01-01 00:00:00"),
        # Not asked about:
        ("an instant too old", "2020-12-14 23:59:59", 10),
        ("begins at the cutoff", "2021-03-15 00:00:00", 10),
        ("only returns", "2021-02-01 12:00:00", -5),
        ("not known yet", "2021-03-10 12:00:00", 10, "2021-03-15 00:00:00"),
    ),
    answers={
        "first instant, last instant": (0.0, 10.0),
        "horizon over": (1.0, 20.0),
        "at the cutoff": (0.0, 5.5),
        "returns only since": (1.0, 30.0),
        "known too late": (1.0, 8.0),
    },
)


class TestLapse(UseCaseContract):
    name = "lapse"
    tiny = TINY

    def test_nothing_moves_on_postgres_either(self, shop_on_postgres: Workspace) -> None:
        self.travel(shop_on_postgres, rounds=1)

    def test_both_engines_lead_to_the_same_model_and_scores(self, shop: Workspace, shop_on_postgres: Workspace) -> None:
        found = []
        for workspace in (shop, shop_on_postgres):
            with open_data(workspace) as data:
                compute = chain(data, find_question(workspace.config, self.name), data.score_at)
                found.append(compute({name: workspace.table(name) for name in contract_tables(data.manifest)}))
        assert [name for name, value in found[0].items() if not same(value, found[1][name])] == []

    def test_a_view_that_shows_late_rows_is_caught(self, shop: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
        moved = caught_leaks(shop, self.name, Cutoff(self.stop, "Europe/Berlin"), monkeypatch)
        assert {"features", "model, correction and interval", "features today", "scores"} <= moved
