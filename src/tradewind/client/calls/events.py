"""What happens just now: each event once, however often it is sent, under its message id."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from tradewind.client.answers.events import EventsTaken
from tradewind.client.call import Call, path_of

Message = Mapping[str, Any]
"""One call of a web SDK: userId or anonymousId, event, properties, timestamp, messageId."""


def send_events(events: Sequence[Message]) -> Call[EventsTaken]:
    """Send up to 500 events, each with its `type`; they are on disk when the answer comes.

    Args:
        events: as web SDKs send them; whichever has no `messageId` gets one, so that a repeated try counts it once.
    """
    return _sent("events", {"batch": [_named(event) for event in events]})


def send_batch(events: Sequence[Message]) -> Call[EventsTaken]:
    """Send events to the address that web SDKs use; see `send_events`."""
    return _sent("batch", {"batch": [_named(event) for event in events]})


def send_track(message: Message) -> Call[EventsTaken]:
    """Send one track call: something that somebody did."""
    return _sent("track", _named(message))


def send_identify(message: Message) -> Call[EventsTaken]:
    """Send one identify call: who somebody is."""
    return _sent("identify", _named(message))


def send_page(message: Message) -> Call[EventsTaken]:
    """Send one page call: a page that somebody saw."""
    return _sent("page", _named(message))


def send_screen(message: Message) -> Call[EventsTaken]:
    """Send one screen call: a screen of an app that somebody saw."""
    return _sent("screen", _named(message))


def send_group(message: Message) -> Call[EventsTaken]:
    """Send one group call: the company that somebody belongs to."""
    return _sent("group", _named(message))


def send_alias(message: Message) -> Call[EventsTaken]:
    """Send one alias call: two names of one person."""
    return _sent("alias", _named(message))


def _sent(path: str, body: Mapping[str, Any]) -> Call[EventsTaken]:
    return Call("POST", path_of("v1", path), EventsTaken, body=body)


def _named(message: Message) -> dict[str, Any]:
    return {"messageId": secrets.token_hex(16), **message}
