"""What people say of the rows of a list: taken down with the score as it was shown, and read back by lists and runs."""

from __future__ import annotations

import getpass
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from tradewind.core.errors import ConfigError, NotAnswerable, Problem
from tradewind.core.feedback import VERDICTS, Feedback
from tradewind.core.time import local_day
from tradewind.flow.depends import today_of
from tradewind.flow.lists.shown_row import shown_row
from tradewind.flow.questions.asked import find_question
from tradewind.flow.questions.question import Question
from tradewind.store.feedback_state import newest_words
from tradewind.store.workspace import Workspace

LONGEST = 1_000
"""Characters of a reason or a name."""

REST_DAYS = 30
"""How long a row that was worked on is left alone where the question has no horizon of its own."""


@dataclass(frozen=True)
class Said:
    """What a person says.

    Args:
        verdict: one of `VERDICTS`.
        because: the reason; needed where the list is called wrong.
        until: for not-now.
        by: who; the user of this computer where empty.
        by_id: id of the user or token; empty in the terminal.
        by_kind: user, token or terminal.
    """

    verdict: str
    because: str = ""
    until: date | None = None
    by: str = ""
    by_id: str = ""
    by_kind: str = "terminal"


def give_feedback(
    workspace: Workspace,
    name: str,
    entity_id: str,
    said: Said,
    sees: Callable[[str], bool] | None = None,
    called: str = "",
) -> Feedback:
    """Take down what somebody says of one row of a question's list.

    Args:
        workspace: an open workspace.
        name: of the question.
        entity_id: which customer, company, lead or deal.
        said: what is said of it.
        sees: whether whoever says it may see the row, by the entity column of the list; None where he sees all.
        called: what he calls it, for problems, where that is not its key.
    Raises:
        ConfigError: no such question or verdict, a day in the past, or no reason where one is needed; all together.
        NotAnswerable: there is no list yet, or the entity is not on it.
    """
    question = find_question(workspace.config, name)
    problems = _problems(said, today_of(workspace))
    if problems:
        raise ConfigError(problems)
    row = shown_row(workspace, question, entity_id)
    if row.values is None or (sees is not None and not sees(row.entity)):
        raise NotAnswerable(
            Problem(name, f"nobody of this key is on the list of {question.people}", (called or entity_id)[:80],
                    "one of the list", f"tradewind list {name}")
        )  # fmt: skip
    feedback = Feedback(
        uuid.uuid4().hex, name, row.entity, entity_id, said.verdict, said.because.strip(), said.until,  # type: ignore[arg-type]
        said.by.strip() or _this_user(workspace.environ), workspace.clock(), row.version, row.as_of, row.score,
        row.usual, said.by_id, said.by_kind,
    )  # fmt: skip
    workspace.state().record_feedback(feedback)
    return feedback


def _problems(said: Said, today: date) -> list[Problem]:
    found = []
    if said.verdict not in VERDICTS:
        found.append(Problem("verdict", "there is no such word", said.verdict[:80], " or ".join(VERDICTS)))
    if said.until is not None and said.verdict != "not-now":
        found.append(Problem("until", "only not-now has a day", said.verdict, "not-now"))
    if said.until is not None and said.until <= today:
        found.append(Problem("until", "this day is not ahead", said.until.isoformat(), f"a day after {today}"))
    if said.verdict == "wrong" and not said.because.strip():
        found.append(Problem("because", "it is not said why the list is wrong", "", "the reason in a few words"))
    for key, text in (("because", said.because), ("by", said.by)):
        if len(text) > LONGEST or not text.replace("\n", " ").isprintable():
            found.append(Problem(key, "this text cannot be kept", f"{len(text):,} characters",
                                 f"at most {LONGEST:,} letters, digits and signs"))  # fmt: skip
    return found


def _this_user(environ: Mapping[str, str]) -> str:
    for name in ("USER", "USERNAME", "LOGNAME"):
        if environ.get(name):
            return environ[name]
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "somebody"


def resting_now(workspace: Workspace, entity: str, questions: Sequence[Question]) -> list[str]:
    """Return the ids of those left alone today on any of these lists; how somebody ended holds on every list."""
    state, today, zone = workspace.state(), today_of(workspace), workspace.config.workspace.timezone
    resting: set[str] = set()
    for question in questions:
        since = datetime.combine(today, time()) - timedelta(days=max(rest_of(question), 1) + 2)
        words = [newest_words(state, entity, since, today, ended=True)]
        words.append(newest_words(state, entity, since, today, question.name))
        resting |= {one for said in words for one in handled(said, question, today, zone)}
    return sorted(resting)


def handled(feedback: Sequence[Feedback], question: Question, today: date, zone: str) -> dict[str, Feedback]:
    """Return whom to leave alone today, with the last word on each.

    A row that was worked on comes back after the question's horizon, if it is still on the list; one that was put off
    comes back on its day.
    """
    rest = rest_of(question)
    last = {each.entity_id: each for each in feedback}
    return {entity: each for entity, each in last.items() if today < back_on(each, rest, zone)}


def rest_of(question: Question) -> int:
    """Return for how many days a row that was worked on is left alone."""
    return question.use_case.horizon.length.count if question.label is None else REST_DAYS


def back_on(feedback: Feedback, rest: int, zone: str) -> date:
    """Return the day on which a row comes back to the list."""
    if feedback.until is not None:
        return feedback.until
    return local_day(feedback.at, zone) + timedelta(days=max(rest, 1))
