"""Who comes in and who does not: links, people, sessions and tokens, on SQLite and Postgres, with two servers."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from tradewind.core.errors import AccountError, NotFound
from tradewind.core.visitor import ALLOWED, Visitor
from tradewind.flow.accounts import changes as change
from tradewind.flow.accounts.changes import Wish
from tradewind.flow.accounts.door import Accounts, Cost
from tradewind.govern.secrets_kept import digest
from tradewind.store.audit_state import Wanted
from tradewind.store.state import State

PASSWORD = "lamp river seven cups"
MakeServer = Callable[[], Accounts]


def first_admin(accounts: Accounts) -> Visitor:
    link = change.first_link(accounts)
    assert link is not None
    user = change.accept_link(accounts, link, "Ada@Shop.example", "Ada", PASSWORD, "10.0.0.1")
    return Visitor(user.user_id, user.name, "admin", "user", ALLOWED["admin"])


def member(accounts: Accounts, admin: Visitor, role: Any, email: str, owners: tuple[str, ...] = ()) -> Visitor:
    link = change.invite(accounts, admin, role, owners)
    user = change.accept_link(accounts, link, email, email.split("@")[0], PASSWORD, "10.0.0.1")
    return Visitor(user.user_id, user.name, role, "user", ALLOWED[user.role], user.owners)


def cookie_of(accounts: Accounts, email: str, address: str = "10.0.0.1") -> str:
    return accounts.sign_in(email, PASSWORD, address, "Firefox on Linux").secret


def everything_kept(state: State) -> str:
    with state.engine.connect() as connection:
        names = ("users", "sessions", "api_tokens", "one_time_links", "audit_log", "failed_sign_ins", "rate_buckets")
        return repr([connection.exec_driver_sql(f"SELECT * FROM {name}").fetchall() for name in names])


def test_there_is_one_first_admin_even_when_two_open_links_at_once(another_server: MakeServer) -> None:
    servers = [another_server(), another_server()]
    links = [change.first_link(server) for server in servers]
    came: list[str] = []
    refused: list[AccountError] = []

    def come(server: Accounts, link: str | None, number: int) -> None:
        try:
            came.append(change.accept_link(server, link or "", f"a{number}@x.example", "A", PASSWORD, "").user_id)
        except AccountError as error:
            refused.append(error)

    tries = [(servers[number % 2], links[number // 2], number) for number in range(4)]
    threads = [threading.Thread(target=come, args=each) for each in tries]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(came), len(refused)) == (1, 3)
    assert change.first_link(servers[0]) is None
    assert len(change.everybody(servers[0]).users) == 1


def test_a_link_works_once_and_not_for_ever(accounts: Accounts, turned: Any) -> None:
    old = change.first_link(accounts)
    turned.turn(hours=24)
    with pytest.raises(AccountError):
        change.find_link(accounts, old or "")
    admin = first_admin(accounts)
    link = change.invite(accounts, admin, "viewer")
    with pytest.raises(AccountError, match="fewer than 12"):  # what is refused does not use the link up
        change.accept_link(accounts, link, "v@x.example", "V", "short", "")
    with pytest.raises(AccountError, match="this address already"):
        change.accept_link(accounts, link, "ADA@shop.example", "V", PASSWORD, "")
    change.accept_link(accounts, link, "v@x.example", "V", PASSWORD, "")
    for dead in (link, "", "x" * 500, link[:-1]):
        with pytest.raises(AccountError, match="does not work any more"):
            change.accept_link(accounts, dead, "w@x.example", "W", PASSWORD, "")
    withdrawn = change.invite(accounts, admin, "admin")
    assert change.withdraw(accounts, admin, digest(withdrawn))
    with pytest.raises(AccountError):
        change.find_link(accounts, withdrawn)


def test_only_hashes_are_kept_of_what_opens(accounts: Accounts) -> None:
    admin = first_admin(accounts)
    link = change.invite(accounts, admin, "viewer")
    cookie = cookie_of(accounts, "ada@shop.example", "203.0.113.9")
    secret, token = change.make_token(accounts, admin, Wish("shop", ["see_answers"]))
    accounts.recognise_token(secret)
    with pytest.raises(AccountError):
        accounts.sign_in("zoe@nowhere.example", "a wrong password", "203.0.113.9", "")
    accounts.limits.reconcile()
    kept = everything_kept(accounts.state())
    for hidden in (link, cookie, secret, PASSWORD, "203.0.113.9", "zoe@nowhere", "a wrong password"):
        assert hidden not in kept
    assert token.prefix in kept
    assert secret.startswith(token.prefix)
    assert len(secret) - len(token.prefix) >= 36
    record = repr(accounts.audit.read(Wanted()))
    assert "Ada" not in record
    assert "@" not in record


def test_a_session_ends_when_idle_in_the_end_and_on_demand(accounts: Accounts, turned: Any) -> None:
    me = first_admin(accounts)
    cookie = cookie_of(accounts, "ada@shop.example")
    seen = accounts.recognise_session(cookie)
    assert seen is not None
    assert (seen.id, seen.role, seen.kind) == (me.id, "admin", "user")
    assert len(seen.csrf) == 64
    turned.turn(hours=25)
    assert accounts.recognise_session(cookie) is None
    cookie = cookie_of(accounts, "ada@shop.example")
    for _ in range(14):
        turned.turn(hours=23)
        alive = accounts.recognise_session(cookie)
    assert alive is not None
    turned.turn(hours=23)
    assert accounts.recognise_session(cookie) is None  # in use all the time, but fourteen days old
    cookie, other = cookie_of(accounts, "ada@shop.example"), cookie_of(accounts, "ada@shop.example")
    assert change.end_other_sessions(accounts, me, cookie) == 1
    assert accounts.recognise_session(other) is None
    accounts.sign_out(cookie)
    assert accounts.recognise_session(cookie) is None
    assert accounts.recognise_session("") is None


def test_signing_in_replaces_the_session_that_a_cookie_held(accounts: Accounts) -> None:
    first_admin(accounts)
    planted = cookie_of(accounts, "ada@shop.example")
    fresh = accounts.sign_in("ada@shop.example", PASSWORD, "10.0.0.1", "", replaces=planted).secret
    assert fresh != planted
    assert accounts.recognise_session(planted) is None
    assert accounts.recognise_session(fresh) is not None


def test_a_new_password_ends_all_other_sessions_and_an_admins_link_ends_all(accounts: Accounts) -> None:
    admin = first_admin(accounts)
    me = member(accounts, admin, "viewer", "v@x.example")
    here, there = cookie_of(accounts, "v@x.example"), cookie_of(accounts, "v@x.example")
    with pytest.raises(AccountError, match="not your present password"):
        change.change_password(accounts, me, "wrong", "another lamp river", here)
    change.change_password(accounts, me, PASSWORD, "another lamp river", here)
    assert accounts.recognise_session(here) is not None
    assert accounts.recognise_session(there) is None
    link = change.offer_reset(accounts, admin, me.id)
    newer = change.offer_reset(accounts, admin, me.id)
    with pytest.raises(AccountError):
        change.find_link(accounts, link)
    change.accept_link(accounts, newer, "", "", PASSWORD, "")
    assert accounts.recognise_session(here) is None
    assert cookie_of(accounts, "v@x.example")


def test_what_an_admin_changes_holds_at_once_and_on_other_servers_within_five_seconds(
    another_server: MakeServer, turned: Any
) -> None:
    here, there = another_server(), another_server()
    admin = first_admin(here)
    me = member(here, admin, "marketer", "m@x.example")
    cookie = cookie_of(here, "m@x.example")
    secret, token = change.make_token(here, admin, Wish("crm", ["see_answers"]))
    for server in (here, there):
        assert server.recognise_session(cookie)
        assert server.recognise_token(secret)
    change.change_person(here, admin, me.id, "viewer", ())
    change.revoke_token(here, admin, token.token_id)
    now = here.recognise_session(cookie)
    assert now is not None
    assert not now.may("run")
    assert here.recognise_token(secret) is None
    turned.turn(seconds=5)
    late = there.recognise_session(cookie)
    assert late is not None
    assert not late.may("run")
    assert there.recognise_token(secret) is None
    change.lock(there, admin, me.id)
    assert there.recognise_session(cookie) is None
    with pytest.raises(AccountError, match="do not belong together"):
        cookie_of(here, "m@x.example")
    change.unlock(here, admin, me.id)
    assert cookie_of(here, "m@x.example")
    change.remove(here, admin, me.id)
    with pytest.raises(NotFound):
        change.change_person(here, admin, me.id, "admin", ())


def test_the_last_admin_stays(another_server: MakeServer) -> None:
    accounts, other = another_server(), another_server()
    admin = first_admin(accounts)
    for attempt in (
        lambda: change.remove(accounts, admin, admin.id),
        lambda: change.lock(accounts, admin, admin.id),
        lambda: change.change_person(accounts, admin, admin.id, "viewer", ()),
    ):
        with pytest.raises(AccountError, match="last admin"):
            attempt()
    second = member(accounts, admin, "admin", "b@x.example")
    outcome: list[str] = []

    def step_down(server: Accounts, who: Visitor) -> None:
        try:
            change.change_person(server, who, who.id, "viewer", ())
            outcome.append("done")
        except AccountError:
            outcome.append("refused")

    threads = [threading.Thread(target=step_down, args=each) for each in ((accounts, admin), (other, second))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcome) == ["done", "refused"]


def test_who_leaves_takes_invitations_and_tokens_with_him(accounts: Accounts) -> None:
    admin = first_admin(accounts)
    leaving = member(accounts, admin, "admin", "b@x.example")
    invitation = change.invite(accounts, leaving, "admin")
    secret, _ = change.make_token(accounts, leaving, Wish("his", ["see_answers"]))
    change.remove(accounts, admin, leaving.id)
    with pytest.raises(AccountError):
        change.find_link(accounts, invitation)
    assert accounts.recognise_token(secret) is None
    demoted = member(accounts, admin, "admin", "c@x.example")
    invitation = change.invite(accounts, demoted, "admin")
    change.change_person(accounts, admin, demoted.id, "marketer", ())
    with pytest.raises(AccountError):
        change.find_link(accounts, invitation)


def test_sales_cannot_say_whose_records_it_sees(accounts: Accounts) -> None:
    admin = first_admin(accounts)
    sales = member(accounts, admin, "sales", "s@x.example", ("Sam",))
    with pytest.raises(AccountError, match="only an admin"):
        change.change_self(accounts, sales, "Sam", ["Everybody"])
    change.change_self(accounts, sales, "  Samuel \n Reed ", None)
    seen = accounts.recognise_session(cookie_of(accounts, "s@x.example"))
    assert seen is not None
    assert (seen.name, seen.owners) == ("Samuel Reed", ("Sam",))
    assert seen.sees_row("sam ")
    assert not seen.sees_row("Tom")


def test_a_token_may_what_it_says_and_no_more(accounts: Accounts, turned: Any) -> None:
    admin = first_admin(accounts)
    secret, token = change.make_token(
        accounts, admin, Wish("crm", ["see_people", "see_contacts"], ["Sam"], valid_days=30)
    )
    visitor = accounts.recognise_token(secret)
    assert visitor is not None
    assert (visitor.id, visitor.kind, visitor.csrf) == (token.token_id, "token", "")
    assert visitor.permissions == {"see_people", "see_contacts"}
    assert visitor.own_only
    assert not visitor.sees_row("Tom")
    assert accounts.recognise_token(secret[:-1]) is None
    assert accounts.recognise_session(secret) is None
    turned.turn(days=30)
    assert accounts.recognise_token(secret) is None
    lesser = Visitor("u", "U", "marketer", "user", ALLOWED["marketer"])
    for wish in (
        Wish("", ["see_answers"]), Wish("x"), Wish("x", ["fly"]), Wish("x", ["manage_accounts"]),
        Wish("x", ["change_settings"]), Wish("x", ["run"], ["Sam"]), Wish("x", ["run"], valid_days=0),
    ):  # fmt: skip
        with pytest.raises(AccountError):
            change.make_token(accounts, lesser, wish)


def test_a_browser_key_sends_events_from_its_own_pages_only(accounts: Accounts) -> None:
    admin = first_admin(accounts)
    wish = Wish("shop", ["see_people"], origins=["https://Shop.example/", "http://localhost:3000"], kind="browser key")
    secret, _ = change.make_token(accounts, admin, wish)
    visitor = accounts.recognise_token(secret, "https://shop.example")
    assert visitor is not None
    assert visitor.permissions == {"write_events"}
    for origin in ("", "null", "https://shop.example.evil.example", "http://shop.example", "https://evil.example"):
        assert accounts.recognise_token(secret, origin) is None
    assert accounts.may_send_events("https://shop.example")
    assert not accounts.may_send_events("https://evil.example")
    for origin in ("*", "shop.example", "https://shop.example/path", "https://a@shop.example", "javascript:alert(1)"):
        with pytest.raises(AccountError):
            change.make_token(accounts, admin, Wish("x", origins=[origin], kind="browser key"))


def test_a_hash_is_made_anew_when_parameters_change(accounts: Accounts) -> None:
    first_admin(accounts)
    accounts.cost = Cost(passes=2, kibibytes=8, lanes=1)
    cookie_of(accounts, "ada@shop.example")
    assert "m=8,t=2,p=1" in everything_kept(accounts.state())
    assert cookie_of(accounts, "ada@shop.example")


def test_the_terminal_helps_an_admin_back_in(accounts: Accounts) -> None:
    assert change.find_link(accounts, change.admin_link(accounts)).kind == "first admin"
    admin = first_admin(accounts)
    assert change.find_link(accounts, change.admin_link(accounts)).kind == "invitation"
    link = change.admin_link(accounts, "ADA@shop.example")
    assert change.find_link(accounts, link).user_id == admin.id
    with pytest.raises(AccountError, match="no admin"):
        change.admin_link(accounts, "who@x.example")
