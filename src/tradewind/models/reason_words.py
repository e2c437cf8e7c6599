"""The sentences of reasons: this person's value beside what is usual, in the words a shop would use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from tradewind.core.feature import Feature
from tradewind.core.money import format_money
from tradewind.models.usual import Usual

_SPANS = ("days since ", "days until ", "days in ")
LAST_ORDER = "days since the last order"
OWN_GAP = "usual days between orders"
MOST_SAID = 100_000
"""Reasons remembered at most: among very many people the same few are said again and again."""


@dataclass(frozen=True)
class Speaker:
    """Words a reason.

    Args:
        usual: what is usual among everybody learned from.
        currency: ISO code of amounts.
        features: all features, so that one can be set against another.
    """

    usual: Usual
    currency: str
    features: Sequence[Feature] = ()
    _said: dict[tuple[str, float | str | None], str] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    _middle: dict[str, str] = field(default_factory=dict, init=False, repr=False, compare=False)

    @cached_property
    def _by_sentence(self) -> dict[str, float]:
        middle = {feature.sentence: self.usual.middle.get(feature.name) for feature in self.features}
        return {sentence: value for sentence, value in middle.items() if isinstance(value, float)}

    def say(self, feature: Feature, value: float | str | None, own: dict[str, float]) -> str:
        """Return one reason.

        Args:
            feature: what it is about.
            value: the person's value; None or NaN where it is not known.
            own: the person's days since the last order and usual days between orders by sentence, where known.
        """
        if feature.sentence.startswith(LAST_ORDER) and own.get(LAST_ORDER, 0.0) >= 1:
            return self._silence(own)
        if feature.sentence == OWN_GAP and own.get(OWN_GAP, 0.0) >= 0.5 and OWN_GAP in self._by_sentence:
            return f"{_every(own[OWN_GAP], 'orders')}; others {_every(self._by_sentence[OWN_GAP])}"
        key = feature.name, value
        if key not in self._said and len(self._said) < MOST_SAID:
            self._said[key] = self._say(feature, value)
        return self._said.get(key) or self._say(feature, value)

    def _say(self, feature: Feature, value: float | str | None) -> str:
        what = plain(feature.sentence)
        if value is None or value != value or value == "":
            return f"{what}: not known"
        said, usual = self._value(feature, value), self._usual(feature)
        if not usual:
            return f"{what}: {said}"
        if said == usual:
            return f"{what}: {said}, as usual"
        if feature.kind == "category":
            return f"{what}: {said}; most often {usual}"
        counted = _counted(feature, what, value)
        return f"{counted}; usually {usual}" if counted else f"{what}: {said}; usually {usual}"

    def _silence(self, own: dict[str, float]) -> str:
        """Word the days without an order against the person's own rhythm: "no order for 41 days; usually every 6"."""
        days, gap = own[LAST_ORDER], own.get(OWN_GAP, np.nan)
        since = "ordered yesterday" if round(days) == 1 else f"no order for {_number(days, 0)} days"
        others = self._by_sentence.get(LAST_ORDER)
        # Long for most people and yet short for this one: then most people are the better comparison.
        if np.isfinite(gap) and (others is None or days > gap or days <= others):
            return f"{since}; usually {_every(gap)}"
        return since if others is None else f"{since}; others for {_number(others, 0)}"

    def _usual(self, feature: Feature) -> str:
        """Return what is usual, in words; worded once for all people."""
        if feature.name not in self._middle:
            middle = self.usual.middle.get(feature.name)
            self._middle[feature.name] = "" if middle is None else self._value(feature, middle)
        return self._middle[feature.name]

    def _value(self, feature: Feature, value: float | str) -> str:
        if isinstance(value, str):
            return plain(value)
        if not np.isfinite(value):
            return "beyond all measure"
        if feature.unit == "money":
            return format_money(value, self.currency)
        if feature.unit == "share":
            return _share(feature, value)
        if feature.unit == "ratio" and " compared with " in feature.sentence:
            return f"{value:.1f} times"
        whole = feature.unit in ("count", "days") or float(value).is_integer()
        return _number(value, 0 if whole and (abs(value) >= 10 or float(value).is_integer()) else 1)


def plain(text: str) -> str:
    """Return text without underscores, line breaks or doubled blanks, whoever wrote it."""
    return " ".join(text.replace("_", " ").split())


def _every(gap: float, verb: str = "") -> str:
    text = "every day" if round(gap) <= 1 else f"every {_number(gap, 0)}"
    return f"{verb} {text}{' days' if round(gap) > 1 else ''}" if verb else text


def _counted(feature: Feature, what: str, value: float | str) -> str:
    """Word a number of things as one says it: "2 orders in the last 30 days", "no orders …", "12 days since …"."""
    if feature.unit == "days" and what.startswith(_SPANS) and not isinstance(value, str) and round(value) >= 1:
        return f"{_number(value, 0)} {what}" if round(value) > 1 else f"1 day{what.removeprefix('days')}"
    if feature.unit != "count" or isinstance(value, str) or not float(value).is_integer():
        return ""
    if value < 0 or value == 1 or not what[:1].islower() or what.startswith("times"):
        return ""  # the sentence is in the plural, and one is not
    return f"{_number(value, 0) if value else 'no'} {what}"


def _share(feature: Feature, value: float) -> str:
    if feature.family == "attribute" and value in (0.0, 1.0):
        return "yes" if value else "no"
    percent = 100 * value
    return f"{percent:.0f} %" if percent == 0 or abs(percent) >= 1 else "under 1 %"


def _number(value: float, digits: int) -> str:
    text = f"{abs(value):,.{digits}f}"
    return f"−{text}" if value < 0 and float(text.replace(",", "")) != 0 else text
