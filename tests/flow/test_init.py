"""From files to a config that loads and runs: written, read back, and with names of columns that bite."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tradewind.flow.start.init as flow
from tradewind.core.errors import ConfigError, StoreError
from tradewind.flow.learning.outcomes import with_outcomes
from tradewind.flow.load import load
from tradewind.flow.start.init import init
from tradewind.flow.start.write_config import Written, toml, write_config
from tradewind.sources.inventory import FoundSource
from tradewind.sources.proposal import Guess, LeftOut, OpenQuestion, Proposal, ProposedLabel, ProposedTable
from tradewind.store.config import load_config, parse_config
from tradewind.store.workspace import open_workspace

HOSTILE = (
    'say "hi"', "it's", "a\nb", "[brackets]", "🛒 total", "from", "select", "where", "x -- y", "a.b", "100%", "", "é",
    "tab\t", "back\\slash", "${HOME}", "'''", '"""', "# no comment", "\x7f", "order by", "日本",
)  # fmt: skip


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def written(*columns: str) -> Written:
    guesses = tuple(Guess(f"attribute_{n}", quoted(name), 0.5, f"because of {name}") for n, name in enumerate(columns))
    keyed = (Guess("customer_id", quoted(columns[0]), 0.9, "every value occurs once"), *guesses)
    table = ProposedTable("customers", "shop.people", keyed, "one row each", 0.6,
                          left_out=tuple(LeftOut(name, f"nobody needs {name}", True) for name in columns))  # fmt: skip
    proposal = Proposal((table,), undecided=tuple(columns), unused={name: name for name in columns})
    question = OpenQuestion("currency", f"Is it {columns[0]}?", ("EUR",), columns[0])
    return Written(columns[0], "EUR", "UTC", [FoundSource("shop", {"path": "data/*.csv"})], proposal, (),
                   [(question, "EUR")], frozenset({"currency"}), {columns[0]: columns[0]})  # fmt: skip


def check_round_trip(columns: tuple[str, ...]) -> None:
    made = written(*columns)
    text = write_config(made)
    config = parse_config(tomllib.loads(text), {}, text)
    mapped = config.tables["customers"]
    assert dict(mapped.columns) == {guess.column: guess.expression for guess in made.proposal.tables[0].guesses}
    assert config.workspace.name == columns[0]


def test_names_that_bite_are_written_and_read_back() -> None:
    check_round_trip(tuple(name for name in HOSTILE if name))


@settings(max_examples=150, deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=12), min_size=1, max_size=6))
def test_any_name_is_written_and_read_back(columns: list[str]) -> None:
    text = write_config(written(*columns))
    raw = tomllib.loads(text)
    expected = {guess.column: guess.expression for guess in written(*columns).proposal.tables[0].guesses}
    assert {key: raw["tables"]["customers"][key] for key in expected} == expected


@given(st.text())
def test_any_text_is_toml(text: str) -> None:
    clean = text.encode("utf-8", "replace").decode("utf-8")
    assert tomllib.loads(f"a = {toml(text)}") == {"a": clean}


def test_everything_a_proposal_says_stands_in_the_config() -> None:
    leads = ProposedTable(
        "leads", "crm.leads",
        (Guess("lead_id", '"Id"', 0.95, "every value occurs once"),
         Guess("created_at", '"Created"', 0.6, "a day in every row", "%d.%m.%Y"),
         Guess("converted", '"Converted"', 0.8, "two values")),
        "a row for each person asking", 0.9,
        lookups=(("crm.owners", "Owner = Id"),), where='"Test" IS NULL', known_after="1 day",
        left_out=(LeftOut("Tags", "free words", suspect=True),), stable=("converted",), timezone="Europe/Berlin",
        fill_down=("Owner",), within="Id",
    )  # fmt: skip
    label = ProposedLabel("converted", "leads", "converted", "Yes", "rows", {"converted": "known late"}, "a yes", 0.5)
    made = Written("CRM", "USD", "UTC", [FoundSource("crm", {"path": "../x/*", "header_row": 3}, "../x")],
                   Proposal((leads,), (label,), undecided=("Who owns what.",)))  # fmt: skip
    text = write_config(made)
    config = parse_config(tomllib.loads(text), {}, text)
    mapped, asked = config.tables["leads"], config.labels["converted"]
    assert mapped.format == {"created_at": "%d.%m.%Y"}
    assert mapped.lookup[0].on == "Owner = Id"
    assert mapped.where == '"Test" IS NULL'
    assert (mapped.fill_down, mapped.within, mapped.timezone) == (("Owner",), "Id", "Europe/Berlin")
    assert (asked.table, asked.column, asked.positive, asked.order) == ("leads", "converted", "Yes", "rows")
    assert asked.after == ("converted",)
    assert config.workspace.allow_paths == ("../x",)
    assert config.sources["crm"].header_row == 3
    for said in ("guess: a day in every row", "Tags: filled in after the outcome? free words", "Who owns what."):
        assert said in text


SHOP = ProposedTable(
    "orders", "exports.orders",
    (Guess("order_id", "id", 0.9, "unique"), Guess("customer_id", "customer", 0.9, "repeats"),
     Guess("happened_at", "day", 0.9, "days"), Guess("amount", "total", 0.5, "money")),
    "ids, days and amounts", 0.9,
)  # fmt: skip
QUESTIONS = (
    OpenQuestion("currency", "Which currency?", ("GBP", "EUR"), "amounts"),
    OpenQuestion("timezone", "Which zone?", ("Europe/London", "UTC"), "midnight"),
    OpenQuestion("tables.orders.amount", "Which column is what was paid?", ("total", "net"), "revenue"),
)


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Exports whose meaning is proposed by hand: what `init` makes of a proposal is tested, not the proposing."""
    monkeypatch.setattr(flow, "understand", lambda tables, tell: Proposal((SHOP,), questions=QUESTIONS))
    (tmp_path / "exports").mkdir()
    (tmp_path / "exports" / "orders.csv").write_text(
        "id,customer,day,total,net\n1,a,2024-01-02,10.5,9\n2,b,2024-02-03,7,6\n"
    )
    return tmp_path


def test_init_writes_a_workspace_that_loads(shop: Path) -> None:
    done = init(shop / "my", [str(shop / "exports")], environ={})
    assert done.defaults == {"currency", "timezone", "tables.orders.amount"}
    config = load_config(shop / "my", {})
    assert (config.workspace.currency, config.workspace.timezone) == ("GBP", "Europe/London")
    assert config.tables["orders"].columns["amount"] == "total"
    workspace = open_workspace(shop / "my", environ={})
    assert [result.rows for result in load(workspace)] == [2]
    workspace.close()


def test_what_the_owner_says_is_what_is_written(shop: Path) -> None:
    answers = {"currency": "EUR", "timezone": "", "tables.orders.amount": "net"}
    done = init(shop / "my", [str(shop / "exports")], lambda question: answers[question.key], environ={})
    config = load_config(shop / "my", {})
    assert config.workspace.currency == "EUR"
    assert config.workspace.timezone == "Europe/London"
    assert config.tables["orders"].columns["amount"] == "net"
    assert done.defaults == frozenset()
    assert "as you said" in done.config.read_text()


def test_a_workspace_is_never_written_over(shop: Path) -> None:
    init(shop / "my", [str(shop / "exports")], environ={})
    before = (shop / "my" / "tradewind.toml").read_bytes()
    with pytest.raises(StoreError, match="already is a workspace"):
        init(shop / "my", [str(shop / "exports")], environ={})
    assert (shop / "my" / "tradewind.toml").read_bytes() == before
    with pytest.raises(ConfigError, match="where the data lie"):
        init(shop / "other", [], environ={})


def test_a_table_that_cannot_be_loaded_is_taken_back_and_said(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    guesses = (Guess("deal_id", "id", 0.9, "unique"), Guess("stage", "nowhere", 0.9, "words"))
    wrong = ProposedTable("deals", "exports.orders", guesses, "looks so", 0.8)
    monkeypatch.setattr(flow, "understand", lambda tables, tell: Proposal((wrong, SHOP), questions=QUESTIONS))
    done = init(shop / "my", [str(shop / "exports")], environ={})
    assert [table.table for table in done.proposal.tables] == ["orders"]
    assert any("looks like deals, but cannot be used as such" in said for said in done.proposal.undecided)
    assert set(load_config(shop / "my", {}).tables) == {"orders"}


def test_where_nothing_loads_no_workspace_is_left(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = ProposedTable("customers", "exports.orders", (Guess("customer_id", "nowhere", 0.9, "unique"),), "so", 0.8)
    monkeypatch.setattr(flow, "understand", lambda tables, tell: Proposal((wrong,)))
    with pytest.raises(ConfigError, match="no column"):
        init(shop / "my", [str(shop / "exports")], environ={})
    assert not (shop / "my" / "tradewind.toml").exists()


def test_nothing_recognised_is_said_for_each_table(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    unused = {"exports.orders": "a table of lookups"}
    monkeypatch.setattr(flow, "understand", lambda tables, tell: Proposal((), unused=unused))
    with pytest.raises(ConfigError, match=r"orders.csv: nothing in this table is recognised \(found: a table of"):
        init(shop / "my", [str(shop / "exports")], environ={})


def test_init_of_a_workspace_whose_source_changed_tells_the_change(shop: Path) -> None:
    init(shop / "my", [str(shop / "exports")], environ={})
    before = (shop / "my" / "tradewind.toml").read_bytes()
    orders = shop / "exports" / "orders.csv"
    orders.write_text(orders.read_text().replace("total", "total_gbp"))
    with pytest.raises(
        ConfigError, match=r"'total' is gone from exports\.orders; 'total_gbp' is new and looks like it"
    ):
        init(shop / "my", [str(shop / "exports")], environ={})
    assert (shop / "my" / "tradewind.toml").read_bytes() == before
    assert open_workspace(shop / "my", environ={}).table("orders").num_rows == 2


def test_columns_of_one_name_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text("id,who,day,amount,amount\n1,a,2024-01-02,10,3\n2,b,2024-01-03,20,4\n")
    (tmp_path / "tradewind.toml").write_text(
        '[workspace]\ncurrency = "EUR"\ntimezone = "UTC"\n[sources.shop]\npath = "*.csv"\ntimezone = "UTC"\n'
        '[tables.orders]\nfrom = "shop.orders"\norder_id = "id"\ncustomer_id = "who"\nhappened_at = "day"\n'
        "amount = '\"amount (1)\"'\ndiscount = '\"Amount (2)\"'\n"
    )
    workspace = open_workspace(tmp_path, environ={})
    load(workspace)
    rows = workspace.table("orders")
    assert [(float(row["amount"]), float(row["discount"])) for row in rows.to_pylist()] == [(10, 3), (20, 4)]


def test_with_very_many_rows_nothing_is_loaded_yet(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tradewind.flow.start.try_out.MOST_ROWS", 1)
    done = init(shop / "my", [str(shop / "exports")], environ={})
    assert done.tried.loads == ()
    assert "lapse" in {question.name for question in done.questions}
    assert open_workspace(shop / "my", environ={}).manifest().tables == {}


def test_deals_and_leads_with_an_end_are_questions() -> None:
    ended = (Guess("deal_id", "id", 0.9, ""), Guess("won", "stage = 'Won'", 0.9, ""))
    came = tuple(
        Guess(*each, 0.9, "") for each in (("lead_id", "id"), ("created_at", "day"), ("converted_at", "won_day"))
    )
    deals, leads = ProposedTable("deals", "c.deals", ended, "", 0.9), ProposedTable("leads", "c.leads", came, "", 0.9)
    proposal = with_outcomes(Proposal((deals, leads)))
    assert [(label.table, label.column, label.positive, label.order) for label in proposal.labels] == [
        ("deals", "won", "true", ""), ("leads", "converted", "true", "created_at"),
    ]  # fmt: skip
    answer = proposal.tables[1].guess("converted")
    assert answer is not None
    assert answer.expression == "(won_day) IS NOT NULL"
    assert with_outcomes(proposal) == proposal
