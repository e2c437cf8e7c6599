"""The finding on lifetimes: what customers are worth, and how the forecast did on a stretch it had not seen."""

from __future__ import annotations

from collections.abc import Mapping

from tradewind.core.finding import Finding, Number
from tradewind.core.words import say
from tradewind.flow.answers.spoken import count_of, known, money_of, of_100, value_of
from tradewind.flow.learning.learned import Learned, Scored
from tradewind.flow.learning.tell import LIFETIME_NUMBERS, bias_sentence, complete
from tradewind.flow.orders.lifetime import ANNUAL_DISCOUNT_RATE
from tradewind.flow.questions.asked import Question, speak_days


def tell_lifetime(question: Question, learned: Learned, scored: Scored, currency: str) -> Finding:
    """Return the finding on lifetimes."""
    numbers = {**learned.numbers, **scored.numbers}
    horizon = speak_days(question.use_case.horizon.length)
    total, mean = (money_of(numbers.get(name), currency) for name in ("expected_total", "expected_mean"))
    share, customers = of_100(numbers.get("top_tenth_share")), count_of(numbers.get("customers"))
    found = [
        say("tell.lifetime", customers=customers, total=total, horizon=horizon, share=share),
        say("tell.lifetime.alive", alive=count_of(numbers.get("still_customers"))),
        *_held_out(numbers),
    ]
    kind = "profit" if learned.margin is not None and learned.margin.share is not None else "revenue"
    return Finding(
        name=question.name,
        title=question.words(question.use_case.title),
        question=question.words(question.use_case.question),
        status="answered" if learned.better else "not distinguishable",
        evidence="association",
        approach=say("tell.approach.lifetime"),
        found=tuple(found),
        money=f"{say('money.amounts', total=total, kind=kind, mean=mean)} {say('money.nothing')}",
        next=say("next.lifetime", table=scored.table),
        numbers=complete(numbers, LIFETIME_NUMBERS),
        tables={**learned.tables, "scores": scored.table},
        checks=learned.checks,
        caption=say("caption.lifetime", rate=f"{100 * ANNUAL_DISCOUNT_RATE:.0f}"),
    )


def _held_out(numbers: Mapping[str, Number]) -> list[str]:
    """How far the total was off in the hold-out, and the rule's; nothing where too little came to tell."""
    said = []
    bias, rule = numbers.get("holdout_bias"), numbers.get("holdout_baseline_bias")
    if known(bias):
        span = f"{value_of(numbers.get('holdout_days')) / 7:.0f} weeks"
        said.append(bias_sentence("tell.lifetime.holdout", value_of(bias), span=span))
    if known(rule):
        said.append(bias_sentence("tell.lifetime.rule", value_of(rule)))
    return said
