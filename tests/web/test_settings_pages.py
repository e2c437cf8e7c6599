"""The settings: each page does what it says, and nothing for those who may not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from accounts_client import PASSWORD, Browser, admins_browser, invited, site_in

from tradewind.flow.answers.word_table import find_words
from tradewind.web.site import Site


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    made = site_in(tmp_path / "shop")
    yield made
    made.close()


def id_of(ada: Browser, email: str) -> str:
    row = next(row for row in ada.get("/settings/users").text.split("<tr>") if email in row)
    found = re.search(r"/settings/users/(\w+)/change", row)
    assert found is not None
    return found.group(1)


def test_an_admin_changes_locks_and_removes_people(site: Site) -> None:
    ada = admins_browser(site)
    sam = invited(site, ada, "viewer", "sam@x.example")
    me, his = id_of(ada, "admin@x.example"), id_of(ada, "sam@x.example")
    assert sam.get("/settings/audit").status_code == 403
    changed = ada.form("/settings/users", f"/settings/users/{his}/change", {"role": "marketer", "owners": "Sam\nS. R."})
    assert changed.headers["location"] == "/settings/users?done=changed"
    assert "S. R." in sam.get("/settings").text
    assert ada.form("/settings/users", f"/settings/users/{his}/lock").status_code == 303
    assert sam.get("/settings").status_code == 303
    assert sam.sign_in("sam@x.example").status_code == 422
    assert ada.form("/settings/users", f"/settings/users/{his}/unlock").status_code == 303
    assert sam.sign_in("sam@x.example").status_code == 303
    page = ada.form("/settings/users", f"/settings/users/{his}/reset").text
    link = re.search(r"/welcome/([\w-]+)", page)
    assert link is not None
    assert sam.welcome(link.group(1), "").status_code == 303
    refused = ada.form("/settings/users", f"/settings/users/{me}/remove")
    assert refused.status_code == 422
    assert "last admin" in refused.text
    assert ada.form("/settings/users", f"/settings/users/{his}/remove").status_code == 303
    assert sam.get("/settings").status_code == 303
    for path in ("change", "lock", "unlock", "reset", "remove"):
        assert ada.form("/settings/users", f"/settings/users/{his}/{path}", {"role": "admin"}).status_code == 404


def test_names_are_shown_as_text(site: Site) -> None:
    ada = admins_browser(site)
    name = '<script>alert(1)</script>" onload=x'
    ada.form("/settings", "/settings/me", {"name": name, "owners": name})
    for path in ("/settings", "/settings/users", "/settings/audit", "/"):
        assert "<script>alert" not in ada.get(path).text
    assert "&lt;script&gt;alert" in ada.get("/settings/users").text


def test_one_sees_and_ends_only_ones_own_sessions(site: Site) -> None:
    ada = admins_browser(site)
    sam = invited(site, ada, "viewer", "sam@x.example")
    there = Browser(ada.client.app)
    there.client.headers["user-agent"] = "Mozilla/5.0 (iPhone) AppleWebKit Safari/604.1"
    there.sign_in("sam@x.example")
    page = sam.get("/settings").text
    assert "Safari on iPhone" in page
    his = re.findall(r'name="session" value="(\w+)"', page)
    assert len(his) == 1
    assert ada.form("/settings", "/settings/sessions/end", {"session": his[0]}).status_code == 404
    assert there.get("/settings").status_code == 200
    assert sam.form("/settings", "/settings/sessions/end", {"session": his[0]}).status_code == 303
    assert there.get("/settings").status_code == 303
    there.sign_in("sam@x.example")
    assert sam.form("/settings", "/settings/sessions/all").headers["location"] == "/sign-in"
    assert there.get("/settings").status_code == sam.get("/settings").status_code == 303


def test_a_changed_password_keeps_this_browser_in_and_puts_others_out(site: Site) -> None:
    ada = admins_browser(site)
    there = Browser(ada.client.app)
    there.sign_in("admin@x.example")
    new = {"present": PASSWORD, "password": "a new lamp by the river", "again": "a new lamp by the river"}
    assert ada.form("/settings", "/settings/password", {**new, "again": "x"}).status_code == 422
    assert ada.form("/settings", "/settings/password", {**new, "present": "x"}).status_code == 422
    assert ada.form("/settings", "/settings/password", new).status_code == 303
    assert ada.get("/settings").status_code == 200
    assert there.get("/settings").status_code == 303


def test_a_token_is_shown_once_with_what_to_do_with_it(site: Site) -> None:
    ada = admins_browser(site)
    made = ada.form(
        "/settings/tokens", "/settings/tokens", {"name": "crm", "scopes": ["see_answers"], "valid_days": ""}
    )
    secret = re.search(r"tw_[\w-]{40,}", made.text)
    assert secret is not None
    assert f"Bearer {secret.group(0)}" in made.text
    assert made.headers["cache-control"] == "no-store"
    page = ada.get("/settings/tokens").text
    assert secret.group(0) not in page
    assert secret.group(0)[:9] in page
    key = {"name": "shop", "kind": "browser key", "origins": "https://shop.example"}
    assert "twkey_" in ada.form("/settings/tokens", "/settings/tokens", key).text
    for wrong in ({"name": "x"}, {**key, "origins": "*"}, {"name": "x", "scopes": "run", "valid_days": "9" * 30}):
        assert ada.form("/settings/tokens", "/settings/tokens", wrong).status_code == 422


def test_the_record_is_filtered_and_taken_out_as_a_file_that_runs_nothing(site: Site) -> None:
    ada = admins_browser(site)
    invited(site, ada, "viewer", "sam@x.example")
    ada.form("/settings", "/settings/me", {"name": "=1+1", "owners": ""})
    assert "=1+1" in ada.get("/settings/audit?did=changed&entity=user").text
    assert "No line of the record" in ada.get("/settings/audit?entity_id=nothing").text
    assert ada.get("/settings/audit?since=yesterday").status_code == 422
    assert ada.get("/settings/audit?before=x%20y&since=2026-11-01&until=2026-11-01").status_code == 200
    file = ada.get("/settings/audit.csv")
    assert file.headers["content-type"] == "text/csv; charset=utf-8"
    assert "'=1+1" in file.text
    assert ",=1+1" not in file.text
    assert ("exported", "record") in [(e.did, e.entity) for e in site.accounts.audit.read(_everything())]


def test_every_word_can_be_looked_up(site: Site) -> None:
    ada = admins_browser(site)
    assert "Proved by a test" in ada.get("/settings/words?q=PROVED").text
    assert "No word is like this" in ada.get("/settings/words?q=%3Cb%3Exyz").text
    groups = find_words()
    assert {"How sure we are", "Money", "Who may do what", "Questions", "Your data"} <= set(groups)
    assert "Money" in find_words("break-even pay")


def _everything():
    from tradewind.store.audit_state import Wanted

    return Wanted()
