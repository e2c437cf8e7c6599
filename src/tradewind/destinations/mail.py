"""Mail by SMTP: encrypted unless said otherwise, in limits of time, and nothing of its content is ever logged."""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid, parseaddr
from typing import Literal
from urllib.parse import unquote, urlsplit

from tradewind.core.errors import ConfigError, DeliveryError, Problem

VARIABLE = "TRADEWIND_SMTP"
SENDER_VARIABLE = "TRADEWIND_MAIL_FROM"
TIMEOUT_SECONDS = 15.0
_ADDRESS = re.compile(r"[^\s@<>,;:\"\\()\[\]\x00-\x1f]{1,64}@[^\s@<>,;:\"\\()\[\]\x00-\x1f]{1,255}")
_SECURITY: Mapping[str, tuple[Literal["starttls", "tls", "none"], int]] = {
    "smtp": ("starttls", 587), "smtps": ("tls", 465), "smtp+plain": ("none", 25),
}  # fmt: skip


@dataclass(frozen=True)
class MailServer:
    """Who carries our mail.

    Args:
        host: its name.
        port: its port.
        security: starttls (begins plain, then encrypted, or nothing is sent), tls, or none.
        sender: address that mails come from.
        user: for signing in; empty where that is not needed.
        password: of the user.
    """

    host: str
    port: int
    security: Literal["starttls", "tls", "none"]
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True)
class Letter:
    """One mail to one person.

    Args:
        to: address.
        subject: one line.
        text: for readers without HTML.
        html: the same, dressed.
        stop_url: where its receiver can stop such mails; empty where there is no such place.
    """

    to: str
    subject: str
    text: str = field(repr=False)
    html: str = field(default="", repr=False)
    stop_url: str = ""


def mail_server(environ: Mapping[str, str]) -> MailServer | None:
    """Return the mail server that the environment names, or None.

    Raises:
        ConfigError: what it names is no address of one.
    """
    address = environ.get(VARIABLE, "").strip()
    if not address:
        return None
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    expected = "smtp://user:password@host:587 (STARTTLS), smtps://… (TLS) or smtp+plain://… (inside your own network)"
    if parts.scheme not in _SECURITY or not parts.hostname:
        raise ConfigError(Problem(VARIABLE, "this is no address of a mail server", "", expected))
    security, usual = _SECURITY[parts.scheme]
    sender = environ.get(SENDER_VARIABLE, "").strip() or unquote(parts.username or "")
    if not is_address(parseaddr(sender)[1]):
        raise ConfigError(
            Problem(
                SENDER_VARIABLE, "the address that mails come from is not said", "", "Tradewind <reports@shop.example>"
            )
        )
    return MailServer(
        parts.hostname, port or usual, security, sender, unquote(parts.username or ""), unquote(parts.password or "")
    )


def is_address(text: str) -> bool:
    """Whether a text is one mail address and nothing else."""
    return _ADDRESS.fullmatch(text) is not None


def send_mail(
    server: MailServer,
    letter: Letter,
    at: datetime,
    context: ssl.SSLContext | None = None,
    timeout: float = TIMEOUT_SECONDS,
) -> str:
    """Hand one mail to the mail server; return the id under which it went.

    Args:
        server: who carries it.
        letter: what is sent.
        at: the present instant, naive UTC.
        context: which certificates are believed; the system's when None.
        timeout: seconds that the server may take for each answer.
    Raises:
        DeliveryError: it was not taken; `again` says whether it may be later.
    """
    message = _message(server, letter, at)
    trusted = context or ssl.create_default_context()
    where = f"{server.host}:{server.port}"
    try:
        with _connected(server, trusted, timeout) as connection:
            if server.user:
                connection.login(server.user, server.password)
            connection.send_message(message)
    except smtplib.SMTPAuthenticationError as error:
        raise DeliveryError(
            Problem(where, "the mail server refuses our name and password", str(error.smtp_code),
                    f"the right ones in {VARIABLE}"), again=False
        ) from error  # fmt: skip
    except smtplib.SMTPNotSupportedError as error:
        raise DeliveryError(
            Problem(where, "the mail server offers no encryption or no sign-in", "", "smtps://, or a server that does",
                    f"change {VARIABLE}"), again=False
        ) from error  # fmt: skip
    except smtplib.SMTPRecipientsRefused as error:
        code = next(iter(error.recipients.values()))[0]
        raise DeliveryError(Problem(where, "the mail server refuses this receiver", str(code)), code < 500) from error
    except smtplib.SMTPResponseException as error:
        raise DeliveryError(
            Problem(where, "the mail server did not take the mail", str(error.smtp_code)), error.smtp_code < 500
        ) from error
    except ssl.SSLError as error:
        raise DeliveryError(
            Problem(
                where,
                "the mail server's certificate is not believed",
                error.reason or "",
                do="look at its name and date",
            ),
            again=False,
        ) from error
    except (smtplib.SMTPException, OSError) as error:
        found = getattr(error, "strerror", None) or type(error).__name__
        raise DeliveryError(Problem(where, "the mail server cannot be reached", str(found))) from error
    return str(message["Message-ID"])


def _message(server: MailServer, letter: Letter, at: datetime) -> EmailMessage:
    if not is_address(letter.to):
        raise DeliveryError(Problem("", "this is no mail address", "", "name@host.example"), again=False)
    message = EmailMessage()
    message["From"] = server.sender
    message["To"] = letter.to
    message["Subject"] = " ".join(letter.subject.split())
    message["Date"] = format_datetime(at.replace(tzinfo=UTC))
    message["Message-ID"] = make_msgid(domain=parseaddr(server.sender)[1].split("@")[-1])
    message["Auto-Submitted"] = "auto-generated"
    if letter.stop_url:
        message["List-Unsubscribe"] = f"<{letter.stop_url}>"
    message.set_content(letter.text)
    if letter.html:
        message.add_alternative(letter.html, subtype="html")
    return message


@contextmanager
def _connected(server: MailServer, trusted: ssl.SSLContext, timeout: float) -> Iterator[smtplib.SMTP]:
    """A connection to a mail server, encrypted as asked; it is closed whatever happens."""
    if server.security == "tls":
        connection: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=timeout, context=trusted)
    else:
        connection = smtplib.SMTP(server.host, server.port, timeout=timeout)
    try:
        if server.security == "starttls":
            connection.starttls(context=trusted)
        yield connection
        with suppress(smtplib.SMTPException, OSError):
            connection.quit()
    finally:
        connection.close()
