"""The one plain-word table: every title and label that people see, by name."""

from __future__ import annotations

from collections.abc import Mapping

from tradewind.core import (
    words_actions,
    words_deals,
    words_forecast,
    words_leads,
    words_own,
    words_subscriptions,
    words_survival,
    words_web_answers,
    words_web_people,
    words_web_updates,
)
from tradewind.core.finding import CheckStatus, Evidence, Status
from tradewind.core.sentences import SENTENCES

_TITLES_AND_LABELS: Mapping[str, str] = {
    # Questions, one title a use case; {horizon} is a span such as "12 months".
    "title.lapse": "About to stop buying",
    "title.next_spend": "What customers will spend next",
    "title.lifetime_value": "Worth over the next {horizon}",
    "title.campaign_response": "Will use a coupon",
    "title.repeat_purchase": "First-time buyers who come back",
    "title.new_customer_value": "What a new customer is worth",
    # What the people do whom a list is about: "Of our first 100, 42 …".
    "do.lapse": "stop buying",
    "do.campaign_response": "redeem a coupon",
    "do.repeat_purchase": "buy again",
    "do": "do it",
    # The frame of a report.
    "report.title": "What your {people} are about to do",
    "report.data": "Sales and other data",
    "report.as_of": "As it stood on",
    "report.snapshot": "State of the data",
    "report.made": "Written",
    "report.contents": "In this report",
    "report.first": "What to do first",
    "report.first.note": "Money that an action can move comes first, the largest sum on top. Each section says "
    "what its amounts rest on.",
    "report.first.none": "None of the questions could be answered from these data yet. Below stands what would "
    "unlock each.",
    "report.assumptions": "What we assumed",
    "report.rejected": "Rows we could not use",
    "report.rejected.none": "Every row could be used.",
    "report.data_checks": "How sound the data are",
    "report.troubles": "What is wrong in the data",
    "report.unanswered": "What these data cannot answer yet",
    "report.simulated": "Simulated: no person, company or sale in it is real.",
    "report.profit": "Amounts are profit: what is left after the cost of the goods.",
    "report.revenue": "Amounts are revenue, not profit: neither product costs nor a margin are known.",
    "report.aggregates": "This report holds totals and averages only; no person can be read from it.",
    "report.offline": "This file is complete in itself: it loads nothing from the internet and sends nothing anywhere.",
    "report.rows": "First on the list",
    "report.theme": "Light / dark",
    "report.skip": "Go to the report",
    # The parts of a section.
    "part.question": "The question",
    "part.answer": "The answer",
    "part.money": "What it means in money",
    "part.next": "What to do next",
    "part.evidence": "How sure is this?",
    "part.how": "How do we know?",
    "part.method": "How it was worked out",
    "part.statistics": "The figures behind it",
    "part.checks": "What was checked",
    "part.card": "Card of the model",
    "part.reliable": "Where it is less reliable",
    "part.reliable.note": "Only groups in which the answer is clearly less reliable than over all, the largest first.",
    "part.reliable.none": "No group was found where the answer is clearly less reliable.",
    "part.drivers": "What goes with it",
    "part.because": "Not answerable, because …",
    "part.unlock": "What would unlock it",
    "part.numbers": "The numbers of this chart",
    "part.sources": "The tables behind it",
    # Charts: titles state the finding, so they are filled from the data.
    "gain.title": "Of our first 100, {found} {do}; at random, {random}",
    "gain.title.few": "In the first tenth of our list {found} of 100 {do}; at random, {random}",
    "gain.title.shares": "The first 10 in 100 on our list hold {found} of 100 who {do}; at random, 10",
    "gain.x": "Contacted, of 100, top of the list first",
    "gain.y": "Reached, of 100 who {do}",
    "gain.caption": "“Our first” are the tenth at the top of the list. The shaded band is where the "
    "line would lie "
    "in 95 of 100 repetitions.",
    "gain.ours": "our list",
    "gain.rule": "the rule of thumb",
    "gain.rule.named": "rule: {rule}",
    "gain.random": "at random",
    "gain.mark": "{found} of 100 reached",
    "honest.title": "When we say {said} in 100, is it {said}? {verdict}",
    "honest.yes": "Yes: it was {was}",
    "honest.near": "Here it is, but in {outside} of {all} groups not",
    "honest.few": "It was {was}, but of so few that chance explains it",
    "honest.no": "No: it was {was}",
    "honest.x": "What we said, of 100",
    "honest.y": "What happened, of 100",
    "honest.caption": "Each mark is a group scored alike. On the dashed line, what we said came true to the "
    "point; inside the "
    "band, the difference is no more than chance. {outside}",
    "honest.outside.none": "All {all} groups lie inside.",
    "honest.outside": "{outside} of {all} groups lie outside, drawn as diamonds.",
    "honest.inside.label": "inside the band",
    "honest.outside.label": "outside the band",
    "profit.title": "Pays if contact changes {one_in}",
    "profit.title.best": "Pays if contact changes {one_in}; best to stop after the first {best} in 100",
    "profit.title.not": "Pays if contact changes {one_in}; with the share assumed, it does not",
    "profit.title.never": "Cannot pay: a contact costs more than everybody it could change is worth",
    "profit.title.none": "Contacting does not pay at any length of the list, as things are assumed",
    "profit.title.plain": "Contacting the first {best} in 100 leaves the most: {money}",
    "profit.x": "Contacted, of 100, top of the list first",
    "profit.y": "Left after the cost of contact ({unit})",
    "profit.y.revenue": "Revenue less the cost of contact ({unit})",
    "profit.caption": "An estimate that rests on the assumed share of people whom the contact changes; only a "
    "test with people "
    "left out at random can prove it.",
    "profit.best": "most: {money}",
    "profit.even": "breaks even",
    "drivers.title": "What goes with it: above all {first}",
    "drivers.x": "Weight in the answer, of 100",
    "drivers.caption": "These go together with the answer; it is not shown that they cause it. ↑ more of it raises "
    "the answer, ↓ lowers it. ● you can influence, ○ signal only.",
    "drivers.influence": "● you can influence",
    "drivers.signal": "○ signal only",
    "tenths.title": "The top tenth brings {share} in 100 of all {what}; we expected {expected}",
    "tenths.title.plain": "What was expected and what came, from the top tenth of customers to the last",
    "tenths.what": "spending",
    "tenths.x": "Ten equal groups, highest expected first",
    "tenths.y": "Per customer ({unit})",
    "tenths.actual": "what came",
    "tenths.predicted": "what we expected",
    "tenths.caption": "Bars are what came; diamonds are what we had expected before. Thin lines: 95 in 100 "
    "repetitions would end there.",
    "cohorts.title": "Of customers who first bought in {month}, {share} in 100 still buy {after} later",
    "cohorts.x": "Months since the first purchase",
    "cohorts.y": "Month of the first purchase",
    "cohorts.caption": "Each number: of 100 customers who first bought in that month, how many bought in this "
    "later one.",
    "weekly.title": "We expected {expected} purchases and {actual} came: {gap}",
    "weekly.over": "{share} in 100 fewer than expected",
    "weekly.under": "{share} in 100 more than expected",
    "weekly.even": "right to 1 in 100",
    "weekly.x": "Week",
    "weekly.y": "Purchases per week",
    "weekly.y.sums": "Repeat purchases since the beginning",
    "weekly.unseen": "from here on unseen",
    "weekly.caption.unseen": "Right of the dotted line nothing had been seen when the expectation was made; the title "
    "tells of that part. The band holds 95 of 100 outcomes.",
    "weekly.actual": "what came",
    "weekly.predicted": "what we expected",
    "weekly.caption": "The expectation was fixed before the first week shown; the band holds 95 of 100 outcomes.",
    "past.title": "It was not luck: better than the rule of thumb at {better} of {all} dates",
    "past.title.mixed": "Ahead of the rule of thumb at {better} of {all} dates",
    "past.title.chance": "Ahead of the rule of thumb at {better} of {all} dates: no more than chance could do",
    "past.title.plain": "How it did at {all} dates in the past",
    "past.x": "Date on which the list was made",
    "past.caption": "At each date only what was known by then was used; then we waited to see what happened.",
    "past.ours": "our list",
    "past.baseline": "the rule of thumb",
    "chart.empty": "There is nothing to draw here: {why}.",
    "chart.empty.rows": "no rows",
    "chart.empty.columns": "the table lacks {columns}",
    # How good, in plain words, where a chart or table must say it: name of a metric → what its number counts.
    "metric.auc": "Pairs put in the right order, of 100",
    "metric.average_precision": "Share of the list that is right, of 100",
    "metric.calibration_gap": "Said too much (+) or too little (−), of 100",
    "metric.relative_mae": "Typical miss, of 100 of the average amount",
    "metric.mae": "Typical miss per customer",
    "metric.rmse": "Typical miss per customer, large misses counted more",
    "metric.total_bias": "Total too high (+) or too low (−), in 100",
    "metric.spearman": "Agreement of the order, of 100",
    "metric.r2": "Differences explained, of 100",
    "metric.brier": "Mean squared miss",
    # Figures that a section shows at its top, in this order.
    "figure.customers": "{people} asked about",
    "figure.expected_customers": "of them expected to {do}",
    "figure.contacts": "{people} worth contacting",
    "figure.still_customers": "of them still customers",
    "figure.money_at_stake": "at stake",
    "figure.contacts_break_even_share": "is what a contact must change to pay for itself",
    "figure.expected_profit": "if the assumption holds",
    "figure.expected_total": "expected in all",
    "figure.actual_total": "came in all",
    "figure.expected_mean": "per customer",
    "figure.top_tenth_share": "of the total is in the top tenth",
    "figure.base_rate": "{do} in an ordinary period",
    # Columns of tables.
    "column.attribute": "Group",
    "column.value": "Which",
    "column.n": "How many",
    "column.metric": "What",
    "column.there": "There",
    "column.overall": "Over all",
    "column.range": "Likely range",
    "column.table": "Table",
    "column.reason": "Why",
    "column.rows": "Rows",
    "column.figure": "Figure",
    "column.is": "Is",
    "column.meaning": "What it says",
    "column.who": "Who",
    "column.likely": "How likely",
    "column.worth": "Expected",
    "column.reasons": "Because of",
    "column.share_contacted": "Contacted, of 100",
    "column.share_found": "Reached by our list, of 100",
    "column.rule_share_found": "Reached by the rule of thumb, of 100",
    "column.profit": "Left after contact cost",
    "column.rule_profit": "The same by the rule of thumb",
    "column.low": "Low end",
    "column.high": "High end",
    "column.decile": "Tenth",
    "column.predicted": "Expected",
    "column.actual": "Came",
    "column.observed": "Happened",
    "column.week": "Week",
    "column.cohort_month": "First bought in",
    "column.months_since": "Months later",
    "column.customers": "Customers",
    "column.share_active": "Still buy, of 100",
    "column.sentence": "What",
    "column.importance": "Weight, of 100",
    "column.direction": "Which way",
    "column.influence": "Can you influence it?",
    "column.cutoff": "Date",
    "column.backtest.value": "Our list",
    "column.calibration.predicted": "We said, of 100",
    "column.calibration.observed": "It was, of 100",
    "column.calibration.low": "Band from, of 100",
    "column.calibration.high": "Band to, of 100",
    "column.baseline": "The rule of thumb",
    # What a chart is called where its table is empty and no finding can be stated.
    "role.gain": "How many the list finds",
    "role.profit": "What contacting leaves",
    "role.deciles": "What was expected and what came",
    "role.weekly": "What was expected and what came, week by week",
    "role.cohorts": "Who stays",
    "role.calibration": "When we say 30 in 100, is it 30?",
    "role.drivers": "What goes with it",
    "role.backtest": "How it did at past dates",
    "answer.rule": "Not distinguishable from the rule of thumb: {answer}",
}

_PARTS = (
    words_actions.WORDS,
    words_deals.WORDS,
    words_forecast.WORDS,
    words_leads.WORDS,
    words_own.WORDS,
    words_subscriptions.WORDS,
    words_survival.WORDS,
    words_web_answers.WORDS,
    words_web_updates.WORDS,
    words_web_people.WORDS,
)

WORDS: Mapping[str, str] = {
    **_TITLES_AND_LABELS,
    **{name: text for part in _PARTS for name, text in part.items()},
}
"""Text by name; braces are filled by `say`."""

_TEXTS: Mapping[str, str] = {**WORDS, **SENTENCES}

EVIDENCE: Mapping[Evidence, tuple[str, str, str]] = {
    "measured": ("■", "Proved by a test", "People were left out at random, and the difference was measured."),
    "adjusted": (
        "◧",
        "Estimated from history",
        "Worked out from what happened before, with the known differences between people allowed for.",
    ),
    "association": (
        "◫",
        "Goes together, cause unknown",
        "It held on dates or rows that nothing had been learned from; that acting on it helps is not shown yet.",
    ),
    "assumed": (
        "□",
        "Your assumption",
        "It rests on a number you gave. A test with people left out at random would settle it.",
    ),
}
"""Evidence grade → (symbol, words, what the words mean)."""

STATUS: Mapping[Status, str] = {
    "answered": "Answered",
    "not distinguishable": "Not distinguishable from chance or the rule of thumb",
    "not answerable": "Not answerable yet",
    "failed": "Could not be worked out",
}

CHECKS: Mapping[CheckStatus, tuple[str, str]] = {
    "pass": ("✓", "fine"),
    "warn": ("!", "look at this"),
    "fail": ("✕", "not in order"),
    "unknown": ("?", "could not be checked"),
}
"""Check status → (symbol, words); never colour alone."""


def say(name: str, **values: object) -> str:
    """Return the text of that name with its braces filled.

    Raises:
        KeyError: the table has no such name, or a brace was not filled: a mistake of ours, not of a user.
    """
    return _TEXTS[name].format(**values)


def say_do(use_case: str) -> str:
    """Return what the people of a question do ("stop buying"), or "do it"."""
    return WORDS.get(f"do.{use_case}", WORDS["do"])


def say_span(days: int) -> str:
    """Write a span as people do: 365 → "12 months", 30 → "30 days", 14 → "14 days"."""
    if days >= 90 and (days % 365 == 0 or days % 30 == 0):
        months = 12 * (days // 365) if days % 365 == 0 else days // 30
        return f"{months} months"
    return f"{days} day{'' if days == 1 else 's'}"
