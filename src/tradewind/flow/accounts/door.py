"""The door of one workspace: who comes in by password, cookie or token, how often, and the record of it."""

from __future__ import annotations

import ipaddress
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Literal

from tradewind.core.accounts import ApiToken, Session, User
from tradewind.core.errors import AccountError, Problem, TooMany
from tradewind.core.time import Clock
from tradewind.core.visitor import ALLOWED, Visitor
from tradewind.govern.audit import AuditLog
from tradewind.govern.limits import Limit, Limits, forget_full_buckets
from tradewind.govern.lockout import FORGOTTEN, account_key, count_try, forgive
from tradewind.govern.passwords import Cost
from tradewind.govern.secrets_kept import csrf_of, digest, keyed, new_secret, same
from tradewind.govern.sessions import (
    LONGEST,
    SignedIn,
    begin_session,
    check_credentials,
    end_sessions,
    find_session,
    normal_email,
    user_id_of,
)
from tradewind.govern.tokens import find_token, is_valid, list_tokens, role_of
from tradewind.store.guard_state import delete_failed_before
from tradewind.store.state import State
from tradewind.store.state_connection import writing
from tradewind.store.users_state import secret_of

__all__ = ["LONGEST", "Accounts", "Cost", "Limit", "SignedIn", "csrf_of", "new_secret", "same"]

REMEMBERED = timedelta(seconds=5)
"""How long another process's change may go unnoticed; one of this process is noticed at once."""

MOST_REMEMBERED = 10_000
SIGN_INS = Limit(per_second=1 / 3, burst=30)
"""Sign-ins from one address."""

ACCOUNT_SIGN_INS = Limit(per_second=1 / 60, burst=100)
"""Sign-ins to one account, from wherever: many addresses together guess no faster."""

PAGES = Limit(per_second=50, burst=300)
"""Requests of one signed-in person."""


class Accounts:
    """Who may come into one workspace.

    Args:
        state: returns the state database.
        clock: the present instant.
        cost: of a password's hash.
        api: how many requests a token may make.
    """

    def __init__(
        self,
        state: Callable[[], State],
        clock: Clock,
        cost: Cost | None = None,
        api: Limit | None = None,
    ) -> None:
        self.state, self.clock = state, clock
        self.cost = cost or Cost()
        self.api = api or Limit(per_second=500, burst=1_000)
        self.audit = AuditLog(state, clock)
        self.limits = Limits(state, clock)
        self._lock = threading.Lock()
        self._remembered: dict[str, tuple[datetime, Visitor, tuple[str, ...]]] = {}
        self._changes = 0
        self._origins: tuple[datetime, frozenset[str]] | None = None
        self._secret = ""
        self._tidied_at: datetime | None = None

    def recognise_session(self, secret: str) -> Visitor | None:
        """Return who is signed in with a cookie's secret.

        Raises:
            TooMany: he sends more than a person can.
        """
        visitor, _ = self._recognise(f"session {digest(secret)}", lambda: self._session_visitor(secret))
        if visitor is not None:
            self.limits.take(f"person:{visitor.id}", PAGES, "requests")
        return visitor

    def recognise_token(self, secret: str, origin: str = "") -> Visitor | None:
        """Return which token, or browser key on one of its pages, a secret opens.

        Args:
            secret: as it was sent.
            origin: the page that sends it, as the browser says.
        Raises:
            TooMany: it sends more than it may.
        """
        visitor, origins = self._recognise(f"token {digest(secret)}", lambda: self._token_visitor(secret))
        if visitor is None or (visitor.kind == "browser key" and origin.lower() not in origins):
            return None
        self.limits.take(f"token:{visitor.id}", self.api, "requests of this token")
        return visitor

    def is_remembered(self, secret: str, kind: Literal["session", "token"]) -> bool:
        """Return whether recognising a secret needs no look into the state database."""
        with self._lock:
            found = self._remembered.get(f"{kind} {digest(secret)}")
        return found is not None and self.clock() < found[0]

    def may_send_events(self, origin: str) -> bool:
        """Return whether some browser key may be used on a page: browsers ask before they send."""
        now, known = self.clock(), self._origins
        if known is None or now >= known[0]:
            tokens = list_tokens(self.state())
            origins = {one for token in tokens if is_valid(token, now) for one in token.origins}
            known = self._origins = now + REMEMBERED, frozenset(origins)
        return origin.lower() in known[1]

    def sign_in(self, email: str, password: str, address: str, device: str, replaces: str = "") -> SignedIn:
        """Let somebody in who knows address and password.

        Args:
            email: as typed.
            password: as typed.
            address: network address that it comes from.
            device: browser and system in two words.
            replaces: what the cookie held until now; that session ends.
        Raises:
            AccountError: no such account, wrong password or locked: one message for all.
            TooMany: too many tries; see `govern.lockout`.
        """
        state, now = self.state(), self.clock()
        origin, typed = self.origin_of(address), normal_email(email)
        account = account_key(self.secret(), typed)
        try:
            self.limits.take(f"sign-in:{origin}", SIGN_INS, "sign-ins", wait=True)
            self.limits.take(f"account:{account}", ACCOUNT_SIGN_INS, "sign-ins", wait=True)
            count_try(state, account, origin, now)
        except TooMany:
            self.audit.write_soon(self.audit.entry("nobody", "nobody", "refused", "sign-in", "too many", origin))
            raise
        user = check_credentials(state, typed, password, self.cost)
        if user is None:
            meant = user_id_of(state, typed) or "unknown"
            self.audit.write(self.audit.entry("nobody", "nobody", "failed", "sign-in", meant, origin))
            raise AccountError(Problem("", "this address and this password do not belong together"))
        forgive(state, account, origin)
        return self.begin(user, address, device, replaces)

    def begin(self, user: User, address: str, device: str, replaces: str = "") -> SignedIn:
        """Sign somebody in who has proved who he is, by password or by a link.

        Raises:
            AccountError: he was locked or removed in this very moment.
        """
        now = self.clock()
        signed = begin_session(self.state(), user, device, now, replaces)
        self.changed()
        self.audit.write(self.audit.entry(user.user_id, "user", "signed in", "session", "", self.origin_of(address)))
        self._tidy(now)
        return signed

    def sign_out(self, secret: str) -> None:
        """End the session that a cookie's secret opens, if it does."""
        found = find_session(self.state(), secret, self.clock())
        if found is not None:
            end_sessions(self.state(), found[1].user_id, only=found[0].session_hash)
            self.audit.write(self.audit.entry(found[1].user_id, "user", "signed out", "session"))
        self.changed()

    def changed(self) -> None:
        """Forget who was recognised: something about accounts is different from now on."""
        with self._lock:
            self._remembered.clear()
            self._changes += 1
            self._origins = None

    def origin_of(self, address: str) -> str:
        """Return a keyed hash of a network address; of a version 6 address, of the network that one household has."""
        try:
            found = ipaddress.ip_address(address)
            if found.version == 6:
                mapped = found.ipv4_mapped
                address = str(mapped or ipaddress.ip_network((found, 64), strict=False))
        except ValueError:
            address = "unknown"
        return keyed(self.secret(), f"address {address}")

    def secret(self) -> str:
        """Return the secret of the database's keyed hashes, made at first use."""
        if not self._secret:
            with writing(self.state().engine) as connection:
                self._secret = secret_of(connection, new_secret())
        return self._secret

    def close(self) -> None:
        """Write what still waits for the record, and let nothing touch the state database any more."""
        self.limits.close()
        self.audit.close()

    def _recognise(
        self, key: str, look: Callable[[], tuple[Visitor, tuple[str, ...]] | None]
    ) -> tuple[Visitor | None, tuple[str, ...]]:
        now = self.clock()
        with self._lock:
            known, before = self._remembered.get(key), self._changes
        if known is not None and now < known[0]:
            return known[1], known[2]
        found = look()
        if found is None:
            return None, ()
        with self._lock:
            if self._changes == before:  # otherwise it may be what was true before the change
                if len(self._remembered) >= MOST_REMEMBERED:
                    self._remembered.clear()
                self._remembered[key] = now + REMEMBERED, *found
        return found

    def _session_visitor(self, secret: str) -> tuple[Visitor, tuple[str, ...]] | None:
        found: tuple[Session, User] | None = find_session(self.state(), secret, self.clock())
        if found is None:
            return None
        user = found[1]
        role = user.role
        return Visitor(user.user_id, user.name, role, "user", ALLOWED[role], user.owners, csrf_of(secret)), ()

    def _token_visitor(self, secret: str) -> tuple[Visitor, tuple[str, ...]] | None:
        token: ApiToken | None = find_token(self.state(), secret, self.clock())
        if token is None:
            return None
        scopes = frozenset(token.scopes)
        return Visitor(token.token_id, token.name, role_of(token), token.kind, scopes, token.owners), token.origins

    def _tidy(self, now: datetime) -> None:
        """Once a day, remove what is too old."""
        if self._tidied_at is not None and now - self._tidied_at < timedelta(days=1):
            return
        self._tidied_at = now
        self.audit.cut()
        forget_full_buckets(self.state(), now)
        with writing(self.state().engine) as connection:
            delete_failed_before(connection, now - FORGOTTEN)
