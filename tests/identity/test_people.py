"""Groups obey their guards, ids stay, and every merge can be undone."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st
from people import LOAD, person, records, source

from tradewind.core.identity import Decision, Verdict
from tradewind.identity.clusters import cluster
from tradewind.identity.links import MANUAL, Link
from tradewind.identity.records import Records, gather
from tradewind.identity.resolve import Past, Resolved, Stated, resolve_people
from tradewind.identity.tables import LINK_COLUMNS, PAIR_COLUMNS, table_of

EMAIL = [("email",)]
LATER = datetime(2024, 6, 8)


def link(left: int, right: int, strength: float = 0.95) -> Link:
    return Link(left, right, "similarity", strength, "alike", np.datetime64("2024-01-01", "us"))


def groups_of(links: list[Link], count: int, **guards: object) -> list[set[int]]:
    found = {record: {record} for record in range(count)}
    for each in cluster(links, **guards).made:  # type: ignore[arg-type]
        both = found[each.left] | found[each.right]
        for record in both:
            found[record] = both
    return [group for record, group in found.items() if record == min(group)]


def resolve(found: Records, past: Resolved | None = None, at: datetime = LOAD, **more: object) -> Resolved:
    before = None
    if past is not None:
        before = Past(table_of(past.links, LINK_COLUMNS), table_of(past.pairs, PAIR_COLUMNS), LOAD)
    return resolve_people(found, EMAIL, at, before, **more)  # type: ignore[arg-type]


def persons(resolved: Resolved) -> dict[str, str]:
    return {row["record_id"]: row["person_id"] for row in resolved.links if row["valid_to"] is None}


def test_one_weak_link_does_not_join_two_people_of_several_records() -> None:
    strong = [link(0, 1, 0.999), link(2, 3, 0.999)]
    assert groups_of([*strong, link(1, 2, 0.9)], 4) == [{0, 1}, {2, 3}]
    assert groups_of([*strong, link(1, 2, 0.9), link(0, 3, 0.9)], 4) == [{0, 1, 2, 3}]
    assert groups_of([*strong, link(1, 2, 0.9999)], 4) == [{0, 1, 2, 3}]


def test_two_birth_dates_seen_twice_each_keep_people_apart() -> None:
    links = [link(0, 1, 0.9999), link(2, 3, 0.9999), link(1, 2, 0.999)]
    dates = np.array(["1980-01-01", "1980-01-01", "1990-02-02", "1990-02-02"], dtype=object)
    assert groups_of(links, 4, firm={"birth_date": dates}) == [{0, 1}, {2, 3}]
    slip = np.array(["1980-01-01", "1980-01-01", "1980-01-10", None], dtype=object)
    assert groups_of(links, 4, firm={"birth_date": slip}) == [{0, 1, 2, 3}]


def test_a_decision_by_hand_is_held_back_by_no_guard() -> None:
    dates = np.array(["1980-01-01", "1980-01-01", "1990-02-02", "1990-02-02"], dtype=object)
    by_hand = Link(1, 2, MANUAL, 1.0, MANUAL, np.datetime64("2024-01-01", "us"))
    links = [link(0, 1, 0.9999), link(2, 3, 0.9999), by_hand]
    assert groups_of(links, 4, firm={"birth_date": dates}) == [{0, 1, 2, 3}]


def test_a_table_without_duplicates_gives_each_person_one_record() -> None:
    once = np.array(["a", "a", "b", "b"], dtype=object)
    assert groups_of([link(0, 2, 0.99), link(1, 2, 0.95), link(1, 3, 0.9)], 4, once=once) == [{0, 2}, {1, 3}]


def test_who_is_apart_stays_apart_whatever_the_chain() -> None:
    links = [link(0, 1, 0.99), link(1, 2, 0.98), link(2, 3, 0.97)]
    assert groups_of(links, 4, apart={(0, 3)}) == [{0, 1, 2}, {3}]


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7), st.floats(0.5, 1)), max_size=14), st.randoms())
def test_groups_never_depend_on_the_order_of_links_and_never_hold_two_who_are_apart(drawn, rnd) -> None:  # type: ignore[no-untyped-def]
    links = [link(min(a, b), max(a, b), round(p, 3)) for a, b, p in drawn if a != b]
    links = list({each.pair: each for each in links}.values())
    apart = {(0, 1), (2, 5)}
    groups = groups_of(links, 8, apart=apart)
    shuffled = list(links)
    rnd.shuffle(shuffled)
    assert groups == groups_of(shuffled, 8, apart=apart)
    assert not any(set(pair) <= group for pair in apart for group in groups)


def test_an_id_is_that_of_the_senior_record_and_a_later_record_does_not_change_it() -> None:
    a, b = person("b", "2024-01-01", email="x@x.de"), person("a", "2024-02-01", email="x@x.de")
    first = resolve(records(a, b))
    assert persons(first) == {"a": "b"}
    older = person("z", "2019-01-01", email="x@x.de") | {"first_seen_at": LATER}
    second = resolve(records(a, b, older), first, LATER)
    assert persons(second) == {"a": "b", "z": "b"}
    assert len(second.history) == 1


def test_two_people_found_to_be_one_keep_the_seniors_id_and_the_move_is_recorded() -> None:
    rows = [
        person("a", email="x@x.de"),
        person("b", "2024-01-02", email="x@x.de"),
        person("c", "2024-01-03", email="y@y.de"),
    ]
    first = resolve(records(*rows, person("d", "2024-01-04", email="y@y.de")))
    assert persons(first) == {"b": "a", "d": "c"}
    old = rows[2] | {"valid_to": LATER}
    new = person("c", LATER, email="x@x.de") | {"first_seen_at": LATER}
    second = resolve(records(*rows[:2], old, new, person("d", "2024-01-04", email="y@y.de")), first, LATER)
    assert persons(second) == {"b": "a", "c": "a", "d": "a"}
    assert {(row["record_id"], row["from_person"], row["to_person"]) for row in second.history} == {
        ("c", "c", "a"), ("d", "c", "a"),
    }  # fmt: skip
    closed = [row for row in second.links if row["valid_to"] is not None]
    assert [(row["record_id"], row["person_id"], row["valid_to"]) for row in closed] == [("d", "c", LATER)]


def decided(verdict: Verdict, at: datetime, left: str = "a", right: str = "b") -> Decision:
    return Decision(left, right, verdict, at, "seen by me")


def test_unmerge_restores_and_merge_again_makes_it_good() -> None:
    found = records(person("a", email="x@x.de"), person("b", "2024-01-02", email="x@x.de"))
    first = resolve(found)
    apart = decided("apart", datetime(2024, 6, 7))
    second = resolve(found, first, LATER, decisions=[apart])
    assert persons(second) == {"b": "b"}
    assert [(row["to_person"], row["why"]) for row in second.history] == [("b", "decided by hand: seen by me")]
    third = resolve(found, second, datetime(2024, 6, 9), decisions=[apart, decided("same", datetime(2024, 6, 9))])
    assert persons(third) == {"b": "a"}
    times = [(row["person_id"], row["known_at"], row["valid_to"]) for row in third.links if row["record_id"] == "b"]
    assert times == [
        ("a", datetime(2024, 1, 2), LATER), ("b", LATER, datetime(2024, 6, 9)), ("a", datetime(2024, 6, 9), None),
    ]  # fmt: skip


def test_a_never_merge_outlives_every_later_run() -> None:
    found = records(person("a", email="x@x.de"), person("b", "2024-01-02", email="x@x.de"))
    apart = [decided("apart", datetime(2024, 5, 1))]
    first = resolve(found, decisions=apart)
    assert persons(first) == {}
    assert persons(resolve(found, first, LATER, decisions=apart)) == {}


def test_a_link_once_made_stays_though_its_evidence_is_gone_unless_the_rules_changed() -> None:
    rows = person("a", email="x@x.de"), person("b", "2024-01-02", email="x@x.de")
    first = resolve(records(*rows))
    gone = records(rows[0], person("b", "2024-01-02", email="other@x.de"))
    assert persons(resolve(gone, first, LATER)) == {"b": "a"}
    before = Past(table_of(first.links, LINK_COLUMNS), table_of(first.pairs, PAIR_COLUMNS), LOAD, same_settings=False)
    changed = resolve_people(gone, EMAIL, LATER, before)
    assert persons(changed) == {"b": "b"}


def test_a_link_that_an_earlier_run_could_have_made_and_did_not_is_known_from_now() -> None:
    found = records(person("a", email="x@x.de"), person("b", "2024-01-02", email="x@x.de"))
    nothing = resolve_people(found, [], LOAD)
    (row,) = [row for row in resolve(found, nothing, LATER).links if row["record_id"] == "b"]
    assert row["known_at"] == LATER


def test_a_lead_and_the_customer_it_became_are_one_person_with_a_customer_to_stand_for_it() -> None:
    leads = source([person("L1", "2023-01-01", email="l@x.de")], "lead")
    customers = source([person("C1", "2023-03-01", email="c@x.de")])
    stated = [Stated("lead:L1", "C1", "became this customer", datetime(2023, 3, 2))]
    found = resolve(gather([leads, customers]), stated=stated)
    assert {(row["record_id"], row["person_id"], row["customer_id"]) for row in found.links} == {
        ("L1", "lead:L1", "C1"), ("C1", "lead:L1", "C1"),
    }  # fmt: skip
    assert found.by_rule == {"became this customer": 1}


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3), st.integers(0, 20)), min_size=1, max_size=12))
def test_as_of_any_moment_links_say_what_the_evidence_known_by_then_says(drawn: list[tuple[int, int, int]]) -> None:
    """A slow oracle: at each moment, group the records by the values known by then."""
    rows = [
        person(f"r{number}", datetime(2024, 1, 1 + day), email=f"m{mail}@x.de")
        for number, (mail, _, day) in enumerate(drawn)
    ]
    found = records(*rows)
    resolved = resolve(found)
    for day in range(0, 22, 3):
        moment = datetime(2024, 1, 1 + day, 12)
        seen = {row["record_id"]: row["person_id"] for row in resolved.links
                if row["known_at"] < moment and (row["valid_to"] is None or row["valid_to"] >= moment)}  # fmt: skip
        known = [row for row in rows if row["known_at"] < moment]
        for row in known:
            alike = [other for other in known if other["email"] == row["email"]]
            senior = min(alike, key=lambda other: (other["known_at"], other["id"]))
            assert seen.get(row["id"], row["id"]) == senior["id"]


def test_the_tables_have_their_types_even_when_empty() -> None:
    assert table_of([], LINK_COLUMNS).schema.field("known_at").type == pa.timestamp("us")
