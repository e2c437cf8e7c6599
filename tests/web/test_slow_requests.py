"""Whoever sends a request byte by byte is answered 408 and let go, at any route; who sends at a fair rate is not."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from served_worlds import as_role, served
from tradewind.web import slow_headers
from tradewind.web.settings import ServeSettings

PATIENCE = 0.25


@pytest.fixture
def address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, int]]:
    monkeypatch.setenv("TRADEWIND_SLOW_SECONDS", str(PATIENCE))
    slow_headers.seconds.cache_clear()
    settings = ServeSettings(slow_seconds=PATIENCE)
    with served(tmp_path, as_role("marketer"), settings, "tradewind.web.slow_headers:PatientProtocol") as url:
        host, port = url.removeprefix("http://").split(":")
        yield host, int(port)
    slow_headers.seconds.cache_clear()


def answered(address: tuple[str, int], *parts: bytes, pause: float = 0.0) -> bytes:
    """Send parts with pauses between them, and read until the server closes."""
    with socket.create_connection(address, 10) as line:
        for part in parts:
            line.sendall(part)
            time.sleep(pause)
        found = b""
        while piece := line.recv(65_536):
            found += piece
        return found


def head_of(path: str, length: int) -> bytes:
    method = "PUT" if path.startswith("/data") else "POST"
    lines = (f"{method} {path} HTTP/1.1", "Host: x", "Content-Type: application/json",
             "X-CSRF-Token: csrf-of-the-test", f"Content-Length: {length}")  # fmt: skip
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


@pytest.mark.parametrize("path", ["/v1/events", "/v1/feedback", "/v1/score", "/data/uploads/files/a.csv"])
def test_a_body_that_does_not_come_is_answered_and_let_go(address: tuple[str, int], path: str) -> None:
    begun = time.monotonic()
    told = answered(address, head_of(path, 1_000), b'{"a"')
    assert told.startswith(b"HTTP/1.1 408"), told[:200]
    assert b"connection: close" in told.lower()
    assert (b"application/problem+json" in told) == path.startswith("/v1/")
    assert PATIENCE <= time.monotonic() - begun < 5


def test_a_head_that_does_not_come_is_answered_and_let_go(address: tuple[str, int]) -> None:
    assert answered(address, b"GET /v1/me HTTP/1.1\r\nHost: x\r\n").startswith(b"HTTP/1.1 408")
    assert answered(address) == b""
    with socket.create_connection(address, 10) as line:
        line.sendall(b"GET /v1/me HTTP/1.1\r\nHost: x\r\n\r\n")
        assert line.recv(65_536).startswith(b"HTTP/1.1 200")
        line.sendall(b"GET /v1/me HTTP/1.1\r\n")
        found = b""
        while piece := line.recv(65_536):
            found += piece
        assert b"HTTP/1.1 408" in found


def test_what_comes_at_a_fair_rate_may_take_longer(address: tuple[str, int]) -> None:
    parts = [b" " * 3_000] * 4
    body = b'{"a": 1}'
    head = head_of("/v1/feedback", 12_000 + len(body)).replace(b"Host: x", b"Host: x\r\nConnection: close")
    told = answered(address, head, *parts, body, pause=0.1)
    assert told.startswith(b"HTTP/1.1 422"), told[:200]
