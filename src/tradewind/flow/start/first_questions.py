"""Which question to begin with: at most two, by what there is to learn from, what it takes and what is at stake."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from tradewind.core.errors import NotAnswerable, Problem
from tradewind.core.finding import Number, missing
from tradewind.core.time import Cutoff
from tradewind.core.words import say
from tradewind.features.compute import eligible_step_rows, find_eligible
from tradewind.features.labels import Statement, outcome_at, value_at
from tradewind.flow.ask import ask
from tradewind.flow.data import Data, open_data
from tradewind.flow.learning.cutoffs import plan_cutoffs
from tradewind.flow.learning.lesson import label_of
from tradewind.flow.learning.require import require_answerable
from tradewind.flow.orders.lifetime import panel_question
from tradewind.flow.questions.asked import Question, find_question, list_use_cases
from tradewind.flow.questions.counted import say_worth
from tradewind.flow.start.horizons import horizons_of
from tradewind.report.numbers import say_count, say_money
from tradewind.sources.load import load_tables
from tradewind.store.config_labels import LabelSettings
from tradewind.store.workspace import Workspace

MOST = 2
ENOUGH, FEW = 100, 30
"""Outcomes from which there is enough to learn from, and below which there is too little to begin with."""
ENOUGH_DATES = 3

_BUILDS_ON = {"lead_routing": "lead_conversion"}
"""Analyses that work with the answers of another question."""

_ANYWAY = "it comes in anyway"
_NO_WORTH = "nothing says what one is worth"
_TOLD_BY_ANSWER = "the answer itself tells it"
CONTACT, CAMPAIGN, PLAN = 1, 2, 3
_EFFORT = {"campaign_response": CAMPAIGN}
"""What answers of other kinds take; a list of people to contact takes no more than that."""
_EFFORT_SAID = {
    CONTACT: "It takes no more than contacting the people on a list.",
    CAMPAIGN: "It takes a campaign to send.",
    PLAN: "It takes a change of plans or budgets.",
}


@dataclass(frozen=True)
class Candidate:
    """A question that these data can answer.

    Args:
        name: of the use case or label.
        title: in plain words.
        question: as one would ask it, over this workspace's spans.
        why: plain sentences: what is at stake, what there is to learn from, what it takes.
        money: what is at stake; the reason where it is not known.
        asked: people it is asked about today.
        outcomes: outcomes at past dates (or in the table) to learn from: the rarer answer; rows for an analysis.
        dates: past dates to learn from; 1 for an analysis.
        effort: 1 contacting a list, 2 a campaign, 3 a change of plans.
    """

    name: str
    title: str
    question: str
    why: tuple[str, ...]
    money: Number
    asked: int
    outcomes: int
    dates: int
    effort: int


@dataclass(frozen=True)
class Locked:
    """A question that these data cannot answer yet.

    Args:
        name: of the use case.
        title: in plain words.
        needs: the contract table that would unlock it; empty where it needs something else.
        why: what is missing, and what to do.
    """

    name: str
    title: str
    needs: str
    why: str


@dataclass(frozen=True)
class FirstQuestions:
    """What to begin with, what can be asked later, and what would unlock the rest.

    Args:
        first: at most two, the best first; empty where nothing can be answered.
        later: the others that can be answered, in the same order.
        locked: those that cannot, with what would unlock each.
    """

    first: tuple[Candidate, ...]
    later: tuple[Candidate, ...]
    locked: tuple[Locked, ...]

    def to_json(self) -> dict[str, Any]:
        """Return it in JSON's terms."""
        return asdict(self)


def first_questions(workspace: Workspace, lead: str | None = None) -> FirstQuestions:
    """Recommend where to begin; the data are loaded first where they are not yet, and nothing is trained.

    Where most customers buy once, the second purchase leads, however little there is to learn from; where they pay for
    subscriptions, leaving does. Questions with
    something at stake come before those that add up what comes in anyway; then those with enough to learn from; then
    what takes little before what takes much; then the larger sum at stake.

    Args:
        workspace: with its config as it will be used.
        lead: `Horizons.lead` where it is known already.
    """
    if not workspace.manifest().tables:
        load_tables(workspace)
    found: list[Candidate] = []
    locked: list[Locked] = []
    try:
        with open_data(workspace) as data:
            lead = lead if lead is not None else _lead(data)
            lead = "churn" if _pay_by_subscription(data) else lead
            for case in list_use_cases():
                question = find_question(workspace.config, case.name)
                try:
                    found.append(_candidate(data, question))
                except NotAnswerable as error:
                    locked.append(_locked(question, error))
    except NotAnswerable as error:  # no facts at all: a table with answers may still be there
        locked = [_locked(find_question(workspace.config, case.name), error) for case in list_use_cases()]
    found, locked = _standing(found, locked)
    labels = workspace.config.labels.items()
    found += [
        each for name, label in labels if label.enabled and (each := _labelled(workspace, name, label)) is not None
    ]
    found.sort(key=lambda each: _rank(each, lead or ""))
    usable = [each for each in found if each.outcomes >= FEW or _leads(each, lead or "")]
    first = tuple(usable[:MOST])
    return FirstQuestions(first, tuple(each for each in found if each not in first), tuple(locked))


def _standing(found: list[Candidate], locked: list[Locked]) -> tuple[list[Candidate], list[Locked]]:
    """Take back the questions that build on the answer of one that cannot be asked."""
    why = {each.name: each for each in locked}
    bases = {each.name: why.get(_BUILDS_ON.get(each.name, "")) for each in found}
    fallen = [Locked(each.name, each.title, base.needs, base.why) for each in found if (base := bases[each.name])]
    return [each for each in found if bases[each.name] is None], [*locked, *fallen]


def _lead(data: Data) -> str:
    try:
        return horizons_of(data).lead
    except NotAnswerable:
        return ""


def _pay_by_subscription(data: Data) -> bool:
    """Whether at least half of those who pay subscribe: their orders are payments, and tell of no shopping."""
    if not data.catalog.has("subscriptions", "customer_id") or not data.catalog.has("orders", "customer_id"):
        return False
    query = (
        "SELECT COUNT(*) AS payers, COUNT(s.customer_id) AS subscribed FROM "
        "(SELECT DISTINCT customer_id FROM orders WHERE customer_id IS NOT NULL) AS o LEFT JOIN "
        "(SELECT DISTINCT customer_id FROM subscriptions) AS s ON s.customer_id = o.customer_id"
    )
    counts = ask(data.engine, query).to_pylist()[0]
    return bool(counts["payers"]) and 2 * counts["subscribed"] >= counts["payers"]


def _leads(each: Candidate, lead: str) -> bool:
    """Whether it is the question that the way customers buy makes the first."""
    return each.name == lead == "repeat_purchase" or (lead == "churn" and each.name in ("churn", "account_churn"))


def _rank(each: Candidate, lead: str) -> tuple[object, ...]:
    nothing = each.outcomes < FEW
    thin = each.outcomes < ENOUGH or each.dates < ENOUGH_DATES
    anyway = each.money.reason == _ANYWAY
    return (not _leads(each, lead), nothing, anyway, thin, each.effort, -(each.money.value or 0.0), each.name)


def _candidate(data: Data, question: Question) -> Candidate:
    """Count what there is to learn from, and add up what is at stake.

    Raises:
        NotAnswerable: tables, first orders or history are missing.
    """
    require_answerable(data, question.use_case)
    if question.use_case.task == "analysis":
        return _analysis(data, question)
    case = panel_question(question).use_case if question.use_case.task == "lifetime" else question.use_case
    label = label_of(question)
    schedule = plan_cutoffs(case, data.first_day_of(case.requires[0]), data.score_at, most=question.cutoffs)
    days, dates = (schedule.test, data.score_at), len(schedule.learning)
    find_eligible(data.engine, data.catalog, case, label, case.settings, days)
    step = f"eligible_{case.name}"
    rows = eligible_step_rows(case.entity, step)
    args = (label, data.catalog, case.entity, rows)
    outcome = outcome_at(*args, [schedule.test], case.settings, case.horizon, data.score_at)
    known, total = _added_up(data, outcome, "outcome", case.entity, step, schedule.test)
    now = ask(data.engine, f"SELECT COUNT(*) AS n FROM {step} WHERE cutoff = :day", day=data.score_at.day)
    asked = int(now["n"][0].as_py())
    if not asked or not known:
        when = "today" if not asked else f"on {schedule.test}"
        raise NotAnswerable(Problem(case.name, f"there is nobody to ask it about {when}", "", "newer data"))
    if case.task != "classification":
        return _told(question, missing(_ANYWAY), (asked, known * dates if total else 0, dates))
    outcomes = int(min(total, known - total)) * dates
    value = value_at(label, data.catalog.as_it_stands(), case.entity, rows, [data.score_at], case.settings)
    if value is None:
        return _told(question, missing(_NO_WORTH), (asked, outcomes, dates))
    valued, worth = _added_up(data, value, "value", case.entity, step, data.score_at)
    if not valued:
        return _told(question, missing(_NO_WORTH), (asked, outcomes, dates))
    share = total / known if known else 0.0
    money = Number(max(0.0, worth) * share * data.margin.factor, unit=data.workspace.config.workspace.currency)
    return _told(question, money, (asked, outcomes, dates), data.margin.share is None)


def _analysis(data: Data, question: Question) -> Candidate:
    """An analysis learns nothing of each: there is as much to work with as its first table has rows."""
    case = question.use_case
    rows = data.manifest.tables[case.requires[0]].rows
    why = (
        f"It is worked out from {say_count(rows)} rows of {case.requires[0].replace('_', ' ')} at once.",
        f"What is at stake is not known, because {_TOLD_BY_ANSWER}.",
    )
    money, words = missing(_TOLD_BY_ANSWER), question.words
    return Candidate(case.name, words(case.title), words(case.question), why, money, rows, rows, 1, PLAN)


def _added_up(data: Data, statement: Statement, name: str, entity: str, step: str, at: Cutoff) -> tuple[int, float]:
    """Return how many of those asked about at a cutoff have a value, and its sum."""
    table = f"first_{name}_{step}"
    data.engine.create(table, *statement)
    query = (
        f"SELECT COUNT({table}.{name}) AS n, SUM({table}.{name}) AS total FROM {table} "
        f"INNER JOIN {step} ON {step}.{entity} = {table}.{entity} AND {step}.cutoff = {table}.cutoff "
        f"WHERE {step}.cutoff = :day"
    )
    row = ask(data.engine, query, day=at.day).to_pylist()[0]
    data.engine.drop(table)
    return int(row["n"]), float(row["total"] or 0.0)


def _told(question: Question, money: Number, counts: tuple[int, int, int], revenue: bool = False) -> Candidate:
    case, (asked, outcomes, dates) = question.use_case, counts
    effort = _EFFORT.get(case.name, CONTACT if case.task == "classification" else PLAN)
    stake = "It adds up money that comes in anyway: nothing is at stake." if money.reason == _ANYWAY else ""
    if money.value is not None:
        counted = say("counted.stake.first", people=f"{say_count(asked)} {question.people}",
                      worth=say_worth(question, revenue))  # fmt: skip
        stake = f"About {say_money(money.value, money.unit)} is at stake: {counted}."
    elif not stake:
        stake = f"What is at stake is not known, because {money.reason}."
    lacking = "" if outcomes >= ENOUGH and dates >= ENOUGH_DATES else ", which is little"
    learn = f"It learns from about {say_count(outcomes)} outcomes at {_counted(dates)}{lacking}."
    if case.name == "repeat_purchase" and not outcomes:
        stake = f"It is asked about {say_count(asked)} customers."
        learn = "Nobody has done it yet, so there is nothing to learn from before some have."
    why = (stake, learn, _EFFORT_SAID[effort])
    words = question.words
    return Candidate(case.name, words(case.title), words(case.question), why, money, asked, outcomes, dates, effort)


def _counted(dates: int) -> str:
    return "one past date" if dates == 1 else f"{dates} past dates"


def _locked(question: Question, error: NotAnswerable) -> Locked:
    case, problem = question.use_case, error.problems[0]
    table = next((part for part in (p.expected for p in error.problems) if part.startswith("the table ")), "")
    found = f" ({problem.found})" if problem.found else ""
    why = f"{problem.what}{found}" + (f"; {problem.do}" if problem.do else "")
    return Locked(case.name, question.words(case.title), table.removeprefix("the table "), why)


def _labelled(workspace: Workspace, name: str, label: LabelSettings) -> Candidate | None:
    """Count the answers that stand in a column."""
    entry = workspace.manifest().tables.get(label.table)
    if entry is None or label.column not in dict(entry.columns):
        return None
    query = f'SELECT CAST("{label.column}" AS VARCHAR) AS answer, COUNT(*) AS n FROM {label.table} '
    rows = workspace.sql(query + "WHERE valid_to IS NULL GROUP BY 1").to_pylist()
    counts = {str(row["answer"]): int(row["n"]) for row in rows if row["answer"] is not None}
    meant = (label.positive, *label.negative)
    known = {text: n for text, n in counts.items() if not label.negative or any(_same(text, one) for one in meant)}
    positives = sum(count for answer, count in known.items() if _same(answer, label.positive))
    rarer = min(positives, sum(known.values()) - positives)
    asked = sum(int(row["n"]) for row in rows) - sum(known.values())
    question = find_question(workspace.config, name)
    title, sentence = question.words(question.use_case.title), question.words(question.use_case.question)
    little = "" if rarer >= ENOUGH else ", which is little"
    why = (
        f"The answer stands in {label.table}.{label.column}: {say_count(positives)} of "
        f"{say_count(sum(known.values()))} are {label.positive!r}{little}.",
        "What is at stake is not known, because nothing says what one is worth.",
        _EFFORT_SAID[CONTACT],
    )
    money = missing(_NO_WORTH)
    return Candidate(name, title, sentence, why, money, asked, rarer, ENOUGH_DATES, CONTACT)


def _same(answer: str, positive: str) -> bool:
    """Whether two ways of writing mean one answer: yes and Yes, 1 and 1.0."""
    try:
        return float(answer) == float(positive)
    except ValueError:
        return answer.strip().casefold() == positive.strip().casefold()
