"""The verbs of the loop: run, check, train, score, write_report. What has not changed is not done again."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from tradewind.checks.data import check_load, check_reading
from tradewind.core.errors import ConfigError, ContractError, NotAnswerable, Problem, TradewindError
from tradewind.core.finding import Check, Finding
from tradewind.core.identity import REVIEW
from tradewind.core.time import local_day
from tradewind.core.trouble import Trouble
from tradewind.flow.answer import answer
from tradewind.flow.data import Data, contract_tables, open_data, tables_read
from tradewind.flow.data_checks import check_data
from tradewind.flow.harm import measure_harm
from tradewind.flow.horizons import Horizons, check_horizons, horizons_of
from tradewind.flow.learned import Learned, Scored
from tradewind.flow.lesson import candidates_of
from tradewind.flow.lifetime import score_lifetime, train_lifetime
from tradewind.flow.margin import Margin
from tradewind.flow.progress import Progress, Silent, stage
from tradewind.flow.questions import Question, asked_questions, find_question, list_questions
from tradewind.flow.reporting import Written, publish_report
from tradewind.flow.resolve import resolve
from tradewind.flow.score import score_question
from tradewind.flow.score_label import score_label
from tradewind.flow.tell import failed
from tradewind.flow.train import train_question
from tradewind.flow.train_label import train_label
from tradewind.flow.trouble import find_trouble, keep_measured
from tradewind.sources.load import load_tables
from tradewind.sources.load_result import LoadResult
from tradewind.store.expire import expire
from tradewind.store.manifest import read_manifest
from tradewind.store.steps import StepOutput, run_step
from tradewind.store.workspace import Workspace

_CODE = tuple(f"tradewind.{room}" for room in ("core", "store", "features", "models", "stats", "checks", "flow"))
"""The code that answers depend on besides that of the tables they read."""

OpenData = Callable[[], Data]
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


@dataclass(frozen=True)
class CheckResult:
    """What a check found.

    Args:
        checks: checks of the data.
        troubles: what is wrong in the data, worst first.
        problems: why a table could not be loaded; troubles of its source are told all the same.
    """

    checks: tuple[Check, ...]
    troubles: tuple[Trouble, ...]
    problems: tuple[Problem, ...] = ()


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
    questions = _wanted(workspace, only)
    with workspace.lock("tradewind run"), _recorded(workspace, "run"):
        loads = load(workspace, progress)
        with lazy_data(workspace) as data:
            checks, margin = _checked(workspace, data, loads, progress)
            troubles = _troubles(workspace, loads, progress)
            findings = tuple(_answered(workspace, data, question, progress) for question in questions)
        with stage(progress, "Writing the report") as notes:
            written = publish_report(workspace, findings, checks, questions, margin, troubles)
            notes.append(str(written.html.relative_to(workspace.root)))
        _make_room(workspace)
    return RunResult(findings, checks, tuple(loads), written, troubles)


def load(workspace: Workspace, progress: Progress | None = None) -> list[LoadResult]:
    """Bring the sources into contract tables, and their records together to people where config asks for it.

    Raises:
        SourceError: a source cannot be read.
    """
    progress = progress or Silent()
    with stage(progress, "Reading your data", len(workspace.config.tables)) as notes:
        loads = load_tables(workspace, lambda doing, _share: progress.advance(doing))
        rows = sum(entry.rows for name, entry in workspace.manifest().tables.items() if name in workspace.config.tables)
        notes.append("; ".join([f"{rows:,} rows", *_brought(loads)]))
    resolve(workspace, progress)
    return loads


def _brought(loads: Sequence[LoadResult]) -> list[str]:
    """What changed since the load before, table by table."""
    said = [
        f"{load.table}: {load.new:,} new, {load.changed:,} changed, {load.gone:,} no longer there"
        for load in loads
        if not load.skipped and load.before
    ]
    return said or (["the same as last time"] if any(load.skipped for load in loads) else [])


def check(workspace: Workspace, progress: Progress | None = None) -> tuple[Check, ...]:
    """Load the data and look for trouble in them; `look` tells the troubles too.

    Raises:
        ConfigError: the configuration has problems; all are told.
        SourceError: a source cannot be read.
        ContractError: a table cannot be loaded.
    """
    result = look(workspace, progress)
    if result.problems:
        raise ContractError(result.problems)
    return result.checks


def look(workspace: Workspace, progress: Progress | None = None, measure: bool = False) -> CheckResult:
    """Load the data and find what is wrong with them; nothing is repaired.

    Args:
        workspace: an open workspace.
        progress: told what is being done.
        measure: also learn each question without each trouble, and say what that changes.
    Raises:
        ConfigError: the configuration has problems; all are told.
        SourceError: a source cannot be read.
    """
    progress = progress or Silent()
    _wanted(workspace, ())
    with workspace.lock("tradewind check"):
        try:
            loads = load(workspace, progress)
        except ContractError as error:
            return CheckResult((), _troubles(workspace, (), progress), error.problems)
        with lazy_data(workspace) as data:
            try:
                checks = _checked(workspace, data, loads, progress)[0]
            except NotAnswerable as error:
                if not any(each.rows for each in loads):
                    raise
                checks = tuple(Check(each.what.capitalize(), "unknown", each.found, each.do) for each in error.problems)
            troubles = _troubles(workspace, loads, progress)
            if measure and troubles:
                troubles = _measured(workspace, data, loads, troubles, progress)
        return CheckResult(checks, troubles)


def _measured(
    workspace: Workspace, data: OpenData, loads: Sequence[LoadResult], troubles: tuple[Trouble, ...], progress: Progress
) -> tuple[Trouble, ...]:
    with stage(progress, "Measuring what that does to the answers") as notes:
        questions = asked_questions(workspace.config)
        told = keep_measured(workspace, loads, lambda: measure_harm(data(), troubles, questions))
        notes.append(f"{sum(bool(each.harm) for each in told)} of {len(told)} may touch a question")
    return told


def _troubles(workspace: Workspace, loads: Sequence[LoadResult], progress: Progress) -> tuple[Trouble, ...]:
    with stage(progress, "Looking into every column") as notes:
        troubles = find_trouble(workspace, loads)
        notes.append(f"{len(troubles)} found" if troubles else "nothing found")
    return troubles


def horizons(workspace: Workspace, data: OpenData | None = None) -> Horizons | None:
    """Return the spans that fit the loaded orders; None where there are none of known customers."""
    with ExitStack() as stack:
        opened = data or stack.enter_context(lazy_data(workspace))

        def work() -> StepOutput:
            try:
                return StepOutput(values={"horizons": horizons_of(opened()).to_json()})
            except NotAnswerable:
                return StepOutput(values={"horizons": None})

        found = run_step(workspace, "horizons", _parts(workspace), work, code=_CODE).values["horizons"]
    return None if found is None else Horizons.from_json(found)


def train(workspace: Workspace, name: str, progress: Progress | None = None) -> Learned:
    """Learn one question from history, test it, keep the model.

    Raises:
        NotAnswerable: these data cannot answer it; the problem says which would.
    """
    (question,) = _wanted(workspace, (name,))
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
    (question,) = _wanted(workspace, (name,))
    with workspace.lock(f"tradewind score {name}"):
        load(workspace, progress)
        with lazy_data(workspace) as data:
            learned = _trained(workspace, data, question, progress or Silent())
            learned.require()
            return _scored(workspace, data, question, learned, progress or Silent())


def write_report(workspace: Workspace, progress: Progress | None = None) -> RunResult:
    """Write the report from the answers that stand; the same as a run in which nothing has changed."""
    return run(workspace, (), progress)


def _make_room(workspace: Workspace) -> None:
    """Remove snapshots older than `keep`, but those that models in use were learned from."""
    state = workspace.state()
    newest = (state.newest_model(name) for name in list_questions(workspace.config))
    pinned = {model.snapshot_id for model in newest if model is not None}
    expire(workspace.root, workspace.config.workspace.keep, pinned, workspace.clock)


@contextmanager
def lazy_data(workspace: Workspace) -> Iterator[OpenData]:
    """Open the snapshot at first use only: a run in which nothing has changed never does."""
    with ExitStack() as stack:
        held: list[Data] = []

        def get() -> Data:
            if not held:
                held.append(stack.enter_context(open_data(workspace)))
            return held[0]

        yield get


def _wanted(workspace: Workspace, only: Sequence[str]) -> tuple[Question, ...]:
    """Return the questions to answer; what is wrong with any of them is told before work begins."""
    config = workspace.config
    questions = tuple(find_question(config, name) for name in only) if only else asked_questions(config)
    for question in questions:
        candidates_of(question)
    return questions


def _answered(workspace: Workspace, data: OpenData, question: Question, progress: Progress) -> Finding:
    """Train, score and tell one question; one that fails leaves its reason, and the others go on."""
    try:
        learned = _trained(workspace, data, question, progress)
        scored = _scored(workspace, data, question, learned, progress) if learned.answerable else None
        return answer(workspace, question, learned, scored)
    except NotAnswerable as error:
        return answer(workspace, question, Learned(question.name, refused=error.problems), None)
    except ConfigError:
        raise
    except TradewindError as error:
        return failed(question, error.problems)


def _trained(workspace: Workspace, data: OpenData, question: Question, progress: Progress) -> Learned:
    work = _work(question)[0]
    with stage(progress, f"{question.words(question.use_case.title)}: learning") as notes:
        output = _step(workspace, f"train {question.name}", question, {}, lambda: work(data(), question))
        learned = Learned.from_json(output.values["learned"])
        notes.append("nothing has changed" if output.skipped else _note(learned))
    if learned.version:
        _record_model(workspace, learned)
    return learned


def _scored(workspace: Workspace, data: OpenData, question: Question, learned: Learned, progress: Progress) -> Scored:
    work = _work(question)[1]
    with stage(progress, f"{question.words(question.use_case.title)}: scoring") as notes:
        parts = {"version": learned.version}
        output = _step(workspace, f"score {question.name}", question, parts, lambda: work(data(), question, learned))
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


def _step(
    workspace: Workspace, name: str, question: Question, more: Mapping[str, object], work: Callable[[], StepOutput]
) -> StepOutput:
    return run_step(workspace, name, {**_parts(workspace), "question": question, **more}, work, code=_CODE)


def _parts(workspace: Workspace) -> dict[str, object]:
    """Everything an answer depends on besides the question: the contract tables, and what config says of all."""
    manifest = workspace.manifest()
    config = workspace.config
    settings = {
        name: getattr(config.workspace, name) for name in ("currency", "timezone", "margin", "as_of", "first_orders")
    }
    stable = {name: list(mapping.stable) for name, mapping in config.tables.items()}
    return {
        "tables": manifest.fingerprints(tables_read(workspace, manifest)),
        "workspace": settings,
        "features": config.features,
        "stable": stable,
        "today": _today_if_it_matters(workspace),
    }


def _today_if_it_matters(workspace: Workspace) -> str:
    """Today's day while data reach into yesterday's month: only then can tomorrow move the newest cutoff."""
    today = _today(workspace)
    manifest = workspace.manifest()
    months = [file.month for name in contract_tables(manifest) for file in manifest.tables[name].files]
    newest = max((month for month in months if month not in ("all", "none")), default="")
    # Months of files are those of UTC: the first hours of a local month may lie in the month before.
    return today.isoformat() if newest >= (today - timedelta(days=1)).isoformat()[:7] else ""


def _today(workspace: Workspace) -> date:
    return local_day(workspace.clock(), workspace.config.workspace.timezone)


def _note(learned: Learned) -> str:
    if not learned.answerable:
        return "not answerable"
    figure = learned.numbers.get("auc") or learned.numbers.get("total_bias")
    if figure is None or figure.value is None:
        return learned.algorithm
    return "better than the rule of thumb" if learned.better else "no better than the rule of thumb"


def _checked(
    workspace: Workspace, data: OpenData, loads: Sequence[LoadResult], progress: Progress
) -> tuple[tuple[Check, ...], Margin]:
    """Check the data, and find out what share of revenue is gross margin."""
    with stage(progress, "Looking for trouble in the data") as notes:
        parts = {
            **_parts(workspace),
            "rejected": read_manifest(workspace.root).fingerprints(("rejected", REVIEW)),
            "identity": workspace.config.identity,
            "day": workspace.config.workspace.as_of or _today(workspace),  # data grow old while nothing changes
        }

        def work() -> StepOutput:
            checks = [vars(check) for check in check_data(data())]
            return StepOutput(values={"checks": checks, "margin": asdict(data().margin)})

        output = run_step(workspace, "check data", parts, work, code=_CODE)
        checks = tuple(Check(**check) for check in output.values["checks"])
        spans = horizons(workspace, data)
        if spans is not None:
            checks += (check_horizons(spans, find_question(workspace.config, "lapse").use_case),)
        checks += tuple(_check_load(load) for load in loads)
        checks += tuple(check_reading(load.table, load.notes) for load in loads if load.notes and load.rows)
        bad = sum(check.status in ("warn", "fail") for check in checks)
        notes.append(f"{len(checks)} checks, {bad} to look at")
    return checks, Margin(**output.values["margin"])


def _check_load(load: LoadResult) -> Check:
    brought = (load.new, load.changed, load.gone)
    return check_load(load.table, brought, load.counts.rows_in, load.before, load.deleted, load.skipped)


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
    state.begin_run(run_id, command, workspace.clock())
    status = "failed"
    try:
        yield
        status = "done"
    except KeyboardInterrupt:
        status = "interrupted"
        raise
    finally:
        details: dict[str, Any] = {}
        state.finish_run(run_id, status, workspace.clock(), workspace.manifest().snapshot_id, details)
