"""Open leads and deals of owners of whom nothing has been seen for long, while others work on."""

from __future__ import annotations

from collections.abc import Mapping

from tradewind.checks.looked import Looked
from tradewind.core.trouble import Trouble, clean_lines

_GONE_DAYS = 60
"""Days without a sign of life after which an owner is thought to have left."""
_ENDS = {"deals": "closed_at", "leads": "converted_at"}
"""What says that one of them is no longer open."""


def find_owners_gone(looked: Looked, tables: Mapping[str, Looked]) -> Trouble | None:
    """Find the open rows of owners who are gone: no activity, nothing that came to them, moved on or was ended."""
    what, end = looked.name, _ENDS[looked.name]
    if not {"owner", "created_at", end} <= set(looked.shapes):
        return None
    signs = [f"SELECT owner, created_at AS moment FROM {what}", f"SELECT owner, {end} FROM {what}"]
    if "activities" in tables and {"owner", "happened_at"} <= set(tables["activities"].shapes):
        signs.append("SELECT owner, happened_at FROM activities")
    if what == "deals" and "deal_stages" in tables and tables["deal_stages"].rows:
        signs.append("SELECT owner, entered_at FROM deals JOIN deal_stages USING (deal_id)")
    today = f"TIMESTAMP '{looked.today.isoformat()}'"
    last = (
        f"SELECT owner, max(moment) AS last FROM ({' UNION ALL '.join(signs)}) AS signs "
        f"WHERE owner IS NOT NULL AND moment < {today} + INTERVAL 1 DAY GROUP BY owner"
    )
    silent = f"{last} HAVING max(moment) < {today} - INTERVAL {_GONE_DAYS} DAY ORDER BY owner"
    gone = [row[0] for row in looked.ask(silent)]
    active = looked.one(f"SELECT count(*) FROM ({last}) AS seen WHERE last >= {today} - INTERVAL {_GONE_DAYS} DAY")[0]
    if not gone or not active:
        return None
    names = ", ".join("'" + name.replace("'", "''") + "'" for name in gone)
    people = f"{len(gone)} owner{'' if len(gone) == 1 else 's'} of whom nothing has been seen for {_GONE_DAYS} days"
    return looked.trouble(
        "owner", "owner gone", "misleads", f"{{rows}} open {what} ({{share}}) belong to {people}",
        f"{end} IS NULL AND owner IN ({names})", treat=clean_lines(what, "owner", {"keep": ["owner gone"]}),
        do=f"hand these {what} over, or close them",
    )  # fmt: skip
