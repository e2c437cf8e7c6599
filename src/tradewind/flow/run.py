"""The verbs that answer: run, train, score, write_report. What has not changed is not done again."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from tradewind.core.errors import ConfigError, NotAnswerable, Problem, TradewindError
from tradewind.core.finding import Check, Finding
from tradewind.core.trouble import Trouble
from tradewind.flow.answers.analyse import run_analysis
from tradewind.flow.answers.analyses import find_analysis
from tradewind.flow.answers.answer import answer
from tradewind.flow.answers.earlier import earlier_answers
from tradewind.flow.answers.reporting import Written, newest_day, publish_report
from tradewind.flow.answers.rule_list import tell_rule, with_rule_in_use
from tradewind.flow.answers.versions import checks_of_version, version_in_use, with_version_in_use
from tradewind.flow.data import Data, OpenData, lazy_data
from tradewind.flow.depends import question_step
from tradewind.flow.labels.score import score_label
from tradewind.flow.labels.train import train_label
from tradewind.flow.learning.learned import Learned, Scored
from tradewind.flow.learning.lesson import wanted_questions
from tradewind.flow.learning.score import score_question
from tradewind.flow.learning.tell import failed
from tradewind.flow.learning.train import train_question
from tradewind.flow.lists.overrides import checks_of_overrides
from tradewind.flow.load import load
from tradewind.flow.orders.lifetime import score_lifetime, train_lifetime
from tradewind.flow.people.index import prepare_people
from tradewind.flow.progress import Progress, Silent, stage
from tradewind.flow.quality.look import check_tables, look_into_columns
from tradewind.flow.questions.asked import Question, asked_questions, find_question, list_questions
from tradewind.sources.load_result import LoadResult
from tradewind.store.expire import expire
from tradewind.store.steps import StepOutput
from tradewind.store.terminal_runs import JOB, JOB_VARIABLE
from tradewind.store.workspace import Workspace

Train = Callable[[Data, Question], StepOutput]
Score = Callable[[Data, Question, Learned], StepOutput]


@dataclass(frozen=True)
class RunResult:
    """What a run did.

    Args:
        findings: one per question, in the order asked.
        checks: checks of the data.
        loads: what was read, table by table.
        written: where the report lies.
        troubles: what is wrong in the data, worst first.
    """

    findings: tuple[Finding, ...]
    checks: tuple[Check, ...]
    loads: tuple[LoadResult, ...]
    written: Written
    troubles: tuple[Trouble, ...] = ()


def run(workspace: Workspace, only: Sequence[str] = (), progress: Progress | None = None) -> RunResult:
    """Load the data, answer every question, write the report.

    Args:
        workspace: an open workspace.
        only: names of the questions to answer; all that config asks when empty.
        progress: told what is being done.
    Returns:
        Findings, checks and where the report lies.
    Raises:
        ConfigError: the configuration asks for something that does not exist; all problems together.
        SourceError: a source cannot be read.
        WorkspaceLocked: another process is writing to the workspace.
    """
    progress = progress or Silent()
    questions = wanted_questions(workspace, only)
    with workspace.lock("tradewind run"), _recorded(workspace, "run"):
        loads = load(workspace, progress)
        with lazy_data(workspace) as data:
            checks, margin = check_tables(workspace, data, loads, progress)
            troubles = look_into_columns(workspace, loads, progress)
            findings = tuple(_answered(workspace, data, question, progress) for question in questions)
        with stage(progress, "Writing the report") as notes:
            told = _with_earlier(workspace, questions, findings)
            answers, asked = [finding for _, finding in told], [question for question, _ in told]
            written = publish_report(workspace, answers, checks, asked, margin, troubles)
            notes.append(str(written.html.relative_to(workspace.root)))
        _make_room(workspace)
        prepare_people(workspace)
    return RunResult(findings, checks, tuple(loads), written, troubles)


def _with_earlier(
    workspace: Workspace, questions: Sequence[Question], findings: Sequence[Finding]
) -> list[tuple[Question, Finding]]:
    """What the report tells: these answers, and those of the questions not asked this time, in config's order."""
    newest = newest_day(workspace, findings) or date.min
    told = [*zip(questions, findings, strict=True), *earlier_answers(workspace, questions, newest)]
    order = {question.name: place for place, question in enumerate(asked_questions(workspace.config))}
    return sorted(told, key=lambda each: order.get(each[0].name, len(order)))


def train(workspace: Workspace, name: str, progress: Progress | None = None) -> Learned:
    """Learn one question from history, test it, keep the model.

    Raises:
        NotAnswerable: these data cannot answer it; the problem says which would.
    """
    question = _learnable(workspace, name)
    with workspace.lock(f"tradewind train {name}"):
        load(workspace, progress)
        with lazy_data(workspace) as data:
            learned = _trained(workspace, data, question, progress or Silent())
    learned.require()
    return learned


def score(workspace: Workspace, name: str, progress: Progress | None = None) -> Scored:
    """Score everybody for one question; it is trained first where it has to be.

    Raises:
        NotAnswerable: these data cannot answer it.
    """
    question = _learnable(workspace, name)
    with workspace.lock(f"tradewind score {name}"):
        load(workspace, progress)
        with lazy_data(workspace) as data:
            learned = _trained(workspace, data, question, progress or Silent())
            learned.require()
            return _scored(workspace, data, question, learned, progress or Silent())


def _learnable(workspace: Workspace, name: str) -> Question:
    (question,) = wanted_questions(workspace, (name,))
    if question.use_case.task == "analysis":
        raise NotAnswerable(
            Problem(name, "this is worked out from the data at once; there is nothing to train or score", "",
                    "a question about single customers, leads or deals", f"tradewind run --only {name}")
        )  # fmt: skip
    return question


def write_report(workspace: Workspace, progress: Progress | None = None) -> RunResult:
    """Write the report from the answers that stand; the same as a run in which nothing has changed."""
    return run(workspace, (), progress)


def _make_room(workspace: Workspace) -> None:
    """Remove snapshots older than `keep`, but those that models in use were learned from."""
    state = workspace.state()
    names = list_questions(workspace.config)
    used = [*map(state.newest_model, names), *(version_in_use(workspace, name) for name in names)]
    pinned = {model.snapshot_id for model in used if model is not None}
    expire(workspace.root, workspace.config.workspace.keep, pinned, workspace.clock)


def _answered(workspace: Workspace, data: OpenData, question: Question, progress: Progress) -> Finding:
    """Train, score and tell one question; one that fails leaves its reason, and the others go on."""
    try:
        if question.use_case.task == "analysis":
            return _analysed(workspace, data, question, progress)
        learned = _trained(workspace, data, question, progress)
        scored = _scored(workspace, data, question, learned, progress) if learned.answerable else None
        finding = tell_rule(workspace, answer(workspace, question, learned, scored), learned)
        added = (*checks_of_version(workspace, learned), *checks_of_overrides(workspace, data, question))
        return replace(finding, checks=(*finding.checks, *added))
    except NotAnswerable as error:
        return answer(workspace, question, Learned(question.name, refused=error.problems), None)
    except ConfigError:
        raise
    except TradewindError as error:
        return failed(question, error.problems)


def _analysed(workspace: Workspace, data: OpenData, question: Question, progress: Progress) -> Finding:
    work = find_analysis(question.name)
    for name in question.use_case.after:
        before = find_question(workspace.config, name)
        learned = _trained(workspace, data, before, progress)
        learned.require()
        _scored(workspace, data, before, learned, progress)
    stands_on = workspace.manifest().fingerprints([f"scores_{name}" for name in question.use_case.after])
    with stage(progress, question.words(question.use_case.title)) as notes:
        parts = {"after": stands_on}
        output = question_step(
            workspace, f"analyse {question.name}", question, parts, lambda: run_analysis(data(), question, work)
        )
        notes.append("nothing has changed" if output.skipped else "")
    return Finding.from_json(output.values["finding"])


def _trained(workspace: Workspace, data: OpenData, question: Question, progress: Progress) -> Learned:
    work = _work(question)[0]
    with stage(progress, f"{question.words(question.use_case.title)}: learning") as notes:
        output = question_step(workspace, f"train {question.name}", question, {}, lambda: work(data(), question))
        learned = Learned.from_json(output.values["learned"])
        notes.append("nothing has changed" if output.skipped else _note(learned))
    if learned.version:
        _record_model(workspace, learned)
    return learned


def _scored(workspace: Workspace, data: OpenData, question: Question, learned: Learned, progress: Progress) -> Scored:
    work, learned = _work(question)[1], with_rule_in_use(workspace, with_version_in_use(workspace, learned))
    with stage(progress, f"{question.words(question.use_case.title)}: scoring") as notes:
        parts = {"version": learned.version, **({"rule": learned.rule} if learned.by_rule else {})}
        output = question_step(
            workspace, f"score {question.name}", question, parts, lambda: work(data(), question, learned)
        )
        scored = Scored.from_json(output.values["scored"])
        asked = scored.numbers["customers"].value or 0
        notes.append("nothing has changed" if output.skipped else f"{asked:,.0f} {question.people}")
    return scored


def _work(question: Question) -> tuple[Train, Score]:
    """How a question is learned and scored: by its label's column, as a lifetime, or at past cutoffs."""
    if question.label is not None:
        return train_label, score_label
    if question.use_case.task == "lifetime":
        return train_lifetime, score_lifetime
    return train_question, score_question


def _note(learned: Learned) -> str:
    if not learned.answerable:
        return "not answerable"
    figure = learned.numbers.get("auc") or learned.numbers.get("total_bias")
    if figure is None or figure.value is None:
        return learned.algorithm
    return "better than the rule of thumb" if learned.better else "no better than the rule of thumb"


def _record_model(workspace: Workspace, learned: Learned) -> None:
    state = workspace.state()
    newest = state.newest_model(learned.question)
    if newest is None or newest.version != learned.version:
        path = Path("models") / learned.question / learned.version
        card = {"algorithm": learned.algorithm, "test_cutoff": learned.test_cutoff.isoformat()}
        snapshot = workspace.manifest().snapshot_id
        state.record_model(learned.question, learned.version, workspace.clock(), path.as_posix(), snapshot, card)


@contextmanager
def _recorded(workspace: Workspace, command: str) -> Iterator[None]:
    """Note in the state database that a run began and how it ended."""
    run_id = uuid.uuid4().hex
    state = workspace.state()
    details: dict[str, Any] = {JOB: workspace.environ.get(JOB_VARIABLE, "")}
    state.begin_run(run_id, command, workspace.clock(), details)
    status = "failed"
    try:
        yield
        status = "done"
    except KeyboardInterrupt:
        status = "interrupted"
        raise
    except TradewindError as error:
        details["error"] = error.problems[0].what  # our own words; what was found may be somebody's value
        raise
    finally:
        state.finish_run(run_id, status, workspace.clock(), workspace.manifest().snapshot_id, details)
