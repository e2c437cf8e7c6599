"""Zendesk's tickets as CSV.

Headers as in Zendesk's help, "Exporting data to a CSV file". Kept as it is there: a first column that only counts,
times of the account's zone without saying so, satisfaction in words ("Good", "Bad", "Not Offered"), a subject but no
text.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from tradewind.simulate.exports.writing import local, rows_of, write_csv
from tradewind.simulate.tickets import SERVICE, TOPICS
from tradewind.simulate.world import Simulated

HEADER = (
    "Summation column", "Id", "Requester", "Requester id", "Requester external id", "Requester email",
    "Requester domain", "Submitter", "Assignee", "Group", "Subject", "Tags", "Status", "Priority", "Via",
    "Ticket type", "Created at", "Updated at", "Assigned at", "Organization", "Due date", "Initially assigned at",
    "Solved at", "Resolution time", "Satisfaction Score", "Group stations", "Assignee stations", "Reopens", "Replies",
)  # fmt: skip

_ANSWERED = timedelta(hours=31)


def write_zendesk_tickets(shop: Simulated, folder: Path) -> Path:
    """Write `tickets.csv`; people without an address write through the shop's form and stay nameless."""
    customers = {row["customer_id"]: row for row in rows_of(shop.tables["customers"])}
    subjects = {text: subject for subject, text, _ in (*TOPICS, *SERVICE)}
    rows = []
    for row in rows_of(shop.tables["texts"]):
        customer = customers.get(row["customer_id"])
        at = f"{local(row['happened_at'], shop.world.timezone):%Y-%m-%d %H:%M:%S}"
        solved = f"{local(row['happened_at'] + _ANSWERED, shop.world.timezone):%Y-%m-%d %H:%M:%S}"
        rows.append(
            {
                "Summation column": 1,
                "Id": row["text_id"],
                "Requester": customer["name"] if customer else "Web form",
                "Requester id": 900_000 + int(customer["customer_id"][1:]) if customer else 900_000,
                "Requester email": customer["email"] if customer else "",
                "Requester domain": "example.com" if customer else "",
                "Assignee": "Support",
                "Group": "Support",
                "Subject": subjects[row["text"]],
                "Status": "Closed",
                "Priority": "Normal",
                "Via": "Mail",
                "Ticket type": "Question",
                "Created at": at,
                "Updated at": solved,
                "Solved at": solved,
                "Satisfaction Score": {2.0: "Bad", 4.0: "Not Offered", 5.0: "Good"}[row["rating"]],
                "Reopens": 0,
                "Replies": 1,
            }
        )
    return write_csv(folder / "tickets.csv", HEADER, rows)
