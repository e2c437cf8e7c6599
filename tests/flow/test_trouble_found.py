"""Trouble in a workspace: found in the source's text, kept as tables, treated by the lines it names, measured."""

from __future__ import annotations

import csv
import json
import random
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import tradewind as tw
from small_shop import CONFIG, NOW, write_small_shop
from tradewind.core.errors import ContractError
from tradewind.core.finding import Number, missing
from tradewind.core.trouble import Harm, Trouble
from tradewind.flow.quality.look import look
from tradewind.report.troubles import say_harm, trouble_rows

ONE_QUESTION = (
    CONFIG[: CONFIG.index("[use_cases.lapse]")] + '[use_cases.next_spend]\nmodels = ["linear"]\ncutoffs = 2\n'
)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Callable[[str], tw.Workspace]]:
    """A shop in which 40 amounts are a thousand times too high, with more lines of config."""
    folder = write_small_shop(tmp_path / "shop", customers=150)
    path = folder / "data" / "orders.csv"
    with path.open(encoding="utf-8") as file:
        head, *rows = csv.reader(file)
    for row in random.Random(1).sample(rows, 40):
        row[3] = f"{float(row[3]) * 1000:.2f}"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([head, *rows])
    opened: list[tw.Workspace] = []

    def with_lines(lines: str = "") -> tw.Workspace:
        (folder / "tradewind.toml").write_text(ONE_QUESTION + lines, encoding="utf-8")
        opened.append(tw.open(folder, clock=lambda: NOW))
        return opened[-1]

    yield with_lines
    for each in opened:
        each.close()


def test_the_lines_that_check_names_treat_what_it_found(shop: Callable[[str], tw.Workspace]) -> None:
    workspace = shop()
    told = look(workspace).troubles
    units = next(each for each in told if each.kind == "mixed units")
    assert (units.table, units.column, units.severity) == ("orders", "amount", "breaks")
    assert 36 <= units.rows <= 40, "returns are negative and have no logarithm"
    assert units.money is not None
    listed = workspace.table("trouble").to_pylist()
    assert [row["kind"] for row in listed] == [each.kind for each in told]
    shown = [row for row in workspace.table("trouble_rows").to_pylist() if row["kind"] == "mixed units"]
    assert len(shown) == 20
    assert all(row["row"].startswith("order_id = ") for row in shown)
    before = workspace.sql("SELECT sum(amount) AS s FROM orders WHERE valid_to IS NULL").to_pylist()[0]["s"]

    treated = shop(units.treat + "\n")
    after = look(treated).troubles
    assert not [each for each in after if each.kind == "mixed units"]
    cleaned = treated.table("cleaned").to_pylist()
    assert [(row["treatment"], row["rows"]) for row in cleaned] == [("factor", units.rows)]
    assert cleaned[0]["before_sum"] == pytest.approx(float(before))
    now = treated.sql("SELECT sum(amount) AS s FROM orders WHERE valid_to IS NULL").to_pylist()[0]["s"]
    assert cleaned[0]["after_sum"] == pytest.approx(float(now))


def test_what_is_kept_is_not_told_again(shop: Callable[[str], tw.Workspace]) -> None:
    told = look(shop('[clean.orders.amount]\nkeep = ["mixed units", "outliers"]\n')).troubles
    assert not [each for each in told if each.column == "amount"]


def test_harm_is_measured_on_the_same_people(shop: Callable[[str], tw.Workspace]) -> None:
    workspace = shop()
    units = next(each for each in look(workspace, measure=True).troubles if each.kind == "mixed units")
    harm = units.harm[0]
    assert (harm.question, harm.score) == ("next_spend", "mae")
    assert harm.gain.value is not None
    assert harm.gain.low is not None
    assert harm.gain.low > 0, "amounts a thousand times too high make spend harder to foresee"
    assert harm.touched > 0
    again = look(workspace).troubles
    assert next(each for each in again if each.kind == "mixed units").harm == units.harm, "it stands until data change"
    told = json.loads(
        next(row["harm"] for row in workspace.table("trouble").to_pylist() if row["kind"] == "mixed units")
    )
    assert told[0]["gain"]["value"] == harm.gain.value


def test_trouble_that_keeps_a_table_from_loading_is_told_all_the_same(tmp_path: Path) -> None:
    folder = write_small_shop(tmp_path / "shop", customers=60)
    path = folder / "data" / "orders.csv"
    with path.open(encoding="utf-8") as file:
        head, *rows = csv.reader(file)
    for place, row in enumerate(rows):
        day, clock = row[2].split(" ")
        year, month, of_month = day.split("-")
        row[2] = f"{month}/{of_month}/{year} {clock}" if place % 4 == 0 else f"{of_month}/{month}/{year} {clock}"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([head, *rows])
    config = CONFIG.replace(
        'known_after = "0 days"', 'known_after = "0 days"\nformat = { happened_at = "%d/%m/%Y %H:%M:%S" }'
    )
    (folder / "tradewind.toml").write_text(config, encoding="utf-8")
    workspace = tw.open(folder, clock=lambda: NOW)
    result = look(workspace)
    assert result.problems
    dates = next(each for each in result.troubles if each.kind == "mixed dates")
    assert dates.column == "happened_at"
    formats = tomllib.loads(dates.treat)["clean"]["orders"]["happened_at"]["parse"]["format"]
    assert formats == ["%d/%m/%Y %H:%M:%S", "%m/%d/%Y %H:%M:%S"]
    with pytest.raises(ContractError):
        tw.check(workspace)
    workspace.close()


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (Harm("lapse", missing("time ran out")), "not measured, because time ran out"),
        (Harm("lapse", Number(0.02, 0.01, 0.03), "auc", 9), "of 1,000 pairs of people, 20 more are in the right order"),
        (Harm("lapse", Number(-0.02, -0.03, -0.01), "auc", 9), "carry news"),
        (Harm("lapse", Number(0.02, -0.01, 0.03), "auc", 9), "as good"),
        (Harm("next_spend", Number(12.5, 1.0, 20.0), "mae", 9), "nearer by 12.50 a person"),
        (Harm("lapse", Number(0.0, 0.0, 0.0), "auc", 0), "no answer moves"),
    ],
)
def test_harm_in_words(harm: Harm, said: str) -> None:
    assert said in say_harm(harm)


def test_a_report_lists_troubles_and_no_row() -> None:
    trouble = Trouble("orders", "amount", "outliers", "misleads", "3 values of 9,000 and more", 3, 100)
    head, row = trouble_rows([trouble])
    assert len(head) == len(row) == 4
    assert row[0] == "orders.amount"
    assert row[3] == "Not measured."
    assert trouble_rows([]) == []


def test_a_file_of_order_lines_that_repeats_orders_and_buyers_is_no_trouble(tmp_path: Path) -> None:
    lines = [
        f"{order},c{order % 7},2024-01-{1 + order % 28:02d},p{item},5.00"
        for order in range(1, 60)
        for item in range(1 + order % 3)
    ]
    (tmp_path / "lines.csv").write_text("\n".join(["id,who,day,what,paid", *lines, lines[-1]]) + "\n")
    (tmp_path / "tradewind.toml").write_text(
        '[workspace]\nname = "x"\ncurrency = "EUR"\ntimezone = "UTC"\n[sources.s]\npath = "*.csv"\n'
        '[tables.order_lines]\nfrom = "s.lines"\norder_id = "id"\nproduct_id = "what"\namount = "paid"\n'
        'customer_id = "who"\nhappened_at = "day"\n'
        '[tables.customers]\nfrom = "s.lines"\ncustomer_id = "who"\nknown_at = "day"\n'
    )
    workspace = tw.open(tmp_path, clock=lambda: NOW)
    told = look(workspace).troubles
    workspace.close()
    assert not [each for each in told if each.table == "customers" and each.kind == "duplicate rows"]
