"""A question whose answer stands in a column, through the whole loop: learned, tested, scored, told, explained."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import tradewind as tw
from flow.labelled_people import answer_people, make_people, open_people, write_people
from tradewind.core.errors import NotAnswerable
from tradewind.core.terms import statistical_terms
from tradewind.flow.run import RunResult
from tradewind.flow.start.ready import readiness
from tradewind.store.workspace import Workspace


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder = write_people(tmp_path_factory.mktemp("people"), make_people())
    return open_people(folder)


@pytest.fixture(scope="module")
def told(people: Workspace) -> RunResult:
    return tw.run(people)


def test_a_workspace_without_any_facts_is_answered(told: RunResult) -> None:
    (finding,) = told.findings
    assert (finding.name, finding.status, finding.people, finding.does) == ("churn", "answered", "customers", "leave")
    assert finding.title == "Customers about to leave"
    auc = finding.numbers["auc"]
    assert auc.value is not None
    assert auc.low is not None
    assert 0.7 < auc.low < auc.value < 0.95
    assert finding.rule
    assert finding.rule in " ".join(finding.found)


def test_people_understand_every_sentence(told: RunResult) -> None:
    (finding,) = told.findings
    for sentence in (*finding.found, finding.money, finding.next, finding.caption, finding.approach, finding.rule):
        assert sentence
        assert not statistical_terms(sentence), sentence
        assert not {"{", "}"} & set(sentence), sentence


def test_money_that_nobody_knows_is_a_reason(told: RunResult) -> None:
    (finding,) = told.findings
    assert "[labels.churn]" in finding.numbers["money_at_stake"].reason
    assert "value = …" in finding.money


def test_where_all_have_an_answer_those_who_may_still_leave_are_listed(people: Workspace, told: RunResult) -> None:
    scores = people.table("scores_churn")
    rows = people.table("customers").to_pylist()
    stayed = {row["customer_id"] for row in rows if row["left_us"] == "No"}
    assert set(scores.column("customer_id").to_pylist()) == stayed
    unseen = people.table("predictions_churn")
    said = dict(zip(unseen.column("entity_id").to_pylist(), unseen.column("predicted").to_pylist(), strict=True))
    for row in scores.to_pylist():
        assert row["mean"] == said[row["customer_id"]], "a score of somebody who was learned from"
        assert row["low"] <= row["mean"] <= row["high"]
        assert row["reason_1"]
    assert told.written.html.exists()


def test_the_page_and_the_json_tell_it(told: RunResult) -> None:
    page = told.written.html.read_text(encoding="utf-8")
    assert "Customers about to leave" in page
    findings = json.loads(told.written.json.read_text(encoding="utf-8"))
    assert findings[0]["name"] == "churn"
    assert findings[0]["does"] == "leave"


def test_what_has_not_changed_is_not_done_again(people: Workspace, told: RunResult) -> None:
    before = people.manifest().tables["scores_churn"].fingerprint
    version = people.state().newest_model("churn")
    again = tw.run(people)
    assert again.findings == told.findings
    assert people.manifest().tables["scores_churn"].fingerprint == before
    assert people.state().newest_model("churn") == version


def test_rows_without_an_answer_are_scored_and_not_learned_from(tmp_path: Path) -> None:
    rows = make_people()
    for row in rows[:60]:
        row["left"] = ""
    workspace = open_people(write_people(tmp_path, rows))
    (finding,) = tw.run(workspace).findings
    assert "Of the 60 customers whose answer is not known yet" in " ".join(finding.found)
    scores = workspace.table("scores_churn")
    assert set(scores.column("customer_id").to_pylist()) == {row["id"] for row in rows[:60]}
    assert finding.numbers["rows"].value == 340


def test_a_table_without_a_key_is_keyed_by_its_rows(tmp_path: Path) -> None:
    workspace = open_people(write_people(tmp_path, make_people(), key="row_number"))
    result = tw.run(workspace)
    assert result.findings[0].status == "answered"
    assert any("number of the row" in check.what for check in result.checks)
    assert workspace.table("scores_churn").column("customer_id")[0].as_py().isdigit()


def test_the_better_half_of_the_list_left_more_often(people: Workspace, told: RunResult) -> None:
    assert told.findings
    table = people.table("predictions_churn")
    predicted, outcome = (table.column(name).to_numpy() for name in ("predicted", "outcome"))
    top = predicted >= np.median(predicted)
    assert outcome[top].mean() > 2 * outcome[~top].mean()


def test_both_engines_give_equal_scores(tmp_path: Path, postgres_url: str) -> None:
    label = 'rule = "fit"\nvalue = "spend * 12"\ncontact_cost = 1'
    more = "\n[rules.fit]\n\"plan = 'monthly'\" = 10\n"
    found = []
    for name, engine in (("duckdb", ""), ("postgres", 'engine = "${ENGINE}"')):
        settings = {"label": label, "workspace": f"margin = 0.3\n{engine}", "more": more}
        folder = write_people(tmp_path / name, make_people(200), **settings)
        workspace = open_people(folder, {"ENGINE": postgres_url})
        answer_people(workspace)
        found.append([workspace.table(f"{role}_churn").to_pylist() for role in ("scores", "rules", "predictions")])
    assert found[0] == found[1]


def test_one_score_is_explained_as_the_list_has_it(people: Workspace, told: RunResult) -> None:
    assert told.findings
    scores = people.table("scores_churn")
    row = scores.to_pylist()[3]
    explained = tw.explain(people, "churn", row["customer_id"])
    assert (explained.score.mean, explained.rank, explained.asked) == (row["mean"], 4, scores.num_rows)
    assert explained.score.reasons[0].text == row["reason_1"]
    with pytest.raises(NotAnswerable, match=r"nobody of this key[\s\S]*outcome has come already"):
        tw.explain(people, "churn", "nobody")


def test_models_are_compared_beside_the_rule(people: Workspace, told: RunResult) -> None:
    assert told.findings
    table = tw.compare(people, "churn", ["linear", "naive_bayes"], time_limit_seconds=5)
    assert set(table.column("model").to_pylist()) == {"linear", "naive_bayes"}
    assert all(0.6 < value < 0.95 for value in table.column("value").to_pylist())
    assert sum(table.column("chosen").to_pylist()) == 1


def test_the_list_of_questions_begins_with_the_labels(people: Workspace) -> None:
    first = readiness(people.root)[0]
    assert (first["name"], first["title"], first["missing"]) == ("churn", "Customers about to leave", "")


def test_where_chance_does_as_well_neither_the_list_nor_a_rule_is_recommended(tmp_path: Path) -> None:
    rows = make_people(200)
    outcomes = np.random.default_rng(5).permutation([row["left"] for row in rows])
    noise = [{**row, "left": outcome} for row, outcome in zip(rows, outcomes.tolist(), strict=True)]
    (finding,) = tw.run(open_people(write_people(tmp_path, noise))).findings
    assert finding.status == "not distinguishable"
    assert finding.found[0].startswith("No list can be told from a random one so far")
    said = " ".join((*finding.found, finding.next))
    assert "Use the rule" not in said
    assert "goes with it" not in said


def test_names_of_people_are_not_learned_from(tmp_path: Path) -> None:
    rows = [{**row, "first": ["Ana", "Ben", "Cleo"][place % 3]} for place, row in enumerate(make_people(120))]
    columns = 'first_name = "first"'
    people = open_people(write_people(tmp_path, rows, columns=columns))
    (finding,) = tw.run(people).findings
    drivers = str(people.table(finding.tables["drivers"]).to_pylist())
    assert "tenure" in drivers
    assert "first name" not in drivers.replace("_", " ")
