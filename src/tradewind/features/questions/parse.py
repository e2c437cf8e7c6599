"""The four parts of a question → a tree: who, what happens, within how long, worth how much."""

from __future__ import annotations

from decimal import Decimal

from tradewind.core.errors import ConfigError, Problem
from tradewind.features.questions.phrases import Phrases, join
from tradewind.features.questions.reader import Reader
from tradewind.features.questions.things import ENTITIES, ENTITY_WORDS, THINGS
from tradewind.features.questions.tokens import Source, Token
from tradewind.features.questions.tree import All, Asked, Condition, Worth, conditions

MOST_CONDITIONS = 40
LONGEST_HORIZON = 3_650


def parse_question(who: str, what: str, within: str, worth: str, where: str) -> Asked:
    """Understand a question.

    Args:
        who: the entity and which of them ("customers with an order in the last 90 days").
        what: what happens ("an order of category 'coffee'").
        within: how far ahead ("30 days").
        worth: what a success is worth ("orders in the last 90 days"); empty where nobody said.
        where: the place of the question, for errors (`questions.second_box`).
    Raises:
        ConfigError: what is wrong with each of the four, together; each error points at the word.
    """
    problems: list[Problem] = []
    entity, condition = "customer", None
    tree: Condition | None = None
    length, value = 0, None
    known = True
    try:
        entity, condition = parse_who(Source(who, f"{where}.who"))
    except ConfigError as error:
        problems += error.problems
        known = False
    try:
        length = parse_within(Source(within, f"{where}.within"))
    except ConfigError as error:
        problems += error.problems
    for part, text in (("what", what), ("worth", worth)):
        try:
            if known and part == "what":
                tree = parse_what(Source(text, f"{where}.what"), entity)
            elif known and text.strip():
                value = parse_worth(Source(text, f"{where}.worth"), entity)
        except ConfigError as error:
            problems += error.problems
    if problems or tree is None:
        raise ConfigError(problems)
    return Asked(entity, condition, tree, length, value)


def parse_who(source: Source) -> tuple[str, Condition | None]:
    """Return the entity that a question is about, and which of them; see the grammar."""
    reader = Reader(source)
    before: list[Token] = []
    reader.skip("all", "every", "the", "our")
    while reader.now.kind == "word" and reader.now.text in _adjectives() and reader.now.text not in ENTITY_WORDS:
        before.append(reader.take())
    reader.skip("all", "every", "the", "our")
    word = reader.take()
    if word.text not in ENTITY_WORDS or word.kind != "word":
        raise source.refuse(word, "nobody is named who is asked about", _entities(), ENTITY_WORDS)
    parser = Phrases(reader, ENTITY_WORDS[word.text], ahead=False)
    parts: list[Condition] = [parser.own_state(token) for token in before]
    if reader.now.kind != "end":
        parts.append(parser.condition())
    reader.expect_end("and, or, or the end")
    tree = join(All, parts)
    _require_few(source, tree)
    return parser.entity, tree


def parse_what(source: Source, entity: str) -> Condition:
    """Return what happens within the horizon."""
    reader = Reader(source)
    parser = Phrases(reader, entity, ahead=True)
    tree = parser.condition()
    reader.expect_end("and, or, or the end")
    _require_few(source, tree)
    return tree


def parse_within(source: Source) -> int:
    """Return how far ahead a question looks, in days."""
    reader = Reader(source)
    reader.skip("within", "in", "the", "next")
    start = reader.now
    days = reader.span()
    reader.expect_end("nothing more")
    if not 1 <= days <= LONGEST_HORIZON:
        raise source.refuse(start, "nobody can look so far ahead", f"1 to {LONGEST_HORIZON} days")
    return days


def parse_worth(source: Source, entity: str) -> Worth:
    """Return what one success is worth."""
    reader = Reader(source)
    parser = Phrases(reader, entity, ahead=False)
    factor = Decimal(1)
    if reader.now.kind == "number":
        factor = reader.number()
        if reader.is_over():
            return Worth(factor)
        if not reader.skip("*", "times", "x"):
            raise source.refuse(reader.now, "after a number comes nothing, or what it is multiplied with",
                                "12 * running subscriptions")  # fmt: skip
    summed = parser.summed()
    if summed is None:
        name = reader.column()
        reader.expect_end("nothing more: an attribute stands alone")
        return Worth(factor, attribute=name)
    reader.expect_end("the end")
    return Worth(factor, summed)


def _adjectives() -> set[str]:
    """Words that may stand before an entity: its own states, and those of its things, which are then refused."""
    return {word for entity in ENTITIES.values() if entity.own
            for state in THINGS[entity.own].states.values() for word in state.words}  # fmt: skip


def _entities() -> str:
    return "one of: " + ", ".join(entity.many for entity in ENTITIES.values())


def _require_few(source: Source, tree: Condition | None) -> None:
    found = len(conditions(tree))
    if found > MOST_CONDITIONS:
        raise ConfigError(
            Problem(source.where, "these are too many conditions", str(found), f"at most {MOST_CONDITIONS}")
        )
