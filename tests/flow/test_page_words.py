"""Advice for the configuration file is said in the words of the pages."""

from __future__ import annotations

import pytest

from tradewind.flow.mapping.page_words import on_api, on_page, what_unlocks


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ("12 rows are left out, as `where` says", "12 rows are left out: they say nothing about this"),
        ("correct the expressions of these columns in [tables.customers], or leave them out", "nothing to do if"),
        ("load newer data, or set as_of in [workspace] to answer as of then", "send a newer export"),
        (
            "which lead; map lead_id in [tables.events] or lead_id in [tables.touches]",
            "send files that",
        ),
        ('map customers.first_order_at, or set first_orders = "complete"', "send the older orders too"),
        ("Contact the 754 marked in the table scores_lapse, leave out some", "754 marked on the list, leave"),
        ("Give it to the top tenth of the table scores_next_spend", "the top tenth of the list"),
        ("files.hubspot-deals", "hubspot-deals"),
        ("tradewind run --only lapse", "start an update"),
        ("read the reasons: tradewind check orders --rejected", "Rows we could not use"),
        ('tradewind sql "SELECT * FROM scores_lapse"', "ask who runs this server"),
        ("a sentence that names nothing", "a sentence that names nothing"),
    ],
)
def test_no_sentence_on_a_page_names_the_configuration_file(told: str, said: str) -> None:
    words = on_page(told)
    assert said in words
    assert not any(each in words for each in ("[tables", "[workspace", "`", "as_of", "stable", "tradewind ", "--"))


def test_a_program_is_told_to_start_a_run_by_a_request() -> None:
    assert on_api("tradewind run --only lapse") == 'start a run: POST /v1/runs {"only": ["lapse"]}'
    assert on_api("tradewind run") == "start a run: POST /v1/runs"
    assert on_api('tradewind sql "SELECT 1"') == "ask who runs this server"


def test_questions_that_lack_the_same_data_are_told_together() -> None:
    locked = [
        {"title": "About to leave", "needs": "subscriptions", "why": "map [tables.subscriptions]"},
        {"title": "First-time buyers", "needs": "", "why": "nobody can tell; map lead_id in [tables.events]"},
        {"title": "Ready for more", "needs": "subscriptions", "why": "map [tables.subscriptions]"},
    ]
    first, second = what_unlocks(locked)
    assert (first.needs, first.titles) == ("subscriptions", ("About to leave", "Ready for more"))
    assert "[tables" not in second.why
