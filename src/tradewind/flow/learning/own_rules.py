"""Rules of thumb beside a question in business words: what anybody would try first, given what happens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from tradewind.core.use_case import Baseline
from tradewind.features.questions.tree import Asked, Had, conditions


def rules_of(asked: Asked) -> tuple[Baseline, ...]:
    """Return rules of thumb that go with an outcome: latest first, most first; those without data fall out."""
    facts = [each for each in conditions(asked.what) if isinstance(each, Had)]
    first = facts[0] if facts else Had("order")
    rules = _RULES.get(_TABLES.get(first.thing, ""), ())
    sign = -1 if first.quantity.holds(first.quantity.number * 0) else 1
    turned = tuple(replace(rule, sign=1 if rule.sign * sign > 0 else -1) for rule in rules)
    return tuple(replace(rule, name=_worded(rule)) for rule in turned) + _ALWAYS.get(asked.entity, ())


_TABLES = {
    "order": "orders", "return": "orders", "event": "events", "subscription": "subscriptions",
    "failed payment": "subscriptions", "activity": "activities", "call": "activities", "meeting": "activities",
    "demo": "activities", "text": "texts", "ticket": "texts", "review": "texts",
}  # fmt: skip

_RULES: Mapping[str, tuple[Baseline, ...]] = {
    "orders": (
        Baseline("latest order|longest without an order", "days_since_last_order", -1),
        Baseline("most orders|fewest orders", "orders_count_90d", +1),
    ),
    "events": (
        Baseline("latest activity|longest without activity", "days_since_last_visit", -1),
        Baseline("most activity|least activity", "events_count_90d", +1),
    ),
    "subscriptions": (
        Baseline("latest activity|longest without activity", "days_since_last_visit", -1),
        Baseline("oldest subscription|newest subscription", "days_since_first_subscription", +1),
    ),
}
_ACTIVE = Baseline("most activity so far first", "events_count_all", +1)
_ALWAYS: Mapping[str, tuple[Baseline, ...]] = {
    "customer": (Baseline("most orders so far first", "orders_count_all", +1), _ACTIVE),
    "lead": (_ACTIVE, Baseline("youngest first", "age_days", -1)),
    "account": (_ACTIVE,),
    "deal": (Baseline("youngest first", "age_days", -1),),
}


def _worded(rule: Baseline) -> str:
    """The rule's name the right way round: its two names stand before and behind a bar."""
    one, other = rule.name.split("|")
    natural = -1 if rule.feature.startswith("days_since_last") else 1
    return f"{one if rule.sign == natural else other} first"
