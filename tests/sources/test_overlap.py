"""Exports that overlap: what names a row is found as if each row stood in one file only."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from random import Random

import pyarrow as pa
from mapped_rows import rows_of

from tradewind.flow.start.init import init
from tradewind.sources.found import file_order, stack
from tradewind.sources.load import load_tables
from tradewind.sources.overlap import without_overlap
from tradewind.sources.raw import Raw
from tradewind.store.workspace import open_workspace


def stacked(*files: dict[str, list[str | None]]) -> Raw:
    return stack([(f"f{n}", Raw(pa.table(file), tuple(file))) for n, file in enumerate(files)], "s")


def test_rows_that_a_later_file_says_again_are_looked_at_once() -> None:
    one = {"id": ["1", "2"], "day": ["2024-01-01", "2024-01-02"], "paid": ["5", "6"]}
    two = {"id": ["2", "3"], "day": ["2024-01-02", "2024-01-03"], "paid": ["6", "7"]}
    assert without_overlap(stacked(one, two))["id"].to_pylist() == ["1", "2", "3"]


def test_what_was_mended_later_is_looked_at_as_the_later_file_has_it() -> None:
    one = {"id": ["1", "2"], "day": ["2024-01-01", "2024-01-02"], "paid": ["5", "6"]}
    two = {"id": ["2", "3"], "day": ["2024-01-02", "2024-01-03"], "paid": ["9", "7"]}
    assert without_overlap(stacked(one, two))["paid"].to_pylist() == ["5", "9", "7"]


def test_who_comes_back_in_the_next_file_is_not_taken_for_the_same_row() -> None:
    one = {"who": ["a", "b"], "day": ["2024-01-01", "2024-01-02"]}
    two = {"who": ["b", "c"], "day": ["2024-02-02", "2024-02-03"]}
    assert without_overlap(stacked(one, two)).num_rows == 4


def test_what_happened_twice_in_one_file_stays() -> None:
    one = {"who": ["a", "a", None], "day": ["2024-01-01", "2024-01-01", ""]}
    assert without_overlap(stacked(one, one)).num_rows == 3


def test_files_follow_each_other_by_their_numbers_and_a_correction_follows_what_it_corrects() -> None:
    names = ["o_2024-9.csv", "o_2024-10.csv", "o_2024-11.csv", "o_2024-11 (1).csv", "o_2024-11.corrected.csv"]
    assert sorted(map(Path, reversed(names)), key=file_order) == [Path(name) for name in names]


def test_overlapping_exports_and_a_corrected_one_add_up_to_the_cent(tmp_path: Path) -> None:
    rng = Random(4)
    orders = [
        (
            1000 + n,
            date(2024, 1, 1) + timedelta(days=n // 2),
            f"c{rng.randrange(60)}@x.example",
            rng.randrange(9_000),
        )
        for n in range(240)
    ]
    folder = tmp_path / "exports"
    folder.mkdir()

    def write(name: str, first: date, last: date, more: int = 0) -> None:
        rows = [f"{n},{day},{who},{(cents + more) / 100:.2f}" for n, day, who, cents in orders if first <= day < last]
        (folder / name).write_text("\n".join(["order_id,date,customer_email,total", *rows]) + "\n")

    for month in (1, 2, 3):
        write(f"orders_2024-{month:02d}.csv", date(2024, month, 1), date(2024, month + 1, 4))
    write("orders_2024-04.csv", date(2024, 4, 1), date(2024, 5, 1))
    init(tmp_path / "my", [str(folder)], environ={})
    workspace = open_workspace(tmp_path / "my", environ={})
    mapped = workspace.config.tables["orders"].columns
    assert (mapped["order_id"], mapped["customer_id"]) == ("order_id", "customer_email")
    assert sum(row[0] for row in rows_of(workspace.table("orders"), "amount")) * 100 == sum(o[3] for o in orders)
    write("orders_2024-04.corrected.csv", date(2024, 4, 1), date(2024, 5, 1), more=100)
    april = sum(day >= date(2024, 4, 1) for _, day, _, _ in orders)
    load_tables(workspace)
    now = [row for row in rows_of(workspace.table("orders"), "amount", "valid_to") if row[1] is None]
    assert sum(row[0] for row in now) * 100 == sum(o[3] for o in orders) + 100 * april
    workspace.close()
