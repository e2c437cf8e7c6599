"""Currencies in a company's tables: named by a header, several in one column, and rates that lead into one of them."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

import pyarrow as pa
import pytest

from tradewind.sources.profile import profile_table
from tradewind.sources.proposal import OpenQuestion, Proposal
from tradewind.sources.propose import propose

DAYS = [date(2024, 1, 1) + timedelta(days=n) for n in range(200)]


def orders(amount: str, *codes: str) -> dict[str, list[Any]]:
    rng = Random(3)
    found: dict[str, list[Any]] = {
        "order id": [f"A{n + 500}" for n in range(200)],
        "customer": [f"K{rng.randrange(60)}" for _ in DAYS],
        "date": [str(day) for day in DAYS],
        amount: [f"{rng.uniform(5, 90):.2f}" for _ in DAYS],
    }
    if codes:
        found["currency"] = [rng.choice(codes) for _ in DAYS]
    return found


def rates(header: str) -> dict[str, list[Any]]:
    return {
        "date": [str(day) for day in DAYS for _ in range(2)],
        "currency": ["USD", "CHF"] * len(DAYS),
        header: [f"{1 + n % 7 / 50:.4f}" for n in range(2 * len(DAYS))],
    }


def found(**tables: dict[str, list[Any]]) -> Proposal:
    return propose([profile_table(f"s.{name}", pa.table(columns)) for name, columns in tables.items()])


def currency_question(proposal: Proposal) -> OpenQuestion:
    return next(question for question in proposal.questions if question.key == "currency")


@pytest.mark.parametrize(
    ("header", "code"), [("Betrag (€)", "EUR"), ("amount $", "USD"), ("total_gbp", "GBP"), ("Total CHF", "CHF")]
)
def test_a_header_that_names_the_currency_is_read(header: str, code: str) -> None:
    question = currency_question(found(orders=orders(header)))
    assert question.options[0] == code
    assert "No sign" not in question.text


def test_several_currencies_are_told_with_what_becomes_of_them() -> None:
    alone = currency_question(found(orders=orders("total", "EUR", "USD", "CHF")))
    assert "EUR" in alone.text
    assert set(alone.options) == {"EUR", "USD", "CHF"}
    assert "never added up" in alone.why
    with_rates = found(orders=orders("total", "EUR", "USD", "CHF"), exchange_rates=rates("rate_to_eur"))
    assert "converted" in currency_question(with_rates).why


def test_rates_whose_header_says_into_what_are_taken() -> None:
    proposal = found(orders=orders("total", "EUR", "USD", "CHF"), exchange_rates=rates("rate_to_eur"))
    table = next(one for one in proposal.tables if one.table == "rates")
    assert {guess.column: guess.expression for guess in table.guesses} == {
        "day": "date", "from_currency": "currency", "to_currency": "'EUR'", "rate": "rate_to_eur",
    }  # fmt: skip
    assert not proposal.unused


def test_rates_of_which_nobody_can_tell_the_direction_are_not() -> None:
    proposal = found(orders=orders("total", "EUR", "USD"), exchange_rates=rates("value"))
    assert all(one.table != "rates" for one in proposal.tables)
