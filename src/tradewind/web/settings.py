"""How a server was started: what it trusts and what it refuses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tradewind.core.errors import ConfigError, Problem

MEGABYTE = 1_000_000
_YES = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}


@dataclass(frozen=True)
class ServeSettings:
    """Settings of one server; none of them lies in the workspace.

    Args:
        base_url: address under which people reach it (`https://tradewind.example`), for links in mails.
        secure_cookies: whether cookies go over https alone.
        upload_limit: bytes that one uploaded file may have.
        uploads_total: bytes that all uploaded files of a workspace may have.
        slow_seconds: how long a request may take to come, beside a second for every 10 kB of it.
        read_only: whether the workspace folder must not be written.
        api_per_second: requests that one token may send; twice as many at once.
        state: address of the state database where the workspace names none; empty for `state.db`.
        trusted_proxies: addresses of proxies whose word on who asks is believed.
        metrics_token: shows `/metrics` to other computers; empty: to this one alone.
        grace_seconds: how long requests in flight may take when the server stops.
        drain_seconds: how long it goes on answering after it says that it is not ready any more.
        scoring_memory: bytes that the rows may take which scores are computed from; see `flow.serving`.
        runs: whether this server works off the queue; one of several may, or all.
    """

    base_url: str = "http://127.0.0.1:8000"
    secure_cookies: bool = False
    upload_limit: int = 500 * MEGABYTE
    uploads_total: int = 20_000 * MEGABYTE
    slow_seconds: float = 30.0
    read_only: bool = False
    api_per_second: float = 500.0
    state: str = field(default="", repr=False)
    trusted_proxies: str = ""
    metrics_token: str = field(default="", repr=False)
    grace_seconds: int = 20
    drain_seconds: float = 0.0
    scoring_memory: int = 1_000 * MEGABYTE
    runs: bool = True


VARIABLES: Mapping[str, tuple[str, Callable[[str], object], str]] = {
    "TRADEWIND_BASE_URL": ("base_url", lambda text: _address(text), "the address that people type"),
    "TRADEWIND_SECURE": ("secure_cookies", lambda text: _YES[text.lower()], "1: cookies over https alone"),
    "TRADEWIND_UPLOAD_LIMIT": ("upload_limit", lambda text: _positive(text) * MEGABYTE, "megabytes of one file"),
    "TRADEWIND_UPLOADS_TOTAL": (
        "uploads_total",
        lambda text: _positive(text) * 1_000 * MEGABYTE,
        "gigabytes of all uploaded files of a workspace",
    ),
    "TRADEWIND_SLOW_SECONDS": ("slow_seconds", lambda text: _seconds(text), "seconds for a request to come"),
    "TRADEWIND_READ_ONLY": ("read_only", lambda text: _YES[text.lower()], "1: never write into the workspace folder"),
    "TRADEWIND_API_PER_SECOND": (
        "api_per_second",
        lambda text: float(_positive(text)),
        "requests of one token a second",
    ),
    "TRADEWIND_STATE": ("state", str, "address of a Postgres for the state"),
    "TRADEWIND_TRUSTED_PROXIES": ("trusted_proxies", str, "addresses of your proxies, with commas"),
    "TRADEWIND_METRICS_TOKEN": ("metrics_token", str, "shows /metrics to who sends it"),
    "TRADEWIND_GRACE_SECONDS": ("grace_seconds", lambda text: _positive(text), "seconds for requests in flight"),
    "TRADEWIND_SCORING_MB": ("scoring_memory", lambda text: MEGABYTE * _positive(text), "memory for scores of now"),
    "TRADEWIND_DRAIN_SECONDS": ("drain_seconds", lambda text: float(_positive(text)), "seconds of not being ready"),
    "TRADEWIND_RUNS": ("runs", lambda text: _YES[text.lower()], "0: leave runs to another server"),
}
"""Each environment variable: the setting, how it is read, and what it is for."""


def settings_from(environ: Mapping[str, str]) -> ServeSettings:
    """Read the settings that the environment holds.

    Raises:
        ConfigError: some cannot be read; all are told, without their values.
    """
    given: dict[str, object] = {}
    problems = []
    for variable, (name, read, meaning) in VARIABLES.items():
        text = environ.get(variable, "").strip()
        if not text:
            continue
        try:
            given[name] = read(text)
        except (ValueError, KeyError):
            problems.append(Problem(variable, "this setting cannot be read", "", meaning))
    if problems:
        raise ConfigError(problems)
    return ServeSettings(**given)  # type: ignore[arg-type]


def _positive(text: str) -> int:
    number = int(text)
    if number < 0:
        raise ValueError(text)
    return number


def _seconds(text: str) -> float:
    number = float(text)
    if not 0 < number <= 86_400:
        raise ValueError(text)
    return number


def _address(text: str) -> str:
    if not text.startswith(("http://", "https://")):
        raise ValueError(text)
    return text.rstrip("/")
