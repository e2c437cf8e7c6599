"""The words of Today, Answers, Segments, Offers, Tests and Sends, and of the weekly mail: part of `words.WORDS`."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, str] = {
    # Whom to contact: which part of a list is counted.
    "today.part.worth": "{count} {people} worth contacting",
    "today.part.red": "{count} {people} with a red light",
    "today.part.best": "{count} {people} in the best group",
    "today.part.all": "{count} {people} to work through",
    "today.part.tenth": "{count} {people}: the first tenth of the list",
    "today.amount.gain": "would be left after the cost of contacting them, if contact changes {share} in 100, as assumed",
    "today.amount.stake": "is at stake with them: chance times worth, added up",
    "today.amount.amount": "stands in them",
    "today.amount.yearly": "is what they pay a year",
    "today.amount.expected": "is what they are expected to bring",
    # The parts of Today.
    "today.contact": "Whom to contact",
    "today.contact.none": "Nobody has to be contacted today.",
    "today.changed": "What changed",
    "today.changed.none": "Nothing moved since the update before.",
    "today.changed.first": "This is the first update. From the next one on, what changed stands here.",
    "today.wrong": "What to look at",
    "today.wrong.none": "Nothing went wrong.",
    "today.earned": "What was earned so far",
    "today.earned.none": "Not measured: no test has been read yet, so no earnings are claimed.",
    "today.earned.which": "Which test would settle it",
    # The weekly mail.
    "mail.subject": "{company}: {what}",
    "mail.subject.quiet": "{company}: nobody to contact this week",
    "mail.subject.none": "{company}: no answers yet",
    "mail.none": "Nothing has been answered yet: load your data, and the first list is minutes away.",
    "mail.start": "Load your data",
    "mail.as_of": "As it stood on {day}.",
    # What changed.
    "change.both": "New on the list: {new}. Not on it any more: {left}.",
    "change.new": "New on the list: {new}.",
    "change.left": "Not on the list any more: {left}.",
    "change.asked": "Asked for the first time: {status}.",
    "change.gone": "Not asked any more.",
    "change.status": "It is {now} now; before, it was {before}.",
    "change.money": "{label}: {now} now, {before} before.",
    "change.expected_profit": "What contacting would leave",
    "change.money_at_stake": "Money at stake",
    "change.expected_total": "What is expected in all",
    # What went wrong.
    "wrong.run.failed": "The update of {day} failed{why}. The answers below are those of the last one that worked.",
    "wrong.run.interrupted": "The update of {day} was broken off{why}. The answers below are those of the last one "
    "that finished.",
    "wrong.run.do": "See what happened, and start it again.",
    "wrong.failed": "“{title}” could not be worked out: {why}",
    "wrong.check": "“{title}”, {check}: {what}",
    "wrong.old": "The newest data are of {day}, {age} ago: who is on the lists may have changed since.",
    "wrong.old.do": "Load newer data.",
    # Which test would settle what acting earns.
    "test.what": "Leave half of these {count} {people} out at random, contact the others, and compare the two after {span}.",
    "test.takes.unknown": "How many it needs cannot be said before the first one, because the list holds no chances.",
    "test.takes.one": "With {needed} needed, one such list is enough: {span}.",
    "test.takes": "It needs {needed} of them in all: {rounds} such lists, about {months} months.",
    "test.takes.long": "A change as small as assumed needs {needed} of them: {rounds} such lists, about {months} months. "
    "Too long: test something stronger, or count what they spend instead.",
    "test.tells": "One such list tells a change of {share} in 100 or more from none.",
    "test.tells.nothing": "One such list is too short to tell any change from chance.",
    "test.rests_on": "Of those on the list {base} in 100 are expected to do it if nobody contacts them; contact is "
    "assumed to change {share} in 100 of these. Such a change is then found in 8 of 10 tests, and one that is not there "
    "in 1 of 20. The lists are taken to hold other people each time: the same ones again tell less.",
    "earned.settles": "{what} {takes}",
    # Which model is in use.
    "version.check": "The list comes from the newest model",
    "version.pinned": "The list comes from version {version}, chosen by {by} on {day}; the figures and charts are those of "
    "the newest version {newest}.",
    "version.gone": "Version {version}, chosen by {by} on {day}, is not there any more; the list comes from the newest "
    "version {newest}.",
    "version.do": "use the newest again, or leave it so, on the page of this answer",
}
