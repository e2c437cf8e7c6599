"""Telling another program: one signed request to the address that was checked, in limits, never redirected."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import socket
import ssl
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime

from tradewind.core.errors import DeliveryError, Problem
from tradewind.destinations.addresses import Resolve, Target, check_target, resolve

ALLOW_VARIABLE = "TRADEWIND_HOOK_ALLOW"
SECRET_VARIABLE = "TRADEWIND_HOOK_SECRET"
CONNECT_SECONDS = 5.0
TOTAL_SECONDS = 15.0
MOST_BYTES = 64_000
"""Of an answer, so many are read."""


def allowed_targets(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return the hosts and networks inside that may be called all the same."""
    return tuple(part.strip() for part in environ.get(ALLOW_VARIABLE, "").split(",") if part.strip())


def sign(secret: str, body: bytes, at: datetime) -> str:
    """Return what proves that a body is ours: HMAC-SHA-256 over the time and the body (RFC 2104).

    Args:
        secret: known to both sides.
        body: as it is sent.
        at: the present instant, naive UTC; the receiver refuses what is old.
    """
    seconds = int(at.replace(tzinfo=UTC).timestamp())
    digest = hmac.new(secret.encode(), f"{seconds}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={seconds},v1={digest}"


def call_hook(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    allowed: Sequence[str] = (),
    resolver: Resolve = resolve,
    context: ssl.SSLContext | None = None,
) -> int:
    """Send one request; return the status of the answer, which lies between 200 and 299.

    Args:
        url: of the other program.
        body: JSON.
        headers: the signature and the number of this delivery.
        allowed: hosts and networks inside that may be called.
        resolver: tells which addresses a name stands for.
        context: which certificates are believed; the system's when None.
    Raises:
        DeliveryError: it was refused, not reached, or answered otherwise; `again` says whether to try later.
    """
    target = check_target(url, allowed, resolver)
    try:
        status = _post(target, body, headers, context)
    except ssl.SSLCertVerificationError as error:
        raise DeliveryError(Problem(target.host, "its certificate is not believed", error.verify_message)) from error
    except (OSError, http.client.HTTPException) as error:
        found = getattr(error, "strerror", None) or type(error).__name__
        raise DeliveryError(Problem(target.host, "the other program does not answer", str(found))) from error
    if 300 <= status < 400:
        raise DeliveryError(
            Problem(target.host, "the other program sends us elsewhere, which is not followed", str(status),
                    "the address it moved to"), again=False
        )  # fmt: skip
    if not 200 <= status < 300:
        later = status >= 500 or status in (408, 425, 429)
        raise DeliveryError(Problem(target.host, "the other program refused it", str(status)), again=later)
    return status


def _post(target: Target, body: bytes, headers: Mapping[str, str], context: ssl.SSLContext | None) -> int:
    open_socket = socket.create_connection((target.address, target.port), CONNECT_SECONDS)
    if target.scheme == "https":
        trusted = context or ssl.create_default_context()
        open_socket = trusted.wrap_socket(
            open_socket, server_hostname=target.host, do_handshake_on_connect=False
        )  # fmt: skip
    # Each read has its own limit; a trickle of single bytes is ended by this one.
    limit = threading.Timer(TOTAL_SECONDS, _break, (open_socket,))
    limit.daemon = True
    limit.start()
    connection = http.client.HTTPConnection(target.host, target.port)
    connection.sock = open_socket
    try:
        if isinstance(open_socket, ssl.SSLSocket):
            open_socket.do_handshake()
        kind = {"Content-Type": "application/json", "User-Agent": "Tradewind", "Connection": "close"}
        connection.request("POST", target.path, body, {**kind, **headers})
        answer = connection.getresponse()
        answer.read(MOST_BYTES)
        return answer.status
    finally:
        limit.cancel()
        connection.close()
        open_socket.close()


def _break(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
