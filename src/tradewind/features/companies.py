"""Default features of companies from their people, leads and deals; and of those who belong to one, from it."""

from __future__ import annotations

from tradewind.features.attributes import Told, attribute_columns, entity_table
from tradewind.features.catalog import Catalog, CatalogTable
from tradewind.features.feature_set import Group
from tradewind.features.whose import group_of
from tradewind.features.wording import Words, also, total

COMPANY = "account_id"


def company_groups(catalog: Catalog, entity: str) -> list[Group]:
    """Return the steps over a company's people, deals and leads; none for other entities."""
    if entity != COMPANY:
        return []
    builders = (("customers", _people), ("deals", _deals), ("leads", _leads))
    return [build(catalog) for table, build in builders if catalog.has(table, COMPANY, "created_at")]


def _people(catalog: Catalog) -> Group:
    words = Words("customers")
    begun = "created_at < :cutoff"
    columns = [
        f"COUNT(*){also(None, begun)} AS people",
        f"COUNT(*){also(None, 'created_at >= :days_90_ago AND created_at < :cutoff')} AS people_90d",
        f"CAST(MIN(created_at){also(None, begun)} AS DATE) AS first_on",
    ]
    words.add("people_count", "people known to us", "count", "people", "count", "people")
    words.add("people_new_90d", "people who joined in the last 90 days", "count", "people", "count", "people_90d", 90)
    sentence = "days since its first person became known"
    words.add("days_since_first_person", sentence, "days", "tenure", "days_since", "first_on")
    return group_of(catalog, "customers", COMPANY, columns, words, name="company_people")


def _deals(catalog: Catalog) -> Group:
    words = Words("deals")
    columns = ["COUNT(*) AS deals", "CAST(MAX(created_at) AS DATE) AS opened_on"]
    words.add("deals_count", "deals so far", "count", "deals", "count", "deals")
    words.add("days_since_last_deal", "days since its last deal was opened", "days", "deals", "days_since", "opened_on")
    if catalog.has("deals", "closed_at"):
        columns.append(f"COUNT(*){also(None, 'closed_at IS NULL')} AS open_deals")
        words.add("deals_open", "deals open now", "count", "open deals", "count", "open_deals")
    if catalog.has("deals", "closed_at", "won"):
        columns += [
            f"COUNT(*){also(None, 'won')} AS won_deals",
            f"COUNT(*){also(None, 'NOT won')} AS lost_deals",
            f"CAST(MAX(closed_at){also(None, 'won')} AS DATE) AS won_on",
            f"CAST(MAX(closed_at){also(None, 'NOT won')} AS DATE) AS lost_on",
        ]
        words.add("deals_won", "deals won so far", "count", "deals won", "count", "won_deals")
        words.add("deals_lost", "deals lost so far", "count", "deals lost", "count", "lost_deals")
        words.add("days_since_deal_won", "days since a deal was won", "days", "deals won", "days_since", "won_on")
        words.add("days_since_deal_lost", "days since a deal was lost", "days", "deals lost", "days_since", "lost_on")
        if catalog.has("deals", "amount_base"):
            columns.append(f"{total('amount_base', also(None, 'won'))} AS won_amount")
            words.add("deals_won_amount", "amount of the deals won so far", "money", "deals won", "sum", "won_amount")
    return group_of(catalog, "deals", COMPANY, columns, words, name="company_deals")


def _leads(catalog: Catalog) -> Group:
    words = Words("leads")
    columns = ["COUNT(*) AS leads", "CAST(MAX(created_at) AS DATE) AS came_on"]
    words.add("leads_count", "leads so far", "count", "leads", "count", "leads")
    words.add("days_since_last_lead", "days since its last lead came in", "days", "leads", "days_since", "came_on")
    if catalog.has("leads", "converted_at"):
        columns.append("COUNT(converted_at) AS converted")
        words.add("leads_converted", "leads that were converted so far", "count", "leads", "count", "converted")
    return group_of(catalog, "leads", COMPANY, columns, words, name="company_leads")


def belonging_groups(catalog: Catalog, entity: str) -> list[Group]:
    """Return the steps over the company that an entity belongs to, and over the lead that a deal came from."""
    own = entity_table(catalog, entity)
    others = (
        (COMPANY, "accounts", Told("company_", " of the company", "its company", "belongs.")),
        ("lead_id", "leads", Told("lead_", " of its lead", "its lead", "belongs.")),
    )
    found = []
    for key, table, told in others if own is not None else ():
        if own is not None and key != entity and own.has(key) and catalog.has(table, key):
            found += _belonging(catalog.tables[table], entity, own.name, key, told)
    return found


def _belonging(other: CatalogTable, entity: str, own: str, key: str, told: Told) -> list[Group]:
    words = Words(other.name)
    columns = attribute_columns(words, other, told)
    if not columns:
        return []
    join = f"FROM {own} AS own JOIN {other.name} AS belongs ON belongs.{key} = own.{key}"
    select = f"SELECT own.{entity}, {', '.join(columns)} {join}"
    return [Group(f"{other.name}_of_{own}", select, tuple(words.derivations))]
