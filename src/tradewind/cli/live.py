"""Progress on the terminal: one line per stage while it runs, one line with its result when it is done."""

from __future__ import annotations

import time
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.text import Text


class LiveProgress:
    """Draws stages with rich; finished stages stay as plain lines.

    Args:
        console: where to draw; a console that is no terminal gets only the closing lines.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._bars = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[doing]}", style="dim"),
            TimeElapsedColumn(),
            console=console,
            transient=True,
        )
        self._task: TaskID | None = None
        self._title = ""
        self._began = 0.0

    def __enter__(self) -> LiveProgress:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()

    def begin(self, title: str, total: int) -> None:
        """A stage of `total` parts begins."""
        self._title, self._began = title, time.monotonic()
        self._task = self._bars.add_task(title, total=total, doing="")

    def advance(self, doing: str) -> None:
        """One part is done and `doing` is next."""
        if self._task is not None:
            self._bars.update(self._task, advance=1, doing=doing)

    def end(self, note: str) -> None:
        """The stage is over; `note` says what came of it."""
        self._close("✓", note)

    def stop(self) -> None:
        """The stage could not be finished."""
        self._close("✕", "not finished")

    def _close(self, sign: str, note: str) -> None:
        if self._task is None:
            return
        self._bars.remove_task(self._task)
        self._task = None
        told = ", ".join(part for part in (note, f"{time.monotonic() - self._began:.1f} s") if part)
        self._console.print(Text.assemble(f"  {sign} {self._title:<46} ", (told, "dim")), soft_wrap=True)
