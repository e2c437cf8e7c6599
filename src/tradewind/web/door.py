"""Who sends a request, by the workspace's accounts: a session's cookie, a token, or a browser key for events."""

from __future__ import annotations

import base64
import binascii
import hashlib
from urllib.parse import quote, urlsplit

from fastapi import Request
from fastapi.responses import Response

from tradewind.core.visitor import Visitor
from tradewind.flow.accounts.door import LONGEST, csrf_of, new_secret, same
from tradewind.web.refusals import StaleForm, TooLarge
from tradewind.web.site import Site

GUEST = "-guest"
"""Ending of the cookie that binds the forms of somebody not signed in to his browser."""

MOST_FIELDS = 200
LARGEST_FIELD = 100_000
LARGEST_FORM = 1_000_000
"""Fields that a form may have, and bytes that one of them and the whole may have."""

Fields = dict[str, list[str]]


def recognise_account(request: Request, site: Site) -> Visitor | None:
    """Return who sends a request; a wrong token is nobody, even beside a good cookie."""
    if "authorization" in request.headers:
        secret = secret_sent(request.headers["authorization"])
        return site.accounts.recognise_token(secret, request.headers.get("origin", "")) if secret else None
    secret = session_secret(request, site)
    return site.accounts.recognise_session(secret) if secret else None


def is_quick(request: Request, site: Site) -> bool:
    """Return whether recognising needs no look into the state database."""
    header = request.headers.get("authorization")
    secret = session_secret(request, site) if header is None else secret_sent(header)
    return not secret or site.accounts.is_remembered(secret, "session" if header is None else "token")


def secret_sent(header: str) -> str:
    """Return the secret in an Authorization header: Bearer, or Basic with the key as the name; empty where none is."""
    scheme, _, rest = header.partition(" ")
    rest = rest.strip()
    if len(rest) > 400:
        return ""
    if scheme.lower() == "bearer":
        return rest
    if scheme.lower() != "basic":
        return ""
    try:
        name, _, word = base64.b64decode(rest, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return ""
    return name or word


def session_secret(request: Request, site: Site) -> str:
    """Return what the session's cookie holds; empty without one."""
    return request.cookies.get(cookie_name(site), "")[:200]


def cookie_name(site: Site) -> str:
    """Return the name of a workspace's cookie: no two workspaces of a server share one.

    Over https the name itself makes browsers refuse one that another host of the domain, or plain http, has set.
    """
    if not site.prefix:
        return "__Host-tradewind" if site.settings.secure_cookies else "tradewind"
    own = hashlib.sha256(site.prefix.encode()).hexdigest()[:10]
    return f"{'__Secure-' if site.settings.secure_cookies else ''}tradewind-{own}"


def let_in(response: Response, site: Site, secret: str) -> None:
    """Give the browser the cookie of a fresh session."""
    _set(response, site, cookie_name(site), secret, int(LONGEST.total_seconds()))


def let_out(response: Response, site: Site) -> None:
    """Take the session's cookie from the browser."""
    _set(response, site, cookie_name(site), "", 0)


def guest_token(request: Request, site: Site) -> tuple[str, str]:
    """Return the token for forms of somebody not signed in, and the cookie it belongs to."""
    cookie = request.cookies.get(cookie_name(site) + GUEST, "")
    if not 40 <= len(cookie) <= 60:
        cookie = new_secret()
    return csrf_of(cookie), cookie


def remember_guest(response: Response, site: Site, cookie: str) -> None:
    """Give the browser the cookie that binds its forms."""
    _set(response, site, cookie_name(site) + GUEST, cookie, None)


async def guest_fields(request: Request) -> Fields:
    """Return the fields of a form that somebody not signed in sends.

    Raises:
        StaleForm: it was not sent from a page of ours in the same browser.
    """
    site: Site = request.app.state.site
    fields = await form_fields(request)
    cookie = request.cookies.get(cookie_name(site) + GUEST, "")
    if not cookie or not same(one(fields, "csrf"), csrf_of(cookie)):
        raise StaleForm
    return fields


async def form_fields(request: Request) -> Fields:
    """Return the fields of a form, read within limits.

    Raises:
        TooLarge: it is larger than a form of ours can be, or does not say how large it is.
    """
    length = request.headers.get("content-length", "" if "transfer-encoding" in request.headers else "0")
    if not length.isdigit() or int(length) > LARGEST_FORM:
        raise TooLarge("This form is too large", f"At most {LARGEST_FORM:,} bytes.")
    form = await request.form(max_files=0, max_fields=MOST_FIELDS, max_part_size=LARGEST_FIELD)
    fields: Fields = {}
    for name, value in form.multi_items():
        fields.setdefault(name, []).append(value if isinstance(value, str) else "")
    return fields


def one(fields: Fields, name: str) -> str:
    """Return the only value of a field; empty where it was not sent."""
    return fields.get(name, [""])[0]


def way_back(site: Site, wanted: str) -> str:
    """Return where to go after signing in: a page of this workspace, whatever the address asks for."""
    plain = wanted if wanted.isprintable() and "\\" not in wanted and len(wanted) <= 2_000 else ""
    if not plain.startswith("/") or plain.startswith("//"):
        plain = "/"
    try:
        parts = urlsplit(plain)
    except ValueError:
        return f"{site.prefix}/"
    if parts.scheme or parts.netloc or parts.path.startswith("//"):
        return f"{site.prefix}/"
    query = f"?{quote(parts.query, safe='=&%+,:;/~.-_')}" if parts.query else ""
    return f"{site.prefix}{quote(parts.path, safe='/%~.-_:,=+@')}{query}"


def device_of(request: Request) -> str:
    """Return browser and system in two words, for the list of where one is signed in."""
    agent = request.headers.get("user-agent", "")
    browsers = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrom", "Chrome"), ("Safari", "Safari"))
    systems = (
        ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS", "Mac"),
        ("Linux", "Linux"),
    )  # fmt: skip
    browser = next((said for sign, said in browsers if sign in agent), "Another browser")
    system = next((f" on {said}" for sign, said in systems if sign in agent), "")
    return browser + system


def _set(response: Response, site: Site, name: str, value: str, age: int | None) -> None:
    response.set_cookie(
        name, value, max_age=age, path=site.prefix or "/", secure=site.settings.secure_cookies, httponly=True,
        samesite="lax",
    )  # fmt: skip
