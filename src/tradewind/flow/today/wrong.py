"""What went wrong overnight: runs that failed, checks that fail, data that are not new, answers that fell out."""

from __future__ import annotations

from collections.abc import Iterator

from tradewind.core.words import say
from tradewind.flow.answers.published import Published
from tradewind.flow.depends import today_of
from tradewind.flow.today.contents import Wrong
from tradewind.report.numbers import say_day, say_days
from tradewind.store.state import Run
from tradewind.store.workspace import Workspace

OLD_DAYS = 7
"""Days after which data are called old."""

RUNS_LOOKED_AT = 20


def tell_wrong(workspace: Workspace, published: Published | None) -> tuple[Wrong, ...]:
    """Return what to look at, the most urgent first."""
    found = [*_runs(workspace)]
    if published is not None:
        found += [*_answers(published), *_age(workspace, published)]
    return tuple(found)


def _runs(workspace: Workspace) -> Iterator[Wrong]:
    """The runs that failed since the last one that did not."""
    for run in workspace.state().runs(RUNS_LOOKED_AT):
        if run.command != "run" or run.status == "running":
            continue
        if run.status in ("done", "findings"):
            return
        day = say_day(run.started_at.date())
        why = _why(run)
        key = "wrong.run.interrupted" if run.status == "interrupted" else "wrong.run.failed"
        yield Wrong("run", say(key, day=day, why=why), say("wrong.run.do"), "/updates")


def _why(run: Run) -> str:
    why = str(run.details.get("error") or run.details.get("why") or "").strip().splitlines()
    return f": {why[0]}" if why else ""


def _answers(published: Published) -> Iterator[Wrong]:
    """Answers that could not be worked out, and checks that are not in order."""
    for finding in published.findings:
        link = f"/answers/{finding.name}"
        if finding.status == "failed":
            details = " ".join((*finding.found, finding.next)).strip()
            yield Wrong("question", say("wrong.failed", title=finding.title), say("wrong.failed.do"), link, details)
            continue
        for check in finding.checks:
            if check.status == "fail":
                what = say("wrong.check", title=finding.title, check=check.name, what=check.what)
                yield Wrong("check", what, check.do, link)


def _age(workspace: Workspace, published: Published) -> Iterator[Wrong]:
    """Data that end long before today; where the configuration fixes the day, that is how it is meant."""
    if workspace.config.workspace.as_of is not None:
        return
    age = (today_of(workspace) - published.as_of).days
    if age > OLD_DAYS:
        what = say("wrong.old", day=say_day(published.as_of), age=say_days(age))
        yield Wrong("data", what, say("wrong.old.do"), "/data")
