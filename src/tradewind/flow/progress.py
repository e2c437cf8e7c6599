"""How long work tells what it is doing: a value passed in, silent by default."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol


class Progress(Protocol):
    """Receives what a run is doing; the command line draws it, a server streams it."""

    def begin(self, title: str, total: int) -> None:
        """A stage of `total` parts begins."""

    def advance(self, doing: str) -> None:
        """One part is done and `doing` is next."""

    def end(self, note: str) -> None:
        """The stage is over; `note` says what came of it."""

    def stop(self) -> None:
        """The stage could not be finished; the error that follows says why."""


class Silent:
    """Tells nobody."""

    def begin(self, title: str, total: int) -> None:
        """Ignore."""

    def advance(self, doing: str) -> None:
        """Ignore."""

    def end(self, note: str) -> None:
        """Ignore."""

    def stop(self) -> None:
        """Ignore."""


@contextmanager
def stage(progress: Progress, title: str, total: int = 1) -> Iterator[list[str]]:
    """Mark a stage; the caller may append the closing note to the list it gets."""
    progress.begin(title, total)
    notes: list[str] = []
    try:
        yield notes
    except BaseException:
        progress.stop()
        raise
    progress.end(notes[-1] if notes else "")
