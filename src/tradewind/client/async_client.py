"""The client for programs that wait for many things at once: the same methods, awaited."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

import httpx

from tradewind.client import calls
from tradewind.client.answers.page import Page
from tradewind.client.call import Call
from tradewind.client.connection import Connection
from tradewind.client.patience import Patience

P = ParamSpec("P")
Answer = TypeVar("Answer")
Item = TypeVar("Item")


def _sent(call: Callable[P, Call[Answer]]) -> Callable[Concatenate[AsyncClient, P], Coroutine[Any, Any, Answer]]:
    @wraps(call)
    async def method(self: AsyncClient, /, *args: P.args, **kwargs: P.kwargs) -> Answer:
        return await self.send(call(*args, **kwargs))

    return method


def _each(call: Callable[P, Call[Page[Item]]]) -> Callable[Concatenate[AsyncClient, P], AsyncIterator[Item]]:
    @wraps(call)
    def method(self: AsyncClient, /, *args: P.args, **kwargs: P.kwargs) -> AsyncIterator[Item]:
        return self.each(call(*args, **kwargs))

    return method


class AsyncClient:
    """Speaks to a server; use it in an `async with`, or `close` it.

    Args:
        url: address of the server, or of one workspace of it.
        token: API token; make one under Settings, Tokens.
        timeout: seconds to wait for one answer.
        patience: how often a call is tried, and how long one waits between.
        transport: of httpx, for tests.
    """

    def __init__(
        self,
        url: str,
        token: str = "",
        timeout: float = 30.0,
        patience: Patience | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._connection = Connection(url, token, patience or Patience())
        self._http = httpx.AsyncClient(timeout=timeout, transport=transport)

    # One line an operation; `help(AsyncClient.get_list)` shows what each takes.
    get_me = _sent(calls.get_me)
    list_questions = _sent(calls.list_questions)
    get_question = _sent(calls.get_question)
    list_findings = _sent(calls.list_findings)
    get_economics = _sent(calls.get_economics)
    get_finding = _sent(calls.get_finding)
    get_finding_table = _sent(calls.get_finding_table)
    list_customers = _sent(calls.list_customers)
    get_customer = _sent(calls.get_customer)
    list_customer_timeline = _sent(calls.list_customer_timeline)
    list_accounts = _sent(calls.list_accounts)
    get_account = _sent(calls.get_account)
    list_account_timeline = _sent(calls.list_account_timeline)
    list_leads = _sent(calls.list_leads)
    get_lead = _sent(calls.get_lead)
    list_lead_timeline = _sent(calls.list_lead_timeline)
    list_deals = _sent(calls.list_deals)
    get_deal = _sent(calls.get_deal)
    list_deal_timeline = _sent(calls.list_deal_timeline)
    list_lists = _sent(calls.list_lists)
    get_list = _sent(calls.get_list)
    export_list = _sent(calls.export_list)
    give_feedback = _sent(calls.give_feedback)
    list_feedback = _sent(calls.list_feedback)
    start_run = _sent(calls.start_run)
    list_runs = _sent(calls.list_runs)
    get_run = _sent(calls.get_run)
    list_run_events = _sent(calls.list_run_events)
    cancel_run = _sent(calls.cancel_run)
    get_score = _sent(calls.get_score)
    score = _sent(calls.score)
    get_explanation = _sent(calls.get_explanation)
    explain = _sent(calls.explain)
    score_features = _sent(calls.score_features)
    score_batch = _sent(calls.score_batch)
    send_events = _sent(calls.send_events)
    send_batch = _sent(calls.send_batch)
    send_track = _sent(calls.send_track)
    send_identify = _sent(calls.send_identify)
    send_page = _sent(calls.send_page)
    send_screen = _sent(calls.send_screen)
    send_group = _sent(calls.send_group)
    send_alias = _sent(calls.send_alias)

    each_question = _each(calls.list_questions)
    each_finding = _each(calls.list_findings)
    each_finding_row = _each(calls.get_finding_table)
    each_customer = _each(calls.list_customers)
    each_customer_moment = _each(calls.list_customer_timeline)
    each_account = _each(calls.list_accounts)
    each_account_moment = _each(calls.list_account_timeline)
    each_lead = _each(calls.list_leads)
    each_lead_moment = _each(calls.list_lead_timeline)
    each_deal = _each(calls.list_deals)
    each_deal_moment = _each(calls.list_deal_timeline)
    each_list = _each(calls.list_lists)
    each_row = _each(calls.get_list)
    each_feedback = _each(calls.list_feedback)
    each_run = _each(calls.list_runs)
    each_run_event = _each(calls.list_run_events)

    async def send(self, call: Call[Answer]) -> Answer:
        """Make a call, again where the server asks for it.

        Raises:
            ApiError: the server refused it.
            NotReached: the server did not answer.
        """
        headers = self._connection.headers(call)
        tried = 0
        while True:
            outcome: httpx.Response | httpx.TransportError
            try:
                outcome = await self._http.request(**self._connection.request(call, headers))
            except httpx.TransportError as error:
                outcome = error
            tried += 1
            wait = self._connection.wait(outcome, tried)
            if wait is None:
                return self._connection.read(call, outcome)
            await asyncio.sleep(wait)

    async def each(self, call: Call[Page[Item]]) -> AsyncIterator[Item]:
        """Go through all pages of a call, item by item."""
        while True:
            page = await self.send(call)
            for item in page.items:
                yield item
            if page.next_cursor is None:
                return
            call = call.after(page.next_cursor)

    async def close(self) -> None:
        """Close all connections."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()
