"""What goes wrong in a shop's files and config is answered at the command line in words; no row is lost silently."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest

import tradewind.store.workspace as store
from small_shop import CONFIG, NOW, START, write_small_shop
from tradewind.cli.main import main

HEADER = "order_id,customer_id,placed,total,channel"
ORDERS_ONLY = (
    CONFIG[: CONFIG.index("[tables.customers]")]
    + """
[use_cases.lapse]
contact_cost = 0.5
success_share = 0.1
models = ["tree"]
cutoffs = 2
"""
)
WITH_CUSTOMERS = ORDERS_ONLY.replace("[use_cases.lapse]", """
[tables.customers]
from = "shop.customers"
customer_id = "customer_id"
country = "country"
stable = ["country"]

[use_cases.lapse]""")  # fmt: skip


@dataclass(frozen=True)
class Said:
    """What a command left on the terminal."""

    status: int
    out: str
    err: str

    @property
    def all(self) -> str:
        """Both streams, as a person sees them."""
        return self.out + self.err


Type = Callable[..., Said]


@pytest.fixture
def tradewind(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Type:
    """Type a command; the clock stands at the end of the small shop's data."""
    import tradewind.flow.open as flow_open

    real = store.open_workspace
    monkeypatch.setattr(flow_open, "open_workspace", lambda root: real(root, clock=lambda: NOW))
    monkeypatch.setattr("tradewind.cli.show.open_workspace", lambda root: real(root, clock=lambda: NOW))
    monkeypatch.setenv("COLUMNS", "300")

    def type_command(*words: object) -> Said:
        monkeypatch.setattr("sys.argv", ["tradewind", *map(str, words)])
        status = 0
        try:
            main()
        except SystemExit as left:
            status = int(left.code or 0)
        captured = capsys.readouterr()
        assert "Traceback" not in captured.out + captured.err
        return Said(status, captured.out, captured.err)

    return type_command


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_small_shop(tmp_path_factory.mktemp("untouched"), customers=60, config=ORDERS_ONLY)


@pytest.fixture
def shop(untouched: Path, tmp_path: Path) -> Path:
    shutil.copytree(untouched, tmp_path / "shop")
    return tmp_path / "shop"


def orders_of(shop: Path) -> list[str]:
    """The lines of the shop's orders, the header first."""
    return (shop / "data" / "orders.csv").read_text(encoding="utf-8").splitlines()


def put(shop: Path, lines: Sequence[str], encoding: str = "utf-8") -> None:
    (shop / "data" / "orders.csv").write_text("\n".join(lines) + "\n", encoding=encoding)


def configure(shop: Path, old: str, new: str) -> None:
    path = shop / "tradewind.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def buying(
    customers: int, every: float, begin: Callable[[int], float] = lambda _: 0.0, channel: str = "web"
) -> list[str]:
    """Orders of customers who buy every so many days until the end of the data."""
    lines = [HEADER]
    for customer in range(customers):
        day = begin(customer)
        while day < 480:
            when = START + timedelta(days=day, hours=10)
            lines.append(f"O{len(lines)},K{customer},{when:%Y-%m-%d %H:%M:%S},{10 + len(lines) % 7},{channel}")
            day += every
    return lines


def change(line: str, column: str, value: str) -> str:
    cells = line.split(",")
    cells[HEADER.split(",").index(column)] = value
    return ",".join(cells)


def day_first(line: str) -> str:
    when = datetime.fromisoformat(line.split(",")[2])
    return change(line, "placed", f"{when:%d/%m/%Y %H:%M:%S}")


# Files that cannot be used: an error that says what is wrong, what was found, what was expected, what to do.


def _without_file(shop: Path) -> None:
    (shop / "data" / "orders.csv").unlink()


def _no_files(shop: Path) -> None:
    shutil.rmtree(shop / "data")


def _missing_column(shop: Path) -> None:
    put(shop, [HEADER.replace("total", "totl"), *orders_of(shop)[1:]])


def _doubled_column(shop: Path) -> None:
    put(shop, [HEADER.replace("channel", "total"), *orders_of(shop)[1:]])


def _all_text(shop: Path) -> None:
    put(shop, [HEADER, *(change(line, "total", "twelve") for line in orders_of(shop)[1:])])


def _all_missing(shop: Path) -> None:
    put(shop, [HEADER, *(change(line, "total", "") for line in orders_of(shop)[1:])])


def _no_zone(shop: Path) -> None:
    configure(shop, 'timezone = "Europe/Berlin"\n\n[tables.orders]', "\n[tables.orders]")


def _two_formats(shop: Path) -> None:
    configure(shop, 'known_after = "0 days"', 'format = { happened_at = "%m/%d/%Y %H:%M:%S" }')
    lines = [day_first(line) for line in orders_of(shop)[1:]]
    put(shop, [HEADER, *lines])


def _nothing(shop: Path) -> None:
    put(shop, [])
    (shop / "data" / "orders.csv").write_bytes(b"")


def _header_only(shop: Path) -> None:
    put(shop, [HEADER])


def _no_parquet(shop: Path) -> None:
    (shop / "data" / "orders.csv").rename(shop / "data" / "orders.parquet")
    configure(shop, "data/*.csv", "data/orders.*")


FILES = [
    (_without_file, ("tables.orders: there is no source table 'shop.orders'", "one of: shop.coupons", "its file")),
    (_no_files, ("sources.shop.path: no file is found there (found: data/*.csv)", "do: check the path")),
    (_missing_column, ("tables.orders.amount: there is no column 'total'", "do: did you mean 'totl'?")),
    (_doubled_column, ("column 'total' stands 2 times", "or rename one in the source")),
    (_all_text, ("no row of this table can be used", "not a number", '"twelve", row 1', "check orders --rejected")),
    (_all_missing, ("tables.orders.amount: no row of this table can be used", "missing (first: row 1)")),
    (_no_zone, ("tables.orders.happened_at: these times carry no zone", 'set timezone = "Area/City"')),
    (_two_formats, ("two date formats, so no date in it is sure", "export the dates as 2017-01-31")),
    (_nothing, ("data/orders.csv: the file is empty", "a line of column names")),
    (_header_only, ("there are no orders or other events (found: 0 rows)", "look whether their files hold rows")),
    (_no_parquet, ("this is not a Parquet file, or it is damaged", "export it again")),
]


@pytest.mark.parametrize(("spoil", "words"), FILES, ids=lambda part: getattr(part, "__name__", ""))
@pytest.mark.parametrize("command", ["check", "run"])
def test_a_file_that_cannot_be_used_is_told_with_what_to_do(
    tradewind: Type, shop: Path, spoil: Callable[[Path], None], words: tuple[str, ...], command: str
) -> None:
    spoil(shop)
    said = tradewind(command, "-w", shop)
    assert said.status in (1, 2)
    for word in words:
        assert word in said.err
    assert "✓ Reading your data" not in said.err or spoil is _header_only
    problems = json.loads(tradewind(command, "-w", shop, "--json").out)["problems"]
    assert len({json.dumps(problem) for problem in problems}) == len(problems), "told twice"


@pytest.mark.parametrize("command", ["train", "score", "explain"])
def test_every_door_says_the_same_of_a_file_that_is_not_there(tradewind: Type, shop: Path, command: str) -> None:
    _without_file(shop)
    said = tradewind(command, "lapse", *(["C00001"] if command == "explain" else []), "-w", shop)
    expected = "nothing has been learned yet" if command == "explain" else "there is no source table 'shop.orders'"
    assert said.status in (1, 2)
    assert expected in said.err


def test_rejected_rows_are_listed_also_where_none_could_be_used(tradewind: Type, shop: Path) -> None:
    _all_text(shop)
    rows = json.loads(tradewind("check", "orders", "--rejected", "-w", shop, "--json").out)
    assert len(rows) == len(orders_of(shop)) - 1
    assert {row["reason"] for row in rows} == {"not a number"}
    said = tradewind("check", "orders", "--rejected", "-w", shop)
    assert said.status == 1
    assert "twelve" in said.out


# Rows that cannot be used: the others are, and each one left out is listed with the reason.

NEW = "N1,C00001,{when},{total},search"
ROWS = [
    (NEW.format(when="2023-05-01 10:00:00", total="twelve"), "amount", "not a number"),
    (NEW.format(when="2023-05-01 10:00:00", total="inf"), "amount", "not a number"),
    (NEW.format(when="2023-05-01 10:00:00", total="1e400"), "amount", "not a number"),
    (NEW.format(when="2023-05-01 10:00:00", total=""), "amount", "missing"),
    (NEW.format(when="2031-05-01 10:00:00", total="5"), "happened_at", "lies in the future"),
    (NEW.format(when="31.05.2023 10:00", total="5"), "happened_at", "looks like"),
    (NEW.format(when="2023-02-30 10:00:00", total="5"), "happened_at", "not a time"),
    (NEW.format(when="2023-05-01 10:00:00", total="5") + ",more", "", "6 cells where the header has 5"),
    ("O000007,C00001,2023-05-01 10:00:00,5,search", "order_id", "another row has the same order_id"),
]


def test_each_row_that_cannot_be_used_is_listed_with_its_reason(tradewind: Type, shop: Path) -> None:
    before = orders_of(shop)
    put(shop, before + [row.replace("N1", f"N{number}") for number, (row, _, _) in enumerate(ROWS)])
    rejected = json.loads(tradewind("check", "--rejected", "-w", shop, "--json").out)
    assert len(rejected) == len(ROWS)
    for _, column, reason in ROWS:
        assert any(row["column"] == column and reason in row["reason"] for row in rejected), (column, rejected)
    kept = json.loads(tradewind("sql", "SELECT COUNT(*) AS n FROM orders", "-w", shop, "--json").out)
    assert kept == [{"n": len(before) - 1}]
    told = tradewind("check", "-w", shop)
    assert f"orders: rows we could not use (look at this): {len(ROWS)} of" in told.out


def test_what_was_decided_while_reading_is_told(tradewind: Type, shop: Path) -> None:
    lines = [change(line, "channel", "Müller €") if "search" in line else line for line in orders_of(shop)]
    doubled = ["D1,C00001,2023-10-29 02:30:00,5.0,web"] * 2
    put(shop, [*lines, "S1,C00001,2023-03-26 02:30:00,5.0,web", *doubled], "cp1252")
    said = " ".join(tradewind("check", "-w", shop).out.split())
    for word in (
        "read as cp1252",
        "2 times fall in the hour the clock showed twice; the first was taken",
        "1 times fall in the hour the clock skipped; they were moved past it",
        "1 rows are equal to another one in every column; they count once",
    ):
        assert word in said
    channels = json.loads(tradewind("sql", "SELECT DISTINCT channel FROM orders", "-w", shop, "--json").out)
    assert {"channel": "Müller €"} in channels
    written = json.loads(
        tradewind("sql", "SELECT happened_at FROM orders WHERE order_id = 'S1'", "-w", shop, "--json").out
    )
    assert written == [{"happened_at": "2023-03-26 01:30:00"}]


def test_an_empty_column_is_told_and_what_to_do_names_its_place(tradewind: Type, shop: Path) -> None:
    put(shop, [HEADER, *(change(line, "channel", "") for line in orders_of(shop)[1:])])
    said = tradewind("check", "-w", shop).out
    assert "no value in any of" in said
    assert "do: correct the expressions of these columns in [tables.orders], or leave them out" in said


# Data from which nothing can be learned: the question is not answerable, because …

TOO_LITTLE = [
    (buying(1, 7), "There are too few customers to learn from (1)", "at least 10"),
    (buying(1, 1000), "The history is too short to learn from and to test on", "at least 150 days"),
    (buying(80, 7), "The outcome is almost always the same", "(it happened in 0 of 160 cases)"),
    (buying(400, 1000, lambda number: number * 1.2), "The outcome is almost always the same", "150 of 150 cases"),
    (buying(40, 1000, lambda _: 479), "The history is too short", "(1 days before 2024-04-25)"),
]


@pytest.mark.parametrize(
    ("lines", "why", "figure"), TOO_LITTLE, ids=["one customer", "one order", "nobody", "everybody", "one day"]
)
def test_too_little_to_learn_from_is_a_finding_and_no_score(
    tradewind: Type, shop: Path, lines: list[str], why: str, figure: str
) -> None:
    put(shop, lines)
    said = tradewind("run", "-w", shop)
    assert said.status == 0
    assert "Not answerable yet" in said.out
    assert why in said.out
    assert figure in said.out
    assert "scores_lapse" not in tradewind("tables", "-w", shop).out
    finding = json.loads((shop / "reports" / "latest.json").read_text(encoding="utf-8"))[0]
    assert finding["status"] == "not answerable"
    for command in ("train", "score"):
        refused = tradewind(command, "lapse", "-w", shop)
        assert refused.status == 1
        assert why[:1].lower() + why[1:25] in refused.err


def test_orders_without_rows_beside_other_facts_are_a_finding(tradewind: Type, shop: Path) -> None:
    (shop / "tradewind.toml").write_text(CONFIG, encoding="utf-8")
    _header_only(shop)
    said = tradewind("run", "-w", shop)
    assert said.status == 0
    assert "0 rows in orders" in said.out
    checked = tradewind("check", "-w", shop)
    assert checked.status == 1
    assert "orders has rows (not in order): there are no rows" in checked.out


# Data from which much can be learned although they are odd.


def test_categories_by_the_thousand_some_never_seen_in_training_and_returns(
    tradewind: Type, shop: Path, untouched: Path
) -> None:
    (shop / "tradewind.toml").write_text(WITH_CUSTOMERS, encoding="utf-8")
    lines = orders_of(shop)
    late = [line.replace("O", "L") for line in buying(20, 3, lambda _: 470.0)[1:]]
    late = [line.replace(",K", ",[/b]K").replace(",web", ",[red]new") for line in late]
    back = [f"R{number},C0000{number},2024-04-20 10:00:00,-{90_000 + number},web" for number in range(5)]
    put(shop, [*lines, *late, *back])
    people = {line.split(",")[1] for line in [*lines, *late][1:]} | {f"Z{number}" for number in range(2_000)}
    countries = [f"{person},place {place}" for place, person in enumerate(sorted(people))]
    (shop / "data" / "customers.csv").write_text(
        "\n".join(["customer_id,country", *countries]) + "\n", encoding="utf-8"
    )
    said = tradewind("run", "-w", shop)
    assert said.status == 0, said.err
    query = "SELECT customer_id, mean, low, high, value, reason_1 FROM scores_lapse"
    scores = json.loads(tradewind("sql", query, "-w", shop, "--json").out)
    asked = {row["customer_id"]: row for row in scores}
    new = [row for name, row in asked.items() if name.startswith("[/b]K")]
    assert len(new) == 20
    assert all(0 <= row["low"] <= row["mean"] <= row["high"] <= 1 for row in scores)
    assert all(row["value"] >= 0 for row in scores), (
        "a return is money given back, and nobody is worth less than nothing"
    )
    returned = json.loads(
        tradewind("sql", "SELECT COUNT(*) AS n FROM orders WHERE amount < -80000", "-w", shop, "--json").out
    )
    assert returned == [{"n": 5}]
    told = tradewind("explain", "lapse", new[0]["customer_id"], "-w", shop)
    assert told.status == 0, told.err
    assert new[0]["customer_id"] in told.out


# What config says.

SETTINGS = [
    ('amount = "total"', "amount = \"(select content from read_text('/etc/passwd'))\"", "amount: Subquery"),
    ('amount = "total"', "amount = \"getenv('HOME')\"", "the function getenv is not allowed here"),
    ('amount = "total"', 'amount = "total"\nwhere = "exists(select 1)"', "tables.orders.where: exists is not allowed"),
    ("[use_cases.lapse]", "[features.bad]\nsql = \"SELECT customer_id, read_text('/x') AS value FROM orders\"\n"
     'sentence = "bad {value}"\nunit = "number"\n[use_cases.lapse]', "the function read_text"),
    ("[use_cases.lapse]", "[features.bad]\nsql = \"SELECT customer_id, 1 AS value FROM '/etc/passwd'\"\n"
     'sentence = "bad {value}"\nunit = "number"\n[use_cases.lapse]', "this table cannot be read"),
    ('models = ["tree"]', 'models = ["tre"]', 'use_cases.lapse.models: there is no model of this name'),
    ("contact_cost = 0.5", "contact_cost = nan", "use_cases.lapse.contact_cost: this value cannot be used"),
    ("cutoffs = 2", 'horizon = "0 days"', "use_cases.lapse.horizon: a span of zero days"),
    ("cutoffs = 2", 'horizon = "999999999 weeks"', "use_cases.lapse.horizon"),
    ("cutoffs = 2", 'horizont = "30 days"', "use_cases.lapse.horizont"),
    ('path = "data/*.csv"', 'path = "../*.csv"', "this path leads out of the workspace"),
    ('path = "data/*.csv"', 'path = "/etc/*"', "this path leads out of the workspace"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "words"), SETTINGS, ids=[words for _, _, words in SETTINGS])
@pytest.mark.parametrize("command", ["check", "run", "train"])
def test_a_setting_that_cannot_be_used_is_told_before_any_work(
    tradewind: Type, shop: Path, old: str, new: str, words: str, command: str
) -> None:
    configure(shop, old, new)
    said = tradewind(command, *(["lapse"] if command == "train" else []), "-w", shop)
    assert said.status in (1, 2)
    assert words in said.err
    assert "root:" not in said.all
    assert not (shop / "tables").exists()


# A person's own SQL.


def test_sql_loses_no_column_and_no_value(tradewind: Type, shop: Path) -> None:
    assert json.loads(tradewind("sql", "SELECT 1 AS a, 2 AS a, 3 AS a_2", "-w", shop, "--json").out) == [
        {"a": 1, "a_3": 2, "a_2": 3}
    ]
    odd = tradewind("sql", "SELECT 'nan'::DOUBLE AS x, ['inf'::DOUBLE, 1.5] AS y", "-w", shop, "--json")
    assert json.loads(odd.out) == [{"x": "nan", "y": ["inf", 1.5]}]
    assert "[/b] [red]" in tradewind("sql", "SELECT '[/b] [red]' AS text", "-w", shop).out
    for query in (
        "SELECT",
        "SELECT * FROM nothing",
        "",
        "SELECT 1; SELECT 2",
        "COPY (SELECT 1) TO 'x.csv'",
        "SELECT 1/0",
    ):
        said = tradewind("sql", query, "-w", shop)
        assert said.status in (0, 1)
        assert said.all.strip()


# A workspace received from a stranger.


@pytest.mark.parametrize("link", ["reports", "models", "models/lapse", "tables", "snapshots", "state.db"])
def test_nothing_is_written_through_a_strangers_link(tradewind: Type, shop: Path, tmp_path: Path, link: str) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    if link == "reports":
        put(shop, buying(1, 7))  # a report is written of an answer that cannot be given, too
    (shop / link).parent.mkdir(exist_ok=True)
    (shop / link).symlink_to(outside / "file.db" if link == "state.db" else outside)
    said = tradewind("run", "-w", shop)
    assert said.status == 1, said.all
    assert "leads out of the workspace" in said.all
    assert list(outside.iterdir()) == []


def test_a_strangers_files_lead_nowhere(tradewind: Type, shop: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text(HEADER + "\nS1,secret,2023-05-01 10:00:00,5,web\n", encoding="utf-8")
    (shop / "data" / "orders.csv").unlink()
    (shop / "data" / "orders.csv").symlink_to(tmp_path / "secret.csv")
    said = tradewind("run", "-w", shop)
    assert said.status == 1
    assert "lies outside the workspace" in said.err
    manifest = {
        "format": 1, "snapshot_id": "x", "parent": "", "created_at": None,
        "tables": {"orders": {"name": "orders", "columns": [["a", "VARCHAR"]], "rows": 1, "meta": {},
                              "files": [{"path": "../secret.csv", "rows": 1, "month": "all"}]}},
    }  # fmt: skip
    (shop / "workspace.json").write_text(json.dumps(manifest), encoding="utf-8")
    for command in (("run",), ("tables",), ("sql", "SELECT * FROM orders")):
        said = tradewind(*command, "-w", shop)
        assert said.status == 1
        assert "do not use this workspace unless you know who made it" in said.err
    (shop / "workspace.json").write_text("[" * 100_000, encoding="utf-8")
    assert "this manifest cannot be read" in tradewind("tables", "-w", shop).err


def test_a_folder_that_is_a_file_or_not_there_is_told(tradewind: Type, shop: Path, tmp_path: Path) -> None:
    for folder in (tmp_path / "nowhere", shop / "tradewind.toml"):
        for command in (("check",), ("run",), ("sql", "SELECT 1"), ("report",), ("tables",), ("score", "lapse")):
            said = tradewind(*command, "-w", folder)
            assert said.status == 2
            assert "tradewind.toml" in said.err
            assert "expected" in said.err
    (shop / "reports").write_text("a file", encoding="utf-8")
    put(shop, buying(1, 7))
    said = tradewind("run", "-w", shop)
    assert said.status == 1
    assert "cannot be written" in said.err
