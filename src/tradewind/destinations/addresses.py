"""Which addresses of the network another program may lie at: never our own house, unless it is allowed by name."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from tradewind.core.errors import DeliveryError, Problem

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], list[str]]
"""Returns the addresses that a host name stands for."""

_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")
_SIX_TO_FOUR = ipaddress.ip_network("2002::/16")


@dataclass(frozen=True)
class Target:
    """Where another program listens, its address looked up and found fit.

    Args:
        scheme: https, or http to a host that is allowed by name.
        host: name, for the certificate and the Host header.
        port: its port.
        path: with the query.
        address: that the name stood for when it was checked; connect to this one, not to the name again.
    """

    scheme: str
    host: str
    port: int
    path: str
    address: str


def resolve(host: str, port: int) -> list[str]:
    """Ask the system which addresses a name stands for."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def check_target(url: str, allowed: Sequence[str] = (), resolver: Resolve = resolve) -> Target:
    """Look up where a URL leads, and refuse what lies inside a private network.

    Args:
        url: of the other program.
        allowed: host names, addresses and networks (`10.0.0.0/8`) that may be inside.
        resolver: tells which addresses a name stands for.
    Raises:
        DeliveryError: it is no https address, leads inside, or its name is not known.
    """
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        raise _refused("this is no address of another program", url) from None
    if parts.scheme not in ("https", "http") or not host or parts.username is not None or parts.password is not None:
        raise _refused("this is no address of another program", url)
    if any(ord(sign) <= 32 or ord(sign) == 127 for sign in url):
        raise _refused("an address holds no blanks", url)
    port = port or (443 if parts.scheme == "https" else 80)
    try:
        found = resolver(host, port)
    except (OSError, UnicodeError):
        raise DeliveryError(
            Problem(host, "this name is not known on the network", "", "a host name that exists")
        ) from None
    by_name = host.lower() in {each.strip().lower() for each in allowed}
    addresses = [ipaddress.ip_address(each.split("%")[0]) for each in found]
    inside = [each for each in addresses if not (by_name or is_public(each) or _listed(each, allowed))]
    if inside or not addresses:
        raise _refused("this leads inside a private network, where other programs of yours listen", host)
    if parts.scheme == "http" and not (by_name or all(_listed(each, allowed) for each in addresses)):
        raise _refused("this is not encrypted; use https", url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, host, port, path, str(addresses[0]))


def is_public(address: Address) -> bool:
    """Whether an address lies in the open internet, also behind the ways in which IPv6 writes IPv4."""
    inner = _inner(address)
    if inner is not None:
        return is_public(inner)
    return address.is_global and not address.is_multicast and not address.is_reserved


def _inner(address: Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that an IPv6 address stands for, or None."""
    if not isinstance(address, ipaddress.IPv6Address):
        return None
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address in _TRANSLATED:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    if address in _SIX_TO_FOUR:
        return address.sixtofour
    if int(address) >> 32 == 0 and int(address) > 1:  # ::a.b.c.d
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return None


def _listed(address: Address, allowed: Sequence[str]) -> bool:
    for each in allowed:
        try:
            network = ipaddress.ip_network(each.strip(), strict=False)
        except ValueError:
            continue  # a host name
        if network.version == address.version and address in network:
            return True
    return False


def _refused(what: str, found: str) -> DeliveryError:
    return DeliveryError(
        Problem("webhook", what, found[:200], "https://host.example/path in the open internet",
                "name the host in TRADEWIND_HOOK_ALLOW if it is yours and meant"), again=False,
    )  # fmt: skip
