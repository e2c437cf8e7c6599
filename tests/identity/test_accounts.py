"""Companies from domains and names: legal forms and mail hosts go, providers say nothing, parts lie below the whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from people import person, records

from tradewind.identity.accounts import SHARED_BY, Accounts, company_domain, company_key, find_accounts


def found(rows: Sequence[tuple[str | None, str | None]], known: list[dict[str, Any]] | None = None) -> Accounts:
    them = records(*(person(f"r{n:02}", email=mail, company=company) for n, (mail, company) in enumerate(rows)))
    return find_accounts(them, [mail for mail, _ in rows], [company for _, company in rows], known or [])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ACME GmbH & Co. KG", "Acme"), ("The Acme Company, Inc.", "acme"), ("Müller S.A.R.L.", "MULLER sarl"),
        ("Ltd", "LTD"),
    ],
)  # fmt: skip
def test_spellings_of_one_company_are_equal(one: str, other: str) -> None:
    assert company_key(one) == company_key(other) != ""


@pytest.mark.parametrize(
    ("domain", "company"),
    [
        ("firm.com", "firm.com"), ("mail.firm.co.uk", "firm.co.uk"), ("de.firm.com", "de.firm.com"), ("gmail.com", ""),
        ("mail.gmx.de", ""),
    ],
)  # fmt: skip
def test_a_domain_is_a_companys_unless_anybody_can_be_there(domain: str, company: str) -> None:
    assert company_domain(domain) == company


def test_people_of_one_domain_are_of_one_company_and_a_private_address_joins_by_name() -> None:
    result = found([("a@firm.com", "Firm Ltd"), ("b@firm.com", None), ("c@gmail.com", "FIRM limited"), (None, None)])
    (account,) = result.accounts
    assert (account["account_id"], account["name"], account["domain"], account["records"]) == (
        "domain:firm.com", "FIRM limited", "firm.com", 3,
    )  # fmt: skip
    assert [link["why"] for link in result.links] == ["e-mail domain", "e-mail domain", "company name"]


def test_a_company_without_a_domain_is_known_by_its_name() -> None:
    (account,) = found([("a@gmail.com", "Bakery Ltd"), (None, "bakery")]).accounts
    assert (account["account_id"], account["domain"]) == ("company:bakery", None)


def test_known_accounts_keep_their_ids() -> None:
    known = [{"account_id": "A7", "name": "Firm Worldwide", "domain": "https://www.Firm.com/about"}]
    (account,) = found([("a@firm.com", "Firm")], known).accounts
    assert (account["account_id"], account["name"]) == ("A7", "Firm Worldwide")


def test_a_part_of_a_domain_lies_below_the_whole() -> None:
    below = {row["account_id"]: row["parent_account_id"] for row in found([("a@de.firm.com", None)]).accounts}
    assert below == {"domain:de.firm.com": "domain:firm.com", "domain:firm.com": None}


def test_a_domain_of_many_companies_says_nothing() -> None:
    rows: list[tuple[str | None, str | None]] = [
        (f"p{n}@coworking.example", f"Firm {chr(65 + n)}x") for n in range(SHARED_BY + 1)
    ]
    result = found(rows)
    assert len(result.accounts) == SHARED_BY + 1
    assert result.said
