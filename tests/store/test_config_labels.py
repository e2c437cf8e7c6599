"""Sections on labelled tables and points rules load as documented, and all that is wrong with them is told at once."""

from __future__ import annotations

import tomllib

import pytest

from tradewind.core.errors import ConfigError
from tradewind.store.config import Config, parse_config

TABLE = """
[workspace]
currency = "EUR"
timezone = "Europe/Berlin"
[sources.files]
path = "*.csv"
[tables.customers]
from = "files.people"
customer_id = "row_number"
churn = "Churn"
contract = "Contract"
tenure = "tenure"
health_score = "health"
last_note = "note"
"""


def parsed(text: str) -> Config:
    return parse_config(tomllib.loads(TABLE + text), {}, text)


def problems(text: str) -> dict[str, str]:
    with pytest.raises(ConfigError) as caught:
        parsed(text)
    return {problem.where: str(problem) for problem in caught.value.problems}


def test_a_label_and_a_rule_are_read() -> None:
    config = parsed(
        """
        [labels.churn]
        table = "customers"
        column = "churn"
        positive = true
        negative = [0, "No"]
        order = "rows"
        after = ["last_note"]
        rule = "-health_score"
        value = 12.5
        [rules.fit]
        "contract = 'Month-to-month' AND tenure < 6" = 10
        "tenure IS NULL" = -2.5
        [use_cases.lapse]
        rule = "fit"
        """
    )
    label = config.labels["churn"]
    assert (label.positive, label.negative, label.value) == ("true", ("0", "No"), "12.5")
    assert label.enabled
    assert label.models == "auto"
    assert config.rules["fit"].points == {"contract = 'Month-to-month' AND tenure < 6": 10, "tenure IS NULL": -2.5}
    assert config.use_cases["lapse"].rule == "fit"


def test_everything_wrong_is_told_with_what_was_meant() -> None:
    found = problems(
        """
        [labels.churn]
        table = "customers"
        column = "chrn"
        positve = "Yes"
        order = "row"
        after = ["lst_note"]
        keep = ["tenure", "nothing_like_it"]
        rule = "ft"
        value = "tenur * 2"
        success_share = 2
        [labels.Won]
        table = "deal"
        column = "won"
        positive = "x"
        negative = ["x"]
        [labels.lost]
        table = "leads"
        column = "lost"
        positive = ""
        [labels.lapse]
        table = "customers"
        column = "churn"
        positive = "Yes"
        negative = ["No", "Yes"]
        rule = "fit"
        [use_cases.lapse]
        [rules.fit]
        "contrct = 'a'" = 1
        "md5(contract) = 'a'" = 1
        "tenure > 3" = "many"
        [rules.empty]
        """
    )
    expected = {
        "labels.churn.column": 'did you mean "churn"?',
        "labels.churn.positve": 'did you mean "positive"?',
        "labels.churn.positive": "missing",
        "labels.churn.order": 'did you mean "rows"?',
        "labels.churn.after": 'did you mean "last_note"?',
        "labels.churn.keep": "nothing_like_it",
        "labels.churn.rule": 'did you mean "fit"?',
        "labels.churn.value": 'did you mean "tenure"?',
        "labels.churn.success_share": "less than or equal to 1",
        "labels.Won": "cannot be a question's name",
        "labels.Won.table": "no row of its own",
        "labels.lost.table": "[tables.leads]",
        "labels.lost.positive": "as it stands in the table",
        "labels.lapse": "section [use_cases] of the same name",
        "labels.lapse.negative": "counts as the outcome",
        "rules.fit.contrct = 'a'": 'did you mean "contract"?',
        "rules.fit.md5(contract) = 'a'": "not allowed",
        "rules.fit.tenure > 3": "valid number",
        "rules.empty": "at least 1 item",
    }
    assert {where: word in found.get(where, "") for where, word in expected.items()} == dict.fromkeys(expected, True)
    assert set(found) == set(expected)


@pytest.mark.parametrize(
    "condition",
    ["(SELECT 1) = 1", "count(*) > 1", "read_text('/etc/passwd') = ''", "tenure > ", "strptime(contract, '%Y') > 1"],
)
def test_a_condition_is_an_expression_that_every_engine_reads_alike(condition: str) -> None:
    assert f"rules.fit.{condition}" in problems(f'[rules.fit]\n"{condition}" = 1\n')


@pytest.mark.parametrize("text", ["labels = 3", "rules = [1]", "[labels]\nchurn = 3", "[rules]\nfit = 'x'"])
def test_what_is_no_section_is_a_problem_and_no_traceback(text: str) -> None:
    with pytest.raises(ConfigError):
        parse_config({**tomllib.loads(TABLE), **tomllib.loads(text)}, {})
