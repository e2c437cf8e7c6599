"""The columns that other tools import: Klaviyo, Mailchimp, HubSpot, Salesforce, and a plain table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from tradewind.destinations.cells import clip, has_country, neutral, split_name
from tradewind.destinations.contact import Contact

Channel = Literal["email", "phone"]
Cell = str | float | int | date | None
PEOPLE = ("customer_id", "lead_id")


@dataclass(frozen=True)
class Column:
    """One column of a file.

    Args:
        head: its name, as the importer knows it.
        cell: what stands in it.
        new: only where rows become new records; an import that updates records leaves the tool's own values alone.
        same: only where the records came from that tool, which then knows them by their id.
        optional: left out where no row has a value.
    """

    head: str
    cell: Callable[[Contact], Cell]
    new: bool = False
    same: bool = False
    optional: bool = False


@dataclass(frozen=True)
class Layout:
    """A file that another tool imports.

    Args:
        name: short name, in addresses.
        system: the tool whose own record ids it can carry; empty for none.
        entities: key columns of whom it can be about.
        columns: in order.
        channels: how people are reached through it; who may be reached in none of them is left out.
        needs: of which channels a row must have at least one address; empty where it needs none.
        most_rows: the importer's own limit.
    """

    name: str
    system: str
    entities: tuple[str, ...]
    columns: tuple[Column, ...]
    channels: tuple[Channel, ...] = ("email", "phone")
    needs: tuple[Channel, ...] = ()
    most_rows: int = 250_000

    def columns_for(self, rows: Sequence[Contact], same: bool) -> tuple[Column, ...]:
        """Return the columns of a file of these rows.

        Args:
            rows: of the file.
            same: whether the records came from the tool itself.
        """
        fit = [each for each in self.columns if not (each.new and same) and not (each.same and not same)]
        return tuple(each for each in fit if not each.optional or any(each.cell(row) not in ("", None) for row in rows))


def _first(row: Contact) -> str:
    return row.first_name or ("" if row.last_name else split_name(row.name)[0])


def _last(row: Contact) -> str:
    return row.last_name or ("" if row.first_name else split_name(row.name)[1])


def _salesforce_last(row: Contact) -> str:
    """Salesforce takes nobody without a last name."""
    return _last(row) or _first(row) or "[not provided]"


def _why(row: Contact) -> str:
    return "; ".join(row.reasons)


def _owner_address(row: Contact) -> str:
    """HubSpot knows owners by their e-mail address alone."""
    return row.owner if "@" in row.owner else ""


def _owner_name(row: Contact) -> str:
    return "" if "@" in row.owner else row.owner


def _day(row: Contact) -> date | None:
    return row.as_of


def _ours(
    say: Callable[[str], str] = lambda head: f"Tradewind {head}",
    owner: Callable[[Contact], str] = lambda row: row.owner,
) -> tuple[Column, ...]:
    """Our own columns, under the names that a tool's own fields may have."""
    return (
        Column(say("List"), lambda row: row.title),
        Column(say("Rank"), lambda row: row.rank),
        Column(say("Reason"), lambda row: clip(_why(row), 255)),
        Column(say("What To Do"), lambda row: clip(row.do, 255)),
        Column(say("Score In Words"), lambda row: row.score_words),
        Column(say("Score"), lambda row: row.score, optional=True),
        Column(say("Worth In Words"), lambda row: row.worth_words, optional=True),
        Column(say("Worth"), lambda row: row.worth, optional=True),
        Column(say("Owner"), owner, optional=True),
        Column(say("As Of"), _day),
    )


def _api_name(head: str) -> str:
    return f"Tradewind_{head.replace(' ', '_')}__c"


_SOURCE_ID = Column("Source Record ID", lambda row: row.record_id)

KLAVIYO = Layout(
    "klaviyo", "", PEOPLE,
    (
        Column("Email", lambda row: row.email),
        Column("Phone Number", lambda row: row.phone if has_country(row.phone) else ""),
        Column("First Name", _first),
        Column("Last Name", _last),
        Column("Organization", lambda row: row.company, optional=True),
        Column("Country", lambda row: row.country, optional=True),
        _SOURCE_ID,
        *_ours(),
    ),
    needs=("email", "phone"),
)  # fmt: skip

MAILCHIMP = Layout(
    "mailchimp", "", PEOPLE,
    (
        Column("Email Address", lambda row: row.email),
        Column("First Name", _first),
        Column("Last Name", _last),
        Column("Phone Number", lambda row: row.phone, optional=True),
        Column("Company", lambda row: row.company, optional=True),
        _SOURCE_ID,
        *_ours(),
    ),
    channels=("email",), needs=("email",),
)  # fmt: skip

HUBSPOT_CONTACTS = Layout(
    "hubspot-contacts", "hubspot", PEOPLE,
    (
        Column("Record ID", lambda row: row.record_id, same=True),
        Column("First Name", _first, optional=True),
        Column("Last Name", _last, optional=True),
        Column("Email", lambda row: row.email),
        Column("Phone Number", lambda row: row.phone, new=True, optional=True),
        Column("Company Name", lambda row: row.company, new=True, optional=True),
        Column("Contact owner", _owner_address, new=True, optional=True),
        Column("Source Record ID", lambda row: row.record_id, new=True),
        *_ours(owner=_owner_name),
    ),
    most_rows=1_048_575,
)  # fmt: skip

HUBSPOT_DEALS = Layout(
    "hubspot-deals", "hubspot", ("deal_id",),
    (
        Column("Record ID", lambda row: row.record_id, same=True),
        Column("Deal Name", lambda row: row.name or row.company or f"Deal {row.record_id}"),
        Column("Pipeline", lambda row: row.pipeline, new=True, optional=True),
        Column("Deal Stage", lambda row: row.stage, new=True),
        Column("Amount", lambda row: row.amount, new=True, optional=True),
        Column("Deal owner", _owner_address, new=True, optional=True),
        Column("Source Record ID", lambda row: row.record_id, new=True),
        *_ours(owner=_owner_name),
    ),
    channels=(), most_rows=1_048_575,
)  # fmt: skip

SALESFORCE_LEADS = Layout(
    "salesforce-leads", "salesforce", PEOPLE,
    (
        Column("Lead ID", lambda row: row.record_id, same=True),
        Column("First Name", _first, optional=True),
        Column("Last Name", _salesforce_last, new=True),
        Column("Last Name", _last, same=True, optional=True),
        Column("Company", lambda row: row.company or "[not provided]", new=True),
        Column("Email", lambda row: row.email),
        Column("Phone", lambda row: row.phone, new=True, optional=True),
        Column("Country", lambda row: row.country, new=True, optional=True),
        Column("Source Record ID", lambda row: row.record_id, new=True),
        *_ours(),
    ),
    most_rows=50_000,
)  # fmt: skip

SALESFORCE_CONTACTS = Layout(
    "salesforce-contacts", "salesforce", ("customer_id",),
    (
        Column("Contact ID", lambda row: row.record_id, same=True),
        Column("First Name", _first, optional=True),
        Column("Last Name", _salesforce_last, new=True),
        Column("Last Name", _last, same=True, optional=True),
        Column("Account Name", lambda row: row.company, new=True, optional=True),
        Column("Email", lambda row: row.email),
        Column("Phone", lambda row: row.phone, new=True, optional=True),
        Column("Mailing Country", lambda row: row.country, new=True, optional=True),
        Column("Source Record ID", lambda row: row.record_id, new=True),
        *_ours(),
    ),
    most_rows=50_000,
)  # fmt: skip

SALESFORCE_OPPORTUNITIES = Layout(
    "salesforce-opportunities", "salesforce", ("deal_id",),
    (
        Column("Id", lambda row: row.record_id, same=True),
        Column("Name", lambda row: row.name or row.company or f"Deal {row.record_id}", new=True),
        Column("StageName", lambda row: row.stage, new=True),
        Column("Amount", lambda row: row.amount, new=True, optional=True),
        Column("Source_Record_ID__c", lambda row: row.record_id, new=True),
        *_ours(_api_name),
    ),
    channels=(), most_rows=5_000_000,
)  # fmt: skip

PLAIN = Layout(
    "csv", "", ("customer_id", "account_id", "lead_id", "deal_id"),
    (
        Column("record_id", lambda row: row.record_id),
        Column("rank", lambda row: row.rank),
        Column("name", lambda row: row.name),
        Column("company", lambda row: row.company, optional=True),
        Column("email", lambda row: row.email, optional=True),
        Column("phone", lambda row: row.phone, optional=True),
        Column("country", lambda row: row.country, optional=True),
        Column("owner", lambda row: row.owner, optional=True),
        Column("stage", lambda row: row.stage, optional=True),
        Column("amount", lambda row: row.amount, optional=True),
        Column("list", lambda row: row.title),
        Column("reason_1", lambda row: _reason(row, 0)),
        Column("reason_2", lambda row: _reason(row, 1), optional=True),
        Column("reason_3", lambda row: _reason(row, 2), optional=True),
        Column("what_to_do", lambda row: row.do),
        Column("score_in_words", lambda row: row.score_words),
        Column("score", lambda row: row.score, optional=True),
        Column("worth_in_words", lambda row: row.worth_words, optional=True),
        Column("worth", lambda row: row.worth, optional=True),
        Column("as_of", _day),
    ),
    most_rows=1_048_575,
)  # fmt: skip

EXCEL = Layout("excel", "", PLAIN.entities, PLAIN.columns, most_rows=1_048_575)


def _reason(row: Contact, place: int) -> str:
    return row.reasons[place] if len(row.reasons) > place else ""


LAYOUTS: Mapping[str, Layout] = {
    each.name: each
    for each in (
        PLAIN, EXCEL, KLAVIYO, MAILCHIMP, HUBSPOT_CONTACTS, HUBSPOT_DEALS, SALESFORCE_LEADS, SALESFORCE_CONTACTS,
        SALESFORCE_OPPORTUNITIES,
    )
}  # fmt: skip
"""Every layout by name."""


def cell_text(value: Cell) -> str:
    """Return a cell as text for a CSV file: ISO days, numbers without thousands signs, nothing to run."""
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return f"{value:.6f}".rstrip("0").rstrip(".")
    return neutral(value) if isinstance(value, str) else str(value)
