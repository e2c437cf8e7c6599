"""A line to copy never calls a stage stable: what it is today may be the end of the story."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from tradewind.checks.answers import find_as_of_today
from tradewind.checks.looked import Looked


def looked(*columns: str) -> Looked:
    shapes = {name: SimpleNamespace(personal=False) for name in columns}
    made: Any = SimpleNamespace(name="deals", rows=9, given=SimpleNamespace(as_of_today=columns), shapes=shapes)
    return cast(Looked, made)


def test_a_stage_is_never_offered_as_stable() -> None:
    (found,) = find_as_of_today(looked("stage", "amount", "status"))
    assert found.treat == '[tables.deals]\nstable = ["amount"]'
    assert "stage" in found.what
    (alone,) = find_as_of_today(looked("stage"))
    assert alone.treat == ""
