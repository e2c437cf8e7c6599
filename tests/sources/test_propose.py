"""Small tables of many kinds: what `propose` makes of them, with headers of several languages and with none."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mapped_rows import MapRows

from tradewind.sources.profile import profile_table
from tradewind.sources.proposal import Proposal, ProposedTable
from tradewind.sources.propose import propose

Columns = Mapping[str, Sequence[Any]]


def proposal_of(**tables: Columns) -> Proposal:
    return propose([profile_table(f"s.{name}", pa.table(dict(columns))) for name, columns in tables.items()])


def mapping_of(proposal: Proposal, table: str) -> dict[str, str]:
    found = next(one for one in proposal.tables if one.table == table)
    return {guess.column: guess.expression for guess in found.guesses}


def table_of(proposal: Proposal, table: str) -> ProposedTable:
    return next(one for one in proposal.tables if one.table == table)


def shop_lines(seed: int = 1) -> dict[str, list[Any]]:
    """A flat file of order lines: order, buyer, product, time, pieces, price."""
    rng = random.Random(seed)
    prices = {f"P-{n:03d}": round(rng.uniform(2, 90), 2) for n in range(60)}
    columns: dict[str, list[Any]] = {"order": [], "buyer": [], "product": [], "time": [], "pieces": [], "price": []}
    for order in range(400):
        buyer = 70_000 + rng.randrange(120)
        day, hour = f"2024-{rng.randrange(1, 13):02d}-{rng.randrange(1, 29):02d}", rng.randrange(8, 20)
        time = f"{day} {hour:02d}:{rng.randrange(60):02d}:00"
        for product in rng.sample(sorted(prices), rng.randrange(1, 5)):
            row = (f"A{order + 1000}", buyer, product, time, rng.choice([1, 1, 1, 2, 3, 6]), prices[product])
            for name, value in zip(columns, row, strict=True):
                columns[name].append(value)
    return columns


GERMAN = {"order": "Bestellnummer", "buyer": "Kundennr", "product": "Artikelnummer", "time": "Bestelldatum",
          "pieces": "Menge", "price": "Einzelpreis"}  # fmt: skip
SPANISH = {"order": "nº pedido", "buyer": "código cliente", "product": "artículo", "time": "fecha del pedido",
           "pieces": "cantidad", "price": "precio unitario"}  # fmt: skip
FRENCH = {"order": "N° de commande", "buyer": "Réf. client", "product": "Code produit", "time": "Date de commande",
          "pieces": "Quantité", "price": "Prix unitaire"}  # fmt: skip


def expected(names: Mapping[str, str]) -> dict[str, str]:
    quoted = {name: new if new.isidentifier() and new.isascii() else f'"{new}"' for name, new in names.items()}
    return {
        "order_id": quoted["order"],
        "product_id": quoted["product"],
        "customer_id": quoted["buyer"],
        "happened_at": quoted["time"],
        "quantity": quoted["pieces"],
        "amount": f"{quoted['pieces']} * {quoted['price']}",
    }


def test_headers_in_several_languages() -> None:
    lines = shop_lines()
    for names in (GERMAN, SPANISH, FRENCH):
        found = proposal_of(export={names[name]: values for name, values in lines.items()})
        assert mapping_of(found, "order_lines") == expected(names), names


@settings(max_examples=8, deadline=None)
@given(st.permutations(["order", "buyer", "product", "time", "pieces", "price"]), st.integers(0, 3))
def test_masked_and_shuffled_headers_change_nothing(order: list[str], seed: int) -> None:
    lines = shop_lines(seed)
    names = {name: f"c{place}" for place, name in enumerate(order)}
    found = proposal_of(t1={names[name]: lines[name] for name in order})
    assert mapping_of(found, "order_lines") == expected(names)


def two_tables(names: Mapping[str, str], order_table: str, line_table: str) -> Proposal:
    lines = shop_lines()
    first: dict[str, tuple[Any, ...]] = {}
    for row in zip(*lines.values(), strict=True):
        first.setdefault(row[0], row)
    orders = {names["order"]: list(first), names["buyer"]: [row[1] for row in first.values()],
              names["time"]: [row[3] for row in first.values()]}  # fmt: skip
    items = {names[name]: lines[name] for name in ("order", "product", "pieces", "price")}
    return proposal_of(**{order_table: orders, line_table: items})


def test_lines_take_buyer_and_time_from_their_orders_whatever_they_are_called() -> None:
    masked = {name: f"x{place}" for place, name in enumerate(GERMAN)}
    for names, tables in ((GERMAN, ("bestellungen", "positionen")), (masked, ("b", "a"))):
        found = two_tables(names, *tables)
        mapping = mapping_of(found, "order_lines")
        assert {name: mapping[name] for name in ("order_id", "customer_id", "happened_at", "product_id")} == {
            name: expected(names)[name] for name in ("order_id", "customer_id", "happened_at", "product_id")
        }
        assert table_of(found, "order_lines").lookups == ((f"s.{tables[0]}", names["order"]),)
        assert found.unused == {}


def test_files_with_the_same_columns_are_one_table() -> None:
    lines = shop_lines()
    half = len(lines["order"]) // 2
    found = proposal_of(
        orders_2023={GERMAN[name]: values[:half] for name, values in lines.items()},
        orders_2024={GERMAN[name]: values[half:] for name, values in lines.items()},
    )
    assert [table.from_ for table in found.tables] == ["s.orders_*"]
    assert "orders_2023" in found.undecided[0]


def test_what_is_not_about_customers_is_left_alone_with_the_reason() -> None:
    lines = shop_lines()
    found = proposal_of(
        export={GERMAN[name]: values for name, values in lines.items()},
        weather={"town": ["Rome", "Oslo"], "degrees": ["21.5", "3.0"]},
        empty={"a": pa.array([], pa.string()), "b": pa.array([], pa.string())},
        single={"words": ["one", "two", "three"]},
    )
    assert [table.table for table in found.tables] == ["order_lines"]
    assert set(found.unused) == {"s.weather", "s.empty", "s.single"}
    assert "no rows" in found.unused["s.empty"]
    assert all(found.unused.values())


def test_three_rows_are_read_by_their_headers() -> None:
    found = proposal_of(
        orders={"id": ["1", "2", "3"], "customer": ["a", "b", "a"], "date": ["2024-01-01", "2024-01-02", "2024-01-03"],
                "total": ["9.50", "12.00", "7.25"]}
    )  # fmt: skip
    assert mapping_of(found, "orders") == {
        "order_id": "id",
        "customer_id": "customer",
        "happened_at": "date",
        "amount": "total",
    }


def test_a_bare_id_that_comes_back_is_the_buyer_not_the_order() -> None:
    rng = random.Random(3)
    ids = [rng.randrange(1, 60) for _ in range(400)]
    days = [f"2023-{1 + n // 34:02d}-{1 + n % 28:02d}" for n in range(400)]
    found = proposal_of(transactions={"Id": ids, "Date": days, "Price": [round(rng.uniform(5, 60), 2) for _ in ids]})
    assert mapping_of(found, "orders") == {
        "order_id": "row_number",
        "customer_id": "Id",
        "happened_at": "Date",
        "amount": "Price",
    }


def test_nothing_at_all() -> None:
    assert propose([]) == Proposal(())


def test_a_doubled_header_is_left_out_with_the_reason() -> None:
    data = pa.Table.from_arrays(
        [pa.array([f"k{n}" for n in range(40)]), pa.array(["x", "y"] * 20), pa.array(["p", "q"] * 20)],
        names=["customer_id", "tier", "tier"],
    )
    found = propose([profile_table("s.customers", data)])
    assert [left.column for left in found.tables[0].left_out] == ["tier", "tier"]
    assert "two columns have this header" in found.tables[0].left_out[0].reason


def test_what_a_flat_file_repeats_of_buyers_and_products_is_kept_once_for_each() -> None:
    lines = shop_lines()
    towns = {buyer: ("Rome", "Oslo", "Lyon", "Graz")[buyer % 4] for buyer in lines["buyer"]}
    columns = {GERMAN[name]: values for name, values in lines.items()}
    columns["Ort"] = [towns[buyer] for buyer in lines["buyer"]]
    columns["Artikelbezeichnung"] = [f"Fine lamp {product[2:]}" for product in lines["product"]]
    found = proposal_of(export=columns)
    assert mapping_of(found, "customers") == {"customer_id": "Kundennr", "ort": "Ort", "known_at": "Bestelldatum"}
    products = {"product_id": "Artikelnummer", "name": "Artikelbezeichnung", "known_at": "Bestelldatum"}
    assert mapping_of(found, "products") == products
    assert table_of(found, "order_lines").left_out == ()


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (["$3.50", "$1,200.00", "$0.99"], [3.5, 1200.0, 0.99]),
        (["3,50 €", "1.200,00 €", "0,99 €"], [3.5, 1200.0, 0.99]),
        (["(3.50)", "1,200.00", "0.99"], [-3.5, 1200.0, 0.99]),
    ],
)
def test_amounts_as_people_write_them_are_read_by_what_is_proposed(
    map_rows: MapRows, written: list[str], read: list[float]
) -> None:
    rows = {"order_id": ["1", "2", "3"], "customer_id": ["a", "b", "a"],
            "date": ["31.01.2024", "01.02.2024", "02.02.2024"], "amount": written}  # fmt: skip
    table = table_of(proposal_of(orders=rows), "orders")
    formats = {guess.column: guess.format for guess in table.guesses if guess.format}
    mapped = map_rows("orders", {guess.column: guess.expression for guess in table.guesses}, rows, format=formats)
    assert [float(value) for value in mapped.good["amount"].to_pylist()] == read
    assert str(mapped.good["happened_on"][0]) == "2024-01-31"


@pytest.mark.parametrize("hoped", [True, False])
def test_open_deals_with_a_close_date_hoped_for_are_open(hoped: bool) -> None:
    rng = random.Random(4)
    stages = [rng.choice(["Closed Won", "Closed Lost", "Contract Sent"]) for _ in range(200)]
    proposal = proposal_of(
        deals={
            "Deal ID": [f"D{n}" for n in range(200)],
            "Deal Stage": stages,
            "Amount": [
                None if stage == "Contract Sent" and not hoped else 100 + 7.5 * n for n, stage in enumerate(stages)
            ],
            "Create Date": [f"2024-{1 + n // 28:02d}-{1 + n % 28:02d}" for n in range(200)],
            "Close Date": [f"2025-{1 + n // 28:02d}-{1 + n % 28:02d}" for n in range(200)],
        }
    )
    assert any("only for deals that are won or lost" in note for note in proposal.undecided) != hoped
    mapping = mapping_of(proposal, "deals")
    ended = """"Deal Stage" IN ('Closed Won', 'Closed Lost')"""
    assert mapping["closed_at"] == f'CASE WHEN {ended} THEN "Close Date" END'
    assert mapping["expected_close_at"] == f'CASE WHEN {ended} THEN NULL ELSE "Close Date" END'


def leads_ending(header: str, ends: Sequence[str]) -> Proposal:
    rng = random.Random(6)
    return proposal_of(
        leads={
            "Lead ID": [f"L{n}" for n in range(240)],
            "Lead Source": [rng.choice(["Website", "Referral", "Fair"]) for _ in range(240)],
            "Employees": [rng.choice([5, 20, 80, 250]) for _ in range(240)],
            header: [rng.choice(ends) for _ in range(240)],
        }
    )


def test_leads_that_are_neither_won_nor_lost_wait_for_their_answer() -> None:
    (label,) = leads_ending("Outcome", ["won", "lost", "lost", "open"]).labels
    assert (label.column, label.positive, label.negative) == ("outcome", "won", ("lost",))


@pytest.mark.parametrize(
    ("header", "ends", "positive"),
    [
        ("Accepted", ["yes", "no", "no"], "yes"),
        ("Renewed?", ["renewed", "not renewed", "renewed", "renewed"], "renewed"),
    ],
)
def test_answers_of_other_trades(header: str, ends: Sequence[str], positive: str) -> None:
    (label,) = leads_ending(header, ends).labels
    assert (label.positive, label.negative) == (positive, ())
