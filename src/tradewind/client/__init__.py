"""A typed Python client of the REST API: `Client("https://…", token="…")`."""

from __future__ import annotations

from tradewind.client.async_client import AsyncClient
from tradewind.client.client import Client
from tradewind.client.errors import ApiError, NotReached

__all__ = ["ApiError", "AsyncClient", "Client", "NotReached"]
