"""What a column looks like is read from its values, whatever it is called."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from tradewind.sources.profile import ColumnProfile, profile_table


def column(*values: Any) -> ColumnProfile:
    return profile_table("s.t", pa.table({"c1": list(values)})).columns[0]


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["2024-01-31", "2024-02-01", None], "time"),
        (["31.01.2024", "01.02.2024"], "time"),
        (["3,50 €", "1.200,00 €", "12,99 €"], "money"),
        (["Yes", "No", "No"], "flag"),
        (["a@b.de", "c@d.com"], "email"),
        (["+49 30 123456", "+44 20 7946 0000"], "phone"),
        (["Germany", "France", "Germany"], "country"),
        (["EUR", "USD", "EUR"], "currency"),
        (["10.0.0.1", "192.168.1.20"], "ip"),
        (["https://a.de/x", "https://a.de/y"], "url"),
        (["1", "2", "3", "17"], "integer"),
        (["x", "x", "x"], "constant"),
        ([None, " ", "-"], "empty"),
        (["A12", "B77", "C99", "A13", "D4"], "code"),
    ],
)
def test_kinds(values: list[str | None], kind: str) -> None:
    assert column(*values).kind == kind


def test_blanks_are_counted_and_are_no_values() -> None:
    found = column("Select", "Mumbai", " ", None, "n/a", "Mumbai", "Thane")
    assert found.filled == 3
    assert found.blanks == {"Select": 1, " ": 1, "n/a": 1}
    assert found.distinct == 2


@pytest.mark.parametrize(
    ("values", "format_", "twin"),
    [
        (["31/01/2024", "02/02/2024"], "%d/%m/%Y", ""),
        (["01/31/2024", "02/02/2024"], "%m/%d/%Y", ""),
        (["01/02/2024", "03/02/2024", "02/02/2024"], "%d/%m/%Y", "%m/%d/%Y"),
        (["5 Jan 2024", "17 Feb 2024"], "%d %b %Y", ""),
        (["2024-01-05T10:00:00Z", "2024-01-06T10:00:00Z"], "", ""),
        (["1704067200", "1706067200"], "epoch seconds", ""),
        (["1704067200000", "1706067200000"], "epoch milliseconds", ""),
        (["31.01.24 10:30", "01.02.24 09:00"], "%d.%m.%y %H:%M", ""),
    ],
)
def test_formats_of_times(values: list[str], format_: str, twin: str) -> None:
    time = column(*values).time
    assert time is not None
    assert (time.format, time.twin) == (format_, twin)


def test_one_day_above_twelve_decides_however_late_it_comes() -> None:
    values = ["01/02/2024", "03/04/2024"] * 15_000 + ["13/02/2024"] + ["05/06/2024"] * 10_000
    time = column(*values).time
    assert time is not None
    assert (time.format, time.twin) == ("%d/%m/%Y", "")


def test_dates_that_rise_down_the_file_say_whether_the_day_comes_first() -> None:
    days = [f"{month:02d}/{day:02d}/2024" for month in range(1, 13) for day in range(1, 13)]
    time = column(*days).time
    assert time is not None
    assert (time.format, time.twin) == ("%m/%d/%Y", "")


@pytest.mark.parametrize(
    ("values", "decimal", "currency", "low"),
    [
        (["1.234,50", "-3,00", "12,75"], ",", "", -3.0),
        (["$1,234.50", "$3.25", "$12.75"], ".", "USD", 3.25),
        (["(5.25)", "7.75", "1.50"], ".", "", -5.25),
        (["5,25-", "7,75", "1,50"], ",", "", -5.25),
        (["1 234,50", "77,25"], ",", "", 77.25),
    ],
)
def test_numbers_as_people_write_them(values: list[str], decimal: str, currency: str, low: float) -> None:
    number = column(*values).number
    assert number is not None
    assert (number.decimal, number.currency, number.low) == (decimal, currency, low)


def test_unique_is_counted_over_all_rows() -> None:
    ids = [f"k{i}" for i in range(30_000)]
    assert column(*ids).unique
    assert not column(*ids, "k17").unique


def test_numbers_with_a_few_letters_among_them_are_codes() -> None:
    assert column(*[str(536365 + i) for i in range(95)], "C1", "C2", "C3", "C4", "C5").kind == "code"


def test_postcodes_keep_their_leading_zero() -> None:
    assert column("01067", "10115", "80331", "04109", "50667", "20095").kind == "code"


def test_empty_and_doubled() -> None:
    assert profile_table("s.t", pa.table({})).columns == ()
    assert profile_table("s.t", pa.table({"a": pa.array([], pa.string())})).columns[0].kind == "empty"
    twice = pa.Table.from_arrays([pa.array(["x"]), pa.array(["y"])], names=["a", "a"])
    assert [one.doubled for one in profile_table("s.t", twice).columns] == [True, True]


def test_row_numbers() -> None:
    assert column(1, 2, 3, 4).running
    assert not column(1, 3, 2, 4).running
