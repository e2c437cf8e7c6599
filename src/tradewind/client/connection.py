"""What a call needs on the wire: request, answer or error, the wait before the next try. Without input or output."""

from __future__ import annotations

import json
import random
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

import httpx

from tradewind.client.call import Call
from tradewind.client.errors import NotReached, error_of
from tradewind.client.patience import Patience, wait_before_next
from tradewind.client.reading import read_answer

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Connection:
    """Where the server is and how one speaks to it.

    Args:
        url: address of the server, or of one workspace of it (`https://host/w/shop`).
        token: API token.
        patience: how often and how long.
    """

    url: str
    token: str = field(repr=False)
    patience: Patience = Patience()

    def headers(self, call: Call[Any]) -> dict[str, str]:
        """Return the headers of a call; the key of a write stays the same through all its tries."""
        headers = {"accept": "*/*" if call.answer is bytes else "application/json"}
        if self.token:
            headers["authorization"] = f"Bearer {self.token}"
        if call.writes:
            headers["idempotency-key"] = call.key or secrets.token_hex(16)
        if call.file is not None:
            headers["content-type"] = call.media_type
        return headers

    def request(self, call: Call[Any], headers: dict[str, str]) -> dict[str, Any]:
        """Return the arguments of `httpx.Client.request`."""
        address = self.url.rstrip("/") + call.path
        asked: dict[str, Any] = {"method": call.method, "url": address, "headers": headers, "params": call.parameters}
        if call.file is not None:
            asked["content"] = call.file
        elif call.body is not None:
            asked["json"] = dict(call.body)
        return asked

    def wait(self, outcome: httpx.Response | httpx.TransportError, tried: int) -> float | None:
        """Return the seconds before the next try; None where the outcome stands."""
        status, headers = 0, httpx.Headers()
        if isinstance(outcome, httpx.Response):
            status, headers = outcome.status_code, outcome.headers
        return wait_before_next(self.patience, tried, status, headers, datetime.now(UTC), random.random())

    def read(self, call: Call[Answer], outcome: httpx.Response | httpx.TransportError) -> Answer:
        """Return the answer.

        Raises:
            ApiError: the server refused the call.
            NotReached: it did not answer.
        """
        if isinstance(outcome, httpx.TransportError):
            raise NotReached(f"{self.url} does not answer: {type(outcome).__name__} {outcome}".strip()) from outcome
        if outcome.status_code >= 300:
            raise error_of(outcome.status_code, outcome.content, outcome.headers.get("x-request-id", ""))
        if call.answer is bytes:
            return outcome.content  # type: ignore[return-value]
        try:
            made: Answer = read_answer(call.answer, json.loads(outcome.content))
        except ValueError as error:
            raise error_of(outcome.status_code, str(error).encode()) from error
        return made
