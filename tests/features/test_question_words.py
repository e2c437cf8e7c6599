"""What the words of a question mean, and how a word that cannot be understood is pointed at."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tradewind.core.errors import ConfigError
from tradewind.features.labels import parse_label_sql
from tradewind.features.questions.compile import compile_question
from tradewind.features.questions.parse import parse_question
from tradewind.features.questions.said import say_does, say_what, say_who, say_worth
from tradewind.features.questions.tree import Asked


def ask(who: str = "customers", what: str = "an order", within: str = "30 days", worth: str = "") -> Asked:
    return parse_question(who, what, within, worth, "questions.q")


def told(who: str = "customers", what: str = "an order", within: str = "30 days", worth: str = "") -> str:
    with pytest.raises(ConfigError) as caught:
        ask(who, what, within, worth)
    return str(caught.value)


@pytest.mark.parametrize(
    ("said", "understood"),
    [
        ("customers who have no order for 30 days", "customers with no order in the last 30 days"),
        ("people without orders in the last month", "customers with no order in the last 30 days"),
        ("open leads with source = 'web'", "leads that are open and whose source = 'web'"),
        ("all accounts with a running subscription", "companies with a running subscription"),
        ("deals that have not been won", "deals that were not won"),
        ("opportunities with over 2 calls in the past 2 weeks", "deals with more than 2 calls in the last 14 days"),
        ("leads created in the last 60 days", "leads created in the last 60 days"),
        ("customers with orders >= 3 and spent at least 20 on category 'tea'",
         "customers with at least 3 orders and spent at least 20 on orders (category = 'tea')"),
        ("customers with an order more than 1 year ago", "customers with an order more than 365 days ago"),
        ("customers with an event named 'a' or 'b' or an order",
         "customers with an event (name in ('a', 'b')) or an order"),
        ("customers with an order with channel = 'web' and amount > 5 and whose country is known",
         "customers with an order (channel = 'web' and amount > 5) and whose country is known"),
        ("customers with a ticket between 8 and 2 weeks ago", "customers with a ticket between 56 and 14 days ago"),
    ],
)  # fmt: skip
def test_who_is_understood(said: str, understood: str) -> None:
    what = "an event named 'x'"
    found = say_who(ask(said, what))
    assert found == understood
    assert ask(found, what).who == ask(said, what).who


@pytest.mark.parametrize(
    ("entity", "said", "understood", "does"),
    [
        ("customers", "an order of category 'coffee'", "an order (category = 'coffee')",
         "place an order of category coffee"),
        ("leads", "converts", "converted", "convert"),
        ("leads", "lead converts", "converted", "convert"),
        ("deals", "is won", "won", "be won"),
        ("accounts", "a deal won", "a deal won", "have a deal won"),
        ("customers", "subscription ends", "a subscription ended", "end a subscription"),
        ("customers", "count of orders >= 3", "at least 3 orders", "place at least 3 orders"),
        ("customers", "no event named 'login'", "no event (name = 'login')", "have no event named login"),
    ],
)  # fmt: skip
def test_what_is_understood(entity: str, said: str, understood: str, does: str) -> None:
    asked = ask(entity, said)
    assert say_what(asked) == understood
    assert say_does(asked.what, asked.entity) == does


@pytest.mark.parametrize(
    ("said", "understood"),
    [
        ("margin of the last 90 days", "orders in the last 90 days"),
        ("orders in the last 90 days", "orders in the last 90 days"),
        ("25", "25"),
        ("12 * running subscriptions", "12 * running subscriptions"),
        ("revenue", "orders"),
        ("points", "points"),
    ],
)
def test_worth_is_understood(said: str, understood: str) -> None:
    worth = ask(worth=said).worth
    assert worth is not None
    assert say_worth(worth) == understood


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (
            {"who": "custmers"},
            '»custmers«).\n  expected one of: customers, companies, leads, deals; do: did you mean "customers"?',
        ),
        ({"who": "customers with 2 orders"}, "at least 2, at most 2, or exactly 2"),
        ({"who": "customers with an ordr"}, 'did you mean "order"?'),
        ({"who": "leads with an order"}, "orders are not tied to leads"),
        ({"who": "customers with an event named login"}, "a text was expected"),
        ({"who": "customers whose country = DE"}, "a text stands in quotes"),
        ({"who": "customers whose country > 'DE'"}, "only numbers are smaller or larger"),
        ({"who": "customers whose email = 'a@b.example'"}, "nobody is asked about by personal data"),
        ({"who": "customers whose known_at = 3"}, "this column is ours"),
        ({"who": "customers with an event with nam = 'x'"}, 'did you mean "name"?'),
        ({"who": "customers with an order (amount > 5 and category = 'x')"}, "amount is said of the whole order"),
        ({"who": "customers with a running subscription in the last 3 days"}, "is what it is now, and has no time"),
        ({"who": "customers with a funny order"}, "orders cannot be that"),
        ({"who": "customers with (an order"}, "a closing bracket"),
        ({"who": "customers with an order)"}, "this cannot stand here"),
        ({"who": "customers whose size in ('a', 3)"}, "holds texts and numbers"),
        ({"who": "customers whose name = 'x\ny'"}, "cannot be seen"),
        ({"what": "an order in the last 3 days"}, "has no time of its own"),
        ({"what": "whose country = 'DE'"}, "needs a moment"),
        ({"what": "a running subscription"}, "is not something that happens"),
        ({"what": ""}, "there is nothing here"),
        ({"what": "at least 2.5 orders"}, "whole numbers"),
        ({"within": "0 days"}, "too short or too long"),
        ({"within": "5000 days"}, "nobody can look so far ahead"),
        ({"within": "soon"}, "a span of time was expected"),
        ({"worth": "tickets"}, "tickets have no amount"),
        ({"worth": "-5"}, "this sign means nothing here"),
        ({"worth": "5 6"}, "after a number comes nothing"),
    ],
)
def test_a_word_that_cannot_be_understood_is_pointed_at(parts: dict[str, str], expected: str) -> None:
    found = told(**parts)
    assert expected in found
    assert "»" in found


def test_every_part_tells_its_own_problem() -> None:
    found = told("customers with an ordr", "", "soon", "?")
    assert [line.split(":")[0] for line in found.split("\n") if line.startswith("questions.")] == [
        "questions.q.who", "questions.q.within",
    ]  # fmt: skip
    assert "questions.q.what" in told("customers", "", "soon", "?")


@pytest.mark.parametrize(
    "text",
    [
        "x" * 10_000, "customers with " + "(" * 3_000, "customers with " + "not " * 900 + "an order",
        "customers with " + " or ".join(["an order"] * 200), "customers whose country = '" + "é" * 10_000 + "'",
        "customers whose points = 99999999999999999999999", "customers with an order in the last 99999999 years",
        "'", "\x00", "💥", "customers with an order -- comment", "customers; DROP TABLE orders",
    ],
)  # fmt: skip
def test_hostile_words_are_refused_in_time(text: str) -> None:
    assert len(told(text)) < 1_000


@settings(max_examples=60, deadline=None, derandomize=True)
@given(text=st.text(max_size=80), piece=st.sampled_from(["who", "what", "within", "worth"]))
def test_no_text_breaks_the_parser(text: str, piece: str) -> None:
    with suppress(ConfigError):
        ask(**{piece: text})  # type: ignore[arg-type]


@settings(max_examples=40, deadline=None, derandomize=True)
@given(text=st.text(st.characters(exclude_categories=("Cc", "Cs", "Cf", "Co", "Cn", "Zl", "Zp", "Zs")), max_size=30))
def test_a_quoted_text_never_leaves_its_quotes(text: str) -> None:
    quoted = text.replace("'", "''").translate(str.maketrans(dict.fromkeys("‘’‚‛", "''")))
    asked = ask(f"customers whose country = '{quoted}'")
    label = parse_label_sql(compile_question(asked))
    literals = [node.this for node in label.eligible.walk() if type(node).__name__ == "Literal"]
    assert literals == [text.translate(str.maketrans(dict.fromkeys("‘’‚‛", "'")))]


def test_numbers_stay_as_they_were_written() -> None:
    asked = ask("customers with spent more than 12.50", worth="0.5 * orders")
    assert asked.worth is not None
    assert asked.worth.factor == Decimal("0.5")
    assert "sum(orders.amount_base) > 12.50" in compile_question(asked)
