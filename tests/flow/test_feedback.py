"""Feedback: what leaves the list, what becomes an outcome exactly once, and who was right when somebody disagreed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from labelled_people import NOW as PEOPLE_NOW
from labelled_people import make_people, open_people, write_people

import tradewind as tw
from small_shop import CONFIG, NOW, write_small_shop
from tradewind.core.errors import ConfigError, NotAnswerable, NotFound
from tradewind.core.feedback import Feedback
from tradewind.core.terms import statistical_terms
from tradewind.core.visitor import visitor_of
from tradewind.flow.data import lazy_data
from tradewind.flow.lists.click import click, take_back_click
from tradewind.flow.lists.feedback import Said, give_feedback
from tradewind.flow.lists.morning_list import as_csv, morning_list, neutral
from tradewind.flow.lists.outcomes import drain_inbox
from tradewind.flow.lists.overrides import (
    Tally,
    called,
    checks_of_overrides,
    first_overrides,
    say_overrides,
    say_times,
    tally,
)
from tradewind.flow.lists.overrides_summary import summarise
from tradewind.flow.load import load
from tradewind.flow.questions.asked import find_question
from tradewind.flow.run import score
from tradewind.sources.load import load_tables
from tradewind.store.workspace import Workspace

LAPSE = '\n[use_cases.lapse]\nmodels = ["linear"]\ncutoffs = 2\n'
TOLD = """
[tables.outcomes]
from = "shop.told"
entity_type = "'lead'"
entity_id = "id"
name = "'won'"
happened_at = "at"
"""


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    config = CONFIG.split("[use_cases.lapse]")[0] + LAPSE
    folder = write_small_shop(tmp_path_factory.mktemp("feedback"), customers=100, config=config)
    workspace = tw.open(folder, clock=lambda: NOW)
    score(workspace, "lapse")
    return workspace


@pytest.fixture
def shop(ran: Workspace) -> Iterator[Workspace]:
    """The small shop with nothing said yet."""
    from sqlalchemy import text

    yield ran
    with ran.state()._engine.begin() as connection:
        connection.execute(text("DELETE FROM feedback"))


def first(workspace: Workspace, place: int = 0) -> str:
    return morning_list(workspace, "lapse", top=20).rows[place].entity_id


def test_who_was_worked_on_leaves_the_list_and_comes_back(shop: Workspace) -> None:
    before = morning_list(shop, "lapse", top=3)
    assert [row.rank for row in before.rows] == [1, 2, 3]
    assert all(row.reasons and row.chance.endswith("of 100") for row in before.rows)
    one, other = before.rows[0].entity_id, before.rows[1].entity_id
    give_feedback(shop, "lapse", one, Said("done", by="Kim"))
    give_feedback(shop, "lapse", other, Said("not-now", until=NOW.date() + timedelta(days=3)))
    now = morning_list(shop, "lapse", top=3)
    assert [row.rank for row in now.rows] == [3, 4, 5]
    assert (now.on_list, now.handled) == (before.on_list - 2, 2)
    in_three_days = replace(shop, clock=lambda: NOW + timedelta(days=3))
    again = morning_list(in_three_days, "lapse", top=3)
    assert again.rows[0].entity_id == other
    assert "not now" in again.rows[0].last
    assert morning_list(replace(shop, clock=lambda: NOW + timedelta(days=30)), "lapse").handled == 0


def test_the_list_of_somebody_who_owns_nothing_is_empty(shop: Workspace) -> None:
    made = morning_list(shop, "lapse", owner="Nobody of that name")
    assert (made.rows, made.on_list) == ((), 0)


def test_how_somebody_ended_holds_on_every_list_and_other_words_on_one(shop: Workspace) -> None:
    one, other = first(shop), first(shop, 1)
    about = give_feedback(shop, "lapse", one, Said("lost"))
    shop.state().record_feedback(replace(about, feedback_id="a", question="another", entity_id=other, verdict="won"))
    third = first(shop)
    shop.state().record_feedback(replace(about, feedback_id="b", question="another", entity_id=third, verdict="done"))
    left = {row.entity_id for row in morning_list(shop, "lapse", top=1000).rows}
    assert not {one, other} & left
    assert third in left


def test_two_people_of_one_name_stay_apart(shop: Workspace) -> None:
    kim = visitor_of("marketer", "Kim")
    namesake = replace(kim, id="another")
    who = first(shop)
    given = click(shop, kim, "lapse", who, Said("done"))
    assert (given.by, given.by_id, given.by_kind) == ("Kim", kim.id, "user")
    assert click(shop, kim, "lapse", who, Said("done")) == given
    with pytest.raises(NotFound, match="no such word of yours"):
        take_back_click(shop, namesake, "lapse", given.feedback_id)
    assert click(shop, namesake, "lapse", who, Said("done")).feedback_id != given.feedback_id
    assert take_back_click(shop, kim, "lapse", given.feedback_id) == given
    assert give_feedback(shop, "lapse", who, Said("won", by="Kim")).by_kind == "terminal"


def test_what_cannot_be_said_is_refused_together(shop: Workspace) -> None:
    with pytest.raises(ConfigError) as caught:
        give_feedback(shop, "lapse", first(shop), Said("maybe", until=date(2020, 1, 1), by="x" * 2000))
    assert [problem.where for problem in caught.value.problems] == ["verdict", "until", "until", "by"]
    with pytest.raises(ConfigError, match="not said why"):
        give_feedback(shop, "lapse", first(shop), Said("wrong", because="  "))
    with pytest.raises(NotAnswerable, match="nobody of this key"):
        give_feedback(shop, "lapse", "'; DROP TABLE feedback --", Said("done"))
    with pytest.raises(ConfigError, match="no such question"):
        give_feedback(shop, "laps", first(shop), Said("done"))
    with pytest.raises(NotAnswerable, match="nobody has been scored"):
        give_feedback(shop, "next_spend", first(shop), Said("done"))
    assert shop.state().feedback() == []


def test_outcomes_are_drained_exactly_once_and_nothing_is_learned_anew(shop: Workspace) -> None:
    version = shop.state().newest_model("lapse")
    give_feedback(shop, "lapse", first(shop), Said("won", by="Kim"))
    give_feedback(shop, "lapse", first(shop, 1), Said("wrong", because="moved away"))
    later = replace(shop, clock=lambda: NOW + timedelta(minutes=5))
    score(later, "lapse")
    rows = shop.table("outcomes").to_pylist()
    assert [(row["entity_type"], row["name"]) for row in rows] == [("customer", "lapse: won")]
    assert shop.state().newest_model("lapse") == version
    snapshot = shop.manifest().snapshot_id
    assert drain_inbox(shop) == 1
    load(shop)
    assert shop.manifest().snapshot_id == snapshot
    assert len(shop.table("outcomes")) == 1


def test_the_report_says_that_nothing_is_measured_yet(shop: Workspace) -> None:
    question = find_question(shop.config, "lapse")
    with shop.lock("test"), lazy_data(shop) as data:
        assert checks_of_overrides(shop, data, question) == ()
        give_feedback(shop, "lapse", first(shop), Said("wrong", because="moved away"))
        (check,) = checks_of_overrides(shop, data, question)
    assert check.status == "unknown"
    assert "not measured yet" in check.what
    assert not statistical_terms(check.what)


def test_a_mapped_outcomes_table_keeps_its_own_rows(tmp_path: Path) -> None:
    folder = write_small_shop(tmp_path, customers=60, config=CONFIG.split("[use_cases.lapse]")[0] + LAPSE + TOLD)
    (folder / "data" / "told.csv").write_text("id,at\nL1,2024-01-05\n")
    workspace = tw.open(folder, clock=lambda: NOW)
    load(workspace)
    for number in range(2):
        said = Feedback(
            f"f{number}", "lapse", "customer_id", f"C{number}", "lost", "", None, "Kim", datetime(2024, 4, 25), "v",
        )  # fmt: skip
        workspace.state().record_feedback(said)
        load(workspace)
        load(workspace)
        assert [row["entity_id"] for row in workspace.table("outcomes").to_pylist()] == ["L1", "C0", "C1"][: 2 + number]


def override(entity: str, score: float, by: str = "Kim", usual: float = 0.3) -> Feedback:
    at = datetime(2024, 1, 2)
    return Feedback(
        entity + by, "lapse", "customer_id", entity, "wrong", "x", None, by, at, "v", date(2024, 1, 1), score, usual
    )


def test_who_was_right_is_counted_against_the_lists_own_chances() -> None:
    said = [override(f"c{number}", 0.4) for number in range(10)] + [override("low", 0.1)]
    day = date(2024, 1, 1)
    came = {(f"c{number}", day): float(number < 3) for number in range(10)} | {("low", day): 1.0}
    found = tally(said, came)
    assert (found.given, found.complete, found.right, found.list_right) == (11, 11, 8, 3)
    assert found.expected == pytest.approx(10 * 0.6 + 0.1)
    assert found.verdict == "open"
    assert found.low < 8 / 11 < found.high
    assert tally(said, {}) == Tally(11)
    assert tally(said, {}).verdict == "none"
    wiser = tally([override(f"c{number}", 0.7) for number in range(12)], {(f"c{n}", day): 0.0 for n in range(12)})
    assert wiser.verdict == "person"
    worse = tally([override(f"c{number}", 0.4) for number in range(12)], {(f"c{n}", day): 1.0 for n in range(12)})
    assert worse.verdict == "list"
    for each in (found, wiser, worse, Tally(4)):
        assert not statistical_terms(say_overrides(each))


def test_saying_it_twice_is_one_override() -> None:
    assert len(first_overrides([override("a", 0.4), override("a", 0.4), override("a", 0.4, "Ann")])) == 2
    two = [replace(override("a", 0.4), by_id=each, by_kind="user") for each in ("u1", "u2")]
    assert len(first_overrides(two)) == 2
    assert sorted(called(two).values()) == ["Kim", "Kim (2)"]
    assert first_overrides([replace(override("a", 0.4), score=None), replace(override("a", 0.4), verdict="won")]) == []


def test_overrides_of_a_past_list_are_measured_by_the_questions_own_outcome(shop: Workspace) -> None:
    day = date(2024, 2, 1)
    orders = shop.table("orders").to_pylist()
    bought = {
        row["customer_id"]
        for row in orders
        if day <= row["happened_on"] < day + timedelta(days=30) and row["amount"] >= 0
    }
    asked = {
        row["customer_id"]
        for row in orders
        if day - timedelta(days=80) <= row["happened_on"] < day and row["amount"] > 0
    }
    people = sorted(asked)[:30]
    for number, customer in enumerate(people):
        by = "Ann" if number % 2 else "Kim"
        shop.state().record_feedback(replace(override(customer, 0.6, by), feedback_id=str(number), as_of=day))
    told = summarise(shop, "lapse")
    assert told.counts == {"wrong": 30}
    assert (told.overrides.all.given, told.overrides.all.complete) == (30, 30)
    assert told.overrides.all.right == len(set(people) & bought)
    assert set(told.overrides.by) == {"Ann", "Kim"}
    assert sum(each.right for each in told.overrides.by.values()) == told.overrides.all.right


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
def test_no_cell_of_a_csv_is_a_formula(cell: str, shop: Workspace) -> None:
    assert neutral(cell) == "'" + cell
    made = morning_list(shop, "lapse", top=1)
    row = replace(made.rows[0], who=cell, last=cell, more=((cell, cell),))
    text = as_csv(replace(made, rows=(row,)))
    assert f"'{cell}" in text.replace('"', "")


def test_an_answer_in_a_column_counts_only_if_it_was_open_when_somebody_disagreed(tmp_path: Path) -> None:
    rows = make_people(40)
    for row in rows[:5]:
        row["left"] = ""
    workspace = open_people(write_people(tmp_path, rows))
    load_tables(workspace)
    said = [replace(override(f"c{number}", 0.6), question="churn", at=PEOPLE_NOW) for number in range(8)]
    for each in said:
        workspace.state().record_feedback(each)
    assert summarise(workspace, "churn").overrides.all == Tally(8)
    for row in rows[:5]:
        row["left"] = "No"
    later = open_people(write_people(tmp_path, rows), now=PEOPLE_NOW + timedelta(days=40))
    load_tables(later)
    found = summarise(later, "churn").overrides.all
    assert (found.given, found.complete, found.right) == (8, 5, 5)


def test_how_often_somebody_disagreed_is_said_as_one_says_it() -> None:
    assert [say_times(1), say_times(2)] == ["once", "2 times"]
