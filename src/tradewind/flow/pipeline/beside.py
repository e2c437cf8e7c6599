"""Stalled deals and the forecast side by side: what stands still, and what this quarter will bring."""

from __future__ import annotations

from dataclasses import dataclass

from tradewind.core.finding import Finding
from tradewind.core.visitor import Visitor
from tradewind.flow.answers.colleagues import Owners, told_to
from tradewind.flow.answers.page import answer_charts
from tradewind.flow.answers.published import Published, read_published
from tradewind.flow.answers.saved_charts import SavedChart
from tradewind.flow.kept import keep
from tradewind.flow.lists.work_list import WorkList, work_list
from tradewind.flow.people.index import people_index
from tradewind.flow.people.list import Wanted
from tradewind.store.workspace import Workspace

STALLED, FORECAST = "pipeline_health", "pipeline_forecast"
MOST_STALLED = 15


@dataclass(frozen=True)
class Part:
    """One question of the page: its finding and its charts."""

    finding: Finding
    charts: tuple[SavedChart, ...]


@dataclass(frozen=True)
class DealsForecast:
    """Both halves; one that no run has answered is None.

    Args:
        stalled: the finding about deals that stand still.
        deals: the first of them, as a list to work on; None where there is no list.
        forecast: the finding about what will be won.
    """

    stalled: Part | None
    deals: WorkList | None
    forecast: Part | None


def deals_forecast(workspace: Workspace, visitor: Visitor) -> DealsForecast:
    """Return what stands still and what will be won, as the newest run left it.

    Args:
        workspace: an open workspace.
        visitor: who asks; sales sees its own stalled deals, its own figures and sums of the team.
    """
    published = keep(workspace, "published", lambda: read_published(workspace))
    owners = visitor.owners if visitor.own_only else None
    listed = people_index(workspace).question("deal_id", STALLED)
    wanted = Wanted(unhandled=True, limit=MOST_STALLED)
    deals = work_list(workspace, visitor, STALLED, wanted) if listed is not None else None
    return DealsForecast(
        _part(workspace, published, STALLED, owners), deals, _part(workspace, published, FORECAST, owners)
    )


def _part(workspace: Workspace, published: Published | None, name: str, owners: Owners) -> Part | None:
    finding = published.find(name) if published is not None else None
    if finding is None:
        return None
    return Part(told_to(workspace, finding, owners), answer_charts(workspace, name, owners))
