"""Keys that point to rows which are not there, and whether they would if both sides wrote them alike."""

from __future__ import annotations

from collections.abc import Mapping

from tradewind.checks.looked import Looked
from tradewind.core.trouble import Severity, Trouble

TARGETS = {
    "customer_id": "customers",
    "account_id": "accounts",
    "product_id": "products",
    "order_id": "orders",
    "campaign_id": "campaigns",
    "deal_id": "deals",
    "lead_id": "leads",
}
"""Key to the table whose rows it names."""


def find_broken_references(looked: Looked, tables: Mapping[str, Looked]) -> list[Trouble]:
    """Find keys of this table that name no row of the table they point to."""
    found = []
    for column, target in TARGETS.items():
        there = tables.get(target)
        if target == looked.name or column not in looked.shapes or there is None or column not in there.shapes:
            continue
        found.append(_broken(looked, column, target, column))
    products = tables.get("products")
    if looked.name == "deals" and "product" in looked.shapes and products is not None and products.rows:
        found.append(_broken(looked, "product", "products", "product_id"))
    return [trouble for trouble in found if trouble is not None]


def _broken(looked: Looked, column: str, target: str, key: str) -> Trouble | None:
    missing = (
        f'SELECT "{column}" FROM "{looked.name}" WHERE "{column}" IS NOT NULL '
        f'AND "{column}" NOT IN (SELECT "{key}" FROM "{target}" WHERE "{key}" IS NOT NULL)'
    )
    looked.con.execute(f'CREATE OR REPLACE TEMP TABLE dangling AS SELECT DISTINCT "{column}" AS key FROM ({missing})')
    # Zeros in front, capitals, signs and the ".0" of a spreadsheet are how one key comes to be written in two ways.
    alike = "ltrim(regexp_replace(regexp_replace(lower({}), '\\.0$', ''), '[^[:alnum:]]', '', 'g'), '0')"
    kinds, written = looked.one(
        f"SELECT count(*), count(*) FILTER (WHERE {alike.format('key')} IN "
        f'(SELECT {alike.format(chr(34) + key + chr(34))} FROM "{target}")) FROM dangling'
    )
    all_kinds = looked.shapes[column].distinct
    if not kinds or (column != key and kinds > 0.5 * all_kinds):  # another column of that name, if it names nothing
        return None
    other = written > 0.5 * kinds
    rows, filled = looked.one(
        f'SELECT count(*) FILTER (WHERE "{column}" IN (SELECT key FROM dangling)), count("{column}") '
        f'FROM "{looked.name}"'
    )
    severity: Severity = "breaks" if rows > 0.05 * filled else "misleads"
    how = ", most of them because it is written in another form there" if other else ""
    do = f'write the key alike on both sides, for example {column} = "upper(trim({column}))"' if other else (
        f"load the missing {target}, or say with `keep` that they are known to be gone"
    )  # fmt: skip
    return looked.trouble(
        column, "broken reference", severity, f"{{rows}} rows ({{share}}) point to {target} that are not there{how}",
        f'"{column}" IN ({missing})', do=do,
        treat=f"[clean.{looked.name}.{column}]\nkeep = [\"broken reference\"]",
    )  # fmt: skip
