"""The words of questions of one's own, of lists and of feedback: part of the one plain-word table (`words.WORDS`)."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, str] = {
    # Sentences of a question in business words, where nobody wrote them.
    "own.question": "Which of our {who} will {does} in the next {horizon}?",
    "own.action": "Work first on the {people} at the top of the list.",
    "own.success": "a {one} of whom this came true because of us",
    "own.positive": "{does} within {horizon}",
    "own.worth.unknown": "nobody said what one is worth",
    "own.worth.things": "the amounts of {things}",
    "own.worth.attribute": "what stands in “{what}”",
    "own.worth.number": "{number} each, as you said",
    # The page of a new question.
    "own.readme.worth": (
        "What a success is worth: {worth}. Amounts are revenue; the workspace's margin makes profit of them."
    ),
    "own.readme.not": (
        "To claim that acting causes it: what goes together need not be cause and effect. Leave one in ten out at "
        "random to learn that. Nor where it happens to nearly everybody or nearly nobody."
    ),
    "own.readme.measured": "At a past date that nobody had seen, against the rules of thumb in `use_case.toml`.",
    # What `new` asks where an option is absent.
    "own.ask.who": "Whom is it about? For example: customers with an order in the last 90 days",
    "own.ask.what": "What happens to them? For example: an order of category 'coffee'; no order; converts",
    "own.ask.within": "Within how long? For example: 30 days",
    "own.ask.worth": "What is one worth? For example: orders in the last 90 days; 25; or nothing if you do not know",
    # Lists and what is said of their rows.
    "own.said": "{verdict} ({by}, {day})",
    "own.verdict.done": "done",
    "own.verdict.won": "won",
    "own.verdict.lost": "lost",
    "own.verdict.not-now": "not now",
    "own.verdict.wrong": "the list is wrong",
    # When somebody disagreed.
    "own.overrides.name": "When somebody disagreed, who was right",
    "own.overrides.none": (
        "Somebody disagreed with the list {times}; who was right is not measured yet, because none of these "
        "outcomes is complete."
    ),
    "own.overrides.right": (
        "When somebody disagreed, the person was right {right} of {complete} times, the list {listed}: the person "
        "{share} of 100 times, and it may be anything from {low} to {high}."
    ),
    "own.overrides.open": (
        "By the list's own chances it would have been {expected}: nobody can say yet that people know more or less than it."
    ),
    "own.overrides.person": (
        "By the list's own chances it would have been {expected}: people know something that the list does not."
    ),
    "own.overrides.list": (
        "By the list's own chances it would have been {expected}: where people disagreed, the list did better."
    ),
    "own.overrides.waiting": "{waiting} more are not complete.",
    "own.overrides.do": "ask them what they saw, and bring it into the data: their reasons stand in the feedback",
}
