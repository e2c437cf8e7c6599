"""Questions of one's own in a workspace: names, hostile statements, code that fails, columns nobody has."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

import tradewind as tw
from small_shop import CONFIG, NOW, write_small_shop
from tradewind.core.errors import ConfigError
from tradewind.flow.questions.asked import asked_questions, find_question
from tradewind.flow.questions.trust import trust
from tradewind.flow.start.ready import readiness
from tradewind.store.workspace import Workspace

SQL = """-- name: eligible
SELECT orders.customer_id FROM orders GROUP BY orders.customer_id
-- name: outcome
SELECT eligible.customer_id, 1.0 AS outcome FROM eligible
"""
TOML = """
title = "Comes back"
question = "Who comes back in the next {horizon}?"
action = "Write to them."
entity = "customer_id"
horizon = "30 days"
positive = "comes back"
requires = ["orders"]
"""
BEFORE = CONFIG.split("[use_cases.lapse]")[0]

Make = Callable[..., Workspace]


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Make:
    """A small shop with folders of questions: name → file → text; `config` is added to its own."""
    monkeypatch.setenv("TRADEWIND_TRUST_DIR", str(tmp_path / "trust"))

    def build(folders: dict[str, dict[str, str]] | None = None, config: str = "") -> Workspace:
        root = write_small_shop(tmp_path / "shop", customers=3, config=BEFORE + config)
        for name, files in (folders or {}).items():
            folder = root / "use_cases" / name
            folder.mkdir(parents=True)
            for file, text in files.items():
                (folder / file).write_text(text, encoding="utf-8")
        return tw.open(root, clock=lambda: NOW)

    return build


def refusal(workspace: Workspace) -> str:
    with pytest.raises(ConfigError) as caught:
        asked_questions(workspace.config)
    return str(caught.value)


def question(who: str = "customers", what: str = "an order", more: str = "", name: str = "own") -> str:
    return f'\n[questions.{name}]\nwho = "{who}"\nwhat = "{what}"\nwithin = "30 days"\n{more}\n'


def test_a_folder_is_asked_with_the_configs_settings(make: Make) -> None:
    settings = '[use_cases.own]\nhorizon = "60 days"\ncontact_cost = 3\n'
    workspace = make({"own": {"use_case.toml": TOML, "label.sql": SQL}}, settings)
    found = find_question(workspace.config, "own")
    assert found.use_case.horizon.length.count == 60
    assert found.use_case.economics.contact_cost == 3
    assert "own" in [each.name for each in asked_questions(workspace.config)]
    assert any(row["name"] == "own" for row in readiness(workspace.root))
    off = tw.open(workspace.root, clock=lambda: NOW)
    (off.root / "tradewind.toml").write_text(BEFORE + "[use_cases.own]\nenabled = false\n", encoding="utf-8")
    assert "own" not in [each.name for each in asked_questions(tw.open(off.root).config)]


def test_a_name_that_comes_with_tradewind_is_refused(make: Make) -> None:
    workspace = make({"lapse": {"use_case.toml": TOML, "label.sql": SQL}}, question(name="next_spend"))
    told = refusal(workspace)
    assert "use_cases/lapse: a question that comes with Tradewind has this name" in told
    assert "questions.next_spend: a question that comes with Tradewind has this name" in told


@pytest.mark.parametrize(
    "sql",
    [
        SQL + "; DROP TABLE orders",
        SQL.replace("FROM orders", "FROM read_csv('/etc/passwd') AS orders"),
        SQL.replace("FROM orders", "FROM secrets"),
        SQL.replace("SELECT orders.customer_id FROM", "INSERT INTO orders SELECT * FROM"),
        SQL.replace("1.0 AS outcome", "getenv('HOME') AS outcome"),
        SQL.replace("-- name: outcome", "-- name: outcome\nATTACH 'x.db';"),
        "-- name: eligible\nSELECT 1",
        "SELECT 1",
        "-- name: eligible\n" + "(" * 5000,
    ],
)
def test_statements_that_are_not_on_the_list_are_refused(make: Make, sql: str) -> None:
    told = refusal(make({"own": {"use_case.toml": TOML, "label.sql": sql}}))
    assert "use_cases/own/label.sql" in told


def test_all_folders_problems_come_together(make: Make) -> None:
    bad = TOML.replace("{horizon}", "{secret}").replace('["orders"]', '["ordres"]\ncolumns = ["x; DROP"]')
    workspace = make(
        {"one": {"use_case.toml": bad, "label.sql": "nothing"}, "two": {"use_case.py": "1/0", "label.sql": SQL}}
    )
    told = refusal(workspace)
    for expected in ("{secret}", "ordres", "x; DROP", "use_cases/one/label.sql", "tradewind trust"):
        assert expected in told


def test_trusted_code_declares_a_question_and_its_features(make: Make) -> None:
    code = (
        "from tradewind.core.time import Horizon, days\nfrom tradewind.core.use_case import Economics, UseCase\n"
        'USE_CASE = UseCase("own", "Own", "Who?", "Act.", "classification", "customer_id", Horizon(days(30)), "comes",'
        ' Economics("a", "b"))\n'
    )
    sql = "SELECT customer_id, count(*) AS value FROM orders GROUP BY customer_id"
    features = f'FEATURES = {{"orders_ever": {{"sql": "{sql}", "sentence": "orders ever"}}}}'
    workspace = make({"own": {"use_case.py": code, "features.py": features, "label.sql": SQL}})
    trust(workspace.root, lambda: datetime(2026, 1, 1))
    found = find_question(tw.open(workspace.root).config, "own")
    assert found.use_case.title == "Own"
    assert set(found.features) == {"orders_ever"}


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("1/0", "ZeroDivisionError"),
        ("USE_CASE = 3", "does not declare this question"),
        ("import nowhere_at_all", "ModuleNotFoundError"),
        ("x = (", "SyntaxError"),
    ],
)
def test_code_that_fails_is_told_as_a_problem(make: Make, code: str, expected: str) -> None:
    workspace = make({"own": {"use_case.py": code, "label.sql": SQL}})
    trust(workspace.root / "use_cases" / "own", lambda: datetime(2026, 1, 1))
    assert expected in refusal(workspace)


def test_words_that_name_no_column_offer_the_nearest(make: Make) -> None:
    told = refusal(make(config=question("customers whose cuntry = 'DE'", "an order of category 'x' with siez = 'S'")))
    assert 'did you mean "country"?' in told


def test_two_questions_may_be_alike_and_one_may_be_said_in_any_script(make: Make) -> None:
    words = question("customers whose country = 'Ελλάδα ☕ \\\\ ''quoted''' ", name="first") + question(name="second")
    both = words + question(name="third", more='title = "{horizon} {x} %s"')
    workspace = make(config=both)
    asked = {each.name: each for each in asked_questions(workspace.config)}
    assert asked["second"].label_sql == asked["third"].label_sql
    assert asked["third"].words(asked["third"].use_case.title) == "{horizon} {x} %s"
    first = asked["first"]
    assert "Ελλάδα ☕ \\ 'quoted'" in first.words(first.use_case.question).replace("''", "'")


def test_what_is_only_known_today_is_said_to_be(make: Make) -> None:
    workspace = make(config=question("customers whose country = 'DE'"))
    finding = tw.run(workspace, only=["own"]).findings[0]
    assert finding.status == "not answerable"
    assert "only known as it is today" in " ".join(finding.found)
    assert "stable" in finding.next
