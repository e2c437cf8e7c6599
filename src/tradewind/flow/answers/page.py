"""One answer as a page shows it, from the question's folder and its finding alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from tradewind.core.errors import NotFound, Problem, TradewindError
from tradewind.core.finding import Finding
from tradewind.core.words import WORDS, say
from tradewind.flow.answers.colleagues import Owners, has_colleagues, tables_to, told_to
from tradewind.flow.answers.money import AnswerMoney, answer_money
from tradewind.flow.answers.published import Published
from tradewind.flow.answers.reporting import card_of, finding_tables
from tradewind.flow.answers.rule_list import find_rule_list, offered_rule
from tradewind.flow.answers.saved_charts import SavedChart, load_charts, saved_chart
from tradewind.flow.answers.sums import tell_sums
from tradewind.flow.answers.versions import SavedVersion, compare_versions, find_pin
from tradewind.flow.kept import keep
from tradewind.flow.lists.acting import Acting
from tradewind.flow.people.aliases import aliases_for
from tradewind.flow.questions.asked import find_question
from tradewind.flow.questions.question import Question
from tradewind.flow.questions.readme import read_readme
from tradewind.flow.today.lists import Places, first_people, open_places
from tradewind.flow.today.make import standing, standing_lists
from tradewind.report.charts import build_charts
from tradewind.report.numbers import say_count, say_money, say_of_100
from tradewind.report.story import Figure, Section, named_figures, tell
from tradewind.store.pins_state import Pin
from tradewind.store.rule_lists_state import RuleList
from tradewind.store.tables import read_slice
from tradewind.store.workspace import Workspace

LIST_ROWS = 10
_OF_SCORES = frozenset({
    "customers", "expected_customers", "contacts", "money_at_stake", "contacts_break_even_share", "expected_profit",
    "expected_total", "expected_mean", "top_tenth_share",
})  # fmt: skip
"""Figures that are sums over today's scores."""


@dataclass(frozen=True)
class FigureHow:
    """A large figure and how it is known.

    Args:
        figure: the figure.
        formula: how it is worked out, in words.
        table: the table behind it; empty where there is none.
        rows: how many rows that has, in words.
    """

    figure: Figure
    formula: str
    table: str
    rows: str


@dataclass(frozen=True)
class AnswerRow:
    """One of the first rows of a list, in words.

    Args:
        rank: place among those worth acting on, 1 is first.
        entity_id: who, as the visitor knows the key.
        who: name and company; empty where nobody knows or may see them.
        owner: who works on it.
        chance: "31 of 100"; empty where the list holds none.
        amount: its money; empty where nobody knows any.
        why: the strongest reason.
    """

    rank: int
    entity_id: str
    who: str
    owner: str
    chance: str
    amount: str
    why: str


@dataclass(frozen=True)
class AnswerList:
    """The part of the list that is worth acting on.

    Args:
        count: how many of them are open.
        handled: how many were worked on or put off.
        whole: how many are on the whole list.
        part: which part it is, in words.
        table: its table.
        rows: the first of them.
        amount_is: what the amounts are, in words.
    """

    count: int
    handled: int
    whole: int
    part: str
    table: str
    rows: tuple[AnswerRow, ...]
    amount_is: str


@dataclass(frozen=True)
class AnswerPage:
    """One answer.

    Args:
        finding: as the report has it.
        section: the finding in the words of every surface.
        action: what one does with the answer.
        readme: heading to paragraph of the question's own page.
        figures: the large figures, each with how it is known.
        sums: how the sums of the question lead to each other; empty where it has none.
        money: cost, share and what they leave, or why that is not known.
        list: whom to act on; None where the question has no list.
        versions: saved models, newest first.
        pin: who said which model is used; None where it is the newest.
        rule: who said that the list stands in the order of its rule; None where it is the model's.
        offered: the rule in whose order it could stand, because that does as well; empty where none is.
        as_of: the local day at whose midnight everything was known.
        currency: of the amounts.
        entity: key column of those asked about.
        snapshot_id: which state of the data.
    """

    finding: Finding
    section: Section
    action: str
    readme: Mapping[str, str]
    figures: tuple[FigureHow, ...]
    sums: tuple[str, ...]
    money: AnswerMoney
    list: AnswerList | None
    versions: tuple[SavedVersion, ...]
    pin: Pin | None
    rule: RuleList | None
    offered: str
    as_of: date
    currency: str
    entity: str
    snapshot_id: str


def answer_page(
    workspace: Workspace, name: str, owners: tuple[str, ...] | None = None, names: bool = True
) -> AnswerPage:
    """Return one answer.

    Args:
        workspace: an open workspace.
        name: of the question.
        owners: names whose rows alone are shown on the list; everybody's when None.
        names: whether people may be named.
    Raises:
        NotFound: no update has answered such a question.
    """
    published, finding = require_finding(workspace, name, owners)
    question = find_question(workspace.config, name)
    section = keep(workspace, f"section {name} {owners}", lambda: _section(workspace, finding, owners))
    acting = standing_lists(workspace).acting.get(name)
    on_list = keep(workspace, f"version on list {name}", lambda: _version_on_list(workspace, name))
    return AnswerPage(
        finding=finding,
        section=section,
        action=question.words(question.use_case.action),
        readme=keep(workspace, f"readme {name}", lambda: read_readme(workspace, name)),
        figures=keep(workspace, f"figures {name} {owners}", lambda: _figures(workspace, finding)),
        sums=tuple(tell_sums(question, finding, acting, published.amounts_are == "revenue", published.currency)),
        money=question_money(workspace, name)[1],
        list=None if acting is None else _list(workspace, question, acting, published.currency, owners, names),
        versions=compare_versions(workspace, name, on_list),
        pin=find_pin(workspace, name),
        rule=find_rule_list(workspace, name),
        offered=offered_rule(question, finding),
        as_of=published.as_of,
        currency=published.currency,
        entity=question.use_case.entity,
        snapshot_id=published.snapshot_id,
    )


def _version_on_list(workspace: Workspace, name: str) -> str:
    """The version with which the present scores were made; empty where there are none."""
    entry = workspace.manifest().tables.get(f"scores_{name}")
    if entry is None or not entry.rows or "model_version" not in dict(entry.columns):
        return ""
    return str(read_slice(workspace.root, entry, 0, 1, ("model_version",))["model_version"][0])


def require_finding(workspace: Workspace, name: str, owners: Owners = None) -> tuple[Published, Finding]:
    """Return the findings that stand, and that of one question.

    Args:
        workspace: an open workspace.
        name: of the question.
        owners: names under which somebody sees records: nothing of single colleagues is told; all when None.
    Raises:
        NotFound: no update has answered such a question.
    """
    published = standing(workspace)
    finding = None if published is None else published.find(name)
    if published is None or finding is None:
        known = () if published is None else tuple(each.name for each in published.findings)
        what = "no update has answered a question of this name"
        raise NotFound(Problem(name[:80], what, "", ", ".join(known) or "a question", f"tradewind run --only {name}"))
    return published, told_to(workspace, finding, owners)


def question_money(workspace: Workspace, name: str) -> tuple[Published, AnswerMoney]:
    """Return the findings that stand, and the money of one of them.

    Raises:
        NotFound: no update has answered such a question.
    """
    published, finding = require_finding(workspace, name)
    question = find_question(workspace.config, name)
    acting = standing_lists(workspace).acting.get(name)
    money = keep(workspace, f"money {name}", lambda: answer_money(workspace, question, finding, acting))
    return published, money


def answer_charts(workspace: Workspace, name: str, owners: Owners = None) -> tuple[SavedChart, ...]:
    """Return the charts of an answer, in reading order: as the run drew them, else drawn now.

    Args:
        workspace: an open workspace.
        name: of the question.
        owners: names under which somebody sees records: charts show no single colleague; all when None.
    Raises:
        NotFound: no update has answered such a question.
    """
    published, finding = require_finding(workspace, name, owners)
    if finding.status in ("not answerable", "failed"):
        return ()
    kept = keep(workspace, "charts", lambda: load_charts(workspace, published.snapshot_id))
    apart = owners is not None and has_colleagues(workspace, finding)
    if kept is not None and name in kept and not apart:
        return kept[name]
    seen = owners if apart else None
    return keep(workspace, f"charts {name} {seen}", lambda: _drawn(workspace, published, finding, seen))


def _drawn(workspace: Workspace, published: Published, finding: Finding, owners: Owners) -> tuple[SavedChart, ...]:
    rule, revenue = finding.rule or _rule(workspace, finding.name), published.amounts_are == "revenue"
    tables = tables_to(finding_tables(workspace, finding), owners)
    return tuple(saved_chart(chart) for chart in build_charts(finding, tables, published.currency, rule, revenue))


def _rule(workspace: Workspace, name: str) -> str:
    try:
        baselines = find_question(workspace.config, name).use_case.baselines
    except TradewindError:
        return ""
    return baselines[0].name if baselines else ""


def _section(workspace: Workspace, finding: Finding, owners: Owners) -> Section:
    return tell(finding, tables_to(finding_tables(workspace, finding), owners), card_of(workspace, finding))


def _figures(workspace: Workspace, finding: Finding) -> tuple[FigureHow, ...]:
    tables = workspace.manifest().tables
    shown = []
    for name, figure in named_figures(finding):
        role = "scores" if name in _OF_SCORES else "predictions" if name == "base_rate" else ""
        table = finding.tables.get(role) or next(iter(finding.tables.values()), "")
        rows = say("how.rows", rows=say_count(tables[table].rows), table=table) if table in tables else ""
        formula = WORDS.get(f"formula.{name}") or finding.approach or say("formula.other")
        shown.append(FigureHow(figure, formula, table if rows else "", rows))
    return tuple(shown)


def _list(
    workspace: Workspace, question: Question, acting: Acting, currency: str, owners: tuple[str, ...] | None, names: bool
) -> AnswerList:  # fmt: skip
    places = open_places(workspace, question, acting, workspace.state().feedback(), owners)
    people = question.one if len(places.open) == 1 else question.people
    part = say(f"today.part.{acting.part}", count=say_count(len(places.open)), people=people)
    rows = _rows(workspace, acting, places, currency, names)
    amount_is = say(f"answer.amount.{acting.amount_is}") if acting.amount_is else ""
    return AnswerList(len(places.open), places.handled, acting.whole, part, acting.table, rows, amount_is)


def _rows(
    workspace: Workspace, acting: Acting, places: Places, currency: str, names: bool
) -> tuple[AnswerRow, ...]:  # fmt: skip
    shown, known = places.open[:LIST_ROWS], aliases_for(workspace, names)
    made = []
    for rank, (place, person) in enumerate(zip(shown, first_people(workspace, acting, shown), strict=True), 1):
        chance = f"{say_of_100(acting.chances[place])} of 100" if acting.chances else ""
        amount = say_money(acting.amounts[place], currency) if acting.amounts else ""
        who = person.who if names else ""
        made.append(
            AnswerRow(rank, known.shown(acting.entity, person.entity_id), who, person.owner, chance, amount, person.why)
        )
    return tuple(made)
