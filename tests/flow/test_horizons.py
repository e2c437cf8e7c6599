"""Spans from the shop's own gaps, and the question to begin with: regular, one-time, few buyers, and answers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

import tradewind as tw
from small_shop import DAYS, NOW, START, write_small_shop
from tradewind.core.errors import NotAnswerable
from tradewind.core.terms import statistical_terms
from tradewind.flow.questions.asked import find_question, list_use_cases
from tradewind.flow.start.first_questions import first_questions
from tradewind.flow.start.horizons import Horizons, check_horizons, propose_horizons
from tradewind.store.workspace import Workspace

ORDERS = """
[workspace]
currency = "EUR"
timezone = "UTC"
first_orders = "complete"
[sources.shop]
path = "data/*.csv"
timezone = "UTC"
[tables.orders]
from = "shop.orders"
order_id = "row_number"
customer_id = "who"
happened_at = "at"
amount = "paid"
"""


def _write(folder: Path, rows: list[tuple[str, datetime]]) -> Workspace:
    (folder / "data").mkdir(parents=True, exist_ok=True)
    lines = ["who,at,paid", *(f"{who},{at:%Y-%m-%d %H:%M:%S},10" for who, at in sorted(rows, key=lambda row: row[1]))]
    (folder / "data" / "orders.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "tradewind.toml").write_text(ORDERS, encoding="utf-8")
    return tw.open(folder, clock=lambda: NOW)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    workspace = tw.open(write_small_shop(tmp_path_factory.mktemp("spans")), clock=lambda: NOW)
    yield workspace
    workspace.close()


def test_spans_follow_the_gaps_and_are_said_plainly(shop: Workspace) -> None:
    found = propose_horizons(shop)
    assert found.half_back.value is not None
    assert found.half_back.value <= found.horizon.count <= found.active_within.count
    assert found.lead == "lapse"
    assert found.spans["lapse"]["horizon"][0] == found.horizon
    assert {effect.days for effect in found.effects} == {30, 60, 90, 180}
    told = " ".join([*found.said, *(why for each in found.spans.values() for _, why in each.values())])
    assert not statistical_terms(told)
    assert Horizons.from_json(found.to_json()) == found
    assert check_horizons(found, find_question(shop.config, "lapse").use_case).status == "pass"


def test_every_written_span_is_a_setting_of_its_question(shop: Workspace) -> None:
    for name, settings in propose_horizons(shop).spans.items():
        case = find_question(shop.config, name).use_case
        assert set(settings) <= {"horizon", *case.settings}


def test_at_most_two_questions_lead_each_with_its_why_and_the_rest_say_what_unlocks_them(shop: Workspace) -> None:
    found = first_questions(shop)
    assert found.first[0].name == "lapse"
    assert len(found.first) == 2
    assert all(len(each.why) == 3 for each in found.first)
    money = found.first[0].money
    assert money.value is not None
    assert money.value > 0
    assert not statistical_terms(" ".join(line for each in (*found.first, *found.later) for line in each.why))


def test_what_is_at_stake_and_learned_from_is_what_training_sees(shop: Workspace) -> None:
    from tradewind.flow.data import open_data
    from tradewind.flow.learning.lesson import prepare_lesson

    told = first_questions(shop)
    found = {each.name: each for each in (*told.first, *told.later)}
    with open_data(shop) as data:
        lesson = prepare_lesson(data, find_question(shop.config, "lapse"))
    test = lesson.table.features.cutoff == np.datetime64(lesson.schedule.test.day)
    stops = lesson.table.label[test].sum()
    rarer = int(min(stops, test.sum() - stops))
    assert found["lapse"].dates == len(lesson.schedule.learning)
    assert found["lapse"].outcomes == rarer * found["lapse"].dates


def _buying_once(folder: Path, customers: int, share: float) -> Workspace:
    rng = np.random.default_rng(5)
    rows = []
    for number in range(customers):
        first = START + timedelta(days=float(rng.uniform(0, DAYS)))
        rows.append((f"c{number}", first))
        if rng.random() < share:
            rows.append((f"c{number}", first + timedelta(days=float(1 + rng.exponential(50)))))
    end = START + timedelta(days=DAYS)
    return _write(folder, [row for row in rows if row[1] < end])


def test_where_most_buy_once_the_second_purchase_leads(tmp_path: Path) -> None:
    workspace = _buying_once(tmp_path, 3_000, 0.2)
    found = propose_horizons(workspace)
    assert found.lead == "repeat_purchase"
    assert found.said[0].startswith("Most customers buy once")
    assert found.come_back.value == pytest.approx(0.2, abs=0.04)
    assert first_questions(workspace).first[0].name == "repeat_purchase"
    locked = {each.name: each for each in first_questions(workspace).locked}
    assert locked["campaign_response"].needs == "touches"


def test_the_second_purchase_leads_also_where_few_have_made_it(tmp_path: Path) -> None:
    found = first_questions(_buying_once(tmp_path, 600, 0.05), lead="repeat_purchase")
    assert found.first[0].name == "repeat_purchase"
    assert found.first[0].outcomes < 30
    assert "which is little" in found.first[0].why[1]


def test_where_nobody_came_back_the_second_purchase_leads_and_amounts_are_not_learned(tmp_path: Path) -> None:
    workspace = _buying_once(tmp_path, 2_000, 0.0)
    spans = propose_horizons(workspace)
    assert spans.said[0].startswith("Nobody has come back yet within")
    found = first_questions(workspace, lead=spans.lead)
    assert [each.name for each in found.first] == ["repeat_purchase"]
    assert "Nobody has done it yet" in found.first[0].why[1]


def test_what_comes_in_anyway_follows_what_can_be_lost(shop: Workspace) -> None:
    found = first_questions(shop)
    order = [each for each in (*found.first, *found.later) if each.outcomes >= 30]
    anyway = [each.money.value is None for each in order]
    assert anyway == sorted(anyway)
    assert set(anyway) == {True, False}


def test_a_short_history_gets_a_shorter_look_ahead_and_is_told_so(tmp_path: Path) -> None:
    rng = np.random.default_rng(6)
    rows = []
    for number in range(400):
        at = START + timedelta(days=DAYS - 200 + float(rng.uniform(0, 80)))
        while at < START + timedelta(days=DAYS):
            rows.append((f"c{number}", at))
            at += timedelta(days=float(1 + rng.gamma(4.0, 18.0)))
    found = propose_horizons(_write(tmp_path, rows))
    assert found.half_back.value is not None
    assert found.horizon.count < found.half_back.value
    assert "too short" in " ".join(found.said)


def test_a_table_of_answers_alone_is_a_question(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    lines = [f"p{n},{'Yes' if n % 4 == 0 else 'No'}" for n in range(400)] + ["p400,"]
    (tmp_path / "data" / "people.csv").write_text("id,left\n" + "\n".join(lines) + "\n", encoding="utf-8")
    config = ORDERS.split("[tables.orders]", maxsplit=1)[0]
    config += '[tables.customers]\nfrom = "shop.people"\ncustomer_id = "id"\ngone = "left"\n'
    config += '[labels.leaving]\ntable = "customers"\ncolumn = "gone"\npositive = "yes"\n'
    (tmp_path / "tradewind.toml").write_text(config, encoding="utf-8")
    workspace = tw.open(tmp_path, clock=lambda: NOW)
    found = first_questions(workspace)
    assert [each.name for each in found.first] == ["leaving"]
    assert (found.first[0].outcomes, found.first[0].asked) == (100, 1)
    assert {each.name for each in found.locked} == {case.name for case in list_use_cases()}
    with pytest.raises(NotAnswerable):
        propose_horizons(workspace)


def test_few_customers_give_no_spans_but_a_reason(tmp_path: Path) -> None:
    found = propose_horizons(_write(tmp_path, [(f"c{n}", START + timedelta(days=n)) for n in range(9)]))
    assert found.spans == {}
    assert "too few" in found.said[0]
    assert first_questions(tw.open(tmp_path, clock=lambda: NOW)).first == ()
