"""`[identity]`: which records are one person, and how that is found out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from tradewind.store.config_section import Section


class IdentitySettings(Section):
    """`[identity]`: one person out of many records; links are made and used only where this section stands.

    Args:
        enabled: whether links are made and used.
        tables: contract tables whose rows are records of people: customers, leads.
        roles: what a column says where its name does not tell, such as birth_date = "geb"; see the page on identity.
        rules: values that make two records one person when equal, such as "email" or "phone + surname"; chosen from
            the columns there are when absent.
        similarity: whether records that no rule joins are compared by likeness; needs the extra `identity`.
        threshold: a likeness is believed from this probability on; set for `precision` when absent.
        precision: expected share of right ones among the links that likeness makes.
        shared_by: a value held under more different names than this identifies nobody.
        one_to_one: tables that hold each person once; two of their records are never one person.
        accounts: whether companies are made from e-mail domains and company names.
    """

    enabled: bool = True
    tables: tuple[Literal["customers", "leads"], ...] = ("customers", "leads")
    roles: Mapping[str, str] = Field(default_factory=dict)
    rules: tuple[str, ...] | None = None
    similarity: bool = True
    threshold: Annotated[float, Field(gt=0, lt=1)] | None = None
    precision: Annotated[float, Field(gt=0, lt=1)] = 0.98
    shared_by: Annotated[int, Field(ge=1)] = 5
    one_to_one: tuple[Literal["customers", "leads"], ...] = ()
    accounts: bool = True
