"""All that was said of a question's list in numbers, and who was right where somebody disagreed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from tradewind.flow.data import lazy_data
from tradewind.flow.lists.overrides import Overrides, measure_overrides
from tradewind.flow.questions.asked import find_question
from tradewind.store.workspace import Workspace


@dataclass(frozen=True)
class Summary:
    """What was said of a list.

    Args:
        counts: verdict to how often it was given.
        overrides: what became of the overrides.
    """

    counts: Mapping[str, int]
    overrides: Overrides


def summarise(workspace: Workspace, name: str) -> Summary:
    """Return what was said of a question's list; outcomes are read from the data as the last run left them.

    Raises:
        ConfigError: there is no such question.
    """
    question = find_question(workspace.config, name)
    feedback = workspace.state().feedback(name)
    counts = Counter(str(each.verdict) for each in feedback)
    with workspace.lock(f"tradewind feedback {name}"), lazy_data(workspace) as data:
        overrides = measure_overrides(workspace, data, question, feedback)
    return Summary(dict(counts), overrides)
