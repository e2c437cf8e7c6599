"""Labels with a time: later rows from earlier ones, what was known before the answer, answers that come late."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa

from flow.labelled_people import NOW, Row, answer_people, make_people, open_people, write_people
from tradewind.flow.data import open_data
from tradewind.flow.labels.lesson import folds_of, prepare_label_lesson, rules_beside, try_label
from tradewind.flow.labels.rows import read_label_rows
from tradewind.flow.labels.versions import choose_versions
from tradewind.flow.questions.asked import find_question
from tradewind.sources.load import load_tables


def drifting(count: int = 600) -> list[Row]:
    """People in the order of time; what spend means for leaving turns round half-way."""
    rng = np.random.default_rng(9)
    rows = []
    for place, row in enumerate(make_people(count)):
        turned = 1 if place < count / 2 else -1
        chance = 1 / (1 + np.exp(-(-0.5 + 0.08 * turned * (float(str(row["spend"])) - 60))))
        day = NOW.date() - timedelta(days=count - place)
        rows.append({**row, "since": day.isoformat(), "left": "Yes" if rng.random() < chance else "No"})
    return rows


def test_with_a_time_the_time_ordered_figure_is_the_headline(tmp_path: Path) -> None:
    folder = write_people(tmp_path, drifting(), columns='created_at = "since"', label='order = "created_at"')
    finding = answer_people(open_people(folder))
    ordered, shuffled = finding.numbers["auc"], finding.numbers["auc_shuffled"]
    assert ordered.value is not None
    assert shuffled.value is not None
    assert ordered.value < shuffled.value
    assert finding.numbers["rows"].value is not None
    assert finding.numbers["rows"].value < 600
    assert "in order of time, as it will be used" in " ".join(finding.found)
    assert "in the order of time" in finding.approach


def test_with_the_order_of_the_file_both_stand_side_by_side(tmp_path: Path) -> None:
    finding = answer_people(open_people(write_people(tmp_path, drifting(), key="row_number", label='order = "rows"')))
    shuffled, ordered = finding.numbers["auc"], finding.numbers["auc_ordered"]
    assert shuffled.value is not None
    assert ordered.value is not None
    assert ordered.value < shuffled.value
    assert "Learned from earlier rows and tested on later ones" in " ".join(finding.found)


def test_no_row_is_predicted_from_later_ones(tmp_path: Path) -> None:
    folder = write_people(tmp_path, drifting(300), columns='created_at = "since"', label='order = "created_at"')
    workspace = open_people(folder)
    load_tables(workspace)
    question = find_question(workspace.config, "churn")
    with open_data(workspace) as data:
        lesson = prepare_label_lesson(data, question)
        trial = try_label(data, lesson).ordered
        assert trial is not None
        order = lesson.table.order
        assert order is not None
        for train, test in folds_of(lesson, trial, 0):
            assert order[train].max() < order[test].min()
        before = trial.mean, rules_beside(lesson, trial, 0)
    # What is known later changes: answers and columns of the newest fifth.
    rows = [{**row, "spend": 1, "left": "Yes"} if place >= 240 else row for place, row in enumerate(drifting(300))]
    other = open_people(
        write_people(tmp_path / "other", rows, columns='created_at = "since"', label='order = "created_at"')
    )
    load_tables(other)
    with open_data(other) as data:
        changed = prepare_label_lesson(data, question)
        again = try_label(data, changed).ordered
        assert again is not None
        earlier = trial.rows < 240
        np.testing.assert_array_equal(before[0][earlier], again.mean[earlier])
        for name, score in rules_beside(changed, again, 0).items():
            np.testing.assert_array_equal(before[1][name][earlier], score[earlier])


def test_a_time_that_is_none_is_told(tmp_path: Path) -> None:
    rows = [{**row, "since": "some day"} for row in make_people(60)]
    finding = answer_people(
        open_people(write_people(tmp_path, rows, columns='begun = "since"', label='order = "begun"'))
    )
    assert finding.status == "not answerable"
    assert "no time" in finding.found[0]


def test_answers_that_come_late_are_noticed(tmp_path: Path) -> None:
    rows = [{**row, "since": (NOW.date() - timedelta(days=400 - place)).isoformat()}
            for place, row in enumerate(make_people(400))]  # fmt: skip
    for row in rows[-60:]:
        row["left"] = "No"
    folder = write_people(tmp_path, rows, columns='created_at = "since"', label='order = "created_at"')
    checks = {check.name: check for check in answer_people(open_people(folder)).checks}
    assert checks["The newest answers are complete"].status == "warn"
    assert "blank" in checks["The newest answers are complete"].do


def test_what_is_learned_from_is_what_stood_there_before_the_answer(tmp_path: Path) -> None:
    rows = make_people(60)
    truth = [row["left"] for row in rows]
    first = [{**row, "left": "", "mood": "fine"} for row in rows]
    second = [{**row, "left": answer, "mood": "angry" if answer == "Yes" else "calm", "spend": 1}
              for row, answer in zip(rows, truth, strict=True)]  # fmt: skip
    folder = write_people(tmp_path, first, columns='mood = "mood"')
    load_tables(open_people(folder))
    write_people(folder, second, columns='mood = "mood"')
    later = open_people(folder, now=NOW + timedelta(days=30))
    load_tables(later)
    with open_data(later) as data:
        read = read_label_rows(data, find_question(later.config, "churn"))
    features = read.table.features
    assert set(features.categories["mood"]) == {"fine"}
    assert (features.column("spend") != 1).all()
    assert np.nansum(read.table.outcome) == truth.count("Yes")
    assert read.as_of == (NOW + timedelta(days=30)).date()
    assert "changed at the moment when the answer came" in read.changed["mood"]


def test_versions_follow_their_known_time_and_not_their_place() -> None:
    times = ["2024-01-03", "2024-01-01", "2024-01-02", "2024-01-01", "2024-01-01", "2024-01-05"]
    stored = pa.table(
        {"key": ["a", "a", "a", "b", "c", "c"], "known_at": pa.array(np.array(times, dtype="datetime64[us]"))}
    )
    nothing = np.nan
    versions = choose_versions(stored, "key", np.array([1.0, nothing, 0.0, 0.0, 0.0, 0.0]))
    assert versions.outcome.tolist() == [1.0, 0.0, 0.0]
    # a: "no" before "yes"; b: the only one; c: always "no", as it stands today.
    assert versions.chosen.tolist() == [2, 3, 5]
    assert (versions.answered.tolist(), versions.before.tolist()) == ([0], [2])
