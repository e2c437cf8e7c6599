"""What "at stake" and "worth" count is said in the same words in the answer, on its list and on Today."""

from __future__ import annotations

import pytest

import tradewind as tw
from answered_worlds import answered, write_answered_shop
from small_worlds import NOW
from tradewind.core.visitor import visitor_of
from tradewind.flow.answers.page import answer_page
from tradewind.flow.lists.work_list import work_list
from tradewind.flow.people.list import Wanted
from tradewind.flow.today.make import make_today
from tradewind.report.numbers import say_money


def test_each_sum_of_an_answer_says_how_it_follows_from_the_one_before(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    workspace = tw.open(answered("shop", write_answered_shop, tmp_path_factory), clock=lambda: NOW)
    page = answer_page(workspace, "lapse")
    numbers = page.finding.numbers
    stake, profit = (say_money(numbers[name].value, "EUR") for name in ("money_at_stake", "expected_profit"))
    first, second, third, last = page.sums
    assert "share of all who did it before" in first
    assert f"{stake} is at stake, over all customers asked about" in second
    assert third.endswith(f"{profit} is left.")
    assert "after the cost of the goods" in second
    assert "after the cost of the goods" in last
    listed = work_list(workspace, visitor_of("admin"), "lapse", Wanted(question="lapse"))
    assert listed.worth
    assert last.endswith(f"{listed.worth}.")
    made = make_today(workspace)
    (today,) = (each for each in (*made.lists, *made.as_good) if each.question == "lapse")
    assert today.worth == listed.worth
    workspace.close()
