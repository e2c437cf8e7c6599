"""A browser with real accounts: cookies, forms with their tokens, and what the terminal would show."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient
from httpx import Response

from tradewind.flow.accounts.changes import first_link
from tradewind.flow.accounts.door import Cost
from tradewind.web.app import build_app
from tradewind.web.settings import ServeSettings
from tradewind.web.site import Site

PASSWORD = "lamp river seven cups"


class Turned:
    """A clock that stands until it is turned."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 1, 9)

    def __call__(self) -> datetime:
        return self.now

    def turn(self, **span: float) -> None:
        self.now += timedelta(**span)


def site_in(root: Path, settings: ServeSettings | None = None, prefix: str = "") -> Site:
    """A workspace whose passwords are cheap to check."""
    root.mkdir(exist_ok=True)
    site = Site(root, settings, Turned(), prefix, {})
    site.accounts.cost = Cost(passes=1, kibibytes=8, lanes=1)
    return site


class Browser:
    """One browser: it keeps cookies, and fills the token of the form into what it sends.

    Args:
        app: what answers.
        base: of all addresses.
        prefix: of the workspace.
    """

    def __init__(self, app: Any, base: str = "http://testserver", prefix: str = "") -> None:
        self.client = TestClient(app, base_url=base, follow_redirects=False, raise_server_exceptions=False)
        self.prefix = prefix

    def get(self, path: str, **more: Any) -> Response:
        return self.client.get(self.prefix + path, **more)

    def form(self, page: str, path: str, data: dict[str, Any] | None = None, **more: Any) -> Response:
        """Open a page, and send a form of it."""
        found = re.search(r'name="csrf" value="([^"]*)"', self.get(page).text)
        token = found.group(1) if found else ""
        return self.client.post(self.prefix + path, data={"csrf": token, **(data or {})}, **more)

    def sign_in(self, email: str, password: str = PASSWORD, **more: Any) -> Response:
        return self.form("/sign-in", "/sign-in", {"email": email, "password": password, **more})

    def welcome(self, link: str, email: str, name: str = "Somebody") -> Response:
        data = {"email": email, "name": name, "password": PASSWORD, "again": PASSWORD}
        return self.form(f"/welcome/{link}", f"/welcome/{link}", data)


def admins_browser(site: Site) -> Browser:
    """A browser in which the first admin is signed in."""
    browser = Browser(build_app(site), "https://testserver" if site.settings.secure_cookies else "http://testserver")
    assert browser.welcome(first_link(site.accounts) or "", "admin@x.example", "Ada").status_code == 303
    return browser


def invited(site: Site, admin: Browser, role: str, email: str, owners: str = "") -> Browser:
    """A browser in which somebody is signed in whom the admin invited."""
    page = admin.form("/settings/users", "/settings/users/invite", {"role": role, "owners": owners}).text
    link = re.search(r"/welcome/([\w-]+)", page)
    assert link is not None
    browser = Browser(admin.client.app)
    assert browser.welcome(link.group(1), email, email.split("@")[0]).status_code == 303
    return browser
