"""HubSpot's exports of contacts, companies and deals.

Headers as HubSpot names these properties in its help, "HubSpot's default properties". Kept as it is there: each file
calls its own key `Record ID`; times are the account's local ones, to the minute, without a zone; an open deal carries
the day on which somebody hopes to close it as `Close Date`; a contact's stage is today's; linked companies are a list
of ids.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from tradewind.simulate.exports.writing import local, rows_of, write_csv
from tradewind.simulate.world import Simulated

CONTACTS = (
    "Record ID", "First Name", "Last Name", "Email", "Phone Number", "Contact owner", "Associated Company",
    "Associated Company IDs", "Last Activity Date", "Lead Status", "Marketing contact status", "Create Date",
    "Lifecycle Stage", "Original Source", "Became a Lead Date", "Became an Opportunity Date",
    "Became a Customer Date", "Job Title", "Number of Pageviews",
)  # fmt: skip
COMPANIES = (
    "Record ID", "Company name", "Company owner", "Create Date", "Phone Number", "Last Activity Date", "City",
    "Country/Region", "Industry", "Company Domain Name", "Number of Employees", "Annual Revenue",
)  # fmt: skip
DEALS = (
    "Record ID", "Deal Name", "Deal Stage", "Close Date", "Deal owner", "Amount", "Pipeline", "Create Date",
    "Last Activity Date", "Deal Type", "Associated Company", "Associated Company IDs", "Associated Contact",
    "Associated Contact IDs", "Currency", "Is Closed Won", "Is closed lost",
)  # fmt: skip
_HOPED = timedelta(days=45)


def write_hubspot(sales: Simulated, folder: Path) -> tuple[Path, Path, Path]:
    """Write `hubspot-contacts.csv`, `hubspot-companies.csv` and `hubspot-deals.csv`."""
    return _contacts(sales, folder), _companies(sales, folder), _deals(sales, folder)


def record_id(ours: str, kind: int) -> int:
    """Return HubSpot's number of one of our ids: rising, with gaps, as numbers that all its customers share."""
    number = int(ours[1:])
    return kind * 10_000_000_000 + number * 7_919 + number * number % 7_907


def _contacts(sales: Simulated, folder: Path) -> Path:
    zone = sales.world.timezone
    names = {row["account_id"]: row["name"] for row in rows_of(sales.tables["accounts"])}
    people = {row["lead_id"]: row for row in rows_of(sales.truth["leads"])}
    won = {row["lead_id"]: row["closed_at"] for row in rows_of(sales.tables["deals"]) if row["won"]}
    rows = []
    for row in rows_of(sales.tables["leads"]):
        person, customer_since = people[row["lead_id"]], won.get(row["lead_id"])
        first, _, last = person["name"].partition(" ")
        stage = "Customer" if customer_since else "Opportunity" if row["converted_at"] else "Lead"
        rows.append(
            {
                "Record ID": record_id(row["lead_id"], 1),
                "First Name": first,
                "Last Name": last,
                "Email": person["email"],
                "Contact owner": row["owner"],
                "Associated Company": names[row["account_id"]],
                "Associated Company IDs": record_id(row["account_id"], 2),
                "Lead Status": "Open deal" if row["converted_at"] else "New",
                "Marketing contact status": "Marketing contact",
                "Create Date": _minute(row["created_at"], zone),
                "Lifecycle Stage": stage,
                "Original Source": row["source"],
                "Became a Lead Date": _minute(row["created_at"], zone),
                "Became an Opportunity Date": _minute(row["converted_at"], zone),
                "Became a Customer Date": _minute(customer_since, zone),
                "Job Title": row["title"],
                "Number of Pageviews": int(row["pages_viewed"]),
            }
        )
    return write_csv(folder / "hubspot-contacts.csv", CONTACTS, rows)


def _companies(sales: Simulated, folder: Path) -> Path:
    rows = [
        {
            "Record ID": record_id(row["account_id"], 2),
            "Company name": row["name"],
            "Industry": row["industry"],
            "Company Domain Name": row["domain"],
            "Number of Employees": int(row["employees"]),
        }
        for row in rows_of(sales.tables["accounts"])
    ]
    return write_csv(folder / "hubspot-companies.csv", COMPANIES, rows)


def _deals(sales: Simulated, folder: Path) -> Path:
    zone = sales.world.timezone
    names = {row["account_id"]: row["name"] for row in rows_of(sales.tables["accounts"])}
    rows = [
        {
            "Record ID": record_id(row["deal_id"], 3),
            "Deal Name": f"{names[row['account_id']]} – {row['product']}",
            "Deal Stage": row["stage"],
            "Close Date": _minute(row["closed_at"] or row["created_at"] + _HOPED, zone),
            "Deal owner": row["owner"],
            "Amount": f"{row['amount']:.2f}",
            "Pipeline": "Sales Pipeline",
            "Create Date": _minute(row["created_at"], zone),
            "Deal Type": "New Business",
            "Associated Company": names[row["account_id"]],
            "Associated Company IDs": record_id(row["account_id"], 2),
            "Associated Contact IDs": record_id(row["lead_id"], 1),
            "Currency": sales.world.currency,
            "Is Closed Won": str(bool(row["won"])).lower(),
            "Is closed lost": str(row["won"] is False).lower(),
        }
        for row in rows_of(sales.tables["deals"])
    ]
    return write_csv(folder / "hubspot-deals.csv", DEALS, rows)


def _minute(moment: datetime | None, zone: str) -> str:
    return f"{local(moment, zone):%Y-%m-%d %H:%M}" if moment is not None else ""
