"""An update of some questions leaves the answers of the others standing, and says of which day they are."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from serving_worlds import opened

import tradewind as tw
from answered_worlds import answered, write_answered_shop
from tradewind.core.finding import Finding
from tradewind.flow.answers.earlier import HOW_NEW, dated, earlier_answers
from tradewind.flow.answers.published import read_published
from tradewind.flow.questions.asked import find_question


def how_new(finding: Finding) -> list[str]:
    return [check.what for check in finding.checks if check.name == HOW_NEW]


def test_answers_that_were_not_asked_again_stay_in_the_report(tmp_path_factory: pytest.TempPathFactory) -> None:
    workspace = opened(answered("shop", write_answered_shop, tmp_path_factory))
    before = read_published(workspace)
    assert before is not None
    names = [finding.name for finding in before.findings]
    assert len(names) > 1
    made = tw.run(workspace, only=[names[-1]])
    assert [finding.name for finding in made.findings] == [names[-1]]
    after = read_published(workspace)
    assert after is not None
    assert [finding.name for finding in after.findings] == names
    assert after.as_of == before.as_of
    assert not any(how_new(finding) for finding in after.findings), "of the same day, nothing is old"
    question = find_question(workspace.config, names[-1])
    later = earlier_answers(workspace, (question,), before.as_of + timedelta(days=7))
    assert [finding.name for _, finding in later] == names[:-1]
    day = f"{before.as_of.day} {before.as_of:%B %Y}"
    assert all(how_new(finding) == [f"it is as of {day}; newer updates did not ask it"] for _, finding in later)
    again = dated(later[0][1], replace(before, as_of=before.as_of + timedelta(days=7)))
    assert again == later[0][1], "an answer that is old already keeps its day"
