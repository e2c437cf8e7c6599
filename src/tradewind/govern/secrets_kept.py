"""Random secrets, what is kept of them, and comparisons that tell nothing by the time they take.

A secret has 256 random bits, so its SHA-256 can be kept without salt or stretching: nobody can guess his way back.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets


def new_secret(prefix: str = "") -> str:
    """Return a secret of 256 random bits as text that may stand in an address or a header."""
    return prefix + secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """Return what is kept of a secret: its SHA-256."""
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()


def keyed(key: str, text: str) -> str:
    """Return a keyed hash (HMAC-SHA-256): the same text has the same, and without the key none can be looked up."""
    return hmac.new(key.encode(), text.encode("utf-8", "surrogateescape"), "sha256").hexdigest()


def csrf_of(secret: str) -> str:
    """Return what the forms of a session must carry: it belongs to this cookie and to no other."""
    return keyed(secret, "form")


def same(one: str, other: str) -> bool:
    """Compare two secrets in a time that does not depend on where they differ."""
    return hmac.compare_digest(one.encode("utf-8", "surrogateescape"), other.encode("utf-8", "surrogateescape"))
