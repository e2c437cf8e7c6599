"""Who calls which lead: room, owners who are gone or away, leads that stay, and what waits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path

import pyarrow as pa
import pytest

import tradewind as tw
from contract.analysis_contract import AnalysisContract
from small_worlds import write_workspace
from tradewind.core.errors import ConfigError, NotAnswerable
from tradewind.core.terms import statistical_terms
from tradewind.flow.answers.analyse import Analysed
from tradewind.flow.ask import ask_known
from tradewind.flow.data import Data, open_data
from tradewind.flow.leads import routing as lead_routing
from tradewind.flow.questions.asked import Question, find_question
from tradewind.sources.load import load_tables
from tradewind.store.workspace import Workspace

LEADS: Mapping[str, tuple[str | None, float]] = {
    "best": ("Anna", 0.5), "good": ("Anna", 0.4), "fair": ("Anna", 0.3), "of Ben": ("Ben", 0.2),
    "of the one gone": ("Gone", 0.45), "of nobody": (None, 0.1),
}  # fmt: skip
"""Lead to its owner and chance."""
SEEN = {"Anna": "2024-05-30", "Ben": "2024-05-30", "Gone": "2023-12-01"}

Made = Callable[..., Analysed]


def chances_by_age(data: Data, question: Question) -> pa.Table:
    """Chances that need no learning, from leads as they were known: what a routing adds is what is tested."""
    query = "SELECT lead_id, created_at FROM leads WHERE converted_at IS NULL AND created_at < :cutoff ORDER BY lead_id"
    rows = ask_known(data.engine, data.catalog, query, data.score_at).to_pylist()
    age = [(data.score_at.at - row["created_at"]).days for row in rows]
    open_ = [(row["lead_id"], days) for row, days in zip(rows, age, strict=True) if days <= 90]
    return pa.table(
        {
            "lead_id": [lead for lead, _ in open_],
            "mean": [1 / (days + 2) for _, days in open_],
            "value": [1000.0] * len(open_),
            "reason_1": [question.name] * len(open_),
        }
    )


class TestLeadRouting(AnalysisContract):
    name = "lead_routing"
    list_role = "list"

    @pytest.fixture(autouse=True)
    def quick_chances(self, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
        if "learned" not in request.node.name:
            monkeypatch.setattr(lead_routing, "scores_today", chances_by_age)

    def test_a_run_answers_what_it_stands_on_and_gives_out_learned_chances(self, small: Workspace) -> None:
        finding = tw.run(small, only=[self.name]).findings[0]
        assert finding.status == "answered"
        rows = small.table("list_lead_routing")
        assert rows.num_rows == finding.numbers["given_out"].value
        scores = {row["lead_id"]: row for row in small.table("scores_lead_conversion").to_pylist()}
        for row in rows.to_pylist():
            assert row["expected"] == scores[row["lead_id"]]["mean"] * scores[row["lead_id"]]["value"]
        assert set(rows["tier"].to_pylist()) <= set("ABCD")

    def test_each_row_can_be_read_out_loud(self, small: Workspace) -> None:
        found = self.analyse(small)
        assert found.tables["list"].num_rows + found.tables["waiting"].num_rows > 20
        for why in found.tables["list"]["task"].to_pylist():
            assert not {"{", "}", "_"} & set(why)
            assert not statistical_terms(why)


@pytest.fixture
def routed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Made:
    """Route six leads whose chances are given by hand."""
    scores = pa.table(
        {
            "lead_id": list(LEADS), "mean": [chance for _, chance in LEADS.values()],
            "value": [1000.0] * len(LEADS), "reason_1": ["many pages viewed"] * len(LEADS),
        }
    )  # fmt: skip
    monkeypatch.setattr(lead_routing, "scores_today", lambda data, question: scores)
    tables = {
        "leads": pa.table(
            {"lead_id": list(LEADS), "owner": [owner for owner, _ in LEADS.values()],
             "account_id": ["Acme" if lead == "fair" else None for lead in LEADS],
             "created_at": [datetime(2023, 11, 1, 12)] * len(LEADS)}
        ),
        "accounts": pa.table({"account_id": ["Acme"], "name": ["Acme Ltd"], "owner": ["Somebody else"]}),
        "activities": pa.table(
            {"activity_id": list(SEEN), "kind": ["call"] * len(SEEN), "owner": list(SEEN),
             "lead_id": ["best"] * len(SEEN),
             "happened_at": [datetime.fromisoformat(f"{day} 12:00") for day in SEEN.values()]}
        ),
    }  # fmt: skip

    def make(config: str = "") -> Analysed:
        write_workspace(tmp_path, "Team", tables, f"\n[use_cases.lead_routing]\n{config}")
        workspace = tw.open(tmp_path, clock=lambda: datetime(2024, 6, 1))
        load_tables(workspace)
        with open_data(workspace) as data:
            assert data.score_at.day == date(2024, 5, 31)
            return lead_routing.answer(data, find_question(workspace.config, "lead_routing"))

    return make


def given(found: Analysed) -> dict[str, str]:
    rows = found.tables["list"]
    return dict(zip(rows["lead_id"].to_pylist(), rows["owner"].to_pylist(), strict=True))


def test_leads_stay_the_best_are_called_and_those_of_who_is_gone_move(routed: Made) -> None:
    found = routed("capacity = 2")
    assert given(found) == {"best": "Anna", "good": "Anna", "of the one gone": "Ben", "of Ben": "Ben"}
    why = dict(zip(found.tables["list"]["lead_id"].to_pylist(), found.tables["list"]["task"].to_pylist(), strict=True))
    assert why["best"] == "50 in 100 convert; stays with Anna"
    assert why["of the one gone"].startswith("45 in 100 convert; Gone has not been seen since 1 December 2023")
    assert found.tables["waiting"]["lead_id"].to_pylist() == ["fair", "of nobody"]
    assert found.tables["waiting"]["company"].to_pylist() == ["Acme Ltd", None]  # whose owner is another column
    assert found.finding.numbers["expected_waiting"].value == pytest.approx(400)
    assert "stand for €400, 21 in 100" in found.finding.money


def test_without_keeping_owners_the_best_go_to_whoever_has_room_evenly(routed: Made) -> None:
    found = given(routed("capacity = 2\nkeep_owner = false"))
    assert set(found) == {"best", "good", "of the one gone", "fair"}
    assert found["best"] != found["of the one gone"]


def test_who_is_away_gets_nothing_and_single_ones_have_their_own_room(routed: Made) -> None:
    found = routed('away = ["Ben"]\ncapacities = { Anna = 1 }')
    assert given(found) == {"best": "Anna"}
    found = routed("capacities = { Anna = 0, Gone = 3 }")
    assert given(found)["of the one gone"] == "Gone"
    assert "best" in found.tables["waiting"]["lead_id"].to_pylist()


def test_with_room_for_all_nothing_is_lost(routed: Made) -> None:
    found = routed("capacity = 50")
    assert found.tables["waiting"].num_rows == 0
    assert found.finding.numbers["expected_waiting"].value == pytest.approx(0)
    assert found.finding.money.startswith("No lead has to wait")


def test_nobody_there_is_not_answerable_and_strange_settings_are_refused(routed: Made) -> None:
    with pytest.raises(NotAnswerable, match="nobody to give leads to"):
        routed('away = ["Anna", "Ben"]')
    with pytest.raises(ConfigError, match="nobody of that name"):
        routed('away = ["Zoe"]')
    with pytest.raises(ConfigError, match="no number of leads a day"):
        routed("capacities = { Anna = -1 }")


def test_too_little_history_leaves_all_equal_though_skill_was_asked_for(routed: Made) -> None:
    found = routed("capacity = 2\nskill = true")
    assert any("converts the most" in said or "count as equal" in said for said in found.finding.found)
