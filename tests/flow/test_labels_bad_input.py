"""Labelled tables as they really come: each trouble gives a clear answer, never a traceback or a number."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import tradewind as tw
from flow.labelled_people import Row, answer_people, make_people, open_people, write_people
from tradewind.core.errors import ConfigError, LeakError, ModelError, NotAnswerable, SourceError
from tradewind.core.finding import Finding
from tradewind.flow.questions.asked import asked_questions, find_question, list_questions


def asked(folder: Path, rows: list[Row], **settings: str) -> Finding:
    return answer_people(open_people(write_people(folder, rows, **settings)))


def told(finding: Finding) -> str:
    return " ".join((*finding.found, finding.approach, finding.money, finding.next))


def with_answers(answers: list[str]) -> list[Row]:
    return [{**row, "left": answers[place % len(answers)]} for place, row in enumerate(make_people(120))]


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ([""], "No row has an answer"),
        (["Yes"], "every row that has an answer has “Yes”"),
        (["no", "stays"], "“Yes” never occurs in left_us"),
        (["Yess", "No"], 'positive = "Yess"?'),
        (["Yes", "No", "Maybe"], "there are 2 answers besides “Yes”"),
        (["Yes", "No", "Maybe"], 'negative = ["'),
    ],
)
def test_answers_that_cannot_be_told_apart(tmp_path: Path, answers: list[str], words: str) -> None:
    finding = asked(tmp_path, with_answers(answers))
    assert finding.status == "not answerable"
    assert words.lower() in told(finding).lower()


def test_other_answers_wait_where_config_says_what_a_no_is(tmp_path: Path) -> None:
    rows = make_people()
    for row in rows[:50]:
        row["left"] = "asked to stay"
    finding = asked(tmp_path, rows, label='negative = ["No"]')
    assert finding.status == "answered"
    assert "Of the 50 customers whose answer is not known yet" in told(finding)


@pytest.mark.parametrize(("yes", "no", "positive"), [("1", "0", "1"), ("true", "false", "true"), ("1", "0", "true")])
def test_numbers_and_truth_values_are_answers_too(tmp_path: Path, yes: str, no: str, positive: str) -> None:
    rows = [{**row, "left": yes if row["left"] == "Yes" else no} for row in make_people(200)]
    folder = write_people(tmp_path, rows)
    file = folder / "tradewind.toml"
    file.write_text(file.read_text().replace('positive = "Yes"', f'positive = "{positive}"'))
    finding = answer_people(open_people(folder))
    assert finding.numbers["positives"].value == sum(row["left"] == yes for row in rows)


def test_a_column_that_the_file_does_not_have(tmp_path: Path) -> None:
    rows = [{key: value for key, value in row.items() if key != "left"} for row in make_people(50)]
    with pytest.raises((ConfigError, SourceError), match="left"):
        asked(tmp_path, rows)


def test_a_label_named_after_columns_that_are_not_mapped(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"labels\.churn\.after"):
        asked(tmp_path, make_people(50), label='after = ["last_contact"]')


def test_a_model_that_does_not_exist_is_told_before_any_work(tmp_path: Path) -> None:
    folder = write_people(tmp_path, make_people(50))
    file = folder / "tradewind.toml"
    file.write_text(file.read_text().replace('models = ["linear"]', 'models = ["liner"]'))
    with pytest.raises(ConfigError, match=r"labels\.churn\.models"):
        answer_people(open_people(folder))


def test_a_label_takes_the_place_of_a_question_of_its_name(tmp_path: Path) -> None:
    folder = write_people(tmp_path, make_people(50))
    file = folder / "tradewind.toml"
    file.write_text(file.read_text().replace("[labels.churn]", "[labels.lapse]"))
    config = open_people(folder).config
    assert [question.name for question in asked_questions(config)] == ["lapse"]
    assert find_question(config, "lapse").label is not None
    assert list_questions(config).count("lapse") == 1


def test_nearly_everybody_left(tmp_path: Path) -> None:
    rows = [{**row, "left": "No" if place % 25 == 0 else "Yes"} for place, row in enumerate(make_people(400))]
    finding = asked(tmp_path, rows)
    assert finding.status in ("answered", "not distinguishable")
    assert "16 outcomes" in told(finding)
    assert "more outcomes would halve" in told(finding)


def test_ten_rows(tmp_path: Path) -> None:
    finding = asked(tmp_path, with_answers(["Yes", "No"])[:10])
    assert finding.status in ("not answerable", "not distinguishable")


def test_one_outcome_is_too_few(tmp_path: Path) -> None:
    rows = [{**row, "left": "Yes" if place == 3 else "No"} for place, row in enumerate(make_people(100))]
    finding = asked(tmp_path, rows)
    assert finding.status == "not answerable"
    assert "1 of 100" in told(finding)


def test_columns_that_never_differ(tmp_path: Path) -> None:
    rows = [{**row, "plan": "a", "tenure": 1, "spend": 2, "region": "x"} for row in make_people(100)]
    with pytest.raises(ModelError, match="two different values"):
        asked(tmp_path, rows)


def test_nothing_but_the_answer(tmp_path: Path) -> None:
    folder = write_people(tmp_path, make_people(50))
    file = folder / "tradewind.toml"
    others = ("plan", "tenure", "spend", "region")
    file.write_text("\n".join(line for line in file.read_text().split("\n") if line.split(" ")[0] not in others))
    finding = answer_people(open_people(folder))
    assert finding.status == "not answerable"
    assert "Map more columns in [tables.customers]" in told(finding)


def test_noise_stays_with_the_base_rate(tmp_path: Path) -> None:
    rng = np.random.default_rng(8)
    rows = [{**row, "left": "Yes" if rng.random() < 0.3 else "No"} for row in make_people(200)]
    finding = asked(tmp_path, rows)
    assert finding.status == "not distinguishable"
    auc = finding.numbers["auc"]
    assert auc.low is not None
    assert auc.low < 0.55


def test_rows_copied_before_the_split_are_refused(tmp_path: Path) -> None:
    rows = make_people(400)
    left = [row for row in rows if row["left"] == "Yes"]
    with pytest.raises(LeakError, match="rows were copied before the split"):
        asked(tmp_path, [*rows, *left, *left], key="row_number")


def test_an_empty_table(tmp_path: Path) -> None:
    folder = write_people(tmp_path, make_people(5))
    file = folder / "people.csv"
    file.write_text(file.read_text().split("\n")[0] + "\n")
    finding = answer_people(open_people(folder))
    assert finding.status == "not answerable"
    assert "there are no customers" in told(finding).lower()


def test_braces_and_markup_in_titles_are_meant_as_they_are(tmp_path: Path) -> None:
    finding = asked(tmp_path, make_people(120), label='title = "Who {leaves} [bold]?"\ndoes = "go {away}"')
    assert finding.title == "Who {leaves} [bold]?"
    assert finding.does == "go {away}"


def test_a_table_whose_answer_nobody_has_named_is_told_how_to_name_it(tmp_path: Path) -> None:
    file = write_people(tmp_path, make_people(40)) / "tradewind.toml"
    text = file.read_text()
    file.write_text(text[: text.index("[labels.churn]")])
    with pytest.raises(NotAnswerable, match=r"\[labels\.NAME\] with table = \"customers\""):
        tw.run(open_people(tmp_path))
