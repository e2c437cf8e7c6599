"""The door: cookies, forms, links, and those who try to come in without any."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from accounts_client import PASSWORD, Browser, admins_browser, invited, site_in

from tradewind.core.visitor import ALLOWED, Visitor
from tradewind.flow.accounts.changes import Wish, first_link, make_token
from tradewind.store.audit_state import Wanted
from tradewind.web.app import build_app
from tradewind.web.door import way_back
from tradewind.web.settings import ServeSettings
from tradewind.web.site import Site

ADMIN = Visitor("u", "U", "admin", "user", ALLOWED["admin"])


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    made = site_in(tmp_path / "shop")
    yield made
    made.close()


def test_from_the_terminals_link_to_a_second_person(site: Site) -> None:
    nobody = Browser(build_app(site))
    assert "Nobody has an account here yet" in nobody.get("/sign-in").text
    link = first_link(site.accounts) or ""
    assert nobody.get(f"/welcome/{link}").status_code == nobody.get(f"/welcome/{link}").status_code == 200
    ada = admins_browser(site)
    assert ada.get("/").status_code == 200
    assert ada.get("/sign-in?next=/settings").headers["location"] == "/settings"
    assert nobody.get(f"/welcome/{link}").status_code == 404
    assert first_link(site.accounts) is None
    sam = invited(site, ada, "sales", "sam@x.example", "Sam Reed")
    assert "Those whose owner is Sam Reed" in sam.get("/settings").text
    assert sam.get("/settings/users").status_code == 403
    assert sam.form("/settings", "/sign-out").headers["location"] == "/sign-in"
    assert sam.get("/").status_code == 303
    assert sam.sign_in("SAM@x.example ", next="/settings?a=b").headers["location"] == "/settings?a=b"
    assert sam.get("/settings").status_code == 200


def test_the_cookie_cannot_be_read_by_scripts_nor_sent_by_other_sites(site: Site) -> None:
    ada = admins_browser(site)
    answer = ada.form("/settings", "/sign-out")
    cookie = Browser(ada.client.app).sign_in("admin@x.example").headers["set-cookie"]
    assert cookie.startswith("tradewind=")
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))
    assert "Domain" not in cookie
    assert "Max-Age=0" in answer.headers["set-cookie"]


def test_over_https_the_cookie_is_bound_to_host_and_scheme(tmp_path: Path) -> None:
    site = site_in(tmp_path / "shop", ServeSettings(secure_cookies=True))
    ada = admins_browser(site)
    answer = Browser(ada.client.app, "https://testserver").sign_in("admin@x.example")
    cookies = answer.headers["set-cookie"]
    assert answer.headers["strict-transport-security"].startswith("max-age=")
    assert cookies.startswith("__Host-tradewind=")
    assert {"Secure", "HttpOnly", "SameSite=lax", "Path=/"} <= set(cookies.split("; "))
    site.close()


def test_a_session_that_somebody_planted_is_not_taken_over(site: Site) -> None:
    ada = admins_browser(site)
    sam = invited(site, ada, "viewer", "sam@x.example")
    for planted in (sam.client.cookies["tradewind"], "a-value-that-an-attacker-chose-and-knows-so-well"):
        victim = Browser(ada.client.app)
        guest = re.search(r'name="csrf" value="([^"]*)"', victim.get("/sign-in").text)
        data = {"csrf": guest[1] if guest else "", "email": "admin@x.example", "password": PASSWORD}
        cookies = f"tradewind={planted}; tradewind-guest={victim.client.cookies['tradewind-guest']}"
        victim.client.cookies.clear()
        answer = victim.client.post("/sign-in", data=data, headers={"Cookie": cookies})
        assert answer.status_code == 303
        assert planted not in answer.headers["set-cookie"]
    assert sam.get("/").status_code == 303  # the session that was planted has ended


def test_a_form_of_another_session_or_site_is_refused(site: Site) -> None:
    ada = admins_browser(site)
    sam = invited(site, ada, "viewer", "sam@x.example")
    theirs = sam.get("/settings").text.split('name="csrf" value="')[1].split('"')[0]
    for token in (theirs, "", "0" * 64):
        assert ada.client.post("/settings/users/invite", data={"csrf": token, "role": "admin"}).status_code == 403
    stranger = Browser(ada.client.app)  # a sign-in that another site sends: no cookie of the form goes with it
    data = {"csrf": theirs, "email": "admin@x.example", "password": PASSWORD}
    assert stranger.client.post("/sign-in", data=data).status_code == 403
    stranger.get("/sign-in")
    assert stranger.client.post("/sign-in", data=data).status_code == 403
    assert stranger.sign_in("admin@x.example").status_code == 303


@pytest.mark.parametrize(
    "wanted",
    [
        "//evil.example", "https://evil.example", "/\\evil.example", "\\\\evil.example", "javascript:alert(1)", "",
        "/\t/evil.example", "///evil.example", "evil.example", "/ok\r\nSet-Cookie: a=b", "//[", "/" * 5_000,
    ],
)  # fmt: skip
def test_the_way_back_stays_in_the_house(site: Site, wanted: str) -> None:
    assert way_back(site, wanted) == "/"


def test_the_way_back_keeps_path_and_query(site: Site) -> None:
    assert way_back(site, "/people?q=a%20b&page=2") == "/people?q=a%20b&page=2"
    assert way_back(site, "/people/Zoë") == "/people/Zo%C3%AB"
    nested = site_in(site.root / "w", prefix="/w/shop")
    assert way_back(nested, "/people") == "/w/shop/people"
    assert way_back(nested, "//evil.example") == "/w/shop/"


def test_no_answer_repeats_a_header_that_was_sent(site: Site) -> None:
    browser = Browser(build_app(site))
    for header in ("host", "x-forwarded-host", "referer", "user-agent", "accept-language"):
        answer = browser.get("/sign-in", headers={header: "evil.example"})
        assert "evil.example" not in answer.text + str(answer.headers)
    answer = browser.get("/people?next=%0d%0aSet-Cookie:%20a=b", headers={"x-request-id": "a\tb"})
    assert "a=b" not in str(answer.headers.get("set-cookie"))
    assert answer.headers["x-request-id"] != "a\tb"
    ada = admins_browser(site)
    page = ada.form("/settings/users", "/settings/users/invite", {"role": "viewer"}, headers={"host": "evil.example"})
    assert "http://127.0.0.1:8000/welcome/" in page.text
    assert "evil.example" not in page.text


def test_an_oversized_form_is_refused_before_it_is_read(site: Site) -> None:
    browser = Browser(build_app(site))
    assert browser.sign_in("a@x.example", next="/" * 1_100_000).status_code == 413
    assert browser.sign_in("a@x.example", next="/" * 200_000).status_code == 400
    assert browser.form("/sign-in", "/sign-in", {f"field{number}": "x" for number in range(300)}).status_code == 400
    assert browser.sign_in("a@x.example", "x" * 90_000).status_code == 422
    form = {"content-type": "application/x-www-form-urlencoded"}
    assert browser.client.post("/sign-in", content=iter([b"a=b"]), headers=form).status_code == 413  # no length


def test_guessing_is_told_to_wait_and_the_page_says_so(site: Site) -> None:
    browser = Browser(build_app(site))
    said = [browser.sign_in("a@x.example", "wrong") for _ in range(6)]
    assert [answer.status_code for answer in said] == [422] * 5 + [429]
    assert said[5].headers["retry-after"] == "30"
    assert 'role="alert"' in said[5].text
    assert "wrong" not in said[0].text.split("<form", 1)[1]  # the password is not sent back


def test_tokens_come_in_by_header_and_a_wrong_one_is_nobody(site: Site) -> None:
    ada = admins_browser(site)
    secret, token = make_token(site.accounts, ADMIN, Wish("x", ["see_answers"]))
    api = Browser(ada.client.app)
    assert api.get("/", headers={"Authorization": f"Bearer {secret}"}).status_code == 200
    assert api.get("/settings", headers={"Authorization": f"Bearer {secret}"}).status_code == 404
    assert api.get("/settings/users", headers={"Authorization": f"Bearer {secret}"}).status_code == 403
    for header in (f"Bearer {secret}x", "Bearer", "Basic !!", f"Token {secret}", "Bearer " + "x" * 9_000, "Basic ////"):
        assert ada.get("/", headers={"Authorization": header}).status_code == 303  # even beside a good cookie
    assert ada.form("/settings/tokens", f"/settings/tokens/{token.token_id}/revoke").status_code == 303
    assert api.get("/", headers={"Authorization": f"Bearer {secret}"}).status_code == 303
    assert ada.form("/settings/tokens", f"/settings/tokens/{token.token_id}/revoke").status_code == 404


def test_a_token_that_asks_too_often_is_told_when_to_come_back(tmp_path: Path) -> None:
    site = site_in(tmp_path / "shop", ServeSettings(api_per_second=2))
    secret, _ = make_token(site.accounts, ADMIN, Wish("x", ["see_answers"]))
    api = Browser(build_app(site))
    answers = [api.get("/", headers={"Authorization": f"Bearer {secret}"}) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 429]
    assert answers[4].headers["retry-after"] == "1"
    site.close()


def test_what_happens_at_the_door_is_in_the_record(site: Site) -> None:
    ada = admins_browser(site)
    Browser(ada.client.app).sign_in("admin@x.example", "wrong")
    ada.form("/settings", "/sign-out")
    did = [(entry.did, entry.entity) for entry in site.accounts.audit.read(Wanted())]
    for line in (("signed in", "session"), ("failed", "sign-in"), ("signed out", "session"), ("changed", "user")):
        assert line in did
