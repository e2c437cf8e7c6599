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
    "today.amount.stake": "is at stake with those counted here: the chance of each times its worth",
    "today.amount.amount": "stands in them",
    "today.amount.yearly": "is what they pay a year",
    "today.amount.expected": "is what they are expected to bring",
    # The parts of Today.
    "today.contact": "Whom to contact",
    "today.contact.none": "Nobody has to be contacted today.",
    "today.changed": "What changed",
    "today.changed.none": "Nothing moved since the update before.",
    "today.changed.first": "No earlier update is kept to compare with. From the next one on, what changed stands here.",
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
    "change.status": "Now: {now}. Before: {before}.",
    "change.money": "{label}: {now} now, {before} before.",
    "change.expected_profit": "What contacting would leave",
    "change.money_at_stake": "Money at stake",
    "change.expected_total": "What is expected in all",
    # What went wrong.
    "wrong.run.failed": "The update of {day} failed{why}. The answers below are those of the last one that worked.",
    "wrong.run.interrupted": "The update of {day} was broken off{why}. The answers below are those of the last one "
    "that finished.",
    "wrong.run.do": "See what happened, and start it again.",
    "wrong.failed": "“{title}” could not be worked out at the last update. The other answers are not touched by it.",
    "wrong.failed.do": "Update again; if it fails once more, show the details to whoever looks after this server.",
    "answer.failed": "This could not be worked out at the last update. The other answers are not touched by it.",
    "wrong.check": "“{title}”: the check “{check}” is not in order: {what}",
    "wrong.old": "The newest data are of {day}, {age} ago: who is on the lists may have changed since.",
    "wrong.old.do": "Load newer data.",
    # Which test would settle what acting earns.
    "test.what": "Leave half of these {count} {people} out at random, contact the others, and compare the two after {span}.",
    "test.what.few": "There are too few {people} on this list to leave some of them out at random.",
    "test.takes.more": "When the list is longer, this page says how many a test would need.",
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
    # Lists in the order of the rule of thumb.
    "rule.check": "In whose order the list stands",
    "rule.used": "In that of the rule “{rule}”, chosen by {by} on {day}; the chances and amounts beside it stay as they were learned.",
    "rule.back": "In order of the learned chances again: they beat the rule “{rule}”, which {by} chose on {day}.",
    "rule.do": "nothing to do; the learned order comes back by itself once it beats the rule",
    "rule.next": "Work the list from the top: it stands in the order of the rule “{rule}”, chosen by {by} on {day}.",
    "rule.list": "In the order of the rule “{rule}”, which does as well as the learned chances. These stand beside "
    "it as they are.",
    "rule.use.note": "The list is made again in the order of the rule, with the same columns. It stays so until somebody "
    "turns it back, or until the learned chances beat the rule.",
    "rule.score": "the list of this question stands in the order of the rule “{rule}”, not of this score",
    # Which model is in use.
    "version.check": "The list comes from the newest version",
    "version.pinned": "The list comes from version {version}, chosen by {by} on {day}; the figures and charts are those of "
    "the newest version {newest}.",
    "version.gone": "Version {version}, chosen by {by} on {day}, is not there any more; the list comes from the newest "
    "version {newest}.",
    "version.do": "use the newest again, or leave it so, on the page of this answer",
    # How a large figure is worked out.
    "how.rows": "{rows} rows of the table {table}",
    "formula.other": "Worked out from the table behind it.",
    "formula.customers": "All who can be asked about on that day, counted.",
    "formula.expected_customers": "The chances of all of them, added up.",
    "formula.contacts": "Those for whom the expected gain of a contact is above nothing: share changed × chance × worth − "
    "cost of a contact.",
    "formula.money_at_stake": "Chance × worth of each, added up over all who are asked about.",
    "sums.title": "How the sums of this question lead to each other",
    "sums.first": "Before the first update nobody has a chance of their own: the checks then take the share of all who did "
    "it before, times everybody's worth.",
    "sums.stake": "This answer takes each one's own chance: {stake} is at stake, {counted}.",
    "sums.contact": "{part} of it is with the {contacts} {people} worth contacting. Contact is assumed to change {share} in "
    "100 of that, which is {changed}; contacting them costs {cost}; {profit} is left.",
    "sums.part": "{part} of it is with those who come first on the list; Today counts these, less those somebody worked on.",
    "sums.list": "On the list, “worth” is what a single {one} stands for, with no chance in it: {worth}.",
    "list.amount": "“Worth” is {worth}.",
    "list.worth": "“Worth” is {worth}; the chance is not in it.",
    "formula.contacts_break_even_share": "What contacting them costs, divided by what is at stake with them.",
    "formula.expected_profit": "Share changed × chance × worth − cost of a contact, added up over those worth contacting.",
    "formula.expected_total": "What each is expected to bring, added up.",
    "formula.expected_mean": "What each is expected to bring, added up and divided by how many they are.",
    "formula.top_tenth_share": "What the first tenth of the list is expected to bring, divided by what all are.",
    "formula.base_rate": "Of those in the test, how many did it, divided by how many they are.",
    # The list on the page of an answer.
    "answer.amount.gain": "A contact would leave",
    "answer.amount.stake": "At stake",
    "answer.amount.amount": "Amount",
    "answer.amount.yearly": "Pays a year",
    "answer.amount.expected": "Expected to bring",
    # How the counts and the money of Today are known.
    "today.how.part.worth": "Counted are those for whom share changed × chance × worth is more than a contact costs, less "
    "those somebody worked on or put off.",
    "today.how.part.red": "Counted are those whose light is red, less those somebody worked on or put off.",
    "today.how.part.best": "Counted are those in group A, whose chances were the highest where it was tested, less those "
    "somebody worked on or put off.",
    "today.how.part.all": "Counted is everybody on the list, less those somebody worked on or put off.",
    "today.how.part.tenth": "Counted is the first tenth of the list, the highest on top, less those somebody worked on or "
    "put off.",
    "today.how.worth": "Worth is {worth}.",
    "today.overlap": "Do not add these sums up: one person or deal can stand on several lists, and what a company pays is "
    "what its customers pay.",
    "today.how.gain": "The money is share changed × chance × worth − cost of a contact, added up over them. The share is "
    "an assumption until a test has measured it.",
    "today.how.stake": "The money is chance × worth, added up over them.",
    "today.how.amount": "The money is their amounts, added up.",
    "today.how.yearly": "The money is twelve times what each pays a month, added up.",
    "today.how.expected": "The money is what each is expected to bring, added up.",
    # The page of an answer.
    "answers.lead": "Each question with its answer, what it means in money, and what to do next. First come those that "
    "beat what you would do anyway, those that move most money before the others.",
    "answers.none": "Nothing has been answered yet",
    "answers.none.why": "Once your data are here and the first update has run, every question has its page here: what was "
    "found, what it is worth, and whom to contact.",
    "money.slider": "What if a contact costs more, or changes more people?",
    "money.slider.note": "Both numbers are assumptions until a test has measured them. Move them and see what is left.",
    "money.slider.cost": "One contact costs ({currency})",
    "money.slider.share": "Of 100 who would {do}, a contact changes",
    "money.slider.contacts": "{people} worth contacting",
    "money.slider.total": "is what contacting them costs",
    "money.slider.gain": "is then expected to be left",
    "money.slider.even": "must be changed for them to pay for themselves",
    "money.slider.length": "from the top of the list is where to stop, if everybody down to there is contacted",
    "money.slider.best": "would then be left",
    "money.slider.how": "Contacting somebody is expected to leave share changed × chance × worth − cost. Those above nothing "
    "are worth contacting; their sum is what is left. What they must change to pay for themselves is what contacting them "
    "costs, divided by their chance × worth, added up. Where to stop is where the sum from the top of the list is highest.",
    "money.slider.try": "Work it out",
    "money.slider.keep": "Keep these figures",
    "money.slider.back": "Back to the figures in use",
    "money.slider.settle": "Which test would settle it",
    "money.slider.not": "What a contact leaves is not known: {why}.",
    "versions.title": "The versions of this answer",
    "versions.note": "Each was tested on a date that it had not seen. Figures of different dates are not a race: people "
    "change as well.",
    "versions.in_use": "in use",
    "versions.newest": "newest",
    "versions.on_list": "made the present list",
    "versions.gone": "its files are gone",
    "versions.back": "Use this version",
    "versions.again": "Use the newest again",
    "versions.chosen": "From the next update on version {version} is used, because {by} chose it on {day}.",
    "versions.why": "Why (others will read it)",
    "versions.none": "Nothing is learned and kept for this answer: it is worked out from the data at each update.",
    "versions.kept": "Done. The next update uses it; until then the list stays as it is.",
    # Tables.
    "tables.lead": "Every step leaves a table. These are the ones that stand now; charts and figures are made of them.",
    "tables.personal": "Names and contact data are left out, because you may not see them.",
    "tables.aliased": "Keys that are addresses stand here under other names; files leave them out.",
    "tables.own": "Only rows of your own are shown.",
    "tables.closed": "This table holds rows of single people of all colleagues. Your own stand in your lists.",
    # Rooms that later capabilities fill.
    "segments.lead": "Groups of people whom the answers already set apart. Groups of your own, and how they change over "
    "time, will stand here.",
    "segments.none": "No group has been set apart yet",
    "segments.none.why": "Groups come from answers, and none of yours makes any yet: who is worth contacting needs what a contact "
    "costs and your margin (Settings, Money); lights need contracts, tiers need leads.",
    "offers.none": "Which offer for whom: not there yet",
    "offers.none.why": "Here will stand which offer is expected to bring most for whom, within what an offer may cost, and "
    "for whom none pays. It needs to know what was offered to whom, and what came of it; the questions below already say "
    "whom to make an offer.",
    "tests.lead": "What acting on a list earns is known only where some people were left out at random. No test has been "
    "read yet. This is what each would take with the people who are on the lists now.",
    "tests.none": "No list to test yet",
    "tests.none.why": "After the first update this page says for each list how many people a test would need, and for how "
    "long.",
    "tests.later": "Dealing people into the two halves, keeping them apart and reading the result will happen here.",
    "sends.lead": "Every file that was taken out of the lists, by whom and for which tool. Sending straight into other "
    "tools, and taking it back, will stand here.",
    "sends.none": "Nothing has been sent or taken out yet",
    "sends.none.why": "Open a list and take it out as a file for the tool you work with; it is noted here.",
    "colleagues.left_out": "What single colleagues bring is told to those who see everybody’s records.",
    "segments.worth": "worth contacting",
    "segments.rest": "the others",
    "segments.light": "{which}",
    "segments.tier": "group {which}",
    "versions.auc": "Of 100 pairs, in the right order",
    "versions.baseline_auc": "The same by the rule of thumb",
    "versions.ece": "What it says is off by, of 100",
    "versions.mae": "Off by, for each",
    "versions.baseline_mae": "The rule of thumb is off by",
}
