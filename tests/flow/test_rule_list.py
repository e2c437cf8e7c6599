"""A list in the order of the rule of thumb: offered where the rule does as well, kept until somebody turns it back."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

import tradewind as tw
from answered_worlds import answered, write_answered_sales
from small_worlds import NOW
from tradewind.core.errors import NotAnswerable
from tradewind.core.visitor import visitor_of
from tradewind.flow.answers.page import answer_page
from tradewind.flow.answers.rule_list import find_rule_list, order_by_model, order_by_rule, tell_rule, with_rule_in_use
from tradewind.flow.learning.learned import Learned
from tradewind.flow.lists.export import plan_export
from tradewind.flow.lists.work_list import work_list
from tradewind.flow.people.list import Wanted
from tradewind.flow.today.make import make_today
from tradewind.store.workspace import Workspace

LEADS = "lead_conversion"
ALL = Wanted(question=LEADS, limit=500)


@pytest.fixture
def sales(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    original = answered("sales", write_answered_sales, tmp_path_factory)
    return tw.open(Path(shutil.copytree(original, tmp_path / "sales")), clock=lambda: NOW)


def keys(workspace: Workspace) -> list[str]:
    return [row.person.key for row in work_list(workspace, visitor_of("admin"), LEADS, ALL).rows]


def test_a_list_stands_in_the_order_of_the_rule_until_it_is_turned_back(sales: Workspace) -> None:
    by_model, page = keys(sales), answer_page(sales, LEADS)
    assert page.offered == "newest first"
    assert LEADS in {each.question for each in make_today(sales).as_good}
    order_by_rule(sales, LEADS, "Kim")
    tw.run(sales, [LEADS])

    leads = sales.sql("SELECT lead_id, created_at FROM leads WHERE valid_to IS NULL").to_pylist()
    made_on = {str(row["lead_id"]): row["created_at"].date() for row in leads}
    by_rule = keys(sales)
    assert sorted(by_rule) == sorted(by_model)
    days = [made_on[key] for key in by_rule]
    assert days == sorted(days, reverse=True)
    assert by_rule != by_model
    made = work_list(sales, visitor_of("admin"), LEADS, ALL)
    assert (made.rule, made.offered) == (page.offered, "")
    plan = plan_export(sales, visitor_of("admin"), LEADS, "csv", ALL)
    exported = [contact.record_id for contact in plan.contacts]
    assert exported == [key for key in by_rule if key in exported]
    (today,) = (each for each in make_today(sales).lists if each.question == LEADS)
    assert (today.rule, today.part, today.amount, today.whole) == (page.offered, "tenth", None, len(by_rule))
    told = answer_page(sales, LEADS).finding
    assert "chosen by Kim" in told.next
    assert any(check.name == "In whose order the list stands" for check in told.checks)

    order_by_model(sales, LEADS)
    assert find_rule_list(sales, LEADS) is None
    sales.close()


def test_a_model_that_beats_the_rule_has_the_list_again(sales: Workspace) -> None:
    order_by_rule(sales, LEADS, "Kim")
    finding = answer_page(sales, LEADS).finding
    learned = Learned(LEADS, version="v", rule="newest first")
    assert with_rule_in_use(sales, learned).by_rule
    better = replace(learned, better=True)
    assert not with_rule_in_use(sales, better).by_rule
    told = tell_rule(sales, finding, better)
    assert "In order of the learned chances again" in told.checks[-1].what
    assert find_rule_list(sales, LEADS) is None
    sales.close()


def test_a_rule_is_only_used_where_the_answer_advises_it(sales: Workspace) -> None:
    with pytest.raises(NotAnswerable, match="no rule of thumb"):
        order_by_rule(sales, "deal_win", "Kim")
    sales.close()
