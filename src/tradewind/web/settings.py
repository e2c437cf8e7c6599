"""How a server was started: what it trusts and what it refuses."""

from __future__ import annotations

from dataclasses import dataclass

MEGABYTE = 1_000_000


@dataclass(frozen=True)
class ServeSettings:
    """Settings of one server; none of them lies in the workspace.

    Args:
        base_url: address under which people reach it (`https://tradewind.example`), for links in mails.
        secure_cookies: whether cookies go over https alone.
        upload_limit: bytes that one uploaded file may have.
        read_only: whether the workspace folder must not be written.
        api_per_second: requests that one token may send; twice as many at once.
        state: address of the state database where the workspace names none; empty for `state.db`.
    """

    base_url: str = "http://127.0.0.1:8000"
    secure_cookies: bool = False
    upload_limit: int = 500 * MEGABYTE
    read_only: bool = False
    api_per_second: float = 500.0
    state: str = ""
