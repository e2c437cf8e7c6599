"""How the sums of one question lead to each other: from the first guess to what contacting leaves."""

from __future__ import annotations

from tradewind.core.finding import Finding
from tradewind.core.words import say
from tradewind.flow.answers.spoken import count_of, known, money_of, value_of
from tradewind.flow.lists.acting import Acting
from tradewind.flow.questions.counted import say_stake, say_worth
from tradewind.flow.questions.question import Question
from tradewind.report.numbers import say_money, say_of_100


def tell_sums(question: Question, finding: Finding, acting: Acting | None, revenue: bool, currency: str) -> list[str]:
    """Return one sentence for each sum that people meet, in the order in which one follows from the other.

    Args:
        question: what is asked.
        finding: its answer.
        acting: whom it is worth acting on; None where there is no list.
        revenue: whether amounts are revenue, because no margin is known.
        currency: of amounts.
    Returns:
        Nothing where the answer has no money at stake of chances.
    """
    numbers = finding.numbers
    if question.use_case.task != "classification" or not known(numbers.get("money_at_stake")):
        return []
    stake = money_of(numbers["money_at_stake"], currency)
    said = [say("sums.first"), say("sums.stake", stake=stake, counted=say_stake(question, revenue))]
    contacts, even = numbers.get("contacts"), numbers.get("contacts_break_even_share")
    cost = numbers.get("contact_total_cost")
    if known(contacts) and known(even) and known(cost) and value_of(even) > 0:
        with_them = value_of(cost) / value_of(even)
        share = question.use_case.economics.success_share
        said.append(
            say("sums.contact", part=say_money(with_them, currency), contacts=count_of(contacts),
                people=question.people, share=say_of_100(share), changed=say_money(share * with_them, currency),
                cost=money_of(cost, currency), profit=money_of(numbers.get("expected_profit"), currency))
        )  # fmt: skip
    elif acting is not None and acting.amount_is == "stake":
        said.append(say("sums.part", part=say_money(sum(acting.amounts), currency)))
    return [*said, say("sums.list", one=question.one, worth=say_worth(question, revenue))]
