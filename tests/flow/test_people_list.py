"""Lists of people: who sees which rows and columns, what search means, and what may leave the house."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import people_by_hand as hand
import pytest
from people_by_hand import people_by_hand

from tradewind.core.errors import ConfigError, NotFound, Stale
from tradewind.core.visitor import Visitor, visitor_of
from tradewind.flow.lists.export import make_export, plan_export
from tradewind.flow.people import index as people_index
from tradewind.flow.people.consent import ConsentWord, permission_for
from tradewind.flow.people.list import Wanted, choices_of, list_people
from tradewind.flow.people.one import find_person
from tradewind.flow.people.timeline import timeline
from tradewind.store.workspace import Workspace

ADMIN, VIEWER, KIM = visitor_of("admin"), visitor_of("viewer"), visitor_of("sales", owners=(" KIM",))


@pytest.fixture
def by_hand(tmp_path: Path) -> Iterator[Workspace]:
    workspace = people_by_hand(tmp_path / "hand")
    yield workspace
    workspace.close()


def keys(workspace: Workspace, visitor: Visitor, **wanted: object) -> list[str]:
    return [row.key for row in list_people(workspace, visitor, "customer_id", Wanted(**wanted)).rows]  # type: ignore[arg-type]


def test_whoever_bought_is_a_customer_once_with_present_values(by_hand: Workspace) -> None:
    found = list_people(by_hand, ADMIN, "customer_id", Wanted(sort="key"))
    assert [row.key for row in found.rows] == ["C1", "C2", "C3", "C4", "C5", "C6", "guest-only"]
    assert found.rows[0].name == "Zoë Müller"
    assert found.rows[0].scores["lapse"].text == "90 of 100"


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("zoe", ["C1"]), ("MULLER zoë", ["C1"]), ("evil@example", ["C2"]), ("o'neil", ["C3"]), ("%", ["C5"]),
        ("_", ["C5"]),
        ("100% wool_co", ["C5"]), ("old name", []), ("' OR 1=1 --", []), ("zoe\x00", ["C1"]), ("C", None),
    ],
)  # fmt: skip
def test_search_is_text_without_accents_and_wildcards(by_hand: Workspace, search: str, found: list[str] | None) -> None:
    rows = keys(by_hand, ADMIN, search=search, sort="key")
    assert rows == found if found is not None else len(rows) == 6


def test_viewers_neither_see_nor_guess_who_people_are(by_hand: Workspace) -> None:
    found = list_people(by_hand, VIEWER, "customer_id", Wanted(sort="key"))
    assert {(row.name, row.email, row.phone) for row in found.rows} == {("", "", "")}
    assert "postcode" not in found.rows[0].attributes
    assert found.rows[0].attributes["country"] == "DE"
    assert keys(by_hand, VIEWER, search="zoe") == keys(by_hand, VIEWER, search="example.test") == []
    assert keys(by_hand, VIEWER, search="c3") == ["C3"]
    for wanted in ({"sort": "name"}, {"where": (("postcode", "10115"),)}, {"where": (("email", "x"),)}):
        with pytest.raises(ConfigError):
            keys(by_hand, VIEWER, **wanted)
    assert "postcode" not in choices_of(by_hand, VIEWER, "customer_id").attributes
    person = find_person(by_hand, VIEWER, "customer_id", "C1")
    assert "Zoë" not in repr(person)
    assert "example.test" not in repr(person)


def test_sales_sees_its_own_rows_in_lists_pages_and_files(by_hand: Workspace) -> None:
    assert keys(by_hand, KIM, sort="key") == ["C1", "C2", "C6"]
    assert keys(by_hand, visitor_of("sales", owners=("Sam",)), sort="key") == ["C3", "C4"]
    assert keys(by_hand, visitor_of("sales")) == keys(by_hand, visitor_of("sales", owners=("", "'; --"))) == []
    assert keys(by_hand, KIM, owner="Sam") == []
    with pytest.raises(NotFound):
        find_person(by_hand, KIM, "customer_id", "C3")
    assert {each.record_id for each in plan_export(by_hand, KIM, "lapse", "csv", Wanted()).contacts} == {"C1"}


def test_pages_are_of_one_state_of_the_data(by_hand: Workspace) -> None:
    first = list_people(by_hand, ADMIN, "customer_id", Wanted(limit=2))
    second = list_people(by_hand, ADMIN, "customer_id", Wanted(limit=2, cursor=first.next))
    assert first.found == second.found == 7
    assert [row.key for row in (*first.rows, *second.rows)] == ["C1", "C2", "C3", "C4"]
    with pytest.raises(ConfigError):
        list_people(by_hand, ADMIN, "customer_id", Wanted(sort="key", cursor=first.next))
    people_by_hand(by_hand.root, date(2024, 6, 1)).close()
    with pytest.raises(Stale):
        list_people(by_hand, ADMIN, "customer_id", Wanted(limit=2, cursor=first.next))
    history = find_person(by_hand, ADMIN, "customer_id", "C1").told[0].history
    assert [each.cutoff for each in history] == [date(2024, 6, 1), date(2024, 5, 1)]


def test_a_folder_that_cannot_be_written_is_read_through_a_temporary_one(
    by_hand: Workspace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(people_index, "_writable", lambda folder: False)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    assert keys(by_hand, ADMIN, search="zoe") == ["C1"]
    assert not (by_hand.root / people_index.CACHE).exists()
    assert list(tmp_path.glob("tradewind-people-*")) == []


def test_an_index_that_was_damaged_is_made_again(by_hand: Workspace) -> None:
    assert keys(by_hand, ADMIN, search="zoe") == ["C1"]
    by_hand.close_kept()
    (file,) = (by_hand.root / people_index.CACHE / "people").glob("*.duckdb")
    file.write_bytes(b"no database")
    assert keys(by_hand, ADMIN, search="zoe") == ["C1"]


def test_what_happened_is_told_by_day_and_texts_are_for_who_may_read_them(by_hand: Workspace) -> None:
    days = timeline(by_hand, ADMIN, "customer_id", "C1").days
    assert [str(day.day) for day in days] == ["2024-03-02", "2024-03-01", "2024-01-01", "2023-01-01"]
    assert days[0].moments[0].amount == "€20"
    assert days[0].moments[0].known == "2 May 2024"
    first = timeline(by_hand, ADMIN, "customer_id", "C1", limit=1)
    rest = timeline(by_hand, ADMIN, "customer_id", "C1", first.next)
    assert [str(day.day) for day in rest.days] == ["2024-03-01", "2024-01-01", "2023-01-01"]
    with pytest.raises(ConfigError):
        timeline(by_hand, ADMIN, "customer_id", "C1", "1.x; DROP")


def test_no_word_is_no_permission_and_a_refusal_wins() -> None:
    def word(purpose: str, granted: bool) -> ConsentWord:
        return ConsentWord(purpose, granted, date(2024, 1, 1), "")

    assert permission_for("email", ()) == "unknown"
    assert permission_for("email", (word("phone", True),)) == "unknown"
    assert permission_for("email", (word("email", True),)) == "granted"
    assert permission_for("email", (word("email", True), word("marketing", False))) == "refused"
    assert permission_for("email", (word("email", True), word("profiling", False))) == "refused"
    assert permission_for("phone", (word("sms", False), word("email", True))) == "refused"
    assert permission_for("phone", (word("analytics", False),)) == "unknown"


def test_who_refused_is_in_no_file_and_who_said_nothing_is_counted_first(by_hand: Workspace) -> None:
    plan = plan_export(by_hand, ADMIN, "lapse", "csv", Wanted())
    assert [each.record_id for each in plan.contacts] == ["C1", "C3", "C4", "C5"]
    assert plan.left_out == {"refused": 2}
    assert plan.unknown == 2
    assert plan.lines[0].startswith("Of 2 of the 4")
    by_id = {each.record_id: each for each in plan.contacts}
    assert (by_id["C3"].email, by_id["C3"].phone) == ("", "+44203333333")
    mail = plan_export(by_hand, ADMIN, "lapse", "mailchimp", Wanted())
    assert [each.record_id for each in mail.contacts] == ["C1", "C4"]
    assert mail.left_out == {"refused": 3, "address": 1}
    made = make_export(by_hand, ADMIN, mail, Wanted(worth=True))
    rows = list(csv.DictReader(io.StringIO(made.content.decode())))
    assert [row["Email Address"] for row in rows] == ["zoe@example.test", "bob@example.test"]
    assert rows[1]["First Name"] == "Bob Two"
    assert "nobody knows" not in made.content.decode()
    person = find_person(by_hand, ADMIN, "customer_id", "C1")
    assert [each.layout for each in person.exports] == ["mailchimp"]
    assert person.exports[0].filters == {"worth": True}
    assert dict(person.permissions) == {"email": "granted", "phone": "unknown"}


def test_who_refused_the_only_way_we_know_is_left_out_for_that_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hand, "PEOPLE", tuple((*each[:3], "", *each[4:]) for each in hand.PEOPLE))
    workspace = people_by_hand(tmp_path / "mail-alone")
    for layout, left in (("csv", {"refused": 3}), ("klaviyo", {"refused": 3, "address": 1})):
        plan = plan_export(workspace, ADMIN, "lapse", layout, Wanted())
        assert "C3" not in {each.record_id for each in plan.contacts}
        assert plan.left_out == left
    workspace.close()


def test_a_refused_address_that_is_the_key_is_on_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Called, not written to: the file names her by something that nobody can write to."""
    mail = "ann@example.test"
    monkeypatch.setattr(hand, "PEOPLE", tuple(
        (mail, mail, *each[2:]) if each[0] == "C3" else each for each in hand.PEOPLE
    ))  # fmt: skip
    monkeypatch.setattr(hand, "WORDS", tuple((mail, *each[1:]) if each[0] == "C3" else each for each in hand.WORDS))
    workspace = people_by_hand(tmp_path / "by-address")
    plan = plan_export(workspace, ADMIN, "lapse", "csv", Wanted())
    made = make_export(workspace, ADMIN, plan, Wanted())
    assert mail not in made.content.decode()
    assert "+44203333333" in made.content.decode()
    assert mail in plan.keys
    assert [each.layout for each in find_person(workspace, ADMIN, "customer_id", mail).exports] == ["csv"]
    workspace.close()
