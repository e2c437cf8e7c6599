"""Today: who is counted, what changed since the run before, what went wrong, and what nobody has measured."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from answered_by_hand import FINDING, LATER, NOW, Clock, answer_by_hand, open_by_hand, scores, with_check
from tradewind.core.finding import Number
from tradewind.flow.answers.published import read_previous, read_published
from tradewind.flow.lists.feedback import Said, give_feedback
from tradewind.flow.today.contents import Person
from tradewind.flow.today.make import make_today
from tradewind.store.workspace import Workspace

FIRST = [("a", 0.9, 100.0), ("b", 0.5, 60.0), ("c", 0.3, 10.0), ("d", 0.2, 5.0)]
SECOND = [("a", 0.9, 100.0), ("b", 0.1, 60.0), ("c", 0.8, 90.0), ("d", 0.2, 5.0)]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def workspace(tmp_path: Path, clock: Clock) -> Workspace:
    return open_by_hand(tmp_path / "shop", clock)


def test_before_the_first_run_nothing_is_told(workspace: Workspace) -> None:
    today = make_today(workspace)
    assert not today.answered
    assert (today.lists, today.changes, today.earned, today.wrong) == ((), (), (), ())


def test_those_worth_contacting_are_counted_named_and_shared_out(workspace: Workspace) -> None:
    answer_by_hand(workspace, scores(FIRST))
    (made,) = make_today(workspace).lists
    assert (made.count, made.whole, made.part, made.link) == (2, 4, "worth", "/lists/lapse?worth=1")
    assert made.amount == pytest.approx(0.1 * 90 - 1 + 0.1 * 30 - 1)
    assert [(one.who, one.owner, one.why) for one in made.first] == [
        ("Ada", "Kim", "reason of a"), ("<b>Ben</b>", "Kim", "reason of b"),
    ]  # fmt: skip
    assert made.owners == (("Kim", 2),)


def test_who_may_not_see_people_gets_no_name_and_an_owner_only_their_own(workspace: Workspace) -> None:
    answer_by_hand(workspace, scores(SECOND))
    assert make_today(workspace, names=False).lists[0].first == ()
    (mine,) = make_today(workspace, owners=("lee",)).lists
    assert (mine.count, mine.owners) == (1, (("Lee", 1),))
    assert make_today(workspace, owners=("Nobody",)).lists == ()


def test_who_was_worked_on_is_not_counted(workspace: Workspace) -> None:
    answer_by_hand(workspace, scores(FIRST))
    give_feedback(workspace, "lapse", "a", Said("done", by="Kim"))
    (made,) = make_today(workspace).lists
    assert (made.count, made.handled) == (1, 1)
    assert [one.entity_id for one in made.first] == ["b"]


def test_what_changed_is_told_against_the_run_before(workspace: Workspace, clock: Clock) -> None:
    answer_by_hand(workspace, scores(FIRST))
    assert make_today(workspace).compared_with is None
    clock.at = LATER
    moved = replace(FINDING, numbers={**FINDING.numbers, "expected_profit": Number(80.0, unit="EUR")})
    answer_by_hand(workspace, scores(SECOND), moved, [replace(FINDING, name="own", title="Own", tables={})])
    today = make_today(workspace)
    assert today.compared_with == NOW.date()
    told = {(change.question, change.what) for change in today.changes}
    assert ("lapse", "New on the list: 1. Not on it any more: 1.") in told
    assert ("lapse", "What contacting would leave: €80 now, €60 before.") in told
    assert any(name == "own" and "first time" in what for name, what in told)
    new = next(change for change in today.changes if change.people)
    assert [one.entity_id for one in new.people] == ["c"]
    assert all(not change.people for change in make_today(workspace, names=False).changes)
    kims = make_today(workspace, owners=("Kim",)).changes
    assert any(change.what == "Not on the list any more: 1." for change in kims)


def test_what_went_wrong_is_told(workspace: Workspace, clock: Clock) -> None:
    answer_by_hand(workspace, scores(FIRST), with_check(FINDING, "fail"), [replace(FINDING, name="x", status="failed")])
    clock.at = NOW + timedelta(days=30)
    workspace.state().begin_run("bad", "run", clock.at)
    workspace.state().finish_run("bad", "failed", clock.at, None, {"error": "the file is gone"})
    wrong = {each.kind: each for each in make_today(workspace).wrong}
    assert set(wrong) == {"run", "check", "question", "data"}
    assert "the file is gone" in wrong["run"].what
    assert wrong["check"].link == "/answers/lapse"


def test_no_earnings_are_claimed_but_the_test_that_would_settle_it_is_named(workspace: Workspace) -> None:
    answer_by_hand(workspace, scores(FIRST))
    (earned,) = make_today(workspace).earned
    assert earned.proved == ""
    assert "too few customers on this list to leave some of them out at random" in earned.settles


def test_a_damaged_report_is_told_and_an_old_one_without_its_tables_is_left_out(
    workspace: Workspace, clock: Clock
) -> None:
    first = answer_by_hand(workspace, scores(FIRST))
    clock.at = LATER
    answer_by_hand(workspace, scores(SECOND))
    published = read_published(workspace)
    assert published is not None
    before = read_previous(workspace, published)
    assert before is not None
    assert before.snapshot_id == first
    (workspace.root / "snapshots" / f"{first}.json").unlink()
    assert not any(change.people for change in make_today(workspace).changes)


def test_what_the_program_said_of_a_failed_answer_stands_apart_from_the_words_for_people(workspace: Workspace) -> None:
    failed = replace(FINDING, name="x", title="Own", status="failed", found=("Binder Error: no column q.",), next="")
    answer_by_hand(workspace, scores(FIRST), FINDING, [failed])
    (wrong,) = (each for each in make_today(workspace).wrong if each.kind == "question")
    assert "Binder" not in wrong.what + wrong.do
    assert wrong.details == "Binder Error: no column q."


def test_somebody_without_a_name_is_called_by_kind_and_key() -> None:
    assert Person("872", "", one="customer").called == "Customer 872"
    assert Person("872", "Ada", one="customer").called == "Ada"
    assert Person("ada@x.example", "", one="customer").called == "ada@x.example"
