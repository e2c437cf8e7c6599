"""All answers at a glance: each question with its first sentence and its money."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from tradewind.core.finding import Finding
from tradewind.flow.answers.colleagues import Owners, published_to
from tradewind.flow.answers.published import Published
from tradewind.flow.kept import keep
from tradewind.flow.today.make import standing
from tradewind.report.story import Figure, Section, headline_figure, in_order, tell
from tradewind.store.pins_state import Pin, pinned_models
from tradewind.store.workspace import Workspace


@dataclass(frozen=True)
class AnswerCard:
    """One answer at a glance.

    Args:
        section: the finding in the words of every surface.
        figure: the sum that heads it; None where there is none.
        pinned: the version that somebody chose in place of the newest; empty where nobody did.
    """

    section: Section
    figure: Figure | None
    pinned: str = ""


@dataclass(frozen=True)
class AnswerIndex:
    """All answers.

    Args:
        answered: those that can be acted on, the most money first.
        unanswered: those that these data cannot answer, or that failed.
        as_of: the local day at whose midnight everything was known.
        amounts_are: gross margin ("profit") or only revenue.
    """

    answered: tuple[AnswerCard, ...]
    unanswered: tuple[AnswerCard, ...]
    as_of: date
    amounts_are: str


def answer_index(workspace: Workspace, owners: Owners = None) -> AnswerIndex | None:
    """Return all answers at a glance; None before the first update.

    Args:
        workspace: an open workspace.
        owners: names under which somebody sees records: nothing of single colleagues is told; all when None.
    Raises:
        StoreError: the newest report is damaged.
    """
    published = standing(workspace)
    if published is None:
        return None
    published = published_to(workspace, published, owners)
    cards = keep(workspace, f"answer cards {owners}", lambda: _cards(published))
    pins = pinned_models(workspace.state())
    answered = tuple(AnswerCard(*cards[each.name], _pin(pins, each)) for each in in_order(published.findings))
    rest = [each for each in published.findings if not cards[each.name][0].answered]
    unanswered = tuple(AnswerCard(*cards[each.name]) for each in rest)
    return AnswerIndex(answered, unanswered, published.as_of, published.amounts_are)


def _cards(published: Published) -> dict[str, tuple[Section, Figure | None]]:
    return {each.name: (tell(each, {}), headline_figure(each)) for each in published.findings}


def _pin(pins: Mapping[str, Pin], finding: Finding) -> str:
    return pins[finding.name].version if finding.name in pins else ""
