"""Rules join what is one person and leave alone what many people share."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pytest
from people import LOAD, person, records

from tradewind.identity.compare import compare_names, edits
from tradewind.identity.guards import refuse
from tradewind.identity.normalise import day, email, name, phone
from tradewind.identity.records import Records
from tradewind.identity.rules import apply_rules, usual_rules


def joined(found: Records, *rules: tuple[str, ...], shared_by: int = 5) -> set[tuple[str, str]]:
    links = apply_rules(found, rules or tuple(usual_rules(found.roles)), shared_by).links
    return {(found.key[link.left], found.key[link.right]) for link in links if not link.doubt}


@pytest.mark.parametrize(
    ("one", "other"),
    [("Anna.Weber@GMail.com ", "annaweber+shop@googlemail.com"), ("mailto:a@x.example.de", "A@X.example.DE")],
)
def test_spellings_of_one_mailbox_are_equal(one: str, other: str) -> None:
    assert email(one) == email(other)
    assert email(one) is not None


@pytest.mark.parametrize("text", ["", "nobody", "a@b", "two@at@x.de", "a b@x.de", "a@x."])
def test_what_is_no_address_is_nothing(text: str) -> None:
    assert email(text) is None


def test_a_number_with_and_without_its_country_is_one_number() -> None:
    assert phone("+49 (0)170 / 123 45 67".replace("(0)", "")) == phone("0170-1234567") == "701234567"
    assert phone("0000000") is None
    assert phone("12") is None


def test_names_lose_titles_and_order_and_keep_every_script() -> None:
    assert name("Weber, Dr. Anna") == name("anna  WEBER") == "anna weber"
    assert name("Müller") == name("Muller")
    assert name("Иван Петров") == "иван петров"
    assert name("山田 太郎") == "太郎 山田"


def test_dates_are_read_and_nonsense_is_nothing() -> None:
    assert day("19560409") == day("09.04.1956") == day("1956-04-09 00:00:00") == "1956-04-09"
    assert day("19561399") is None
    assert day("0001-01-01") is None


@pytest.mark.parametrize(
    ("role", "value", "why"),
    [
        ("email", "info@shop.de", "shared mailbox"),
        ("email", "office2@firm.com", "shared mailbox"),
        ("email", "test@test.com", "placeholder"),
        ("phone", "111111111", "placeholder"),
        ("phone", "123456789", "placeholder"),
        ("name", "guest", "placeholder"),
        ("email", "anna@firm.com", ""),
        ("phone", "701234567", ""),
    ],
)
def test_shared_and_made_up_values_identify_nobody(role: str, value: str, why: str) -> None:
    assert refuse(role, value) == why


def test_one_mailbox_is_one_person_however_it_is_written() -> None:
    found = records(person("a", email="Anna@x.de"), person("b", email="anna@x.de"), person("c", email="bob@x.de"))
    assert joined(found) == {("a", "b")}


def test_a_family_that_shares_a_phone_and_a_name_is_not_one_person() -> None:
    home = {"phone": "030 1234568", "surname": "Weber"}
    family = {"a": "Anna", "b": "Bernd", "c": "Ana"}
    found = records(*(person(key, given_name=given, **home) for key, given in family.items()))
    assert joined(found) == {("a", "c")}
    doubts = {found.key[link.right]: link.doubt for link in apply_rules(found, [("phone", "surname")]).links}
    assert doubts["b"]


def test_a_couple_with_one_mailbox_goes_to_a_persons_eye() -> None:
    found = records(person("a", email="we@x.de", name="Anna Weber"), person("b", email="we@x.de", name="Bernd Weber"))
    (link,) = apply_rules(found, [("email",)]).links
    assert link.doubt == "one word of the name is another"


def test_who_marries_keeps_the_mailbox_and_stays_one_person() -> None:
    found = records(
        person("a", email="a@x.de", given_name="Anna", surname="Weber"),
        person("b", email="a@x.de", given_name="Anna", surname="Klein"),
    )
    assert joined(found) == {("a", "b")}


def test_a_value_under_many_names_is_not_used_and_that_is_said() -> None:
    found = records(
        *(person(f"r{i}", email="desk@firm.example", name=f"Name{chr(97 + i) * 5} Other{i}") for i in range(9))
    )
    result = apply_rules(found, [("email",)])
    assert result.links == []
    assert result.unused == [("email", 1, 9)]


def test_one_person_may_stand_in_many_records() -> None:
    found = records(*(person(f"r{i:03}", email="a@x.de", name="Anna Weber") for i in range(300)))
    assert len(joined(found)) == 299


def test_all_mailboxes_equal_without_names_joins_nobody() -> None:
    found = records(*(person(f"r{i:03}", email="shop@x.de") for i in range(300)))
    assert joined(found) == set()


def test_a_link_is_known_from_the_later_of_the_two() -> None:
    found = records(person("a", "2023-01-01", email="a@x.de"), person("b", "2023-05-01", email="a@x.de"))
    (link,) = apply_rules(found, [("email",)]).links
    assert link.known_at == np.datetime64("2023-05-01", "us")


def test_a_value_known_only_as_of_today_was_known_from_its_load() -> None:
    found = records(
        person("a", "2023-01-01", email="a@x.de"), person("b", "2023-05-01", email="a@x.de"), today=["email"]
    )
    (link,) = apply_rules(found, [("email",)]).links
    assert link.known_at == np.datetime64(LOAD, "us")


def test_who_changes_the_mailbox_is_still_who_had_the_old_one() -> None:
    old = person("a", "2023-01-01", email="old@x.de") | {"valid_to": datetime(2023, 6, 1)}
    found = records(old, person("a", "2023-06-01", email="new@x.de"), person("b", "2023-02-01", email="old@x.de"))
    assert len(found) == 2
    assert joined(found) == {("a", "b")}


def test_nobody_has_any_identifying_value() -> None:
    found = records(person("a"), person("b"))
    assert usual_rules(found.roles) == []
    assert joined(found) == set()


def test_no_records_at_all() -> None:
    assert len(records()) == 0
    assert apply_rules(records(), [("email",)]).links == []


@pytest.mark.parametrize(
    ("one", "other", "conflict"),
    [
        ("anna weber", "anna webber", False),
        ("anna weber", "a weber", False),
        ("anna weber", "anna maria weber", False),
        ("anna weber", "bernd weber", True),
        ("anna weber", "carl klein", True),
        ("иван петров", "ivan petrov", False),
        ("иван петров", "анна петров", True),
        (None, "anna", False),
    ],
)  # fmt: skip
def test_names_conflict_only_when_they_are_two_people(one: str | None, other: str, conflict: bool) -> None:
    assert compare_names(one, other).conflict is conflict


@pytest.mark.parametrize(("one", "other", "count"), [("", "abc", 3), ("ab", "ba", 1), ("kitten", "sitting", 3)])
def test_edits_are_counted_as_published(one: str, other: str, count: int) -> None:
    """kitten → sitting is the usual example of Levenshtein's distance; a swap of neighbours counts once (Damerau)."""
    assert edits(one, other) == count
