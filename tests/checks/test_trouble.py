"""Each detector finds its own trouble in the right column, and is silent where there is none."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from tradewind.checks.look import Kept, look_for_trouble
from tradewind.checks.looked import Given
from tradewind.checks.personal import passes_iban, passes_luhn
from tradewind.core.trouble import Trouble, clean_lines, toml_value, worst_first

TODAY = date(2025, 1, 1)
N = 600
RNG = np.random.default_rng(3)


def look(name: str, rows: pa.Table | None, raw: pa.Table | None = None, **more: Any) -> tuple[Trouble, ...]:
    others = more.pop("others", {})
    kept: Kept | None = more.pop("kept", None)
    if raw is not None:
        raw = raw.append_column("_row", pa.array(np.arange(1, raw.num_rows + 1)))
    with duckdb.connect() as con:
        return look_for_trouble(con, {name: Given(rows, lambda: raw, **more), **others}, TODAY, "EUR", kept)


def customers(**columns: Sequence[Any]) -> pa.Table:
    count = len(next(iter(columns.values())))
    return pa.table({"customer_id": [f"C{place}" for place in range(count)], **columns})


def orders(**columns: Any) -> pa.Table:
    at = [datetime(2024, 1, 1, 12) + timedelta(hours=14 * place) for place in range(N)]
    given = {
        "order_id": [str(place) for place in range(N)],
        "customer_id": [f"C{place % 50}" for place in range(N)],
        "happened_at": at,
        "amount": pa.array(np.round(RNG.lognormal(3, 0.5, N), 2)),
        **columns,
    }
    count = len(given["order_id"])
    return pa.table({name: value[:count] for name, value in given.items()})


def kinds(told: tuple[Trouble, ...]) -> set[tuple[str, str]]:
    return {(each.column, each.kind) for each in told}


WORDS = ["red", "green", "blue", "white"] * (N // 4)
YEARS = [float(year) for year in RNG.integers(1950, 2004, N)]


def but(values: Sequence[Any], *others: Any) -> list[Any]:
    """The values, the first of them replaced."""
    return [*others, *values[len(others) :]]


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"colour": but(WORDS, None, None, None)}, ("colour", "missing")),
        ({"colour": but(WORDS, "Select", "Select")}, ("colour", "disguised missing")),
        ({"colour": but(WORDS, "Red", "RED")}, ("colour", "spelling")),
        ({"colour": [*WORDS[:-2], "grreen", "gren"]}, ("colour", "spelling")),
        ({"colour": ["red"] * N}, ("colour", "constant")),
        ({"colour": [f"x{place:x}q" for place in range(N)]}, ("colour", "id-like")),
        ({"colour": but(WORDS, "MÃ¼nchen")}, ("colour", "encoding")),
        ({"colour": but(WORDS, "=SUM(A1)")}, ("colour", "formula")),
        ({"colour": but(WORDS, "write to jan@posteo.de")}, ("colour", "personal")),
        ({"colour": but(WORDS, "call +49 171 5556677")}, ("colour", "personal")),
        ({"colour": but(WORDS, "4111 1111 1111 1111")}, ("colour", "personal")),
        ({"colour": but(WORDS, "pay to DE89 3704 0044 0532 0130 00")}, ("colour", "personal")),
        ({"born": but(YEARS, 2031.0, 1821.0)}, ("born", "impossible")),
        ({"born": but(YEARS, 1900.0, 1900.0)}, ("born", "disguised missing")),
        ({"points": but(list(RNG.gamma(2, 50, N)), 9e6)}, ("points", "outliers")),
        ({"points": but(list(RNG.gamma(2, 50, N)), -999.0, -999.0)}, ("points", "disguised missing")),
        ({"weight": but(list(RNG.lognormal(0, 0.4, N)), *RNG.lognormal(6.9, 0.4, 30))}, ("weight", "mixed units")),
        ({"likely_pct": but(list(RNG.uniform(0, 100, N)), 180.0)}, ("likely_pct", "impossible")),
    ],
)
def test_a_column_of_customers(columns: dict[str, list[Any]], expected: tuple[str, str]) -> None:
    told = look("customers", customers(**columns))
    assert kinds(told) == {expected}
    assert told[0].examples
    assert told[0].rows >= 1
    assert told[0].treat.startswith(f"[clean.customers.{expected[0]}]")


def test_columns_in_good_order_are_left_alone() -> None:
    told = look(
        "customers",
        customers(colour=WORDS, born=YEARS, points=list(RNG.gamma(2, 50, N)), weight=list(RNG.lognormal(0, 0.4, N))),
    )
    assert told == ()
    assert look("orders", orders()) == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (["2024-01-31", "2024-02-01", "31.01.2024"], "mixed dates"),
        (["31/01/2024", "02/01/2024", "01/31/2024"], "mixed dates"),
        (["2024-01-31", "2024-02-01", "2024-01-02"], ""),
    ],
)
def test_dates_of_the_source(text: list[str], expected: str) -> None:
    told = look("orders", None, pa.table({"happened_at": text}))
    assert {each.kind for each in told} == ({expected} if expected else set())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (["1.50", "2.50", "3,50"], "mixed decimals"),
        (["1.50", "2.50", "$3.50"], "mixed currencies"),
        (["$1.50", "$2.50", "$3.50"], ""),
        (["1,234.50", "2.50", "1,234"], ""),
    ],
)
def test_numbers_of_the_source(text: list[str], expected: str) -> None:
    told = look("orders", None, pa.table({"amount": text}))
    assert {each.kind for each in told} == ({expected} if expected else set())


def test_two_clicks_within_minutes_are_one_order() -> None:
    at = [datetime(2024, 1, 1, 12, 1) + timedelta(hours=14 * place) for place in range(N)]
    at[1] = at[0] + timedelta(minutes=3)
    amount = list(RNG.lognormal(3, 0.5, N))
    amount[1] = amount[0]
    who = [f"C{place % 50}" for place in range(N)]
    who[1] = who[0]
    assert ("order_id", "near duplicates") in kinds(
        look("orders", orders(happened_at=at, amount=amount, customer_id=who))
    )


def test_a_key_written_in_another_form_is_told_as_such() -> None:
    people = Given(customers(colour=WORDS))
    told = look(
        "orders", orders(customer_id=but([f"C{place % 50}" for place in range(N)], "c-7")), others={"customers": people}
    )
    broken = next(each for each in told if each.kind == "broken reference")
    assert broken.rows == 1
    assert "another form" in broken.what


def test_returns_with_a_positive_amount() -> None:
    status = ["paid"] * (N - 20) + ["refunded"] * 20
    amount = np.round(RNG.lognormal(3, 0.5, N), 2)
    amount[-15:] *= -1
    told = look("orders", orders(status=status, amount=pa.array(amount)))
    assert ("amount", "refund sign") in kinds(told)
    assert next(each for each in told if each.kind == "refund sign").rows == 5


def test_missing_values_that_follow_a_class_say_so() -> None:
    colour = WORDS
    size = ["s" if place % 3 else "m" for place in range(N)]
    size = [None if colour[place] == "red" else size[place] for place in range(N)]
    told = look("customers", customers(colour=colour, size=size))
    assert "colour is red" in next(each for each in told if each.kind == "missing").what


def test_what_is_kept_is_not_told_again() -> None:
    table = customers(colour=but(WORDS, None, "Select", "Select"))
    assert kinds(look("customers", table)) == {("colour", "missing"), ("colour", "disguised missing")}
    some = look("customers", table, kept={("customers", "colour"): ("missing",)})
    assert kinds(some) == {("colour", "disguised missing")}
    assert look("customers", table, kept={("customers", "colour"): True}) == ()


def test_personal_values_are_never_shown() -> None:
    table = customers(email=["a@b.example", "A@b.example", *[f"{place}@b.example" for place in range(N - 2)]])
    shared = next(each for each in look("customers", table) if each.kind == "near duplicates")
    assert shared.rows == 2
    assert all("@" not in each.value for each in shared.examples)


def test_troubles_come_worst_first_and_travel_as_json() -> None:
    cosmetic = Trouble("orders", "a", "missing", "cosmetic", "x", 1, 2)
    breaks = Trouble("orders", "b", "mixed units", "breaks", "x", 1, 2, money=3.0)
    assert worst_first([cosmetic, breaks]) == (breaks, cosmetic)
    assert Trouble.from_json(breaks.to_json()) == breaks
    with pytest.raises(ValueError, match="no kind"):
        Trouble("orders", "a", "gremlins", "breaks", "x", 1, 2)


def test_lines_for_the_config_are_toml() -> None:
    import tomllib

    lines = clean_lines("orders", "my column", {"map": {'a "b"': "", "Ü": "U"}, "cap": [0.0, 12.5], "keep": True})
    assert tomllib.loads(lines) == {
        "clean": {"orders": {"my column": {"map": {'a "b"': "", "Ü": "U"}, "cap": [0, 12.5], "keep": True}}}
    }
    assert tomllib.loads(f"x = {toml_value(chr(0) + chr(10))}") == {"x": "\x00\n"}


@pytest.mark.parametrize(
    ("number", "valid"),
    [("4111 1111 1111 1111", True), ("4111 1111 1111 1112", False), ("0000 0000 0000 0000", False)],
)
def test_checksum_of_cards(number: str, valid: bool) -> None:
    """Test numbers that card issuers publish; ISO/IEC 7812-1."""
    assert passes_luhn(number) is valid


@pytest.mark.parametrize(
    ("number", "valid"),
    [("DE89370400440532013000", True), ("GB82 WEST 1234 5698 7654 32", True), ("DE88370400440532013000", False)],
)
def test_checksum_of_accounts(number: str, valid: bool) -> None:
    """The examples of ISO 13616."""
    assert passes_iban(number) is valid
