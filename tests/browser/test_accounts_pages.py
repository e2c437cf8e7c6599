"""From the terminal's link to a second person, as people do it: in a browser, with real passwords and cookies."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from browser.conftest import sideways, violations
from served_worlds import served
from small_worlds import NOW
from tradewind.flow.accounts.changes import admin_link
from tradewind.flow.accounts.door import Accounts
from tradewind.flow.accounts.served import state_of

PASSWORD = "lamp river seven cups"
PAGES = ("/settings", "/settings/users", "/settings/tokens", "/settings/brand", "/settings/audit")


def link_from_the_terminal(root: Path) -> str:
    state = state_of(root, "", {})
    try:
        return admin_link(Accounts(lambda: state, lambda: NOW))
    finally:
        state.close()


def come_in(page: Any, address: str, name: str, email: str) -> None:
    page.goto(address)
    page.get_by_label("Your name").fill(name)
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("The same once more").fill(PASSWORD)
    page.get_by_role("button", name="Come in").click()
    page.get_by_role("button", name="Sign out").wait_for()


def test_the_first_admin_invites_a_viewer_who_sees_no_settings_of_others(
    tmp_path: Path, open_page: Callable[..., Any]
) -> None:
    secret = link_from_the_terminal(tmp_path)
    with served(tmp_path) as base:
        ada = open_page()
        come_in(ada, f"{base}/welcome/{secret}", "Ada", "ada@x.example")
        ada.goto(f"{base}/settings/users")
        ada.get_by_label("Role").last.select_option("viewer")
        ada.get_by_role("button", name="Make a link").click()
        address = ada.locator("#secret").inner_text()
        link = re.search(r"/welcome/[\w-]+", address)
        assert link is not None
        assert not violations(ada)

        zoe = open_page(width=375, height=800, dark=True)
        come_in(zoe, base + link.group(0), "Zoë", "zoe@x.example")
        zoe.goto(f"{base}/settings")
        words = zoe.get_by_role("navigation", name="Settings").inner_text()
        assert "Tokens" not in words
        assert zoe.goto(f"{base}/settings/users").status == 403
        assert not violations(zoe)
        zoe.get_by_role("button", name="Sign out").click()
        zoe.get_by_role("heading", name="Sign in").wait_for()
        zoe.go_back()
        assert zoe.goto(f"{base}/settings").url.startswith(f"{base}/sign-in?next=")
        assert not violations(zoe)
        zoe.get_by_label("E-mail address").fill("zoe@x.example")
        zoe.get_by_label("Password").fill(PASSWORD)
        zoe.keyboard.press("Enter")
        zoe.wait_for_url(f"{base}/settings")

        ada.set_viewport_size({"width": 375, "height": 800})
        for path in PAGES:
            ada.goto(base + path)
            assert not violations(ada), path
            assert sideways(ada) == 0, path
