"""Accounts on SQLite and on Postgres, with a clock that the test turns and passwords that are cheap to check."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest

from tradewind.flow.accounts.door import Accounts, Cost
from tradewind.store.state import State, open_state

CHEAP = Cost(passes=1, kibibytes=8, lanes=1)


class Turned:
    """A clock that stands until it is turned."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 1, 9)

    def __call__(self) -> datetime:
        return self.now

    def turn(self, **span: float) -> None:
        self.now += timedelta(**span)


@pytest.fixture
def turned() -> Turned:
    return Turned()


@pytest.fixture
def state(state_url: str) -> Iterator[State]:
    opened = open_state(state_url)
    yield opened
    opened.close()


@pytest.fixture
def another_server(state_url: str, turned: Turned) -> Iterator[Callable[[], Accounts]]:
    """Makes the accounts of one more server over the same state database."""
    opened: list[tuple[State, Accounts]] = []

    def make() -> Accounts:
        own = open_state(state_url)
        accounts = Accounts(lambda: own, turned, CHEAP)
        opened.append((own, accounts))
        return accounts

    yield make
    for own, accounts in opened:
        accounts.close()
        own.close()


@pytest.fixture
def accounts(another_server: Callable[[], Accounts]) -> Accounts:
    return another_server()
