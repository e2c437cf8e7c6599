"""Guessing and flooding: slower with each wrong password, shared limits over two servers, the same for everybody."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tradewind.core.errors import AccountError, TooMany
from tradewind.core.visitor import ALLOWED, Visitor
from tradewind.flow.accounts import changes as change
from tradewind.flow.accounts.door import SIGN_INS, Accounts
from tradewind.govern.limits import Limit
from tradewind.govern.lockout import delay_after
from tradewind.store.audit_state import Wanted

PASSWORD = "lamp river seven cups"
MakeServer = Callable[[], Accounts]


def admin_of(accounts: Accounts) -> Visitor:
    user = change.accept_link(accounts, change.first_link(accounts) or "", "a@x.example", "A", PASSWORD, "")
    return Visitor(user.user_id, "A", "admin", "user", ALLOWED["admin"])


def test_the_delay_grows_to_an_hour() -> None:
    assert [delay_after(failures).total_seconds() for failures in (0, 4, 5, 6, 7)] == [0, 0, 30, 60, 120]
    assert delay_after(1_000) == timedelta(hours=1)


@pytest.mark.parametrize("email", ["a@x.example", "nobody@x.example"])
def test_guessing_is_slowed_whether_or_not_there_is_such_an_account(
    accounts: Accounts, turned: Any, email: str
) -> None:
    admin = admin_of(accounts)
    said = set()
    for _ in range(5):
        with pytest.raises(AccountError) as wrong:
            accounts.sign_in(email, "wrong", "10.0.0.9", "")
        said.add(str(wrong.value))
    assert said == {"this address and this password do not belong together."}
    with pytest.raises(TooMany) as slowed:
        accounts.sign_in(email, PASSWORD, "10.0.0.9", "")
    assert slowed.value.retry_after == 30
    if email == "a@x.example":
        assert accounts.sign_in(email, PASSWORD, "10.0.0.10", "").user.email == email  # from elsewhere he comes in
        assert change.everybody(accounts).slowed == {admin.id}
        change.unlock(accounts, admin, admin.id)
        assert accounts.sign_in(email, PASSWORD, "10.0.0.9", "").user.email == email
    else:
        turned.turn(seconds=30)
        with pytest.raises(AccountError):
            accounts.sign_in(email, "wrong", "10.0.0.9", "")
        with pytest.raises(TooMany) as slowed:
            accounts.sign_in(email, "wrong", "10.0.0.9", "")
        assert slowed.value.retry_after == 60
    did = [entry.did for entry in accounts.audit.read(Wanted())]
    assert did.count("failed") >= 5
    assert "refused" in did


def test_one_address_cannot_try_many_accounts(another_server: MakeServer) -> None:
    servers = [another_server(), another_server()]
    outcomes = []
    for number in range(34):
        server, address = servers[number % 2], f"2001:db8::{number:x}"  # addresses of one household
        try:
            server.sign_in(f"u{number}@x.example", "wrong", address, "")
        except (AccountError, TooMany) as error:
            outcomes.append(type(error).__name__)
    tried = outcomes.count("AccountError")
    assert SIGN_INS.burst <= tried <= SIGN_INS.burst + 1


def test_two_servers_share_a_limit(another_server: MakeServer, turned: Any) -> None:
    one, other = another_server().limits, another_server().limits
    limit = Limit(per_second=10, burst=20)

    def let_through(limits: Any) -> int:
        count = 0
        while True:
            try:
                limits.take("token:t", limit, "requests")
            except TooMany:
                return count
            count += 1

    for server in (one, other):
        server._asked_at = turned.now  # this test says when they look
    assert let_through(one) == 20
    one.reconcile()
    assert let_through(other) == 20  # within the second it does not know yet …
    other.reconcile()
    one.reconcile()
    turned.turn(seconds=2)
    one._asked_at = other._asked_at = turned.now
    assert let_through(one) == 0  # … but what was too much is owed
    turned.turn(seconds=1)
    one._asked_at = other._asked_at = turned.now
    assert let_through(one) == 10
    assert let_through(other) == 10
    one.reconcile()
    other.reconcile()


def test_a_limit_is_looked_at_beside_the_request(accounts: Accounts, turned: Any) -> None:
    for _ in range(3):
        accounts.limits.take("token:t", Limit(1, 5), "requests")
        turned.turn(seconds=1)
    deadline = time.monotonic() + 5
    while "token:t" in accounts.limits._local and time.monotonic() < deadline:
        turned.turn(seconds=10)
        accounts.limits.take("token:u", Limit(100, 500), "requests")
        time.sleep(0.01)
    assert "token:t" not in accounts.limits._local  # full again, and forgotten


def test_waiting_lines_of_the_record_are_written_in_order_and_cut_by_age(accounts: Accounts, turned: Any) -> None:
    log = accounts.audit
    log.write_soon(log.entry("u", "user", "saw", "customer", "C1"))
    turned.turn(seconds=1)
    log.write(log.entry("u", "user", "exported", "list", "lapse", "", {"rows": 50}))
    assert [entry.did for entry in log.read(Wanted())] == ["exported", "saw"]
    assert [entry.entity_id for entry in log.read(Wanted(did="saw", who="u"))] == ["C1"]
    newest = log.read(Wanted(), limit=1)[0]
    assert [entry.did for entry in log.read(Wanted(), 10, (newest.at, newest.audit_id))] == ["saw"]
    turned.turn(days=396)
    assert log.cut() == 1
    turned.turn(seconds=1)
    assert log.cut() == 1
