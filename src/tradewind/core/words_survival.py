"""The words of survival: part of the one plain-word table (`words.WORDS`)."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, str] = {
    # How long people stay, of all.
    "leave.half": "Half of those who start to pay are gone after {middle}.",
    "leave.half.range": "Half of those who start to pay are gone after {middle} (between {low} and {high}).",
    "leave.open": "After {seen}, which is as far back as the data reach, {still} in 100 of those who started to pay "
    "are still there; when half will be gone is not known.",
    "leave.nobody": "Nobody has left yet in the {seen} that can be seen; how long people stay is not known.",
    # Their chart.
    "role.survival": "How long people stay",
    "survival.x": "Months since they started to pay",
    "survival.y": "Of 100, still there",
    "survival.all": "all",
    "survival.month": "contracts by the month",
    "survival.term": "contracts of {months} months",
    "survival.caption": "The band holds chance in 95 of 100 cases. The numbers beneath are those still followed: where they "
    "are small, the line rests on little. It assumes that those who started lately stay as long as those before them.",
    "column.group": "Of",
    "column.survival.days": "Days since the start",
    "column.survival.share": "Of 100, still there",
    "column.survival.low": "at least",
    "column.survival.high": "at most",
    "column.at_risk": "Followed",
    # When those of today leave.
    "leave.list": "{soon} of the {all} {people} of today are more likely than not to have left within {span}.",
    "leave.beyond": "For {count} {people} the middle of the likely range lies further ahead than the {sight} that the "
    "data let us see: when they leave is not known.",
    "leave.why": "When each of the {people} will leave is not known, because {why}.",
    # How far it can be relied on.
    "leave.order": "Of two of them, the one that we expected to leave first did so in {ours} of 100 cases, held "
    "against what came later; going by how long they had been there alone, in {age}.",
    "leave.order.equal": "Of two of them, the one that we expected to leave first did so in {ours} of 100 cases; going "
    "by how long they had been there alone, in {age}: the two cannot be told apart.",
    "leave.held": "Of 100 ranges told at a past day, {held} held what came; 80 is what they promise.",
    "leave.untested": "How well the days are foretold was not measured: {why}.",
    "leave.backwards": "{count} subscriptions ended before they began; they were left out.",
    # When one leaves; stands in the list.
    "when": "in about {middle}; eight in ten like this one leave between {low} and {high}",
    "when.middle": "in about {middle}, hardly before {low}; how late it may be is not known beyond {sight}",
    "when.low": "hardly before {low}; more than that is not known: the data let us see {sight} ahead",
    "when.beyond": "later than the {sight} that the data let us see",
    "when.unknown": "not known",
}
