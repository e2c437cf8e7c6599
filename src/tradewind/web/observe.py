"""What a server tells of itself: a line of JSON a request, and numbers for Prometheus; never who or what was asked."""

from __future__ import annotations

import json
import logging
import os
import time
from collections.abc import MutableMapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from tradewind import __version__
from tradewind.core.time import system_clock
from tradewind.web.headers import App, Receive, Scope, Send

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry

LOG = logging.getLogger("tradewind.requests")
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
SHARED_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


class Numbers:
    """The counters of this process.

    Args:
        registry: where they are kept.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        from prometheus_client import Counter, Gauge, Histogram

        self.registry = registry
        route = ("method", "route")
        self.requests = Counter(
            "tradewind_requests", "Requests answered.", (*route, "status"), registry=registry
        )  # fmt: skip
        self.seconds = Histogram(
            "tradewind_request_seconds", "How long they took.", route, buckets=SECONDS, registry=registry
        )
        self.in_flight = Gauge(
            "tradewind_requests_in_flight", "Requests being answered.", registry=registry, multiprocess_mode="livesum"
        )
        self.streams = Gauge(
            "tradewind_streams_open", "Pages watching a run.", registry=registry, multiprocess_mode="livesum"
        )
        self.events = Counter("tradewind_events_accepted", "Events accepted.", registry=registry)
        self.scores = Counter("tradewind_scores", "Scores answered, by the way taken.", ("path",), registry=registry)
        self.failures = Counter("tradewind_failures", "Unexpected errors, by kind.", ("kind",), registry=registry)
        info = Gauge("tradewind_build", "1.", ("version",), registry=registry, multiprocess_mode="max")
        info.labels(__version__).set(1)


@lru_cache(maxsize=1)
def numbers() -> Numbers:
    """Return the counters of this process, made at first use."""
    from prometheus_client import CollectorRegistry

    return Numbers(CollectorRegistry(auto_describe=True))


def all_numbers() -> CollectorRegistry:
    """Return the counters of all processes of this server."""
    from prometheus_client import CollectorRegistry
    from prometheus_client.multiprocess import MultiProcessCollector

    if SHARED_VARIABLE not in os.environ:
        return numbers().registry
    together = CollectorRegistry()
    MultiProcessCollector(together)  # type: ignore[no-untyped-call]
    return together


class Observe:
    """Middleware: counts each request, measures it, and writes its line.

    Args:
        app: what answers.
        workspace: name of the workspace's folder, for the line.
    """

    def __init__(self, app: App, workspace: str = "") -> None:
        self.app, self.workspace = app, workspace

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        count, began, status = numbers(), time.perf_counter(), 500
        count.in_flight.inc()

        async def watched(message: MutableMapping[str, Any]) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except Exception as error:
            count.failures.labels(type(error).__name__).inc()
            _tell_failure(scope, error)
            raise
        finally:
            count.in_flight.dec()
            self._note(scope, status, time.perf_counter() - began)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        route = template_of(scope)
        method = scope["method"] if scope["method"] in _METHODS else "OTHER"
        numbers().requests.labels(method, route, str(status)).inc()
        numbers().seconds.labels(method, route).observe(seconds)
        if not LOG.isEnabledFor(logging.INFO):
            return
        state = scope.get("state", {})
        visitor = state.get("visitor")
        line = {
            "time": system_clock().isoformat(timespec="milliseconds") + "Z",
            "level": "error" if status >= 500 else "info",
            "request_id": state.get("request_id", ""),
            "method": method,
            "route": route,
            "status": status,
            "ms": round(seconds * 1000, 2),
            "visitor": "" if visitor is None else visitor.id,
            "workspace": self.workspace,
        }
        LOG.info(json.dumps(line, separators=(",", ":")))


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def template_of(scope: Scope) -> str:
    """Return the route as it is written in the code, so that no id of anybody is part of it."""
    route = scope.get("route")
    return str(getattr(route, "path", "") or "none")


def _tell_failure(scope: Scope, error: Exception) -> None:
    """Write where an unexpected error came from; its text may hold data and stays unwritten."""
    places = []
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        places.append(f"{code.co_filename.rsplit('site-packages/', 1)[-1]}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    line = {
        "time": system_clock().isoformat(timespec="milliseconds") + "Z",
        "level": "error",
        "request_id": scope.get("state", {}).get("request_id", ""),
        "route": template_of(scope),
        "error": type(error).__name__,
        "at": places[-12:],
    }
    LOG.error(json.dumps(line, separators=(",", ":")))
