"""Mailchimp's exports: the audience, one file for each kind of contact, and the report on campaigns.

Headers as in Mailchimp's help, "View and export contacts" and "Download a campaign report". Kept as it is there: who
has left stands in a file of its own with further columns; times are UTC without saying so; the report writes dates in
words.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from tradewind.simulate.exports.writing import Row, local, rows_of, write_csv
from tradewind.simulate.world import Simulated

AUDIENCE = (
    "Email Address", "First Name", "Last Name", "Address", "Phone Number", "Birthday", "MEMBER_RATING", "OPTIN_TIME",
    "OPTIN_IP", "CONFIRM_TIME", "CONFIRM_IP", "LATITUDE", "LONGITUDE", "GMTOFF", "DSTOFF", "TIMEZONE", "CC", "REGION",
    "LAST_CHANGED", "LEID", "EUID", "NOTES", "TAGS",
)  # fmt: skip
LEFT = ("UNSUB_TIME", "UNSUB_CAMPAIGN_TITLE", "UNSUB_CAMPAIGN_ID", "UNSUB_REASON", "UNSUB_REASON_OTHER")
REPORT = (
    "Title", "Subject", "List", "Send Date", "Send Weekday", "Total Recipients", "Successful Deliveries",
    "Soft Bounces", "Hard Bounces", "Total Bounces", "Times Forwarded", "Forwarded Opens", "Unique Opens", "Open Rate",
    "Total Opens", "Unique Clicks", "Click Rate", "Total Clicks", "Unsubscribes", "Abuse Complaints",
    "Times Liked on Facebook", "Folder Id", "Unique Id", "Total Orders", "Total Gross Sales", "Total Revenue",
)  # fmt: skip


def write_mailchimp_audience(shop: Simulated, folder: Path) -> tuple[Path, Path]:
    """Write who is subscribed and who has left, in two files."""
    consent = {row["customer_id"]: row for row in rows_of(shop.tables["consents"])}  # the last one given stands
    files: dict[bool, list[Row]] = {True: [], False: []}
    for place, row in enumerate(rows_of(shop.tables["customers"])):
        first, _, last = row["name"].partition(" ")
        said = consent[row["customer_id"]]
        optin = f"{row['created_at']:%Y-%m-%d %H:%M:%S}"
        member: Row = {
            "Email Address": row["email"],
            "First Name": first,
            "Last Name": last,
            "MEMBER_RATING": 2 + place % 4,
            "OPTIN_TIME": optin,
            "CONFIRM_TIME": optin,
            "CC": row["country"].lower(),
            "LAST_CHANGED": f"{said['happened_at']:%Y-%m-%d %H:%M:%S}",
            "LEID": 100_000 + place,
            "EUID": f"{place:010x}",
        }
        if not said["granted"]:
            member |= {"UNSUB_TIME": f"{said['happened_at']:%Y-%m-%d %H:%M:%S}", "UNSUB_REASON": "NORMAL"}
        files[said["granted"]].append(member)
    return (
        write_csv(folder / "subscribed_members_export_2f1a.csv", AUDIENCE, files[True]),
        write_csv(folder / "unsubscribed_members_export_2f1a.csv", (*AUDIENCE, *LEFT), files[False]),
    )


def write_mailchimp_report(shop: Simulated, folder: Path) -> Path:
    """Write `campaigns_report.csv`: one row for each campaign."""
    counts = Counter((row["campaign_id"], row["kind"]) for row in rows_of(shop.tables["touches"]))
    rows = []
    for row in rows_of(shop.tables["campaigns"]):
        sent, opened, clicked = (counts[row["campaign_id"], kind] for kind in ("sent", "open", "click"))
        at = local(row["started_at"], shop.world.timezone)
        rows.append(
            {
                "Title": row["name"],
                "Subject": row["name"],
                "List": "Newsletter",
                "Send Date": f"{at:%b %d, %Y %I:%M %p}".replace("AM", "am").replace("PM", "pm"),
                "Send Weekday": f"{at:%A}",
                "Total Recipients": sent,
                "Successful Deliveries": sent,
                "Unique Opens": opened,
                "Open Rate": f"{opened / max(sent, 1):.2%}",
                "Total Opens": opened,
                "Unique Clicks": clicked,
                "Click Rate": f"{clicked / max(sent, 1):.2%}",
                "Total Clicks": clicked,
                "Unsubscribes": 0,
                "Unique Id": row["campaign_id"],
            }
        )
    return write_csv(folder / "campaigns_report.csv", REPORT, rows)
