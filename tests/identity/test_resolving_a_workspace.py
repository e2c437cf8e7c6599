"""The whole step on a workspace: what is told, what is stored, what features see, and that nothing is done twice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from shop_of_people import CUSTOMERS, NOW, write_shop

from tradewind.core.errors import ConfigError, StoreError
from tradewind.core.time import Cutoff, Horizon, days
from tradewind.features import persons
from tradewind.features.compute import eligible_step_rows, group_at
from tradewind.features.feature_set import Group
from tradewind.features.labels import eligible_at, outcome_at, parse_label_sql
from tradewind.features.probe import rewrite_future
from tradewind.flow.data import open_data
from tradewind.flow.people.merged import decide, explain_person, merged_people
from tradewind.flow.people.resolve import check_records, resolve
from tradewind.flow.progress import Silent
from tradewind.sources.load import load_tables
from tradewind.store.workspace import Workspace, open_workspace

ZONE = "Europe/Berlin"
ORDERS = Group(
    "spend", "SELECT customer_id, COUNT(*) AS orders, SUM(amount_base) AS spent FROM orders GROUP BY customer_id", ()
)
EVENTS = Group("visits", "SELECT customer_id, COUNT(*) AS events FROM events GROUP BY customer_id", ())
LABEL = parse_label_sql("""
-- name: eligible
SELECT customer_id FROM orders
-- name: outcome
SELECT eligible.customer_id, CAST(COUNT(orders.order_id) AS DOUBLE) AS outcome
FROM eligible LEFT JOIN orders ON orders.customer_id = eligible.customer_id
    AND orders.happened_at >= :cutoff AND orders.happened_at < :horizon_end
GROUP BY eligible.customer_id
""")
PEOPLE = Group("names", "SELECT customer_id, created_at FROM customers", ())


class Clock:
    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture(params=["duckdb", "postgres"])
def engine_line(request: pytest.FixtureRequest) -> tuple[str, dict[str, str]]:
    """Engine and state on this machine, then both on Postgres."""
    if request.param == "duckdb":
        return "", {}
    url = request.getfixturevalue("postgres_database")
    return 'engine = "${PG}"\nstate = "${PG}"', {"PG": url}


@pytest.fixture
def shop(tmp_path: Path, engine_line: tuple[str, dict[str, str]]) -> Iterator[Workspace]:
    line, environ = engine_line
    workspace = open_workspace(write_shop(tmp_path / "shop", workspace=line), Clock(NOW), environ)
    load_tables(workspace)
    yield workspace
    workspace.close()


def rows(workspace: Workspace, name: str) -> list[dict[str, Any]]:
    return workspace.table(name).to_pylist()


def seen(workspace: Workspace, group: Group, day: date) -> dict[str, tuple[object, ...]]:
    with open_data(workspace) as data:
        found = data.engine.fetch(*group_at(group, data.catalog, "customer_id", None, [Cutoff(day, ZONE)]))
    return {row["customer_id"]: tuple(row.values())[2:] for row in found.to_pylist()}


def test_counts_are_told_and_tables_left(shop: Workspace) -> None:
    people = resolve(shop, Silent())
    assert people is not None
    assert people.summary == "9 records are 7 people: 2 by e-mail; 1 pair needs your eye (table identity_review)"
    assert people.said[0] == "2 values of e-mail are shared mailboxes and identify nobody"
    links = {(row["record_id"], row["person_id"], row["customer_id"]) for row in rows(shop, "identity_links")}
    assert links >= {("C2", "C1", "C1"), ("C3", "lead:L1", "C3"), ("L1", "lead:L1", "C3"), ("k1", None, "C2")}
    (pair,) = rows(shop, "identity_review")
    assert (pair["left"], pair["right"], pair["doubt"]) == ("C6", "C7", "one word of the name is another")


def test_people_belong_to_their_companies_also_through_a_shared_mailbox(shop: Workspace) -> None:
    resolve(shop, Silent())
    members = {(row["record_id"], row["account_id"]) for row in rows(shop, "identity_account_links")}
    assert {("C4", "domain:firm.example.net"), ("C5", "domain:firm.example.net")} <= members
    whole = next(row for row in rows(shop, "identity_accounts") if row["domain"] == "firm.example.net")
    assert whole["parent_account_id"] == "domain:example.net"


def test_the_same_run_again_does_nothing(shop: Workspace) -> None:
    first = resolve(shop, Silent())
    snapshot = shop.manifest().snapshot_id
    again = resolve(shop, Silent())
    assert first is not None
    assert again is not None
    assert (again.skipped, again.summary) == (True, first.summary)
    assert shop.manifest().snapshot_id == snapshot


def test_features_see_a_link_only_from_when_it_was_known(shop: Workspace) -> None:
    resolve(shop, Silent())
    before, after = seen(shop, ORDERS, date(2024, 3, 1)), seen(shop, ORDERS, date(2024, 3, 3))
    assert {"C1", "C2"} <= set(before)
    assert "C2" not in after
    until = datetime(2024, 3, 2, 23)
    placed = [row["customer_id"] for row in rows(shop, "orders") if row["happened_at"] < until]
    assert after["C1"][0] == placed.count("C1") + placed.count("C2")
    assert set(seen(shop, PEOPLE, date(2024, 5, 1))) == {"C1", "C3", "C4", "C5", "C6", "C7"}


def test_outcomes_go_to_whom_was_asked_about_and_those_of_later_records_to_their_person(
    tmp_path: Path, engine_line: tuple[str, dict[str, str]]
) -> None:
    """C2 ordered before it was linked and keeps its own outcome; C9 came later, and what it bought is C1's."""
    later = [*CUSTOMERS, ("C9", "2024-04-20", "anna@x-mail.de", "Anna Weber")]
    root = write_shop(tmp_path / "later", later, workspace=engine_line[0])
    orders = (root / "data" / "orders.csv").read_text(encoding="utf-8").splitlines()
    early = {f'"2024-0{month}' for month in (1, 2, 3)}
    kept = [line for line in orders if '"C9"' not in line or not any(month in line for month in early)]
    (root / "data" / "orders.csv").write_text("\n".join(kept) + "\n", encoding="utf-8")
    shop = open_workspace(root, Clock(NOW), engine_line[1])
    load_tables(shop)
    resolve(shop, Silent())
    cutoff, known_by, who = Cutoff(date(2024, 2, 20), ZONE), Cutoff(date(2024, 6, 10), ZONE), "customer_id"
    with open_data(shop) as data:
        data.engine.create("eligible_all", *eligible_at(LABEL, data.catalog, who, [cutoff], {}))
        step = eligible_step_rows(who, "eligible_all")
        statement = outcome_at(LABEL, data.catalog, who, step, [cutoff], {}, Horizon(days(100)), known_by)
        outcome = {row[who]: row["outcome"] for row in data.engine.fetch(*statement).to_pylist()}
    until = Cutoff(date(2024, 5, 30), ZONE).at
    bought = [row[who] for row in rows(shop, "orders") if cutoff.at <= row["happened_at"] < until]
    assert bought.count("C9") > 0
    assert outcome["C1"] == bought.count("C1") + bought.count("C9")
    assert outcome["C2"] == bought.count("C2") > 0
    shop.close()


def test_a_visitors_events_are_joined_only_from_when_the_visitor_was_known(shop: Workspace) -> None:
    resolve(shop, Silent())
    assert seen(shop, EVENTS, date(2024, 3, 25)) == {None: (2,), "C3": (1,), "C6": (1,)}
    assert seen(shop, EVENTS, date(2024, 4, 10)) == {"C1": (4,), "C3": (1,), "C6": (1,)}


def test_a_later_link_changes_no_earlier_feature(shop: Workspace) -> None:
    resolve(shop, Silent())
    days = [date(2024, 2, 15), date(2024, 5, 1), date(2024, 6, 10)]
    before = {day: (seen(shop, ORDERS, day), seen(shop, EVENTS, day)) for day in days}
    write_shop(shop.root, [*CUSTOMERS, ("C8", "2024-01-20", "bob@x-mail.de", "Bob Klein")],
               workspace=_line(shop))  # fmt: skip
    shop.clock.now = datetime(2024, 6, 17, 12)  # type: ignore[attr-defined]
    later = open_workspace(shop.root, shop.clock, shop.environ)
    load_tables(later)
    resolve(later, Silent())
    decide(later, "C1", "C2", "apart")
    assert {day: (seen(later, ORDERS, day), seen(later, EVENTS, day)) for day in days[:2]} != {}
    for day in days:
        old = {key: value for key, value in before[day][0].items() if key != "C8"}
        assert {key: value for key, value in seen(later, ORDERS, day).items() if key in old} == old
        assert seen(later, EVENTS, day) == before[day][1]
    assert "C2" in seen(later, ORDERS, date(2024, 6, 18))
    later.close()


@pytest.mark.parametrize("honest", [True, False])
def test_rewriting_later_links_moves_nothing_unless_the_view_is_careless(
    shop: Workspace, monkeypatch: pytest.MonkeyPatch, honest: bool
) -> None:
    resolve(shop, Silent())
    if not honest:
        monkeypatch.setattr(
            persons, "_LINKED", persons._LINKED.replace("known_at < :{instant}", "known_at IS NOT NULL")
        )
    cutoff = Cutoff(date(2024, 3, 25), ZONE)
    with open_data(shop) as data:
        tables = {name: shop.table(name) for name in ("customers", "orders", "events", "identity_links")}
        groups = (ORDERS, EVENTS, PEOPLE)
        statements = [group_at(group, data.catalog, "customer_id", None, [cutoff]) for group in groups]
        wanted = [sorted(map(str, data.engine.fetch(*each).to_pylist())) for each in statements]
        moved = False
        for seed in range(8):
            for name, table in rewrite_future(tables, cutoff, np.random.default_rng(seed)).items():
                data.engine.load_table(name, table)
            moved |= [sorted(map(str, data.engine.fetch(*each).to_pylist())) for each in statements] != wanted
    assert moved is not honest


def test_unmerge_and_merge_are_recorded_and_last(shop: Workspace) -> None:
    resolve(shop, Silent())
    told = decide(shop, "C2", "C1", "apart", "two sisters")
    assert told.summary.startswith("9 records are 8 people")
    assert explain_person(shop, "C2").records == ("C2",)
    assert [row["person_id"] for row in merged_people(shop)] == ["lead:L1"]
    decide(shop, "C6", "C7", "same")
    person = explain_person(shop, "C7")
    assert person.records == ("C6", "C7")
    assert person.history[-1]["why"] == "decided by hand"
    assert rows(shop, "identity_review") == []


def test_a_decision_about_nobody_is_refused(shop: Workspace) -> None:
    with pytest.raises(StoreError, match="no such record"):
        decide(shop, "C1", "nobody", "same")
    with pytest.raises(StoreError, match="one record"):
        decide(shop, "C1", "C1", "same")
    with pytest.raises(StoreError, match="nobody has looked yet"):
        explain_person(shop, "C1")


def test_without_the_section_nothing_is_linked(tmp_path: Path) -> None:
    workspace = open_workspace(write_shop(tmp_path / "off", identity=""), Clock(NOW))
    load_tables(workspace)
    assert resolve(workspace, Silent()) is None
    assert "identity_links" not in workspace.manifest().tables
    assert {"C1", "C2"} <= set(seen(workspace, ORDERS, date(2024, 5, 1)))
    with pytest.raises(ConfigError, match="identity"):
        decide(workspace, "C1", "C2", "same")
    workspace.close()


def test_check_counts_probable_duplicates_and_says_how_to_switch_on(tmp_path: Path) -> None:
    workspace = open_workspace(write_shop(tmp_path / "off", identity=""), Clock(NOW))
    load_tables(workspace)
    (found,) = check_records(workspace)
    assert found.status == "warn"
    assert found.what == "2 of 9 records are probably people who are there already: 2 by e-mail"
    assert "[identity]" in found.do
    workspace.close()


def test_check_says_what_bringing_records_together_came_to(shop: Workspace) -> None:
    people = resolve(shop, Silent())
    (found,) = check_records(shop)
    assert people is not None
    assert found.what.startswith(people.summary)
    assert "identity_review" in found.do


def test_rules_and_roles_of_nothing_are_told_together(tmp_path: Path) -> None:
    text = '[identity]\nrules = ["email", "shoe size"]\nroles = { hat = "email", phone = "fax" }\n'
    workspace = open_workspace(write_shop(tmp_path / "wrong", identity=text), Clock(NOW))
    load_tables(workspace)
    with pytest.raises(ConfigError) as caught:
        resolve(workspace, Silent())
    assert [problem.where for problem in caught.value.problems] == [
        "identity.roles.hat", "identity.roles.phone", "identity.rules",
    ]  # fmt: skip
    workspace.close()


def _line(workspace: Workspace) -> str:
    return 'engine = "${PG}"\nstate = "${PG}"' if "PG" in workspace.environ else ""
