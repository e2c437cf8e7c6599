"""Files for other tools: what they must hold, what nothing in them may do, and that they can be read."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date

import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from tradewind.destinations.cells import clip, neutral, phone_number, split_name
from tradewind.destinations.contact import Contact, clean_contact
from tradewind.destinations.csv_file import BYTE_ORDER_MARK, write_csv
from tradewind.destinations.excel_file import write_excel
from tradewind.destinations.layouts import LAYOUTS

ANNA = Contact(
    "10031337472", "Anna “=cmd” Dubois", email="anna@example.test", phone="+49 (0)30 123-456",
    company='Müller "&" Söhne', country="DE", owner="Ben Keller", stage="Demo", amount=1200.5, title="About to leave",
    reasons=("no order for 41 days;\r\nusually every 6", "=HYPERLINK(1)"), do="Call", score_words="31 of 100",
    score=0.3123, worth_words="€120", worth=-12.5, rank=1, as_of=date(2025, 1, 1),
)  # fmt: skip


def rows_of(name: str, *people: Contact, same: bool = False) -> list[dict[str, str]]:
    rows = [clean_contact(each) for each in people]
    made = write_csv(LAYOUTS[name].columns_for(rows, same), rows, mark=False)
    return list(csv.DictReader(io.StringIO(made.decode())))


@pytest.mark.parametrize(
    "cell",
    [
        "=1+1",
        "+1+1",
        "-1+1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "  =1",
        "＝1",
        "＋1+1",
        "＠x",
        "-2+3+cmd|' /C calc'!A0",
        "+",
    ],
)
def test_no_cell_begins_as_a_formula(cell: str) -> None:
    assert neutral(cell).startswith("'")


@pytest.mark.parametrize("cell", ["-12.5", "+4930123456", "0", "Anna", "O'Neil", "a=b", "1-2", "", "日本"])
def test_what_runs_nothing_stays_as_it_is(cell: str) -> None:
    assert neutral(cell) == cell


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("+49 (0)30 123-456", "+4930123456"), ("0049 30 123456", "+4930123456"), ("030/123456", "030123456"),
        ("+1 (555) 010-9999 ext. 12", "+15550109999"), ("'+4930123456", "+4930123456"), ("call me", ""), ("12", ""),
        ("=1+1", ""), ("+49;DROP", ""), ("", ""),
    ],
)  # fmt: skip
def test_telephone_numbers_are_numbers(given: str, said: str) -> None:
    assert phone_number(given) == said


def test_names_come_apart() -> None:
    assert split_name("Anna Maria Dubois") == ("Anna Maria", "Dubois")
    assert split_name("Dubois, Anna") == ("Anna", "Dubois")
    assert split_name("Cher") == ("Cher", "")
    assert split_name("A\nB") == ("A", "B")


def test_texts_are_clipped_by_bytes() -> None:
    assert len(clip("ä" * 300, 255).encode()) <= 255
    assert clip("short", 255) == "short"


@pytest.mark.parametrize("name", [name for name in LAYOUTS if name != "excel"])
@pytest.mark.parametrize("same", [True, False])
def test_every_layout_carries_the_id_of_the_source_and_the_reason(name: str, same: bool) -> None:
    (row,) = rows_of(name, ANNA, same=same)
    assert "10031337472" in row.values()
    assert "no order for 41 days; usually every 6" in " ".join(row.values())
    assert not any("\n" in cell or "\r" in cell for cell in row.values())
    assert all(cell[:1] not in "=@" for cell in row.values() if cell)
    assert "31 of 100" in row.values()
    assert "0.3123" in row.values()
    assert "2025-01-01" in row.values()


def test_klaviyo_begins_with_the_address_and_knows_its_own_properties() -> None:
    (row,) = rows_of("klaviyo", ANNA)
    assert list(row)[:4] == ["Email", "Phone Number", "First Name", "Last Name"]
    assert row["Phone Number"] == "+4930123456"
    assert rows_of("klaviyo", replace(ANNA, phone="030 123456"))[0]["Phone Number"] == ""


def test_an_import_that_updates_leaves_the_tools_own_values_alone() -> None:
    (row,) = rows_of("hubspot-deals", ANNA, same=True)
    assert next(iter(row)) == "Record ID"
    assert {"Deal Stage", "Amount", "Deal owner"}.isdisjoint(row)
    (new,) = rows_of("hubspot-deals", ANNA)
    assert "Record ID" not in new
    assert new["Deal Stage"] == "Demo"
    assert new["Amount"] == "1200.5"


def test_an_owner_who_is_no_address_is_no_owner_for_hubspot() -> None:
    assert "Contact owner" not in rows_of("hubspot-contacts", ANNA)[0]
    (row,) = rows_of("hubspot-contacts", replace(ANNA, owner="ben@example.test"))
    assert row["Contact owner"] == "ben@example.test"


def test_salesforce_takes_nobody_without_a_last_name() -> None:
    (row,) = rows_of("salesforce-leads", replace(ANNA, name="", company=""))
    assert row["Last Name"] == row["Company"] == "[not provided]"


def test_a_file_for_spreadsheets_says_that_it_is_utf_8() -> None:
    rows = [clean_contact(ANNA)]
    made = write_csv(LAYOUTS["csv"].columns_for(rows, False), rows, mark=True)
    assert made.decode().startswith(BYTE_ORDER_MARK)
    assert b"\r\n" in made
    assert "Müller" in made.decode()


def test_a_workbook_is_read_by_others_and_runs_nothing() -> None:
    bad = replace(ANNA, name='=cmd|"/C calc"!A0', company="a\x00<b>&c", owner="+49 abc", record_id="00123")
    rows = [bad, ANNA]
    columns = LAYOUTS["excel"].columns_for(rows, False)
    made = write_excel(columns, rows)
    sheet = openpyxl.load_workbook(io.BytesIO(made))["List"]
    heads = [cell.value for cell in sheet[1]]
    first = dict(zip(heads, sheet[2], strict=True))
    assert first["name"].value == '=cmd|"/C calc"!A0'
    assert first["name"].data_type in ("s", "inlineStr")
    assert first["record_id"].value == "00123"
    assert first["company"].value == "a<b>&c"
    assert first["worth"].value == -12.5
    assert str(first["as_of"].value)[:10] == "2025-01-01"
    again = CalamineWorkbook.from_filelike(io.BytesIO(made)).get_sheet_by_index(0).to_python()
    assert again[1][heads.index("record_id")] == "00123"
