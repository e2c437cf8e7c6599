"""Mail against a real SMTP server: encrypted or not at all, plain words when it fails, nothing of its content told."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from tradewind.core.errors import ConfigError, DeliveryError
from tradewind.destinations.mail import Letter, MailServer, is_address, mail_server, send_mail

AT = datetime(2026, 3, 2, 9)
LETTER = Letter(
    "ann@shop.example", "Whom to\n contact", "Ann, call Zoë.", "<p>Ann, call Zoë.</p>", "https://t.example/s"
)


class Box:
    """Keeps what it is sent; refuses receivers whose name begins with `no`."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if address.startswith("no"):
            return "550 nobody of that name"
        if address.startswith("later"):
            return "451 come again"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))  # type: ignore[arg-type]
        return "250 OK"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    if shutil.which("openssl") is None:
        pytest.skip("no openssl to make a certificate with")
    folder = tmp_path_factory.mktemp("certificate")
    key, crt = folder / "key.pem", folder / "crt.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes",
         "-keyout", str(key), "-out", str(crt), "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"], check=True, capture_output=True,
    )  # fmt: skip
    return key, crt


def serve(box: Box, **settings: Any) -> Any:
    controller = pytest.importorskip("aiosmtpd.controller", reason="no SMTP server to test with")
    server = controller.Controller(box, hostname="localhost", port=free_port(), **settings)
    server.start()
    return server


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def plain() -> Iterator[tuple[Box, MailServer]]:
    box = Box()
    server = serve(box)
    yield box, MailServer("localhost", server.port, "none", "Tradewind <t@shop.example>")
    server.stop()


def test_a_mail_arrives_as_it_was_written(plain: tuple[Box, MailServer]) -> None:
    box, server = plain
    number = send_mail(server, LETTER, AT)
    (mail,) = box.mails
    assert mail["Subject"] == "Whom to contact"
    assert mail["Message-ID"] == number
    assert mail["List-Unsubscribe"] == "<https://t.example/s>"
    text, html = mail.iter_parts()
    assert "Zoë" in text.get_content()
    assert html.get_content_type() == "text/html"


@pytest.mark.parametrize(("to", "again"), [("no@shop.example", False), ("later@shop.example", True)])
def test_a_refused_receiver_is_told_without_the_mails_content(
    plain: tuple[Box, MailServer], to: str, again: bool
) -> None:
    with pytest.raises(DeliveryError, match="refuses this receiver") as caught:
        send_mail(plain[1], Letter(to, "Secret", "secret"), AT)
    assert caught.value.again is again
    assert "ecret" not in str(caught.value)
    assert to not in str(caught.value)


def test_a_server_without_encryption_gets_nothing(plain: tuple[Box, MailServer]) -> None:
    box, server = plain
    with pytest.raises(DeliveryError, match="no encryption"):
        send_mail(MailServer("localhost", server.port, "starttls", server.sender), LETTER, AT)
    assert box.mails == []


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_encrypted_mail_needs_a_certificate_that_is_believed(security: Any, certificate: tuple[Path, Path]) -> None:
    key, crt = certificate
    own = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    own.load_cert_chain(crt, key)
    box = Box()
    given = {"tls_context": own, "require_starttls": True} if security == "starttls" else {"ssl_context": own}
    server = serve(box, **given)
    try:
        to = MailServer("localhost", server.port, security, "t@shop.example")
        with pytest.raises(DeliveryError, match="not believed"):
            send_mail(to, LETTER, AT)
        send_mail(to, LETTER, AT, ssl.create_default_context(cafile=str(crt)))
        assert len(box.mails) == 1
    finally:
        server.stop()


def test_a_server_that_is_away_or_silent_is_told_in_time() -> None:
    with pytest.raises(DeliveryError, match="cannot be reached"):
        send_mail(MailServer("localhost", free_port(), "none", "t@shop.example"), LETTER, AT)
    with socket.socket() as silent:
        silent.bind(("localhost", 0))
        silent.listen()
        with pytest.raises(DeliveryError) as caught:
            send_mail(
                MailServer("localhost", silent.getsockname()[1], "none", "t@shop.example"), LETTER, AT, timeout=0.2
            )
    assert caught.value.again


def test_the_environment_names_the_server_and_no_secret_is_shown() -> None:
    assert mail_server({}) is None
    found = mail_server({"TRADEWIND_SMTP": "smtps://me%40shop.example:hunter%3A2@mail.example"})
    assert found == MailServer("mail.example", 465, "tls", "me@shop.example", "me@shop.example", "hunter:2")
    assert "hunter" not in repr(found)
    for wrong in ("mail.example", "http://mail.example", "smtp://", "smtp://host:99999"):
        with pytest.raises(ConfigError):
            mail_server({"TRADEWIND_SMTP": wrong, "TRADEWIND_MAIL_FROM": "a@b.example"})


@pytest.mark.parametrize("text", ["a@b.example\nBcc: c@d.example", "a b@c.example", "a@b, c@d", "@b", "a@", ""])
def test_what_is_no_single_address_is_refused(text: str) -> None:
    assert not is_address(text)
    with pytest.raises(DeliveryError, match="no mail address"):
        send_mail(MailServer("localhost", 1, "none", "t@shop.example"), Letter(text, "s", "t"), AT)
