"""Klaviyo's exports: the profiles of a list, and the results of campaigns.

Headers as in Klaviyo's help, "Export a list or segment" and "Export campaign analytics". Kept as it is there: consent
is a word of its own beside its time; rates are written with a percent sign; results are sums, not people.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from tradewind.simulate.exports.writing import local, rows_of, write_csv
from tradewind.simulate.world import Simulated

PROFILES = (
    "Email", "Klaviyo ID", "First Name", "Last Name", "Organization", "Title", "Phone Number", "Address", "Address 2",
    "City", "State / Region", "Country", "Zip Code", "Source", "Email Marketing Consent",
    "Email Marketing Consent Timestamp", "First Active", "Last Active", "Profile Created On", "Date Added",
)  # fmt: skip
CAMPAIGNS = (
    "Campaign Name", "Tags", "Subject", "List", "Send Time", "Send Weekday", "Total Recipients", "Unique Placed Order",
    "Placed Order Rate", "Revenue", "Unique Opens", "Open Rate", "Total Opens", "Unique Clicks", "Click Rate",
    "Total Clicks", "Unsubscribes", "Spam Complaints", "Spam Complaints Rate", "Successful Deliveries", "Bounces",
    "Bounce Rate", "Campaign ID", "Campaign Channel",
)  # fmt: skip


def write_klaviyo_profiles(shop: Simulated, folder: Path) -> Path:
    """Write `klaviyo_profiles.csv`: everybody with an address."""
    zone = shop.world.timezone
    consent = {row["customer_id"]: row for row in rows_of(shop.tables["consents"])}  # the last one given stands
    rows = []
    for row in rows_of(shop.tables["customers"]):
        first, _, last = row["name"].partition(" ")
        said = consent[row["customer_id"]]
        created = f"{local(row['created_at'], zone):%Y-%m-%d %H:%M:%S}"
        rows.append(
            {
                "Email": row["email"],
                "Klaviyo ID": f"01HZX{row['customer_id']}",
                "First Name": first,
                "Last Name": last,
                "Country": row["country"],
                "Source": row["acquired_by"],
                "Email Marketing Consent": "SUBSCRIBED" if said["granted"] else "UNSUBSCRIBED",
                "Email Marketing Consent Timestamp": f"{local(said['happened_at'], zone):%Y-%m-%d %H:%M:%S}",
                "First Active": created,
                "Last Active": created,
                "Profile Created On": created,
                "Date Added": created,
            }
        )
    return write_csv(folder / "klaviyo_profiles.csv", PROFILES, rows)


def write_klaviyo_campaigns(shop: Simulated, folder: Path) -> Path:
    """Write `klaviyo_campaigns.csv`: one row for each campaign."""
    counts = Counter((row["campaign_id"], row["kind"]) for row in rows_of(shop.tables["touches"]))
    rows = []
    for row in rows_of(shop.tables["campaigns"]):
        sent, opened, clicked = (counts[row["campaign_id"], kind] for kind in ("sent", "open", "click"))
        at = local(row["started_at"], shop.world.timezone)
        rows.append(
            {
                "Campaign Name": row["name"],
                "Subject": row["name"],
                "List": "Newsletter",
                "Send Time": f"{at:%Y-%m-%d %H:%M:%S}",
                "Send Weekday": f"{at:%A}",
                "Total Recipients": sent,
                "Unique Opens": opened,
                "Open Rate": f"{opened / max(sent, 1):.2%}",
                "Total Opens": opened,
                "Unique Clicks": clicked,
                "Click Rate": f"{clicked / max(sent, 1):.2%}",
                "Total Clicks": clicked,
                "Unsubscribes": 0,
                "Spam Complaints": 0,
                "Spam Complaints Rate": "0.00%",
                "Successful Deliveries": sent,
                "Bounces": 0,
                "Bounce Rate": "0.00%",
                "Campaign ID": row["campaign_id"],
                "Campaign Channel": "email",
            }
        )
    return write_csv(folder / "klaviyo_campaigns.csv", CAMPAIGNS, rows)
