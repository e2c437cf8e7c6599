"""From what was learned and scored to the finding that every surface shows, in plain words and money."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tradewind.core.errors import Problem
from tradewind.core.finding import Check, Evidence, Finding, Number, Status, is_chance, is_few, missing
from tradewind.core.label_words import infinitive
from tradewind.core.money import Money
from tradewind.core.words import say
from tradewind.flow.answers.margin import Margin
from tradewind.flow.answers.spoken import count_of, known, money_of, of_100, value_of
from tradewind.flow.learning.learned import Learned, Scored
from tradewind.flow.questions.asked import Question, speak_days
from tradewind.flow.questions.counted import say_stake
from tradewind.report.numbers import say_day, say_money, say_of_100, say_one_in

CLASSIFICATION_NUMBERS = (
    "auc", "average_precision", "brier", "ece", "lift_10", "baseline_auc", "baseline_gap", "break_even_share",
)  # fmt: skip
LIFETIME_NUMBERS = ("r", "alpha", "a", "b", "log_likelihood", "holdout_bias")
"""Figures that a finding of that kind always names, if only to say why there is none."""

SMALL_GAP = 0.03
"""Mean gap between what was said and what happened up to which one may say "it is about 30"."""


def tell_refusal(question: Question, problems: Sequence[Problem]) -> Finding:
    """Return the finding of a question that these data cannot answer."""
    first = problems[0]
    found = tuple(f"{sentence(problem.what)} ({problem.found})." if problem.found else f"{sentence(problem.what)}."
                  for problem in problems)  # fmt: skip
    unlock = "; ".join(dict.fromkeys(problem.do for problem in problems if problem.do))
    expected = ", ".join(dict.fromkeys(problem.expected for problem in problems if problem.expected))
    steps = [f"It needs {expected}." if expected else "", f"{sentence(unlock)}." if unlock else ""]
    return Finding(
        name=question.name,
        title=question.words(question.use_case.title),
        question=question.words(question.use_case.question),
        status="not answerable",
        evidence="assumed",
        approach="",
        found=found,
        money="",
        next=" ".join(step for step in steps if step),
        numbers={name: missing(first.what) for name in _always(question)},
        does=question.do if question.label is not None else question.use_case.does and question.do,
        people=question.people,
    )


def tell_people(
    question: Question, learned: Learned, scored: Scored, currency: str, first: str, more: tuple[str, ...] = ()
) -> Finding:
    """Return the finding of a question about who does something.

    Args:
        question: what was asked.
        learned: what training left.
        scored: today's sums.
        currency: of amounts.
        first: sentence of the strongest driver; empty where none is known.
        more: sentences to add to what was found.
    """
    numbers = {**learned.numbers, **scored.numbers}
    do = question.do
    return Finding(
        name=question.name,
        title=question.words(question.use_case.title),
        question=question.words(question.use_case.question),
        status=status_of(learned),
        evidence="association",
        approach=sentence(
            say(
                "tell.approach.people" if learned.tests == 1 else "tell.approach.people.dates",
                tests=learned.tests,
                learned=learned.dates,
                people=question.people,
                did=do,
                test=say_day(learned.test_cutoff),
            )
        )
        + (learned.part and f" {learned.part}"),
        found=(*_people_found(question, learned, scored, first), *more),
        money=people_money(question, numbers, learned.margin, currency),
        next=people_next(learned, scored, numbers, question.people),
        numbers=complete(numbers, CLASSIFICATION_NUMBERS),
        tables={**learned.tables, "scores": scored.table},
        checks=learned.checks,
        caption=_caption(question, learned),
        does=question.use_case.does and do,
        people=question.people,
        rule=learned.rule,
    )


def _people_found(question: Question, learned: Learned, scored: Scored, first: str) -> list[str]:
    numbers, do = learned.numbers, question.do
    said = first_hundred(learned, do, scored.numbers.get("customers"))
    expected = scored.numbers.get("expected_customers")
    if known(expected):
        customers, day = count_of(scored.numbers["customers"]), say_day(scored.cutoff)
        asked = {"customers": customers, "people": question.people, "day": day}
        said.append(say("tell.expected", **asked, expected=count_of(expected), do=infinitive(do)))
    said += honesty(numbers)
    if first and not by_chance(numbers):
        said.append(say("tell.drivers", first=first))
    return said


def first_hundred(learned: Learned, do: str, asked: Number | None = None) -> list[str]:
    """Say what the top of the list finds beside the rule and beside chance, the simplest that does as well first."""
    rate, base, rule = (learned.numbers.get(name) for name in ("rate_10", "base_rate", "baseline_rate_10"))
    short = is_few(learned.numbers.get("rows")) or is_few(asked)  # tested on many dates, each list may still be short
    chance, few = by_chance(learned.numbers), ".few" if short else ""
    said = []
    if known(rate) and known(base):
        name = "tell.chance" if chance else "tell.first"
        said.append(say(name + few, found=of_100(rate), do=do, random=of_100(base)))
    if learned.rule and known(rule):
        equal = not learned.better and not chance
        name = "tell.rule.equal" if equal else "tell.rule"
        sentence = say(name + few, rule=learned.rule, found=of_100(rule))
        said.insert(0 if equal else 1, sentence)
    ours, theirs = (learned.numbers.get(name) for name in ("auc", "baseline_auc"))
    if learned.better and known(rate) and known(rule) and value_of(rate) <= 1.05 * value_of(rule) and known(theirs):
        said.append(say("tell.rule.behind", ours=of_100(ours), theirs=of_100(theirs)))
    return said


def by_chance(numbers: Mapping[str, Number]) -> bool:
    """Whether neither our order nor the rule's can be told from a random one."""
    rule = numbers.get("baseline_auc")
    return is_chance(numbers.get("auc")) and (not known(rule) or is_chance(rule))


def honesty(numbers: Mapping[str, Number]) -> list[str]:
    """Say how far what was said and what happened lie apart; nothing where it is not known."""
    ece, band = numbers.get("ece"), numbers.get("ece_band_high")
    if ece is None or ece.value is None or band is None or band.value is None:
        return []
    within_chance = ece.value <= max(band.value, 0.01)
    off = "tell.honest.off.chance" if by_chance(numbers) else "tell.honest.off"
    name = off if not within_chance else "tell.honest" if ece.value <= SMALL_GAP else "tell.honest.few"
    return [say(name, gap=f"{100 * ece.value:.1f}")]


def people_money(question: Question, numbers: Mapping[str, Number], margin: Margin | None, currency: str) -> str:
    """Return what a list of people means in money, or why nobody can tell."""
    economics = question.use_case.economics
    stake = numbers.get("money_at_stake")
    text = []
    if stake is None or stake.value is None:
        why = "it was not computed" if stake is None else stake.reason
        return f"{say('money.unknown', why=why)} {say('money.nothing')}"
    if margin is None or margin.share is None:
        return say("money.revenue", stake=money_of(stake, currency), counted=say_stake(question, revenue=True))
    text.append(say("money.stake", stake=money_of(stake, currency), counted=say_stake(question, revenue=False)))
    contacts, profit = numbers.get("contacts"), numbers.get("expected_profit")
    even = numbers.get("contacts_break_even_share")
    share = say_of_100(economics.success_share)
    cost = str(Money(economics.contact_cost, currency))
    if known(contacts) and value_of(contacts) > 0:
        text.append(
            say(
                "money.contact",
                contacts=count_of(contacts),
                cost=money_of(numbers["contact_total_cost"], currency),
                profit=money_of(profit, currency),
                share=share,
                do=question.do,
                people=question.people,
                one_in=say_one_in(value_of(even)) if known(even) else "enough of them",
            )
        )
    else:
        text.append(say("money.contact.none", cost=cost, share=share))
    text.append(say("money.nothing"))
    return " ".join(text)


def _caption(question: Question, learned: Learned) -> str:
    """What the answer rests on: the test, and what the question leans on beyond the data."""
    name = "caption.people" if learned.tests == 1 else "caption.people.dates"
    tested = say(name, test=say_day(learned.test_cutoff), tests=learned.tests)
    return f"{tested} {question.words(question.use_case.caveat)}".rstrip()


def people_next(learned: Learned, scored: Scored, numbers: Mapping[str, Number], people: str) -> str:
    """Return what to do with a list of people."""
    if by_chance(learned.numbers):
        return say("next.chance", people=people)
    if not learned.better and learned.rule:
        return say("next.rule", rule=learned.rule)
    if not known(numbers.get("money_at_stake")):
        return say("next.list.amounts", table=scored.table)
    contacts = numbers.get("contacts")
    if not known(contacts):
        return say("next.list.revenue", table=scored.table)
    if value_of(contacts) == 0:
        return say("next.list.none", people=people)
    return say("next.list", contacts=count_of(contacts), table=scored.table)


def tell_amounts(
    question: Question, learned: Learned, scored: Scored, currency: str, more: tuple[str, ...] = ()
) -> Finding:
    """Return the finding of a question about how much; see `tell_people`.

    Args:
        more: sentences to add to what was found.
    """
    numbers = {**learned.numbers, **scored.numbers}
    total = money_of(numbers.get("expected_total"), currency)
    said = [
        say(
            "tell.total",
            total=total,
            customers=count_of(numbers["customers"]),
            people=question.people,
            horizon=speak_days(question.use_case.horizon.length),
            share=of_100(numbers.get("top_tenth_share")),
        ),
        *_amounts_missed(question, learned, currency),
        *more,
    ]
    if not learned.better and learned.rule:
        said.insert(0, said.pop(1))
    money = _amounts_money(question, learned, numbers, currency)
    return Finding(
        name=question.name,
        title=question.words(question.use_case.title),
        question=question.words(question.use_case.question),
        status=status_of(learned),
        evidence="association",
        approach=say("tell.approach.amounts", learned=learned.dates, test=say_day(learned.test_cutoff))
        + (learned.part and f" {learned.part}"),
        found=tuple(said),
        money=f"{money} {say('money.nothing')}",
        next=say("next.amounts", table=scored.table, total=total)
        if learned.better or not learned.rule
        else say("next.rule.amounts", rule=learned.rule, total=total),
        numbers=numbers,
        tables={**learned.tables, "scores": scored.table},
        checks=learned.checks,
        caption=_caption(question, learned),
        people=question.people,
    )


def _amounts_money(question: Question, learned: Learned, numbers: Mapping[str, Number], currency: str) -> str:
    total, mean = (money_of(numbers.get(name), currency) for name in ("expected_total", "expected_mean"))
    share = None if learned.margin is None else learned.margin.share
    if question.use_case.amounts == "worth":
        return say("money.amounts", total=total, kind="revenue" if share is None else "profit", mean=mean)
    text = say("money.amounts", total=total, kind="spending", mean=mean)
    spent = numbers.get("expected_total")
    if share is None or not known(spent):
        return text
    return f"{text} {say('money.margin', profit=say_money(share * value_of(spent), currency), share=say_of_100(share))}"


def _amounts_missed(question: Question, learned: Learned, currency: str) -> list[str]:
    numbers = learned.numbers
    mae, rule, bias = (numbers.get(name) for name in ("mae", "baseline_mae", "total_bias"))
    said = []
    if known(mae) and known(rule) and learned.rule:
        name = "tell.miss" if learned.better else "tell.miss.equal"
        missed = {"one": question.one, "miss": money_of(mae, currency), "rule_miss": money_of(rule, currency)}
        said.append(say(name, rule=learned.rule, **missed))
    elif known(mae):
        said.append(say("tell.miss.alone", one=question.one, miss=money_of(mae, currency)))
    if bias is not None and bias.value is not None:
        said.append(bias_sentence("tell.bias", bias.value))
    return said


def bias_sentence(name: str, bias: float, **values: object) -> str:
    """Return the sentence on how far a total was off; `<name>.right` where it was off by less than 1 in 100."""
    if abs(bias) < 0.01:
        return say(f"{name}.right", **values)
    side = "high" if bias > 0 else "low"
    return say(name, gap=f"{100 * abs(bias):.0f}", side=side, **values)


def assumptions(questions: Sequence[Question], margin: Margin, currency: str) -> tuple[str, ...]:
    """Return what the answers assume, one sentence each."""
    said = [margin.sentence]
    for question in questions:
        if question.use_case.task != "classification":
            continue
        economics, title = question.use_case.economics, question.words(question.use_case.title)
        said.append(say("assume.cost", title=title, cost=str(Money(economics.contact_cost, currency))))
        share = say_of_100(economics.success_share)
        said.append(say("assume.share", share=share, title=title, do=question.do, people=question.people))
    return tuple(said)


def failed(question: Question, problems: Sequence[Problem], checks: tuple[Check, ...] = ()) -> Finding:
    """Return the finding of a question whose work failed, so that the others still stand."""
    finding = tell_refusal(question, problems)
    status: Status = "failed"
    evidence: Evidence = "assumed"
    return Finding(**{**vars(finding), "status": status, "evidence": evidence, "checks": checks})


def _always(question: Question) -> tuple[str, ...]:
    task = question.use_case.task
    return {"classification": CLASSIFICATION_NUMBERS, "lifetime": LIFETIME_NUMBERS}.get(task, ("mae", "total_bias"))


def complete(numbers: Mapping[str, Number], names: Sequence[str]) -> dict[str, Number]:
    """Return the figures with a reason in place of each of these names that is lacking."""
    return {**{name: missing("it was not computed") for name in names}, **numbers}


def status_of(learned: Learned) -> Status:
    """Return whether the answer beats the rule of thumb."""
    return "answered" if learned.better or not learned.rule else "not distinguishable"


def sentence(text: str) -> str:
    """Begin a sentence with a capital letter."""
    return text[:1].upper() + text[1:]
