"""A visitor belongs to whom it was seen with, and a shared device to nobody."""

from __future__ import annotations

from datetime import datetime

from tradewind.identity.visitors import link_visitors


def at(day: int) -> datetime:
    return datetime(2024, 1, day)


def spans(rows: list[dict]) -> list[tuple]:
    return [(row["customer_id"], row["known_at"], row["valid_to"]) for row in rows]


def test_a_visitor_is_a_customers_from_the_moment_they_were_seen_together() -> None:
    assert spans(link_visitors([("v", "C1", at(5))], [])) == [("C1", at(5), None)]


def test_a_device_of_two_is_nobodys_from_the_moment_the_second_was_seen() -> None:
    assert spans(link_visitors([("v", "C2", at(9)), ("v", "C1", at(5))], [])) == [("C1", at(5), at(9))]


def test_two_customers_who_turn_out_to_be_one_person_get_the_device_back_from_then() -> None:
    merge = {"record_type": "customer", "record_id": "C2", "person_id": "C1", "known_at": at(20), "valid_to": None}
    rows = link_visitors([("v", "C1", at(5)), ("v", "C2", at(9))], [merge])
    assert spans(rows) == [("C1", at(5), at(9)), ("C1", at(20), None)]
