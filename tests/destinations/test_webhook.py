"""Calling another program: signed, in limits, and never into the house."""

from __future__ import annotations

import hashlib
import hmac
import http.server
import ipaddress
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, ClassVar

import pytest

from tradewind.core.errors import DeliveryError
from tradewind.destinations import webhook
from tradewind.destinations.addresses import check_target
from tradewind.destinations.webhook import allowed_targets, call_hook, sign

AT = datetime(2026, 3, 2, 9)
INSIDE = [
    "127.0.0.1", "127.8.9.1", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "198.18.0.1", "192.0.0.1", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1%eth0", "fd00:ec2::254",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:a9fe:a9fe", "64:ff9b::7f00:1", "2002:7f00:1::", "::127.0.0.1",
    "ff02::1", "2001:db8::1",
]  # fmt: skip


def to(*addresses: str) -> Any:
    return lambda host, port: list(addresses)


@pytest.mark.parametrize("address", INSIDE)
def test_what_lies_inside_is_refused_however_it_is_written(address: str) -> None:
    with pytest.raises(DeliveryError, match="inside a private network") as caught:
        check_target("https://hooks.example/run", (), to(address))
    assert not caught.value.again


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "::ffff:93.184.215.14"])
def test_the_open_internet_is_called_at_the_address_that_was_checked(address: str) -> None:
    found = check_target("https://hooks.example/run?a=1", (), to(address))
    assert (found.host, found.port, found.path) == ("hooks.example", 443, "/run?a=1")
    assert ipaddress.ip_address(found.address) == ipaddress.ip_address(address)


def test_one_inner_address_among_many_is_enough_to_refuse() -> None:
    with pytest.raises(DeliveryError, match="inside"):
        check_target("https://hooks.example/", (), to("93.184.215.14", "10.0.0.1"))


@pytest.mark.parametrize("host", ["localhost", "127.1", "0x7f000001", "2130706433", "[::1]", "127.0.0.1"])
def test_ways_to_write_this_computer_are_refused(host: str) -> None:
    with pytest.raises(DeliveryError):
        check_target(f"https://{host}/")


@pytest.mark.parametrize(
    "url",
    ["file:///etc/passwd", "gopher://h.example/", "https://", "https://a:b@h.example/", "https://h.example:99999/",
     "https://h.example/ HTTP/1.1", "https://h.example/\r\nX: y", "//h.example", ""],
)  # fmt: skip
def test_what_is_no_plain_address_is_refused(url: str) -> None:
    with pytest.raises(DeliveryError):
        check_target(url, (), to("93.184.215.14"))


def test_plain_http_needs_leave_and_leave_is_by_name_address_or_network() -> None:
    with pytest.raises(DeliveryError, match="not encrypted"):
        check_target("http://hooks.example/", (), to("93.184.215.14"))
    allowed = allowed_targets({"TRADEWIND_HOOK_ALLOW": " Intern.example, 10.1.0.0/16 ,192.168.1.7"})
    assert check_target("http://intern.example/", allowed, to("10.9.9.9")).address == "10.9.9.9"
    assert check_target("http://x.example/", allowed, to("10.1.2.3")).address == "10.1.2.3"
    assert check_target("https://x.example/", allowed, to("192.168.1.7")).address == "192.168.1.7"
    with pytest.raises(DeliveryError, match="inside"):
        check_target("http://x.example/", allowed, to("10.2.0.1"))


class Program(http.server.BaseHTTPRequestHandler):
    """Another program: keeps what it is told and answers what its path says."""

    told: ClassVar[list[tuple[dict[str, str], bytes]]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.told.append((dict(self.headers), body))
        if self.path == "/trickle":
            try:
                for _ in range(100):
                    self.wfile.write(b"x")
                    self.wfile.flush()
                    threading.Event().wait(0.05)
            except OSError:
                pass
            return
        self.send_response(int(self.path.strip("/")))
        self.send_header("Location", "http://127.0.0.1:1/")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_arguments: object) -> None:
        pass


@pytest.fixture(scope="module")
def program() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Program)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://intern.example:{server.server_address[1]}"
    server.shutdown()


def call(url: str, body: bytes = b"{}") -> int:
    headers = {"Tradewind-Signature": sign("secret", body, AT)}
    return call_hook(url, body, headers, ("intern.example",), to("127.0.0.1"))


def test_it_is_told_once_and_can_prove_who_told_it(program: str) -> None:
    assert call(f"{program}/204", b'{"a":1}') == 204
    headers, body = Program.told[-1]
    time, digest = (part.split("=")[1] for part in headers["Tradewind-Signature"].split(","))
    assert int(time) == int(AT.replace(tzinfo=UTC).timestamp())
    assert hmac.new(b"secret", f"{time}.".encode() + body, hashlib.sha256).hexdigest() == digest
    assert headers["Host"].startswith("intern.example")


@pytest.mark.parametrize(
    ("status", "again"), [(301, False), (307, False), (400, False), (410, False), (429, True), (500, True), (503, True)]
)
def test_a_refusal_says_whether_to_come_again_and_nothing_is_followed(program: str, status: int, again: bool) -> None:
    before = len(Program.told)
    with pytest.raises(DeliveryError) as caught:
        call(f"{program}/{status}")
    assert caught.value.again is again
    assert len(Program.told) == before + 1


def test_a_trickle_is_ended(program: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "TOTAL_SECONDS", 0.3)
    with pytest.raises(DeliveryError, match="does not answer"):
        call(f"{program}/trickle")


def test_a_program_that_is_away_may_be_tried_again() -> None:
    with pytest.raises(DeliveryError) as caught:
        call("http://intern.example:1/")
    assert caught.value.again
