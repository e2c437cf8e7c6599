"""The words of Updates: runs, schedules, mails and calls of other programs: part of `words.WORDS`."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, str] = {
    "run.kind.run": "Update",
    "run.kind.check": "Check of the data",
    "run.kind.demo": "Demo",
    "run.kind.understand": "First look at your files",
    "run.kind.try": "Check of what your files mean",
    "run.kind.add": "Reading of new files",
    "run.kind.init": "First look at your data",
    "run.status.queued": "waits",
    "run.status.running": "at work",
    "run.status.done": "done",
    "run.status.findings": "done, with something to look at",
    "run.status.failed": "failed",
    "run.status.cancelled": "stopped",
    "run.status.interrupted": "interrupted",
    "run.by.nobody": "a program",
    "run.by.terminal": "begun in the terminal",
    "run.reason.hidden": "Why it ended so is shown to those who may start updates.",
    "run.cancelled.by": "{who} stopped it. What was finished stands; the same again goes on from there.",
    "run.stopping": "It is being stopped.",
    "run.waiting": "It waits until somebody else has finished writing: {who}.",
    "run.taken": "It was taken over by another server and goes on where it stopped.",
    "run.changed.rows": "{table}: {rows} rows",
    "run.changed.same": "The data are as they were.",
    "run.changed.data": "The data changed.",
    "run.changed.model": "{question}: a new version ({version}).",
    "run.changed.models.none": "No new version was needed.",
    "run.changed.failed": "{question} could not be worked out.",
    "run.checks": "{good} checks passed, {bad} need a look, {troubles} kinds of trouble in the data.",
    "schedule.day": "Every day at {time}",
    "schedule.week": "Every {weekday} at {time}",
    "schedule.none": "Updates begin only when somebody asks for one.",
    "mail.weekly": "Every {weekday} at {time}",
    "delivery.waiting": "waits",
    "delivery.sent": "sent",
    "delivery.failed": "not sent",
}
