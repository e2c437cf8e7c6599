"""Values that look as if they named a person and do not: shared mailboxes, placeholders, numbers nobody has."""

from __future__ import annotations

import re


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


SHARED_MAILBOXES = _words(
    "info office sales contact kontakt hello hallo admin administrator support service team mail post email "
    "webmaster marketing accounting accounts accountspayable billing buchhaltung rechnung einkauf purchasing "
    "orders order shop store hr jobs careers press help helpdesk enquiries inquiries customerservice reception "
    "empfang zentrale noreply no-reply donotreply newsletter contato ventas compras facturacion administracion "
    "comptabilite achats bureau secretariat ufficio vendite amministrazione biuro"
)
_PLACEHOLDER_BOXES = _words(
    "test tester testing none na n/a null noemail nomail no unknown unbekannt anonymous anon guest gast example "
    "demo dummy fake asdf asd qwerty abc xxx user customer kunde keine sconosciuto inconnu desconocido"
)
_PLACEHOLDER_DOMAINS = _words(
    "test.com test.de example.com example.org example.net none.com email.com mail.test domain.com noemail.com "
    "nomail.com unknown.com fake.com localhost.com invalid.com"
)
_PLACEHOLDER_WORDS = _words(
    "unknown unbekannt none null na nan test tester guest gast anonymous anonym customer kunde client cliente "
    "dummy demo example inconnu desconocido sconosciuto noname n a tba tbd xxx"
)
_NO_DATES = frozenset(("1900-01-01", "1970-01-01", "2000-01-01", "1901-01-01", "1899-12-31"))


def refuse(role: str, value: str) -> str:
    """Return why a normalised value cannot identify anybody (`shared mailbox`, `placeholder`), or an empty string."""
    if role == "email":
        return _refuse_email(value)
    if role in ("phone", "identifier"):
        return "placeholder" if _is_filler(value) else ""
    if role in ("name", "given_name", "surname"):
        return "placeholder" if set(value.split()) <= _PLACEHOLDER_WORDS else ""
    if role == "birth_date":
        return "placeholder" if value in _NO_DATES else ""
    return ""


def _refuse_email(value: str) -> str:
    mailbox, domain = value.split("@")
    if mailbox in _PLACEHOLDER_BOXES or domain in _PLACEHOLDER_DOMAINS or domain.endswith((".test", ".invalid")):
        return "placeholder"
    plain = re.sub(r"[\d._-]", "", mailbox)
    return "shared mailbox" if mailbox in SHARED_MAILBOXES or plain in SHARED_MAILBOXES else ""


def _is_filler(value: str) -> bool:
    """Whether digits are all the same, count up or down, or are words that mean nothing."""
    if len(set(value)) <= 1 or value in ("none", "null", "unknown", "na"):
        return True
    return value.isdigit() and len(value) >= 5 and (value in "01234567890123" or value in "98765432109876")
