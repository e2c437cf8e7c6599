"""Which columns of customers, companies, leads and deals lists show, search and filter, and which are personal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tradewind.core.contract import CONTRACT
from tradewind.core.entities import ENTITIES
from tradewind.flow.people.names import GIVEN, NAMES, OWNERS

PERSONAL_WORDS = frozenset({
    "name", "first_name", "last_name", "full_name", "given_name", "family_name", "surname", "middle_name",
    "contact", "contact_name", "salutation", "email", "e_mail", "mail", "mail_address", "email_address", "phone",
    "phone_number", "telephone", "mobile", "mobile_phone", "cell", "fax", "address", "street", "street_address",
    "address_1", "address_2", "postcode", "postal_code", "zip", "zip_code", "birthday", "birth_date",
    "date_of_birth", "ip", "ip_address", "linkedin", "twitter", "instagram", "facebook", "website_of_person",
    "social_security_number", "iban",
})  # fmt: skip
"""Names of attributes that say who a person is, or how to reach them, in tables whose attributes a user names."""

OF_PEOPLE = frozenset({"customer_id", "lead_id"})
"""Entities that are people: their names are personal. A company's name, and a deal's, are not."""

SYSTEM = frozenset({"known_at", "valid_to", "first_seen_at", "amount_base", "happened_on", "happened_hour"})
EMAILS, PHONES = ("email", "e_mail", "email_address", "mail"), ("phone", "phone_number", "mobile", "mobile_phone")
COMPANIES = ("company", "company_name", "organization", "organisation", "account_name")


@dataclass(frozen=True)
class Columns:
    """The columns of one entity's table by what they are to a reader.

    Args:
        entity: key column.
        stored: all columns of the stored table, without those of the store itself.
        personal: those that only who may see contact data sees.
        numbers: those that hold numbers with a fraction.
    """

    entity: str
    stored: tuple[str, ...]
    personal: frozenset[str]
    numbers: frozenset[str] = frozenset()

    @property
    def names(self) -> tuple[str, ...]:
        """Columns that may say who it is, in order of preference."""
        no_name = {"email", *(("title", "subject") if self.entity in OF_PEOPLE else ())}  # a person's title is a job
        return tuple(name for name in NAMES if name in self.stored and name not in no_name)

    @property
    def given(self) -> tuple[str, str] | None:
        """First and last name, where they stand apart."""
        return next((pair for pair in GIVEN if pair[0] in self.stored and pair[1] in self.stored), None)

    def first(self, wanted: Iterable[str]) -> str:
        """Return the first of these columns that is stored, or an empty string."""
        return next((name for name in wanted if name in self.stored), "")

    @property
    def owner(self) -> str:
        """The column that names who works on it."""
        return self.first(OWNERS)

    @property
    def attributes(self) -> tuple[str, ...]:
        """Columns to filter and show beside the ones that every list has."""
        known = {
            self.entity, *self.names, *OWNERS, *EMAILS, *PHONES, *COMPANIES, *(name for pair in GIVEN for name in pair),
            "account_id", "customer_id", "lead_id", "deal_id", "stage", "amount", "created_at", "closed_at", "won",
        }  # fmt: skip
        return tuple(name for name in self.stored if name not in known)


def columns_of(entity: str, stored: Mapping[str, str]) -> Columns:
    """Return what the columns of an entity's table are.

    Args:
        entity: key column.
        stored: columns of the stored table with their types; empty where there is no such table.
    """
    contract = CONTRACT[ENTITIES[entity].table]
    shown = tuple(name for name in stored if name not in SYSTEM)
    declared = {column.name for column in contract.columns if column.personal}
    words = PERSONAL_WORDS if entity in OF_PEOPLE else PERSONAL_WORDS - {"name"}
    personal = frozenset(name for name in shown if name in declared or name.lower() in words)
    return Columns(entity, shown, personal, frozenset(name for name, kind in stored.items() if kind == "DOUBLE"))
