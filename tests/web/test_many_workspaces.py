"""Several workspaces on one server: whoever comes into one is nobody in every other."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from accounts_client import Browser, Turned

from tradewind.core.errors import ConfigError
from tradewind.core.visitor import ALLOWED, Visitor
from tradewind.flow.accounts.changes import Wish, first_link, make_token
from tradewind.flow.accounts.door import Cost
from tradewind.store.audit_state import Wanted
from tradewind.web.many import Many, build_many, folders_in
from tradewind.web.settings import ServeSettings

CONFIG = '[workspace]\nname = "{}"\ncurrency = "USD"\ntimezone = "UTC"\n'
ADMIN = Visitor("u", "U", "admin", "user", ALLOWED["admin"])


@pytest.fixture
def many(tmp_path: Path) -> Iterator[Many]:
    for name in ("shop", "shop2", "Bäcker Müller"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "tradewind.toml").write_text(CONFIG.format(name), encoding="utf-8")
    (tmp_path / "empty").mkdir()
    made = build_many(tmp_path, ServeSettings(), Turned(), {"SHARED": f"sqlite:///{tmp_path / 'shared.db'}"})
    for site in made.sites():
        site.accounts.cost = Cost(passes=1, kibibytes=8, lanes=1)
    yield made
    made.close()


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
@pytest.mark.parametrize(
    ("path", "what"),
    [("/v1/me", "it names no workspace"), ("/v1", "it names no workspace"),
     ("/w/none/v1/score", "there is no such workspace here")],
)  # fmt: skip
def test_a_program_that_names_no_workspace_is_told_which_address_to_use(
    many: Many, path: str, what: str, method: str
) -> None:
    answer = Browser(many).client.request(method, path)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    told = answer.json()
    (problem,) = told["problems"]
    assert (told["status"], problem["what"], problem["found"]) == (404, what, path)
    assert "/w/NAME/v1/" in problem["expected"]
    assert "shop" not in answer.text


def browser_in(many: Many, number: int) -> Browser:
    site = many.sites()[number]
    browser = Browser(many, prefix=site.prefix)
    assert browser.welcome(first_link(site.accounts) or "", "a@x.example").headers["location"] == f"{site.prefix}/"
    return browser


def test_each_is_served_under_its_folders_name_and_none_is_listed(many: Many) -> None:
    assert [site.prefix for site in many.sites()] == ["/w/B%C3%A4cker%20M%C3%BCller", "/w/shop", "/w/shop2"]
    nobody = Browser(many)
    front = nobody.get("/")
    assert front.status_code == 200
    assert "shop" not in front.text
    assert "content-security-policy" in front.headers
    for path in ("/w/none/", "/w/empty/", "/w/../shop/", "/w//", "/w/.hidden/", "/sign-in", "/w/shop%2f..%2fshop2x/"):
        assert nobody.get(path).status_code == 404
    assert nobody.get("/w/shop").headers["location"] == "/w/shop/"
    assert nobody.get("/w/shop/").headers["location"] == "/w/shop/sign-in?next=%2F"
    for number in range(3):
        browser = browser_in(many, number)
        page = browser.get("/settings")
        assert page.status_code == 200
        links = set(re.findall(r'(?:href|src|action)="(/[^"]*)"', page.text))
        assert all(link.startswith(f"{browser.prefix}/") for link in links), links
        sheet = next(link for link in links if link.endswith("tradewind.css"))
        assert browser.client.get(sheet).status_code == 200


def test_a_cookie_opens_only_its_own_workspace(many: Many) -> None:
    shop = browser_in(many, 1)
    cookie = next(each for each in shop.client.cookies.jar if not each.name.endswith("-guest"))
    assert cookie.path == "/w/shop"
    answer = shop.client.get("/w/shop2/settings")
    assert answer.headers["location"].startswith("/w/shop2/sign-in")
    other = browser_in(many, 2)
    theirs = next(each for each in other.client.cookies.jar if not each.name.endswith("-guest"))
    assert theirs.name != cookie.name
    for name in (cookie.name, theirs.name, "tradewind"):  # even where a browser is made to send it
        sent = {"Cookie": f"{name}={cookie.value}"}
        assert Browser(many).client.get("/w/shop2/settings", headers=sent).status_code == 303
    assert Browser(many).client.get("/w/shop/settings", headers={"Cookie": f"{cookie.name}={cookie.value}"}).is_success


def test_a_token_a_form_a_link_and_an_id_of_another_workspace_are_nothing(many: Many) -> None:
    shop, other = browser_in(many, 1), browser_in(many, 2)
    site = many.sites()[1]
    secret, token = make_token(site.accounts, ADMIN, Wish("x", ["see_answers"]))
    headers = {"Authorization": f"Bearer {secret}"}
    assert Browser(many).client.get("/w/shop/", headers=headers).status_code == 200
    assert Browser(many).client.get("/w/shop2/", headers=headers).status_code == 303
    assert other.form("/settings/tokens", f"/settings/tokens/{token.token_id}/revoke").status_code == 404
    theirs = re.search(r'name="csrf" value="([^"]*)"', shop.get("/settings").text)
    assert theirs is not None
    refused = other.client.post("/w/shop2/settings/users/invite", data={"csrf": theirs[1], "role": "admin"})
    assert refused.status_code == 403
    page = shop.form("/settings/users", "/settings/users/invite", {"role": "admin"}).text
    link = re.search(r"/w/shop/welcome/([\w-]+)", page)
    assert link is not None
    assert Browser(many).client.get(f"/w/shop2/welcome/{link[1]}").status_code == 404
    user = re.search(r"/settings/users/(\w{32})/change", page)
    assert user is not None
    assert other.form("/settings/users", f"/settings/users/{user[1]}/remove").status_code == 404
    assert Browser(many, prefix="/w/shop2").sign_in("a@x.example", "another one").status_code == 422
    assert {entry.who for entry in many.sites()[2].accounts.audit.read(Wanted(who=token.token_id))} == set()


def test_failures_at_one_workspace_slow_nobody_at_another(many: Many) -> None:
    browser_in(many, 1), browser_in(many, 2)
    guesser = Browser(many, prefix="/w/shop")
    assert [guesser.sign_in("a@x.example", "wrong").status_code for _ in range(6)][-1] == 429
    assert Browser(many, prefix="/w/shop2").sign_in("a@x.example").status_code == 303


def test_one_that_comes_later_is_served_and_one_state_for_two_is_refused(many: Many, tmp_path: Path) -> None:
    assert folders_in(tmp_path / "shop") == []  # a workspace is not a folder of workspaces
    shutil.copytree(tmp_path / "empty", tmp_path / "late")
    (tmp_path / "late" / "tradewind.toml").write_text(CONFIG.format("late"))
    assert Browser(many).get("/w/late/sign-in").status_code == 200
    with pytest.raises(ConfigError, match="share one state"):
        build_many(tmp_path, ServeSettings(state="postgresql://x"))
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "tradewind.toml").write_text(CONFIG.format(name) + 'state = "${SHARED}"\n')
    assert Browser(many).get("/w/one/sign-in").status_code == 200
    assert Browser(many).get("/w/two/sign-in").status_code == 404
    first_link(many.sites()[1].accounts)
    shutil.copytree(tmp_path / "shop2", tmp_path / "template")  # with its users and tokens
    assert Browser(many).get("/w/template/sign-in").status_code == 404
    assert "/w/template" not in [site.prefix for site in many.sites()]
    for file in (tmp_path / "template").glob("state.db*"):
        file.unlink()


def test_an_upload_lies_in_its_own_workspace_and_needs_its_own_form(many: Many, tmp_path: Path) -> None:
    shop, other = browser_in(many, 1), browser_in(many, 2)
    token = re.search(r'name="csrf" content="([^"]*)"', shop.get("/settings").text)
    assert token is not None
    content = b"id,who,at,paid\n1,a,2026-01-01,3\n"
    theirs = {"X-CSRF-Token": token[1], "content-type": "text/csv"}
    refused = other.client.put("/w/shop2/data/uploads/xcashdesk/orders.csv", content=content, headers=theirs)
    assert refused.status_code == 403
    taken = shop.client.put("/w/shop/data/uploads/xcashdesk/orders.csv", content=content, headers=theirs)
    assert taken.status_code == 200
    assert not list((tmp_path / "shop2").rglob("*.csv"))
    assert len(list((tmp_path / "shop").rglob("orders.csv"))) == 1
    for path in ("/data", "/data/mapping", "/data/sources"):
        assert "xcashdesk" not in other.get(path).text
