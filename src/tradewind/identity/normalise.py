"""One spelling for each value that names a person, so that equal means equal: e-mail, phone, name, date, postcode."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


FREE_MAIL = _words(
    "gmail.com googlemail.com yahoo.com yahoo.de yahoo.co.uk yahoo.fr ymail.com outlook.com outlook.de "
    "hotmail.com hotmail.co.uk hotmail.de hotmail.fr live.com msn.com icloud.com me.com mac.com aol.com gmx.de "
    "gmx.net gmx.at gmx.ch gmx.com web.de t-online.de freenet.de arcor.de posteo.de mailbox.org proton.me "
    "protonmail.com pm.me mail.ru yandex.ru yandex.com bk.ru qq.com 163.com 126.com sina.com naver.com daum.net "
    "hanmail.net orange.fr wanadoo.fr free.fr laposte.net sfr.fr libero.it virgilio.it tiscali.it alice.it "
    "terra.com.br uol.com.br bol.com.br ig.com.br wp.pl o2.pl onet.pl interia.pl seznam.cz centrum.cz zoho.com "
    "mail.com fastmail.com hey.com tutanota.com comcast.net verizon.net att.net sbcglobal.net cox.net "
    "btinternet.com sky.com bluewin.ch telenet.be skynet.be ziggo.nl kpnmail.nl hetnet.nl home.nl rediffmail.com"
)
"""Domains at which anybody can have an address: they say nothing of a company."""

_DOTLESS = frozenset(("gmail.com", "googlemail.com"))
_EMAIL = re.compile(r"[^@\s,;<>\"']+@([^@\s,;<>\"']+\.[^@\s.,;<>\"']{2,})")
_TITLES = _words(
    "mr mrs ms miss dr prof sir madam herr frau hr fr mme mlle monsieur madame sr sra srta senor senora sig "
    "signor signora dott jr md phd"
)
_DAY_FORMATS = ("%Y%m%d", "%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y")


def fold(text: str) -> str:
    """Return text without case, accents, punctuation or doubled spaces; letters of every script stay."""
    marks = unicodedata.normalize("NFKD", text.casefold()).replace("ß", "ss")
    kept = "".join(c for c in marks if not unicodedata.combining(c))
    return " ".join(re.sub(r"[^\w]+", " ", unicodedata.normalize("NFKC", kept)).replace("_", " ").split())


def email(text: str) -> str | None:
    """Return the mailbox an address means: no case, no `+tag`, no dots where the provider ignores them."""
    found = _EMAIL.fullmatch(text.strip().removeprefix("mailto:").casefold())
    if found is None:
        return None
    mailbox, domain = found[0].split("@")
    mailbox = mailbox.split("+")[0]
    domain = domain.rstrip(".")
    if domain in _DOTLESS:
        mailbox, domain = mailbox.replace(".", ""), "gmail.com"
    return f"{mailbox}@{domain}" if mailbox else None


def phone(text: str) -> str | None:
    """Return the last nine digits of a number of at least seven: with and without country code they are equal."""
    digits = re.sub(r"\D", "", text.split("ext")[0])
    return digits.lstrip("0")[-9:] if len(digits.lstrip("0")) >= 7 else None


def name(text: str) -> str | None:
    """Return a name's words without titles, in the order of the alphabet: "Weber, Dr. Anna" is "anna weber"."""
    words = [word for word in fold(text).split() if word not in _TITLES]
    return " ".join(sorted(words)) or None


def words(text: str) -> str | None:
    """Return text folded, in its own order."""
    return fold(text) or None


def code(text: str) -> str | None:
    """Return an identifier or postcode: letters and digits only."""
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", text)).casefold() or None


def day(text: str) -> str | None:
    """Return a date as `YYYY-MM-DD`; what is no date of this or the last century is nothing."""
    from datetime import datetime

    digits = text.strip()[:10].strip()
    for pattern in _DAY_FORMATS:
        try:
            found = datetime.strptime(digits if pattern != "%Y%m%d" else text.strip(), pattern).date()  # noqa: DTZ007
        except ValueError:
            continue
        return found.isoformat() if date(1890, 1, 1) <= found <= date(2100, 1, 1) else None
    return None


NORMALISE: Mapping[str, Callable[[str], str | None]] = {
    "email": email,
    "phone": phone,
    "name": name,
    "given_name": words,
    "surname": words,
    "birth_date": day,
    "postcode": code,
    "house_number": code,
    "street": words,
    "city": words,
    "company": words,
    "identifier": code,
    "title": words,
    "year": code,
}
"""Role to the function that gives its values one spelling; None where the text is no such value."""
