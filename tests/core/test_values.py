"""Money, numbers, findings and errors: small values that must never lie."""

from __future__ import annotations

import json

import pytest

from tradewind.core.contract import CONTRACT, SQL_TYPES
from tradewind.core.errors import ConfigError, ContractError, Problem
from tradewind.core.finding import Check, Finding, Number, missing
from tradewind.core.money import Money, format_money


def test_two_currencies_do_not_add_up() -> None:
    assert str(Money(1, "USD") + Money("2.50", "USD")) == "$3.50"  # type: ignore[arg-type]
    with pytest.raises(ContractError, match="EUR"):
        _ = Money(1, "USD") + Money(1, "EUR")


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        (12.5, "USD", "$12.50"),
        (1234.56, "EUR", "€1,235"),
        (-5, "GBP", "−£5.00"),
        (99, "CHF", "99.00 CHF"),
        (-0.001, "USD", "$0.00"),
    ],
)
def test_amounts_are_written_for_people(amount: float, currency: str, text: str) -> None:
    assert format_money(amount, currency) == text


def test_a_number_is_a_value_or_a_reason_and_never_nan() -> None:
    assert Number(0.5, 0.4, 0.6).to_json() == {"value": 0.5, "low": 0.4, "high": 0.6, "unit": ""}
    assert missing("one class only").to_json() == {"reason": "one class only"}
    for wrong in ({}, {"value": 1.0, "reason": "no"}, {"value": float("nan")}):
        with pytest.raises(ValueError, match="Number"):
            Number(**wrong)  # type: ignore[arg-type]


def test_a_finding_survives_json() -> None:
    finding = Finding(
        name="lapse",
        title="About to stop buying",
        question="Who?",
        status="answered",
        evidence="association",
        approach="We looked.",
        found=("Some.",),
        money="A little.",
        next="Call.",
        numbers={"auc": Number(0.8, 0.7, 0.9), "none": missing("no margin")},
        tables={"scores": "scores_lapse"},
        checks=(Check("labels", "pass", "fine"),),
        caption="Assumed.",
        subtitle="30 days",
    )
    assert Finding.from_json(json.loads(json.dumps(finding.to_json()))) == finding


def test_an_error_tells_every_problem_with_what_to_do() -> None:
    error = ConfigError(
        [
            Problem("tables.orders.amount", "no such column", "amout", "amount", 'write amount = "amount"'),
            Problem("", "nothing to read"),
        ]
    )
    assert str(error) == (
        "tables.orders.amount: no such column (found: amout).\n"
        '  expected amount; do: write amount = "amount"\n'
        "nothing to read."
    )
    assert len(error.problems) == 2


def test_the_contract_is_consistent() -> None:
    for name, table in CONTRACT.items():
        names = [column.name for column in table.columns]
        assert name == table.name
        assert len(names) == len(set(names)), f"{name}: a column stands twice"
        assert set(table.key) <= set(names), f"{name}: the key is not among the columns"
        assert set(table.any_of) <= set(names)
        for column in table.columns:
            assert column.type in SQL_TYPES
            assert column.doc, f"{name}.{column.name} has no description"
            if column.revealed_by:
                revealer = table.column(column.revealed_by)
                assert revealer is not None, f"{name}.{column.name} is revealed by a column that is not there"
                assert revealer.type == "time"
