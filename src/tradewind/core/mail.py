"""A mail before it is sent: subject, plain text and HTML; how it travels is the business of `destinations`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Mail:
    """What somebody is to read.

    Args:
        subject: one line.
        text: the whole mail as plain text.
        html: the same as HTML; it loads nothing from anywhere.
    """

    subject: str
    text: str
    html: str
