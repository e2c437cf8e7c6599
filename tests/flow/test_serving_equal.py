"""A score computed from one entity's rows has the bits of a run's, whatever has arrived since."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from serving_worlds import MadeInbox, batch, opened, scorer_of, write_answered_subscriptions

from answered_worlds import answered, write_answered_sales, write_answered_shop
from small_worlds import NOW
from tradewind.core.time import Cutoff
from tradewind.flow.learning.score import Asked
from tradewind.flow.serving.answers import Answer
from tradewind.flow.serving.inbox import Waiting
from tradewind.flow.serving.scorer import Scorer
from tradewind.models.reasons import explain

WORLDS = {
    "shop": (write_answered_shop, ("lapse", "next_spend")),
    "sales": (write_answered_sales, ("lead_conversion", "deal_win")),
    "subscriptions": (write_answered_subscriptions, ("churn",)),
}
CASES = [
    pytest.param(world, name, marks=pytest.mark.slow if world == "subscriptions" else ())
    for world, (_, names) in WORLDS.items()
    for name in names
]
Sent = tuple[str, int, int, int, int]


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Returns a workspace by name, answered once."""
    return lambda name: answered(name, WORLDS[name][0], tmp_path_factory)


def told(answer: Answer) -> tuple[Any, ...]:
    reasons = tuple((reason.text, reason.influence, reason.group) for reason in answer.reasons[:3])
    return answer.score, answer.low, answer.high, answer.value, answer.as_of, reasons


@pytest.mark.parametrize(("where", "name"), CASES)
def test_everybody_computed_alone_is_as_the_run_said(where: str, name: str, world: Any) -> None:
    scorer = scorer_of(opened(world(where)))
    listed = scorer.current().served[name].listed
    assert listed is not None
    assert name in scorer.current().workers
    for who in listed.ids()[::3]:
        assert told(scorer.explain(name, who).answer) == told(scorer.score(name, [who])[0])


@pytest.mark.parametrize(("where", "name"), CASES)
def test_what_is_worked_out_ahead_has_the_bits_of_each_worked_out_alone(where: str, name: str, world: Any) -> None:
    workspace = opened(world(where))
    alone, ahead = scorer_of(workspace), scorer_of(workspace)
    for scorer in (alone, ahead):
        assert scorer.current().data is not None
    ahead.work_ahead()
    now, worker = ahead.current(), ahead.current().workers[name]
    prepared = worker._prepared
    assert prepared is not None, "nothing was worked out ahead"
    listed = now.served[name].listed
    assert listed is not None
    lone, asked = alone.current(), 0
    for who in [*listed.ids()[::3], "nobody"]:
        number = now.words.number(who)
        given = dict(prepared.results(number))
        own = lone.rows_of(lone.ids_of(now.served[name].question.use_case.entity, who), [])
        other = lone.words.number(who)
        made = lone.workers[name].work(own, other, prepared.cutoff, prepared.known, True)
        results = lone.workers[name]._remembered[other][1]
        for statement, (_, result) in results.items():
            assert bits(given.pop(statement)) == bits(result), (who, statement)
        asked += made.asked
    assert asked > 3


def bits(result: Any) -> Any:
    """What a statement gave, as something that is equal only where every bit is."""
    if isinstance(result, tuple):
        numbers, texts = result
        return numbers.tobytes(), {name: column.tolist() for name, column in texts.items()}
    return np.float64(result).tobytes()


def test_whoever_is_not_on_the_list_is_computed_not_to_be(world: Any) -> None:
    scorer = scorer_of(opened(world("shop")))
    listed = scorer.current().served["lapse"].listed
    assert listed is not None
    absent = [f"C{number:04d}" for number in range(1, 161) if listed.find(f"C{number:04d}") is None]
    for who in [*absent, "nobody"]:
        answer = scorer.explain("lapse", who).answer
        assert answer.status == "not asked"
        assert answer.score is None
        assert "within the last" in answer.because


sent_rows = st.lists(
    st.tuples(
        st.sampled_from(["orders", "events", "touches"]),
        st.integers(0, 40),
        st.integers(-80 * 24, 60),  # hours from now at which it happened
        st.integers(0, 50),  # hours until it was received
        st.integers(-500, 20_000),
    ),
    min_size=1,
    max_size=25,
)


def inbox_of(rows: list[Sent], ids: list[str]) -> MadeInbox:
    inbox = MadeInbox()
    for number, (table, who, hours, later, cents) in enumerate(rows):
        happened = NOW + timedelta(hours=hours)
        row: dict[str, Any] = {"customer_id": ids[who], "happened_at": happened}
        if table == "orders":
            row |= {"order_id": f"new {number}", "amount": Decimal(cents) / 100, "channel": "web"}
        elif table == "events":
            row |= {"name": "coupon_redeemed" if cents % 2 else "page_view", "campaign": "spring"}
        else:
            row |= {"channel": "mail", "kind": "sent", "campaign_id": "spring"}
        inbox.send(table, happened + timedelta(hours=later), **row)
    return inbox


@cache
def read_once(root: Path) -> Scorer:
    """Return a scorer whose snapshot is read once for all examples."""
    return scorer_of(opened(root))


def check_against_batch(root: Path, rows: list[Sent], name: str, long_way: bool, ahead: bool = False) -> None:
    workspace, shared = opened(root), read_once(root).current()
    assert shared.data is not None
    listed = shared.served[name].listed
    assert listed is not None
    ids = [*listed.ids()[:38], "C0001", "somebody new", "another"]
    inbox = inbox_of(rows, ids)
    scorer = scorer_of(workspace, inbox)
    waiting = Waiting(0, shared.data.catalog.zone, "EUR")
    scorer._generation = replace(shared, waiting=waiting, workers={} if long_way else shared.workers)
    if ahead:
        scorer.current()
        scorer.work_ahead()
    newest = max(day for each in scorer.score(name, ids[:3] if long_way else ids) if (day := each.as_of) is not None)
    asked = batch(workspace, name, Cutoff(newest, shared.data.catalog.zone), inbox.rows)
    compare(scorer, name, ids[:3] if long_way else ids, newest, asked)


def compare(scorer: Scorer, name: str, ids: list[str], day: date, asked: Asked) -> None:
    at = {who: place for place, who in enumerate(asked.features.entity_id)}
    in_reach = day <= (NOW + timedelta(days=1)).date()
    for who in ids:
        made = scorer.explain(name, who, as_of=day if in_reach else None, features=True)
        if made.answer.as_of != day:
            continue  # only those who brought the newest rows are asked about at a day that lies ahead
        if who not in at:
            assert made.answer.status == "not asked", who
            continue
        row = at[who]
        numbers = (asked.mean[row], asked.low[row], asked.high[row], asked.value[row])
        assert (made.answer.score, made.answer.low, made.answer.high, made.answer.value) == numbers, who
        values = [made.features[each.name] for each in asked.features.number_features]
        as_used = np.array([np.nan if value is None else value for value in values], dtype=np.float32)
        assert np.array_equal(as_used, asked.features.numbers[row], equal_nan=True)
        reasons = explain(asked.deployed, asked.features.rows(slice(row, row + 1)), "EUR", 6)[0]
        assert [each.text for each in made.answer.reasons] == [each.text for each in reasons]


@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=sent_rows, name=st.sampled_from(["lapse", "next_spend"]))
def test_what_has_arrived_counts_as_a_run_would_count_it(rows: list[Sent], name: str, world: Any) -> None:
    check_against_batch(world("shop"), rows, name, long_way=False, ahead=True)


@pytest.mark.slow
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=sent_rows, name=st.sampled_from(["lapse", "next_spend"]))
def test_much_that_has_arrived_counts_as_a_run_would_count_it(rows: list[Sent], name: str, world: Any) -> None:
    check_against_batch(world("shop"), rows, name, long_way=False)


def test_the_long_way_says_the_same(world: Any) -> None:
    rows = [("orders", 0, -30, 1, 5_000), ("events", 1, 5, 2, 1), ("orders", 39, 3, 0, 900), ("touches", 2, -3, 1, 7)]
    check_against_batch(world("shop"), rows, "lapse", long_way=True)


def test_long_after_the_loaded_data_an_answer_says_so(world: Any) -> None:
    workspace, inbox = opened(world("shop")), MadeInbox()
    late = NOW + timedelta(days=100)
    scorer = Scorer(lambda: workspace, lambda: late, lambda _: inbox)
    listed = scorer.current().served["lapse"].listed
    assert listed is not None
    who = listed.ids()[0]
    assert scorer.score("lapse", [who])[0].note == ""
    inbox.send("events", late, event_id="e1", customer_id=who, name="page_view", happened_at=late)
    scorer.tell()
    answer = scorer.score("lapse", [who])[0]
    assert answer.computed == "now"
    assert "the loaded data end before" in answer.note
