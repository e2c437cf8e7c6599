"""Passwords: which are accepted, how they are kept (argon2id), and a comparison that gives no account away.

Parameters are the second choice that RFC 9106, section 4 recommends (64 MiB, 3 passes, 4 lanes): about 0.2 s here.
A hash made with other parameters is made anew at the next sign-in.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from tradewind.core.errors import AccountError, Problem, TooMany
from tradewind.govern.frequent import FREQUENT

if TYPE_CHECKING:
    from argon2 import PasswordHasher

SHORTEST = 12
"""Characters that a password needs."""

LONGEST = 256
"""Characters that it may have, so that nobody can keep the server busy with one."""

PATIENCE = 5.0
"""Seconds that a try waits for its turn, so that many at once do not keep every page waiting."""

_AT_ONCE = threading.BoundedSemaphore(4)  # each takes 64 MiB


@dataclass(frozen=True)
class Cost:
    """What one guess costs: argon2id's parameters.

    Args:
        passes: over the memory.
        kibibytes: of memory.
        lanes: computed side by side.
    """

    passes: int = 3
    kibibytes: int = 65_536
    lanes: int = 4


def check_password(password: str, told: Sequence[str] = ()) -> None:
    """Refuse a password that is short, frequent, or says the person's own name or address.

    Args:
        password: as typed.
        told: e-mail address and name of the person, name of the workspace.
    Raises:
        AccountError: with the reason; never with the password.
    """
    text = _normal(password)
    if len(text) < SHORTEST:
        raise _refused(f"it has fewer than {SHORTEST} characters", f"{len(text)} characters")
    if len(password) > LONGEST:
        raise _refused(f"it has more than {LONGEST} characters", f"{len(password):,} characters")
    if _is_frequent(text):
        raise _refused("it is only digits and signs, or close to one of the passwords that are tried first")
    own = {part for each in told for part in re.split(r"[^\w]+", each.casefold()) if len(part) >= 4}
    rest = text.casefold()
    for part in sorted(own, key=len, reverse=True):
        rest = rest.replace(part, "")
    if len(re.sub(r"[\W\d_]+", "", rest)) < 4 and rest != text.casefold():
        raise _refused("it is little more than your own name or address")


def hash_password(password: str, cost: Cost) -> str:
    """Return what is kept of a password: an argon2id hash with its salt and parameters."""
    with _turn():
        return str(_hasher(cost).hash(_normal(password)))


def verify_password(kept: str | None, password: str, cost: Cost) -> bool:
    """Return whether a password is the one that was kept; where none was, take as long as if one had been.

    Args:
        kept: the hash; None for an account that does not exist.
        password: as typed.
        cost: of new hashes, for the comparison that is only made for its length.
    """
    import argon2

    dummy = _dummy(cost)  # made before it is known whether it is needed
    if len(password) > LONGEST:
        password = ""
    with _turn():
        try:
            right = bool(_hasher(cost).verify(dummy if kept is None else kept, _normal(password)))
        except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
            return False
    return right and kept is not None


def needs_rehash(kept: str, cost: Cost) -> bool:
    """Return whether a hash was made with other parameters."""
    return bool(_hasher(cost).check_needs_rehash(kept))


def _normal(password: str) -> str:
    """The same password from two keyboards is the same characters."""
    return unicodedata.normalize("NFKC", password)


def _is_frequent(password: str) -> bool:
    """Whether it is a frequent word with digits and signs around it, one stretch said again, or a row of keys."""
    plain = password.casefold()
    if re.fullmatch(r"(.{1,5}?)\1+.{0,3}", plain):
        return True
    bare = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", plain)
    spelled = [text.translate(str.maketrans("@4310$5!7", "aaeiossit")) for text in (plain, bare)]
    letters = [re.sub(r"[\W\d_]+", "", text) for text in (plain, *spelled)]
    if not bare or not FREQUENT.isdisjoint((plain, bare, *spelled, *letters)):
        return True
    rows = (
        "abcdefghijklmnopqrstuvwxyz",
        "01234567890123456789",
        "qwertyuiopasdfghjklzxcvbnm",
        "qwertzuiopasdfghjklyxcvbnm",
    )
    return any(plain in row or plain[::-1] in row for row in rows)


@contextmanager
def _turn() -> Iterator[None]:
    if not _AT_ONCE.acquire(timeout=PATIENCE):
        raise TooMany(Problem("passwords", "too many are looked at just now", do="wait, then try again"), PATIENCE)
    try:
        yield
    finally:
        _AT_ONCE.release()


@lru_cache(maxsize=4)
def _hasher(cost: Cost) -> PasswordHasher:
    import argon2

    return argon2.PasswordHasher(cost.passes, cost.kibibytes, cost.lanes)


@lru_cache(maxsize=4)
def _dummy(cost: Cost) -> str:
    return str(_hasher(cost).hash("no account has this one"))


def _refused(why: str, found: str = "") -> AccountError:
    return AccountError(
        Problem("password", why, found, f"{SHORTEST} or more characters that nobody would try first",
                "take four or five words that do not belong together")
    )  # fmt: skip
