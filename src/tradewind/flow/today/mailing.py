"""The weekly mail of Today: who gets it and when, written when it goes, for the eyes of its receiver."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime

from tradewind.core.accounts import User
from tradewind.core.errors import ConfigError, DeliveryError, Problem
from tradewind.core.visitor import ALLOWED
from tradewind.destinations.mail import VARIABLE, Letter, is_address, mail_server, send_mail
from tradewind.flow.accounts.served_place import ServedPlace
from tradewind.flow.jobs.schedules import next_time
from tradewind.store.notices_state import (
    Delivery,
    Subscription,
    add_delivery,
    deliveries,
    move_subscription,
    subscribe,
    subscriptions,
    unsubscribe,
)
from tradewind.store.state import State
from tradewind.store.state_connection import reading
from tradewind.store.users_state import read_user

__all__ = ["Subscription", "can_send", "queue_due", "queue_now", "sent_to", "set_weekly", "stop_weekly", "weekly_of"]

SUBJECT = "Today, once a week"


def can_send(environ: Mapping[str, str]) -> str:
    """Return why no mail can be sent, in plain words; empty where it can."""
    try:
        return "" if mail_server(environ) is not None else f"no mail server is named ({VARIABLE})"
    except ConfigError as error:
        return f"{error.problems[0].where}: {error.problems[0].what}"


def weekly_of(state: State, user_id: str) -> Subscription | None:
    """Return when a user gets the weekly mail, or None."""
    return next(iter(subscriptions(state, user_id)), None)


def set_weekly(state: State, user_id: str, weekday: int, at_time: str, zone: str, now: datetime) -> Subscription:
    """Send a user the weekly mail from now on.

    Raises:
        ConfigError: this is no weekday or time of day.
    """
    one = Subscription(user_id, weekday, at_time.strip(), next_time("week", weekday, at_time, zone, now))
    subscribe(state, one)
    return one


def stop_weekly(state: State, user_id: str) -> None:
    """Send a user no weekly mail any more."""
    unsubscribe(state, user_id)


def queue_now(state: State, user_id: str, now: datetime) -> None:
    """Send a user the mail once, now; at most one a minute."""
    add_delivery(state, _number(user_id, f"{now:%Y-%m-%d %H:%M}"), "mail", user_id, SUBJECT, "", now)


def queue_due(place: ServedPlace, now: datetime) -> None:
    """Put the weekly mails that are due into the queue, each by one server."""
    for one in subscriptions(place.state(), due=now):
        following = next_time("week", one.weekday, one.at_time, place.zone(), now)
        if move_subscription(place.state(), one.user_id, one.next_at, following):
            number = _number(one.user_id, one.next_at.isoformat())
            add_delivery(place.state(), number, "mail", one.user_id, SUBJECT, "", now)


def sent_to(state: State, user_id: str, limit: int = 10) -> list[Delivery]:
    """Return what was sent to a user and what waits, newest first."""
    return deliveries(state, (user_id,), limit)


def send_one(place: ServedPlace, one: Delivery, now: datetime) -> str:
    """Write one mail for its receiver and hand it to the mail server.

    Raises:
        DeliveryError: there is no mail server, the user is gone, or the server did not take it.
    """
    from tradewind.flow.today.make import make_today
    from tradewind.flow.today.weekly_mail import weekly_mail

    server = mail_server(place.environ)
    if server is None:
        raise DeliveryError(Problem(VARIABLE, "no mail server is named"), again=False)
    user = _receiver(place.state(), one.target)
    sees = ALLOWED[user.role]
    owners = user.owners if user.role == "sales" else None
    if user.role == "sales" and not owners:
        raise DeliveryError(
            Problem("", "it is not known which records are this user's own", "", "a name under which they stand",
                    "an admin sets it under Settings"), again=False
        )  # fmt: skip
    today = make_today(place.workspace(), owners, names="see_contacts" in sees)
    mail = weekly_mail(today, place.url)
    letter = Letter(user.email, mail.subject, mail.text, mail.html, f"{place.url}/updates/notices")
    send_mail(server, letter, now)
    return "taken by the mail server"


def _receiver(state: State, user_id: str) -> User:
    with reading(state.engine) as connection:
        user = read_user(connection, user_id)
    if user is None or user.locked_at is not None:
        raise DeliveryError(Problem("", "this user is gone or locked out"), again=False)
    if not is_address(user.email):
        raise DeliveryError(Problem("", "this user has no mail address"), again=False)
    return user


def _number(user_id: str, when: str) -> str:
    return hashlib.sha256(f"{user_id} {when}".encode()).hexdigest()[:32]
