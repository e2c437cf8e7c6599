"""What a job can be: each kind of work with the arguments it takes, as a function of a folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tradewind.core.time import Clock
from tradewind.flow.progress import Progress
from tradewind.store.state import State
from tradewind.store.workspace import Workspace

Result = dict[str, Any]


@dataclass(frozen=True)
class Place:
    """Where a job works.

    Args:
        root: the folder, which may not be a workspace yet.
        state: its state database, open.
        environ: environment variables.
        clock: the present instant.
    """

    root: Path
    state: State
    environ: Mapping[str, str]
    clock: Clock

    def workspace(self) -> Workspace:
        """Open the workspace.

        Raises:
            ConfigError: there is none, or its configuration has problems.
        """
        from tradewind.flow.accounts.served import open_served

        return open_served(self.root, self.clock, self.environ, lambda: self.state)


@dataclass(frozen=True)
class Kind:
    """One kind of work.

    Args:
        title: what people call it.
        takes: names of its arguments.
        work: does it and returns what came of it, as JSON values; `problems` in it means that something failed.
    """

    title: str
    takes: tuple[str, ...]
    work: Callable[[Place, Mapping[str, Any], Progress], Result]


def _run(place: Place, arguments: Mapping[str, Any], progress: Progress) -> Result:
    from tradewind.flow.run import run

    workspace = place.workspace()
    before = _versions(workspace)
    snapshot = workspace.manifest().snapshot_id
    result = run(workspace, tuple(arguments.get("only") or ()), progress)
    failed = [finding.title for finding in result.findings if finding.status == "failed"]
    return {
        "snapshot_before": snapshot,
        "snapshot": workspace.manifest().snapshot_id,
        "rows": {load.table: load.rows for load in result.loads},
        "findings": [{"name": each.name, "title": each.title, "status": each.status} for each in result.findings],
        "models": {
            name: [before.get(name, ""), version]
            for name, version in _versions(workspace).items()
            if before.get(name) != version
        },
        "report": result.written.html.relative_to(workspace.root).as_posix(),
        "problems": failed,
    }


def _versions(workspace: Workspace) -> dict[str, str]:
    """The newest model version of each question that has one."""
    from tradewind.flow.questions.asked import list_questions

    found = {name: workspace.state().newest_model(name) for name in list_questions(workspace.config)}
    return {name: model.version for name, model in found.items() if model is not None}


def _check(place: Place, arguments: Mapping[str, Any], progress: Progress) -> Result:
    from tradewind.flow.quality.look import look

    result = look(place.workspace(), progress, bool(arguments.get("measure", False)))
    statuses = [each.status for each in result.checks]
    return {
        "checks": {status: statuses.count(status) for status in ("pass", "warn", "fail", "unknown")},
        "told": [vars(each) for each in result.checks],
        "troubles": len(result.troubles),
        "problems": [str(each) for each in result.problems],
    }


def _demo(place: Place, arguments: Mapping[str, Any], progress: Progress) -> Result:
    from tradewind.flow.progress import stage
    from tradewind.flow.start.demo import set_up_demo
    from tradewind.flow.start.demo_simulated import DEMOS, set_up_simulated

    what = str(arguments.get("what") or "shop")
    with stage(progress, "Laying out the demo's files"):
        if what in DEMOS:
            set_up_simulated(what, place.root)
        else:
            set_up_demo(place.root)
    return _run(place, {}, progress)


def _init(place: Place, arguments: Mapping[str, Any], progress: Progress) -> Result:
    from tradewind.flow.start.init import OpenQuestion, init

    answers = dict(arguments.get("answers") or {})

    def ask(question: OpenQuestion) -> str:
        return str(answers.get(question.key, ""))

    done = init(place.root, tuple(arguments["places"]), ask, progress, place.environ, place.clock)
    result: Result = {"questions": [each.name for each in done.questions], "rows": dict(done.rows), "problems": []}
    return result | _run(place, {}, progress) if arguments.get("run", True) else result


def _understand(place: Place, _arguments: Mapping[str, Any], progress: Progress) -> Result:
    from tradewind.flow.mapping.draft import look_at_uploads

    draft = look_at_uploads(place.root, place.environ, place.clock, progress)
    return {"version": draft.version, "tables": [each.table for each in draft.proposal.tables], "problems": []}


def _try(place: Place, _arguments: Mapping[str, Any], progress: Progress) -> Result:
    from tradewind.flow.mapping.draft import try_draft
    from tradewind.flow.quality.look import look

    tried = try_draft(place.root, place.workspace, place.clock, progress)
    checked = look(place.workspace(), progress)
    return {
        "first": tried.ranked.to_json(),
        "told": [vars(each) for each in checked.checks],
        "problems": [str(each) for each in checked.problems],
    }


def _add(place: Place, arguments: Mapping[str, Any], progress: Progress) -> Result:
    from tradewind.flow.uploads.new_files import add_new_files

    added = add_new_files(place.workspace(), str(arguments.get("by") or "somebody"), progress)
    return {"tables": list(added), "problems": []}


KINDS: Mapping[str, Kind] = {
    "run": Kind("update", ("only",), _run),
    "check": Kind("check of the data", ("measure",), _check),
    "demo": Kind("demo", ("what",), _demo),
    "understand": Kind("first look at your files", (), _understand),
    "try": Kind("try of the proposed mapping", (), _try),
    "add": Kind("reading of the new files", ("by",), _add),
    "init": Kind("first look at your data", ("places", "answers", "run"), _init),
}
