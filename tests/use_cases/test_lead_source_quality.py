"""Sources of leads: young ones are corrected, costs are joined by name, and what is not known is said."""

from __future__ import annotations

from pathlib import Path

import pytest
from sources_of_leads import draw_leads, leads_workspace, moment

from contract.analysis_contract import AnalysisContract
from tradewind.core.errors import ConfigError, NotAnswerable
from tradewind.flow.answers.analyse import Analysed
from tradewind.flow.data import open_data
from tradewind.flow.leads.source_quality import answer
from tradewind.flow.questions.asked import find_question
from tradewind.store.workspace import Workspace


class TestLeadSourceQuality(AnalysisContract):
    name = "lead_source_quality"


def analysed(workspace: Workspace) -> Analysed:
    with open_data(workspace) as data:
        return answer(data, find_question(workspace.config, "lead_source_quality"))


def by_source(found: Analysed) -> dict[str, dict[str, object]]:
    return {row["source"]: row for row in found.tables["sources"].to_pylist()}


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return leads_workspace(tmp_path_factory.mktemp("sources"), draw_leads())


def test_a_young_source_is_told_as_what_it_will_be(plain: Workspace) -> None:
    found = analysed(plain)
    fair = by_source(found)["New fair"]
    # Drawn with 20 in 100; about 6 in 100 have converted by now.
    assert fair["share_so_far"] < 0.12
    assert fair["share_low"] <= 0.20 <= fair["share_high"]
    assert any(said.startswith("New fair's leads are young:") for said in found.finding.found)
    assert found.finding.found[0].startswith("Of 100 leads from Referral, ")
    assert found.finding.status == "answered"
    assert found.finding.evidence == "association"


def test_without_spend_the_cost_is_not_known(plain: Workspace) -> None:
    found = analysed(plain)
    assert "What a customer costs is not known: map [tables.spend]." in found.finding.found
    assert by_source(found)["Referral"]["customer_cost"] is None


def test_spend_is_joined_by_name_and_only_days_of_both_count(tmp_path: Path) -> None:
    # Spend is known of the last 100 days only; a lead of paid search costs 50 there, whatever came before.
    leads = draw_leads()
    paid = sorted(str(row[1]) for row in leads if row[2] == "Paid search")
    recent = [each for each in paid if each[:10] >= moment(300)[:10]]
    days = [moment(300 + day)[:10] for day in range(100)]
    spend = [(day, "PAID_search ", 50 * sum(each.startswith(day) for each in recent)) for day in days]
    found = analysed(leads_workspace(tmp_path, leads, [*spend, (moment(350)[:10], "Billboard", 900)]))
    row = by_source(found)["Paid search"]
    assert row["lead_cost"] == pytest.approx(50)
    assert row["customer_cost_low"] < 500 < row["customer_cost_high"], "one in ten becomes a customer"
    assert by_source(found)["Referral"]["cost_not_known"] == "no spend is booked under this name"
    (unmatched,) = [check for check in found.finding.checks if check.name == "Spend without leads"]
    assert "Billboard: €900" in unmatched.what


def test_credits_are_counted_and_a_sum_below_nothing_is_no_cost(tmp_path: Path) -> None:
    spend = [(moment(10)[:10], "Referral", 100), (moment(20)[:10], "Referral", -300), (moment(30)[:10], "New fair", 5)]
    found = analysed(leads_workspace(tmp_path, draw_leads(), spend))
    row = by_source(found)["Referral"]
    assert row["customer_cost"] is None
    assert "less than nothing" in str(row["cost_not_known"])
    assert any(check.name == "Spend below zero" and check.status == "warn" for check in found.finding.checks)


def test_one_source_has_nothing_to_be_compared_with(tmp_path: Path) -> None:
    found = analysed(leads_workspace(tmp_path, [row for row in draw_leads() if row[2] == "Referral"]))
    assert "There is nothing to compare it with." in found.finding.found[0]
    assert found.finding.status == "not distinguishable"


def test_leads_without_a_time_or_converted_before_they_came_are_left_out_and_counted(tmp_path: Path) -> None:
    rows = [*draw_leads(), ("X1", "", "Referral", moment(5)), ("X2", moment(50), "Referral", moment(20))]
    found = analysed(leads_workspace(tmp_path, rows))
    assert by_source(found)["Referral"]["leads"] == 600
    assert "Customers before they were leads" in {check.name for check in found.finding.checks}


def test_no_lead_with_a_time_or_none_converted_is_said(tmp_path: Path) -> None:
    for folder, rows, said in (
        ("undated", [(row[0], "", row[2], "") for row in draw_leads()], "when a lead came in"),
        ("none", [(*row[:3], "") for row in draw_leads()], "no lead has converted"),
    ):
        with pytest.raises(NotAnswerable, match=said):
            analysed(leads_workspace(tmp_path / folder, rows))


def test_what_counts_is_one_of_its_words(tmp_path: Path) -> None:
    workspace = leads_workspace(tmp_path, draw_leads(), settings='[use_cases.lead_source_quality]\ncounts = "signed"\n')
    with pytest.raises(ConfigError, match="counts"):
        analysed(workspace)
