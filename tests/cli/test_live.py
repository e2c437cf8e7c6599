"""The lines that progress leaves behind."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from tradewind.cli.live import LiveProgress


@pytest.mark.parametrize(("note", "said"), [("3 rows", "3 rows, 0.0 s"), ("", "0.0 s")])
def test_a_stage_without_a_note_leaves_no_stray_comma(note: str, said: str) -> None:
    out = io.StringIO()
    with LiveProgress(Console(file=out, width=100)) as progress:
        progress.begin("Looking", 0)
        progress.end(note)
    assert out.getvalue().split("Looking")[1].strip() == said
