"""Salesforce's reports on leads, opportunities and the history of their stages, as "formatted" CSV.

Columns as Salesforce labels these fields in its standard report types "Leads", "Opportunities" and "Opportunity
History". Kept as it is there: lines of title and filter above the column names; an arrow beside the column that the
report is grouped by; a group's label only on the first of its rows; a subtotal below each group and a total below
all; lines of copyright at the end; American dates; an open opportunity carries the day on which somebody hopes to
close it as `Close Date`.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

from tradewind.simulate.exports.writing import Row, local, rows_of
from tradewind.simulate.world import Simulated

LEADS = (
    "Lead Source", "Lead ID", "First Name", "Last Name", "Title", "Company / Account", "Email", "Lead Status",
    "Create Date", "Lead Owner", "Converted", "Converted Date",
)  # fmt: skip
OPPORTUNITIES = (
    "Stage", "Opportunity ID", "Opportunity Name", "Account Name", "Amount", "Probability (%)", "Close Date",
    "Created Date", "Opportunity Owner", "Type", "Lead Source", "Closed", "Won",
)  # fmt: skip
HISTORY = (
    "Opportunity Name", "Opportunity ID", "From Stage", "To Stage", "Amount", "Probability (%)", "Last Modified",
    "Last Modified By", "Close Date",
)  # fmt: skip
_HOPED = timedelta(days=45)


def write_salesforce(sales: Simulated, folder: Path) -> tuple[Path, Path, Path]:
    """Write `report_leads.csv`, `report_opportunities.csv` and `report_stage_history.csv`."""
    return _leads(sales, folder), _opportunities(sales, folder), _history(sales, folder)


def _leads(sales: Simulated, folder: Path) -> Path:
    zone, names = sales.world.timezone, _account_names(sales)
    people = {row["lead_id"]: row for row in rows_of(sales.truth["leads"])}
    rows: list[Row] = []
    for row in rows_of(sales.tables["leads"]):
        first, _, last = people[row["lead_id"]]["name"].partition(" ")
        rows.append(
            {
                "Lead Source": row["source"],
                "Lead ID": _key("00Q", row["lead_id"]),
                "First Name": first,
                "Last Name": last,
                "Title": row["title"],
                "Company / Account": names[row["account_id"]],
                "Email": people[row["lead_id"]]["email"],
                "Lead Status": "Closed - Converted" if row["converted_at"] else "Open - Not Contacted",
                "Create Date": _day(row["created_at"], zone),
                "Lead Owner": row["owner"],
                "Converted": int(row["converted_at"] is not None),
                "Converted Date": _day(row["converted_at"], zone),
            }
        )
    return _report(folder / "report_leads.csv", "Leads by Source", LEADS, rows)


def _opportunities(sales: Simulated, folder: Path) -> Path:
    zone, names = sales.world.timezone, _account_names(sales)
    rows: list[Row] = [
        {
            "Stage": row["stage"],
            "Opportunity ID": _key("006", row["deal_id"]),
            "Opportunity Name": _name(row, names),
            "Account Name": names[row["account_id"]],
            "Amount": f"{row['amount']:.2f}",
            "Probability (%)": {True: 100, False: 0}.get(row["won"], 50),
            "Close Date": _day(row["closed_at"] or row["created_at"] + _HOPED, zone),
            "Created Date": _day(row["created_at"], zone),
            "Opportunity Owner": row["owner"],
            "Type": "New Business",
            "Closed": int(row["won"] is not None),
            "Won": int(row["won"] is True),
        }
        for row in rows_of(sales.tables["deals"])
    ]
    return _report(folder / "report_opportunities.csv", "Opportunities by Stage", OPPORTUNITIES, rows)


def _history(sales: Simulated, folder: Path) -> Path:
    zone, names = sales.world.timezone, _account_names(sales)
    deals = {row["deal_id"]: row for row in rows_of(sales.tables["deals"])}
    by_deal: dict[str, list[dict[str, Any]]] = {}
    for row in rows_of(sales.tables["deal_stages"]):
        by_deal.setdefault(row["deal_id"], []).append(row)
    rows: list[Row] = []
    for deal_id, stages in by_deal.items():
        for before, row in pairwise([{"stage": ""}, *stages]):
            rows.append(
                {
                    "Opportunity Name": f"{_name(deals[deal_id], names)} {deal_id}",
                    "Opportunity ID": _key("006", deal_id),
                    "From Stage": before["stage"],
                    "To Stage": row["stage"],
                    "Amount": f"{deals[deal_id]['amount']:.2f}",
                    "Last Modified": f"{local(row['entered_at'], zone):%-m/%-d/%Y %-I:%M %p}",
                    "Last Modified By": deals[deal_id]["owner"],
                }
            )
    return _report(folder / "report_stage_history.csv", "Opportunity History", HISTORY, rows)


def _report(path: Path, title: str, header: Sequence[str], rows: Iterable[Row]) -> Path:
    """Write rows grouped by the first column, with all that a report puts around them."""
    group, second, width = header[0], header[1], len(header)
    ordered = sorted(rows, key=lambda row: str(row[group]))
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerows([[title], ["As of 2025-01-01 06:00:00 Central European Standard Time"], []])
        writer.writerows([["Filtered By"], ["   Show: All records"], []])
        writer.writerow([f"{group}  ↑", *header[1:]])
        for label, members in groupby(ordered, key=lambda row: row[group]):
            listed = list(members)
            for place, row in enumerate(listed):
                writer.writerow([label if place == 0 else "", *(row.get(name, "") for name in header[1:])])
            writer.writerow(_sums("Subtotal", listed, header, second))
        writer.writerow(_sums("Total", ordered, header, second))
        writer.writerow([""] * width)
        writer.writerow(["Copyright © 2000-2025 salesforce.com, inc. All rights reserved."])
        writer.writerow(["Confidential Information - Do Not Distribute"])
    return path


def _sums(label: str, rows: Sequence[Row], header: Sequence[str], second: str) -> list[str]:
    """A row of sums: a label, how many records, and their amounts where there are any."""
    cells = {header[0]: label, second: f"Count: {len(rows)}"}
    if "Amount" in header:
        cells["Amount"] = f"{sum((Decimal(str(row['Amount'])) for row in rows), Decimal(0)):.2f}"
    return [cells.get(name, "") for name in header]


def _account_names(sales: Simulated) -> dict[str, str]:
    return {row["account_id"]: row["name"] for row in rows_of(sales.tables["accounts"])}


def _name(deal: dict[str, Any], names: dict[str, str]) -> str:
    return f"{names[deal['account_id']]} - {deal['product']}"


def _key(prefix: str, ours: str) -> str:
    """A key of 15 letters, as reports show them."""
    return f"{prefix}5e{int(ours[1:]):010d}"


def _day(moment: datetime | None, zone: str) -> str:
    return f"{local(moment, zone):%-m/%-d/%Y}" if moment is not None else ""
