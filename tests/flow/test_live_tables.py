"""What came in live stands in the contract tables after a run, once, beside what was loaded; killed or not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

import tradewind as tw
from tradewind.flow.ask import ask
from tradewind.flow.data import lazy_data
from tradewind.flow.live import tables as live_tables
from tradewind.flow.live.customers import told_versions
from tradewind.flow.live.door import take_events
from tradewind.flow.live.log import published_through
from tradewind.flow.live.tables import drain_events, inbox_summary
from tradewind.flow.load import load
from tradewind.flow.quality.checks import check_data
from tradewind.store.inbox_state import Inbox, newest_sequence
from tradewind.store.manifest import publish
from tradewind.store.workspace import Workspace

NOW = datetime(2026, 3, 1, 12)
HEAD = '[workspace]\ncurrency = "EUR"\ntimezone = "Europe/Berlin"\n'
SOURCES = '[sources.shop]\npath = "data/*.csv"\ntimezone = "UTC"\n'
ORDERS = """
[tables.orders]
from = "shop.orders"
order_id = "id"
customer_id = "who"
happened_at = "at"
amount = "total"
known_after = "0 days"
"""
EVENTS = """
[tables.events]
from = "shop.visits"
customer_id = "who"
happened_at = "at"
name = "what"
known_after = "0 days"
"""
CUSTOMERS = """
[tables.customers]
from = "shop.people"
customer_id = "who"
email = "mail"
plan = "plan"
logins = "logins"
"""


class Shop:
    """A workspace whose clock a test moves."""

    def __init__(self, root: Path, config: str, **files: str) -> None:
        self.root, self.now = root, NOW
        (root / "data").mkdir(parents=True, exist_ok=True)
        self.configure(config)
        for name, text in files.items():
            self.write(name, text)

    def configure(self, config: str) -> None:
        (self.root / "tradewind.toml").write_text(HEAD + config, encoding="utf-8")
        self.workspace: Workspace = tw.open(self.root, clock=lambda: self.now)

    def write(self, name: str, text: str) -> None:
        (self.root / "data" / f"{name}.csv").write_text(text, encoding="utf-8")

    def send(self, *events: dict[str, object]) -> int:
        inbox = Inbox(self.workspace.state().engine)
        return take_events(inbox, list(events), "web", self.now).accepted

    def load(self) -> None:
        self.now += timedelta(minutes=1)
        load(self.workspace)

    def rows(self, table: str, *columns: str) -> list[tuple[object, ...]]:
        rows = self.workspace.sql(f"SELECT {', '.join(columns)} FROM {table} ORDER BY ALL")
        return [tuple(row.values()) for row in rows.to_pylist()]


@pytest.fixture
def shop(tmp_path: Path) -> Callable[..., Shop]:
    return lambda config="", **files: Shop(tmp_path / "shop", config, **files)


def track(number: int, **more: object) -> dict[str, object]:
    return {"type": "track", "userId": "C1", "event": "Seen", "messageId": f"m{number}", **more}


def bought(number: int, order: str, total: float, **more: object) -> dict[str, object]:
    products = [{"sku": "P1", "price": total}]
    return track(number, event="Order Completed", properties={"order_id": order, "total": total, "products": products},
                 **more)  # fmt: skip


def test_without_a_source_of_events_the_door_gives_the_table(shop: Callable[..., Shop]) -> None:
    one = shop()
    one.send(track(1, anonymousId="a1", properties={"value": 3}), {"type": "page", "anonymousId": "a2"})
    summary = inbox_summary(one.workspace)
    assert (summary.events, summary.by_kind, summary.newest_at) == (2, {"page": 1, "track": 1}, NOW)
    one.load()
    assert one.rows("events", "customer_id", "anonymous_id", "name", "value", "happened_on", "happened_hour") == [
        ("C1", "a1", "seen", Decimal(3), date(2026, 3, 1), 13),
        (None, "a2", "page_view", None, date(2026, 3, 1), 13),
    ]
    assert inbox_summary(one.workspace).events == 0
    snapshot = one.workspace.manifest().snapshot_id
    one.load()
    assert one.workspace.manifest().snapshot_id == snapshot, "nothing new leaves everything as it is"
    one.send(track(1), track(2))
    one.load()
    assert one.rows("events", "count(*)") == [(3,)]
    assert inbox_summary(one.workspace).published == 3
    assert "session_id" not in dict(one.workspace.manifest().tables["events"].columns), "no column that holds nothing"


def test_loaded_and_live_rows_stand_side_by_side_whatever_happens_to_the_source(shop: Callable[..., Shop]) -> None:
    one = shop(SOURCES + EVENTS, visits="who,at,what\nC1,2026-02-01,login\nC2,2026-02-02,login\n")
    one.load()
    one.send(track(1, context={"page": {"url": "https://shop.example/a"}}))
    one.load()
    both = [("C1", "login", None), ("C1", "seen", "https://shop.example/a"), ("C2", "login", None)]
    assert one.rows("events", "customer_id", "name", "url") == both
    assert len(one.workspace.table("events")) == 3
    with one.workspace.engine(["events"]) as engine:
        assert ask(engine, "SELECT COUNT(url) AS urls FROM events").to_pylist() == [{"urls": 1}]
    one.write("visits", "who,at,what\nC1,2026-02-01,login\nC2,2026-02-02,login\nC3,2026-03-01,login\n")
    one.load()
    assert one.rows("events", "count(*)") == [(4,)]
    assert one.rows("loaded_events", "count(*)") == [(3,)]
    one.configure(SOURCES + EVENTS + "device = \"'web'\"\n")
    one.load()
    assert one.rows("events", "count(*)", "count(device)") == [(4, 3)]
    one.configure(SOURCES)
    one.load()
    assert one.rows("events", "name") == [("seen",)], "what came in live needs no source"
    one.configure(SOURCES + EVENTS)
    one.load()
    assert one.rows("events", "count(*)") == [(4,)]


def test_of_a_customer_the_newest_word_counts_column_by_column(shop: Callable[..., Shop]) -> None:
    people = "who,mail,plan,logins\nC1,a@example.com,basic,1\nC2,b@example.com,basic,2\n"
    one = shop(SOURCES + CUSTOMERS, people=people)
    one.load()
    one.now += timedelta(days=1)
    said = {"type": "identify", "userId": "C1", "traits": {"plan": "pro", "logins": "many", "city": "Ulm"}}
    one.send({**said, "messageId": "i1"}, {"type": "identify", "userId": "C9", "traits": {"email": "n@example.com"}})
    one.load()
    now = ("customer_id", "email", "plan", "logins", "city")
    live = "customers WHERE valid_to IS NULL"
    assert one.rows(live, *now) == [
        ("C1", "a@example.com", "pro", 1.0, "Ulm"), ("C2", "b@example.com", "basic", 2.0, None),
        ("C9", "n@example.com", None, None, None),
    ]  # fmt: skip
    versions = one.rows("customers WHERE customer_id = 'C1'", "known_at", "valid_to", "plan")
    assert versions[0][1] == versions[1][0] == NOW + timedelta(days=1, minutes=1)
    one.now += timedelta(days=1)
    one.write("people", people.replace("C1,a@example.com,basic,1", "C1,new@example.com,basic,7"))
    one.load()
    assert one.rows(f"{live} AND customer_id = 'C1'", *now) == [("C1", "new@example.com", "pro", 7.0, "Ulm")]
    assert one.rows("loaded_customers WHERE valid_to IS NULL", "plan") == [("basic",), ("basic",)]
    one.configure("")
    one.load()
    assert [row[0] for row in one.rows(live, "customer_id")] == ["C1", "C9"]


def test_what_a_source_deleted_stays_deleted() -> None:
    day = [NOW + timedelta(days=number) for number in range(6)]
    row = {"customer_id": "C1", "plan": "basic", "known_at": day[0], "valid_to": day[2], "first_seen_at": day[0]}
    columns = ("customer_id", "plan", "known_at", "valid_to", "first_seen_at")
    made = told_versions({"customer_id": "C1"}, [row], [(day[1], {"plan": "pro"}), (day[3], {"plan": "late"})], columns)
    assert [(each["plan"], each["known_at"], each["valid_to"]) for each in made] == [
        ("basic", day[0], day[1]), ("pro", day[1], day[2]),
    ]  # fmt: skip
    back = {**row, "plan": "new", "known_at": day[4], "valid_to": None}
    made = told_versions({"customer_id": "C1"}, [row, back], [(day[5], {"plan": "new"})], columns)
    assert [(each["plan"], each["valid_to"]) for each in made] == [("basic", day[2]), ("new", None)]


def test_orders_come_from_the_door_where_none_are_loaded(shop: Callable[..., Shop]) -> None:
    one = shop()
    one.send(bought(1, "1001", 20), bought(2, "1001", 25), bought(3, "1002", 5))
    one.load()
    assert one.rows("orders", "order_id", "amount", "amount_base") == [
        ("1001", Decimal(20), Decimal(20)), ("1002", Decimal(5), Decimal(5)),
    ]  # fmt: skip
    assert one.rows("order_lines", "order_id", "amount") == [("1001", Decimal(20)), ("1002", Decimal(5))]
    assert one.rows("events WHERE name = 'order_completed'", "count(*)") == [(3,)]


def test_an_order_that_is_loaded_is_never_counted_twice(shop: Callable[..., Shop]) -> None:
    loaded = "id,who,at,total\n1001,C1,2026-02-27 10:00,20\n1002,C2,2026-03-01 11:30,7\n"
    one = shop(SOURCES + ORDERS, orders=loaded)
    one.load()
    at = {"timestamp": "2026-03-01T11:40:00Z"}
    one.send(
        bought(1, "1001", 20, timestamp="2026-02-27T10:00:00Z"), bought(2, "#1002", 7, userId="C2", **at),
        bought(3, "unheard", 3, timestamp="2026-02-28T10:00:00Z"), bought(4, "1003", 9, **at),
    )  # fmt: skip
    one.load()
    assert [row[0] for row in one.rows("orders", "order_id")] == ["1001", "1002", "1003"]
    assert inbox_summary(one.workspace).orders == {"counted": 1, "loaded": 3, "waiting": 0}
    assert "order_lines" not in one.workspace.manifest().tables, "a few orders with lines are no table of lines"
    one.write("orders", loaded + "1003,C1,2026-03-01 11:40,9.50\n")
    one.load()
    assert one.rows("orders", "order_id", "amount")[-1] == ("1003", Decimal("9.5"))
    assert one.rows("orders", "count(*)") == [(3,)]


def test_after_a_long_silence_live_orders_wait_for_the_source(shop: Callable[..., Shop]) -> None:
    one = shop(SOURCES + ORDERS, orders="id,who,at,total\n1001,C1,2025-06-01 10:00,20\n")
    one.load()
    one.send(bought(1, "1002", 9))
    one.load()
    assert one.rows("orders", "count(*)") == [(1,)]
    assert inbox_summary(one.workspace).orders == {"counted": 0, "loaded": 0, "waiting": 1}
    one.write("orders", "id,who,at,total\n1001,C1,2025-06-01 10:00,20\n1000,C3,2026-02-20 10:00,1\n")
    one.load()
    assert [row[0] for row in one.rows("orders", "order_id")] == ["1000", "1001", "1002"]


def test_derived_orders_are_made_of_loaded_lines_alone(shop: Callable[..., Shop]) -> None:
    lines = ORDERS.replace("[tables.orders]", "[tables.order_lines]") + 'product_id = "product"\n'
    one = shop(SOURCES + lines, orders="id,who,at,total,product\n1,C1,2026-02-27 10:00,20,P1\n")
    one.load()
    one.send(bought(1, "2", 5), bought(2, "1", 20))
    one.load()
    one.load()
    assert one.rows("orders", "order_id", "amount") == [("1", Decimal(20)), ("2", Decimal(5))]
    assert one.rows("order_lines", "order_id", "amount") == [("1", Decimal(20)), ("2", Decimal(5))]


@pytest.mark.parametrize("place", ["publish", "after"])
def test_a_run_that_dies_while_draining_loses_nothing_and_doubles_nothing(
    shop: Callable[..., Shop], monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    one = shop(SOURCES + EVENTS, visits="who,at,what\nC1,2026-02-01,login\n")
    one.send(track(1), track(2))

    def die(*args: object, **kwargs: object) -> None:
        if place == "after":
            publish(*args, **kwargs)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    monkeypatch.setattr(live_tables, "publish", die)
    with pytest.raises(KeyboardInterrupt):
        one.load()
    monkeypatch.undo()
    one.send(track(2), track(3))
    one.load()
    assert one.rows("events", "count(*)") == [(4,)]
    assert published_through(one.workspace, one.workspace.manifest()) == newest_sequence(one.workspace.state().engine)


def test_what_is_published_is_forgotten_only_when_it_is_old_and_a_new_inbox_begins_anew(
    shop: Callable[..., Shop],
) -> None:
    one = shop()
    one.send(track(1))
    one.load()
    assert one.send(track(1)) == 0, "it is still known when it is sent again"
    one.now += timedelta(days=40)
    one.load()
    assert newest_sequence(one.workspace.state().engine) == 0
    assert one.rows("events", "count(*)") == [(1,)]
    one.workspace.close()
    for file in one.root.glob("state.db*"):
        file.unlink()
    one.send(track(5))
    one.load()
    assert one.rows("events", "count(*)") == [(2,)], "another state database counts from one again"


def test_another_zone_gives_other_days(shop: Callable[..., Shop]) -> None:
    one = shop()
    one.send(track(1, timestamp="2026-02-28T23:30:00Z"))
    one.load()
    assert one.rows("events", "happened_on") == [(date(2026, 3, 1),)]
    (one.root / "tradewind.toml").write_text(HEAD.replace("Europe/Berlin", "UTC"))
    one.workspace = tw.open(one.root, clock=lambda: one.now)
    one.load()
    assert one.rows("events", "happened_on", "happened_hour") == [(date(2026, 2, 28), 23)]


def test_many_runs_leave_few_files(shop: Callable[..., Shop], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tradewind.flow.live.log.MOST_FILES", 3)
    one = shop()
    for number in range(6):
        one.send(track(number, properties={"value": number} if number % 2 else {}))
        assert drain_events(one.workspace) == 1
    entry = one.workspace.manifest().tables["events"]
    assert (len(entry.files), entry.rows) == (3, 6)
    assert one.rows("events", "count(*)", "sum(value)") == [(6, Decimal(9))]


def test_a_visitor_and_the_person_that_he_says_he_is_are_one(shop: Callable[..., Shop]) -> None:
    one = shop("[identity]\n" + SOURCES + CUSTOMERS, people="who,mail,plan,logins\nC1,a@example.com,basic,1\n")
    one.send({"type": "page", "anonymousId": "a1", "messageId": "p"})
    one.send({"type": "identify", "anonymousId": "a1", "userId": "C1", "messageId": "i"})
    one.load()
    links = one.rows("identity_links WHERE record_type = 'anonymous'", "record_id", "customer_id", "known_at")
    assert links == [("a1", "C1", NOW)]


def test_what_came_in_live_is_checked(shop: Callable[..., Shop]) -> None:
    one = shop(SOURCES + ORDERS + CUSTOMERS, orders="id,who,at,total\n1001,C1,2025-06-01 10:00,20\n",
               people="who,mail,plan,logins\nC1,a@example.com,basic,1\n")  # fmt: skip
    one.load()
    with one.workspace.lock("test"), lazy_data(one.workspace) as data:
        assert not [check for check in check_data(data()) if check.name == "What came in live"]
    one.send(bought(1, "1002", 9), track(2, userId="C7"))
    one.load()
    with one.workspace.lock("test"), lazy_data(one.workspace) as data:
        (check,) = [check for check in check_data(data()) if check.name == "What came in live"]
    assert check.status == "warn"
    assert "events: 2; orders that count beside the loaded ones: 0; events of customers who are not" in check.what
    assert "orders that wait: 1" in check.what
