"""Another name for a key that is an e-mail address or a telephone number: an HMAC-SHA-256 of it, in Python and in SQL.

Only who has the secret of the workspace's state database can find the name of an address.
Source: RFC 2104.
"""

from __future__ import annotations

import re

from tradewind.flow.kept import keep
from tradewind.govern.secrets_kept import keyed, new_secret
from tradewind.store.state_connection import writing
from tradewind.store.users_state import secret_of
from tradewind.store.workspace import Workspace

GROUPS, LETTERS = 4, 4
"""An alias has 64 bits: of a million customers, two have the same one with a chance of 1 in 37 million."""

ADDRESS = re.compile(r"[^\s@<>()\[\]\"',;:/?&=]+@[^\s@<>()\[\]\"',;:/?&=]+")

_BLOCK = 64
_TELEPHONE = r"^(\+|00)[0-9][0-9 ()./-]{6,}$"


def alias_secret(workspace: Workspace) -> str:
    """Return what this workspace's aliases are made with; the state database's own secret stays with the accounts."""

    def read() -> str:
        with writing(workspace.state().engine) as connection:
            return keyed(secret_of(connection, new_secret()), "names of keys")

    return keep(workspace, "secret of aliases", read)


def alias_of(secret: str, key: str) -> str:
    """Return a key's alias, as `7f3a-92c1-0b5d-66e0`."""
    text = keyed(secret, key)
    return "-".join(text[place : place + LETTERS] for place in range(0, GROUPS * LETTERS, LETTERS))


def alias_sql(secret: str, key: str) -> str:
    """Return the same as SQL over the column or expression `key`."""
    block = secret.encode().ljust(_BLOCK, b"\0")
    outer, inner = (_blob(bytes(byte ^ pad for byte in block)) for pad in (0x5C, 0x36))
    code = f"sha256({outer} || unhex(sha256({inner} || encode({key}))))"
    parts = [f"substr(code_, {1 + place}, {LETTERS})" for place in range(0, GROUPS * LETTERS, LETTERS)]
    return f"(SELECT concat_ws('-', {', '.join(parts)}) FROM (SELECT {code} AS code_))"


def looks_personal_sql(key: str, phone: str) -> str:
    """Return the SQL condition that a key is an address or a telephone number."""
    called = f"(starts_with({key}, '+') OR starts_with({key}, '00')) AND regexp_matches({key}, '{_TELEPHONE}')"
    return f"(contains({key}, '@') OR ({called}) OR {key} = {phone})"


def _blob(content: bytes) -> str:
    return f"unhex('{content.hex()}')"
