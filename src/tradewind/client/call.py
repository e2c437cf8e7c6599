"""One call of the API as a value: what is asked, and what kind of answer comes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Generic, Literal, TypeVar
from urllib.parse import quote

Answer = TypeVar("Answer", covariant=True)
Method = Literal["GET", "POST", "PUT", "DELETE"]


@dataclass(frozen=True)
class Call(Generic[Answer]):
    """One call.

    Args:
        method: of HTTP.
        path: below the address of the server, its parts already quoted.
        answer: the type that the answer is read as; `bytes` for a file.
        query: parameters; those that are None or empty are not sent.
        body: what is sent as JSON; None for nothing.
        file: what is sent as it stands, instead of `body`.
        media_type: of the file.
        key: the Idempotency-Key of a write; the client makes one where it is empty.
        writes: whether it changes something, so that it needs a key.
    """

    method: Method
    path: str
    answer: type[Answer]
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None
    file: bytes | None = None
    media_type: str = ""
    key: str = ""
    writes: bool = False

    @property
    def parameters(self) -> dict[str, str | list[str]]:
        """The query as text; what has several values stands there several times."""
        given = {name: value for name, value in self.query.items() if value is not None and value not in ("", [])}
        return {
            name: [as_text(one) for one in value] if isinstance(value, list) else as_text(value)
            for name, value in given.items()
        }

    def after(self, cursor: str) -> Call[Answer]:
        """Return the call of the next page."""
        return replace(self, query={**self.query, "cursor": cursor})


def as_text(value: object) -> str:
    """Return a parameter as it stands in an address."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return value.isoformat()
    return value.isoformat() if isinstance(value, date) else str(value)


def path_of(*parts: str) -> str:
    """Return the path of its parts, each quoted: `path_of("v1", "lists", name)`."""
    return "/" + "/".join(quote(part, safe="") for part in parts)


def filled(**fields: object) -> dict[str, Any]:
    """Return the fields of a body that are given, days and times as text."""
    given = {name: value for name, value in fields.items() if value is not None and value != ""}
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in given.items()}
