"""Companies out of people's e-mail domains and company names, and which person belongs to which.

A domain is a company unless anybody can have an address there, or people of many companies do. Two spellings of one
name are one company once legal forms are gone. A part of a domain (`de.firm.com`) is a company below the whole.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tradewind.identity.normalise import FREE_MAIL, email, fold
from tradewind.identity.records import Records


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


LEGAL_FORMS = _words(
    "gmbh mbh ag kg kgaa ohg ug gbr ev eg se ltd limited plc llp llc inc incorporated corp corporation co company "
    "lp pllc sa sas sarl eurl sasu snc spa srl sl slu bv nv cv vof oy oyj ab as asa aps kft zrt doo sro "
    "sp zoo ooo oao pty pvt kk ltda eireli me holding group gruppe groupe"
)
"""Words of a company's name that say its legal form, or that it is a group."""

_SECOND_LEVEL = _words("co com org net ac gov edu or ne go gob gov")
_MAIL_HOSTS = _words("mail email smtp mx www webmail mailer imap exchange intern int corp")
SHARED_BY = 8
"""Companies by name under one domain from which on the domain is a provider's and says nothing."""


@dataclass(frozen=True)
class Accounts:
    """What was found.

    Args:
        accounts: rows of `identity_accounts`: account_id, name, domain, parent_account_id, records, known_at.
        links: rows of `identity_account_links`: record_type, record_id, account_id, why, known_at.
        said: what people should know.
    """

    accounts: list[dict[str, Any]] = field(default_factory=list)
    links: list[dict[str, Any]] = field(default_factory=list)
    said: tuple[str, ...] = ()


def company_key(name: str) -> str:
    """Return a company's name without legal forms: "ACME Gmbh & Co. KG" is "acme"; empty where nothing is left."""
    words = fold(name.replace(".", "").replace("&", " ")).split()
    while len(words) > 1 and words[-1] in LEGAL_FORMS | {"and", "und", "et", "y", "the"}:
        words.pop()
    return " ".join(words[1:] if len(words) > 1 and words[0] == "the" else words)


def registered_domain(domain: str) -> str:
    """Return the part of a domain that somebody registered: `mail.firm.co.uk` is `firm.co.uk`."""
    parts = domain.casefold().strip(".").split(".")
    second = len(parts) > 2 and len(parts[-1]) == 2 and parts[-2] in _SECOND_LEVEL
    return ".".join(parts[-3:] if second else parts[-2:])


def company_domain(domain: str) -> str:
    """Return the domain of the company, or of its part, that an address belongs to; empty at a free provider."""
    whole = registered_domain(domain)
    if domain in FREE_MAIL or whole in FREE_MAIL:
        return ""
    parts = [part for part in domain.removesuffix(whole).strip(".").split(".") if part and part not in _MAIL_HOSTS]
    return ".".join([*parts, whole])


def find_accounts(
    records: Records,
    emails: Sequence[str | None],
    companies: Sequence[str | None],
    known: Iterable[Mapping[str, Any]] = (),
) -> Accounts:
    """Find companies and who belongs to them.

    Args:
        records: whose they are.
        emails: (n,) present e-mail address of each record, as written.
        companies: (n,) present company name of each record.
        known: rows of the contract table `accounts`: account_id, name, domain; their ids are kept.
    """
    ids, names = _known_accounts(known)
    keys = [company_key(name) if name else "" for name in companies]
    boxes = [email(text) if text else None for text in emails]
    own = [company_domain(box.split("@")[1]) if box else "" for box in boxes]
    since = {role: records.known_of(role) for role in ("email", "company") if role in records.values}
    named: dict[str, Counter[str]] = defaultdict(Counter)
    for domain, key in zip(own, keys, strict=True):
        if domain and key:
            named[domain][key] += 1
    shared = {domain for domain, found in named.items() if len(found) > SHARED_BY}
    domain_of = _domain_of_names(named, shared)
    accounts: dict[str, dict[str, Any]] = {}
    links = []
    for place, (domain, key) in enumerate(zip(own, keys, strict=True)):
        domain = domain if domain and domain not in shared else domain_of.get(key, "")
        if not domain and not key:
            continue
        why = "e-mail domain" if domain and domain == own[place] else "company name"
        account = (
            ids.get(("domain", domain))
            or ids.get(("name", key))
            or (f"domain:{domain}" if domain else f"company:{key}")
        )
        row = accounts.setdefault(account, _account(account, domain, names))
        row["names"][companies[place] or ""] += 1
        row["records"] += 1
        when = since["email" if why == "e-mail domain" else "company"][place].astype("datetime64[us]").item()
        row["known_at"] = min(row["known_at"] or when, when)
        kind = str(records.record_type[place])
        name = str(records.key[place]).removeprefix(f"{kind}:")
        links.append({"record_type": kind, "record_id": name, "account_id": account, "why": why, "known_at": when})
    _set_parents(accounts, ids)
    said = [f"{len(shared):,} e-mail domains serve people of many companies and say nothing"] if shared else []
    return Accounts([_named(row) for _, row in sorted(accounts.items())], links, tuple(said))


def _known_accounts(known: Iterable[Mapping[str, Any]]) -> tuple[dict[tuple[str, str], str], dict[str, str]]:
    ids: dict[tuple[str, str], str] = {}
    names: dict[str, str] = {}
    for row in known:
        account = str(row["account_id"])
        if row.get("domain"):
            host = str(row["domain"]).split("//")[-1].split("/")[0].casefold()
            ids.setdefault(("domain", company_domain(host)), account)
        if row.get("name"):
            ids.setdefault(("name", company_key(str(row["name"]))), account)
            names[account] = str(row["name"])
    ids.pop(("domain", ""), None)
    ids.pop(("name", ""), None)
    return ids, names


def _domain_of_names(named: Mapping[str, Counter[str]], shared: set[str]) -> dict[str, str]:
    """The one domain at which people of a company are, so that its people with private addresses belong to it too."""
    found: dict[str, set[str]] = defaultdict(set)
    for domain, keys in named.items():
        if domain not in shared:
            found[keys.most_common(1)[0][0]].add(domain)
    return {key: next(iter(domains)) for key, domains in found.items() if len(domains) == 1}


def _account(account: str, domain: str, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "account_id": account, "name": names.get(account), "domain": domain or None, "parent_account_id": None,
        "records": 0, "known_at": None, "names": Counter(),
    }  # fmt: skip


def _named(row: dict[str, Any]) -> dict[str, Any]:
    names = row.pop("names")
    names.pop("", None)
    usual = min(names, key=lambda name: (-names[name], name), default=None)
    row["name"] = row["name"] or usual
    return row


def _set_parents(accounts: dict[str, dict[str, Any]], ids: Mapping[tuple[str, str], str]) -> None:
    """A part of a domain lies below the whole; the whole is added where nobody writes from it."""
    for row in list(accounts.values()):
        domain = row["domain"]
        whole = registered_domain(domain) if domain else ""
        if domain and whole != domain:
            parent = ids.get(("domain", whole)) or f"domain:{whole}"
            above = accounts.setdefault(parent, _account(parent, whole, {}))
            above["known_at"] = min(above["known_at"] or row["known_at"], row["known_at"])
            if parent != row["account_id"]:
                row["parent_account_id"] = parent
