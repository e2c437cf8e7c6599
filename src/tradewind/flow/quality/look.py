"""The verb `check`: are the data fit for use, what is wrong with them, and which spans fit them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass

from tradewind.checks.data import check_load, check_reading
from tradewind.core.errors import ContractError, NotAnswerable, Problem
from tradewind.core.finding import Check
from tradewind.core.identity import REVIEW
from tradewind.core.trouble import Trouble
from tradewind.flow.answers.margin import Margin
from tradewind.flow.data import OpenData, lazy_data
from tradewind.flow.depends import CODE, parts_of, today_of
from tradewind.flow.learning.lesson import wanted_questions
from tradewind.flow.load import load
from tradewind.flow.progress import Progress, Silent, stage
from tradewind.flow.quality.checks import check_data
from tradewind.flow.quality.harm import measure_harm
from tradewind.flow.quality.trouble import find_trouble, keep_measured
from tradewind.flow.questions.asked import asked_questions, find_question
from tradewind.flow.start.horizons import Horizons, check_horizons, horizons_of
from tradewind.sources.load_result import LoadResult
from tradewind.store.manifest import read_manifest
from tradewind.store.steps import StepOutput, run_step
from tradewind.store.workspace import Workspace


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
    wanted_questions(workspace, ())
    with workspace.lock("tradewind check"):
        try:
            loads = load(workspace, progress)
        except ContractError as error:
            return CheckResult((), look_into_columns(workspace, (), progress), error.problems)
        with lazy_data(workspace) as data:
            try:
                checks = check_tables(workspace, data, loads, progress)[0]
            except NotAnswerable as error:
                if not any(each.rows for each in loads):
                    raise
                checks = tuple(Check(each.what.capitalize(), "unknown", each.found, each.do) for each in error.problems)
            troubles = look_into_columns(workspace, loads, progress)
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


def look_into_columns(workspace: Workspace, loads: Sequence[LoadResult], progress: Progress) -> tuple[Trouble, ...]:
    """Return what is wrong in the columns of the loaded tables and their sources, worst first."""
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

        found = run_step(workspace, "horizons", parts_of(workspace), work, code=CODE).values["horizons"]
    return None if found is None else Horizons.from_json(found)


def check_tables(
    workspace: Workspace, data: OpenData, loads: Sequence[LoadResult], progress: Progress
) -> tuple[tuple[Check, ...], Margin]:
    """Check the data, and find out what share of revenue is gross margin."""
    with stage(progress, "Looking for trouble in the data") as notes:
        parts = {
            **parts_of(workspace),
            "rejected": read_manifest(workspace.root).fingerprints(("rejected", REVIEW)),
            "identity": workspace.config.identity,
            "day": workspace.config.workspace.as_of or today_of(workspace),  # data grow old while nothing changes
        }

        def work() -> StepOutput:
            checks = [vars(check) for check in check_data(data())]
            return StepOutput(values={"checks": checks, "margin": asdict(data().margin)})

        output = run_step(workspace, "check data", parts, work, code=CODE)
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
