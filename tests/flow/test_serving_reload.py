"""While newer data and models are put in place, every question goes on being answered, and answered the same."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Event
from typing import Any

import pytest
from serving_worlds import MadeInbox, opened, scorer_of

from answered_worlds import answered, write_answered_shop
from small_worlds import NOW
from tradewind.flow.serving.scorer import Scorer


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Scorer, MadeInbox, list[str]]:
    """A scorer, what is sent to it, and of whom it says something."""
    inbox = MadeInbox()
    scorer = scorer_of(opened(answered("shop", write_answered_shop, tmp_path_factory)), inbox)
    listed = scorer.current().served["lapse"].listed
    assert listed is not None
    return scorer, inbox, list(listed.ids())


def send(scorer: Scorer, inbox: MadeInbox, who: str) -> None:
    inbox.send("events", NOW, customer_id=who, happened_at=NOW - timedelta(hours=1), name="page_view")
    scorer.tell()


def test_an_accepted_event_is_in_the_next_score_of_whoever_it_is_about(
    asked: tuple[Scorer, MadeInbox, list[str]],
) -> None:
    scorer, inbox, ids = asked
    for who in ids[2:12]:
        assert scorer.score("lapse", [who])[0].computed == "last run"
        send(scorer, inbox, who)
        assert scorer.score("lapse", [who])[0].computed == "now"


def test_generations_change_under_load_without_a_failed_request(asked: tuple[Scorer, MadeInbox, list[str]]) -> None:
    scorer, inbox, ids = asked
    send(scorer, inbox, ids[0])
    done = Event()

    def ask() -> list[Any]:
        said = []
        while not done.wait(0.005) or not said:
            said.append([(each.score, each.computed, each.reasons) for each in scorer.score("lapse", ids[:2])])
        return said

    with ThreadPoolExecutor(1) as pool:
        asking = pool.submit(ask)
        now = scorer.current()
        scorer._generation = replace(now, stamp=replace(now.stamp, snapshot="an older one"))
        assert scorer.reload()
        assert scorer.current() is not now
        done.set()
        said = asking.result()
    assert all(answers == said[0] for answers in said)
    assert [computed for _, computed, _ in said[0]] == ["now", "last run"]
