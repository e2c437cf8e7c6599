"""Put `Today` together from the report, the lists, the state database and the run before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tradewind.core.errors import StoreError, TradewindError
from tradewind.core.finding import Finding
from tradewind.core.words import say
from tradewind.flow.answers.colleagues import published_to
from tradewind.flow.answers.hold_out import HoldOut, plan_test
from tradewind.flow.answers.published import Published, read_previous, read_published
from tradewind.flow.kept import keep
from tradewind.flow.lists.acting import Acting, read_acting
from tradewind.flow.live.tables import inbox_summary
from tradewind.flow.questions.asked import find_question
from tradewind.flow.questions.question import Question
from tradewind.flow.today.changes import tell_changes
from tradewind.flow.today.contents import Earned, ListToday, Today
from tradewind.flow.today.lists import list_today, open_places
from tradewind.flow.today.wrong import tell_wrong
from tradewind.report.story import in_order
from tradewind.store.manifest import SNAPSHOTS, read_snapshot
from tradewind.store.workspace import Workspace


@dataclass(frozen=True)
class Lists:
    """The lists of a report.

    Args:
        questions: by name, in the order of what to do first.
        acting: whom it is worth acting on, by question; those without a list are absent.
        before: the same at the run before.
    """

    questions: Mapping[str, Question]
    acting: Mapping[str, Acting]
    before: Mapping[str, Acting]


def make_today(workspace: Workspace, owners: tuple[str, ...] | None = None, names: bool = True) -> Today:
    """Return what somebody should know today.

    Args:
        workspace: an open workspace.
        owners: names under which somebody works: only those rows are counted; everybody's when None.
        names: whether people may be named.
    Raises:
        StoreError: the newest report is damaged.
    """
    published = standing(workspace)
    settings = workspace.config.workspace
    if published is None:
        wrong = tell_wrong(workspace, None)
        return Today(workspace.name, settings.currency, "profit", None, None, settings.simulated, owners, wrong=wrong)
    before, lists = standing_before(workspace, published), standing_lists(workspace)
    made = _lists(workspace, published, lists, owners, names)
    open_ones = [each for each in made if each.count or each.handled]
    changes = tell_changes(workspace, published, before, lists.acting, lists.before, owners, names)
    return Today(
        workspace=workspace.name,
        currency=published.currency,
        amounts_are=published.amounts_are,
        as_of=published.as_of,
        made_at=published.generated_at,
        simulated=published.simulated,
        owners=owners,
        lists=tuple(each for each in open_ones if not each.caveat),
        as_good=tuple(each for each in open_ones if each.caveat),
        nobody=tuple(each.title for each in made if not each.count and not each.handled),
        changes=changes,
        compared_with=None if before is None else before.as_of,
        wrong=tell_wrong(workspace, published_to(workspace, published, owners)),
        earned=_earned(lists),
        events=inbox_summary(workspace).events,
        open_questions=tuple(each.title for each in published.findings if each.status == "not answerable"),
    )


def standing(workspace: Workspace) -> Published | None:
    """Return the findings that stand, read once for as long as they do."""
    return keep(workspace, "published", lambda: read_published(workspace))


def standing_before(workspace: Workspace, published: Published) -> Published | None:
    """Return the findings of the run before, read once for as long as the present ones stand."""
    return keep(workspace, "published before", lambda: read_previous(workspace, published))


def standing_lists(workspace: Workspace) -> Lists:
    """Return the lists of the findings that stand, and those before; none before the first run."""
    published = standing(workspace)
    if published is None:
        return Lists({}, {}, {})
    before = standing_before(workspace, published)
    return keep(workspace, "lists", lambda: read_lists(workspace, published, before))


def read_lists(workspace: Workspace, published: Published, before: Published | None) -> Lists:
    """Return every list of a report, and of the one before it."""
    questions = {finding.name: question for finding in in_order(published.findings)
                 if (question := _question(workspace, finding)) is not None}  # fmt: skip
    acting = {name: found for name, question in questions.items()
              if (found := read_acting(workspace, question)) is not None}  # fmt: skip
    earlier: dict[str, Acting] = {}
    if before is not None:
        try:
            path = workspace.path(f"{SNAPSHOTS}/{before.snapshot_id}.json")
            manifest = read_snapshot(workspace.root, path)
            for name in acting:
                found = read_acting(workspace, questions[name], manifest)
                if found is not None:
                    earlier[name] = found
        except StoreError:
            pass  # what was removed since cannot be compared with; the page says so
    return Lists(questions, acting, earlier)


def _question(workspace: Workspace, finding: Finding) -> Question | None:
    """The question of a finding; None where the configuration no longer has it."""
    try:
        return find_question(workspace.config, finding.name)
    except TradewindError:
        return None


def _lists(
    workspace: Workspace, published: Published, lists: Lists, owners: tuple[str, ...] | None, names: bool
) -> tuple[ListToday, ...]:
    said, revenue = workspace.state().feedback(), published.amounts_are == "revenue"
    made = []
    for name, acting in lists.acting.items():
        finding, question = published.find(name), lists.questions[name]
        if finding is not None:
            places = open_places(workspace, question, acting, said, owners)
            made.append(list_today(workspace, finding, question, acting, places, names, revenue))
    return tuple(made)


def _earned(lists: Lists) -> tuple[Earned, ...]:
    """What acting on each list earned: no test has been read yet, so each says which one would settle it."""
    return tuple(
        Earned(plan.question, plan.title, "", say("earned.settles", what=plan.what, takes=plan.takes))
        for plan in _plans(lists)
    )


def planned_tests(workspace: Workspace) -> tuple[HoldOut, ...]:
    """Return the test that would settle what each list earns; none before the first update."""
    return _plans(standing_lists(workspace))


def _plans(lists: Lists) -> tuple[HoldOut, ...]:
    plans = (plan_test(lists.questions[name], acting) for name, acting in lists.acting.items())
    return tuple(plan for plan in plans if plan is not None)
