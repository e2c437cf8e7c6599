"""The phrases that a question is put together from: facts, spending, states, comparisons, joined by and, or, not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tradewind.core.contract import CONTRACT
from tradewind.features.questions.columns import columns_of_entity, columns_of_thing
from tradewind.features.questions.filters import FilterWords
from tradewind.features.questions.reader import Reader
from tradewind.features.questions.things import ENTITIES, ENTITY_WORDS, THING_WORDS, THINGS, is_tied, tied_things
from tradewind.features.questions.tokens import Token
from tradewind.features.questions.tree import EVER, NONE, ONE, All, Compare, Condition, Had, Not, Some, Window

DEEPEST = 20
"""Brackets and negations within each other."""

CONNECTORS = (
    "with", "who", "whose", "that", "which", "where", "having", "have", "has", "had", "is", "are", "was", "were",
    "been", "be", "will", "does", "do", "did", "place", "places", "make", "makes", "there", "they", "it",
)  # fmt: skip
SPENT = ("spent", "spend", "spends", "paid", "pay", "pays")
REVENUE = ("margin", "revenue", "spend", "spending", "sales", "turnover", "profit", "amount", "amounts")


def join(kind: type[All] | type[Some], parts: Sequence[Condition]) -> Condition | None:
    """Conditions joined, those of the same kind within each other laid flat."""
    flat = [each for part in parts for each in (part.parts if isinstance(part, kind) else (part,))]
    return None if not flat else flat[0] if len(flat) == 1 else kind(tuple(flat))


class Phrases:
    """The rules that `who` and `what` share.

    Args:
        reader: the words, and how far they were read.
        entity: whom the question is about.
        ahead: whether it is about what comes, which has no window of its own and no state of today.
    """

    def __init__(self, reader: Reader, entity: str, ahead: bool) -> None:
        self.reader, self.entity, self.ahead = reader, entity, ahead
        self._depth = 0

    def condition(self) -> Condition:
        """condition = all { "or" all }"""
        parts = [self._all()]
        while self.reader.skip("or"):
            parts.append(self._all())
        joined = join(Some, parts)
        assert joined is not None
        return joined

    def _all(self) -> Condition:
        """all = one { ("and" | "but" | ",") one }"""
        parts = [self._one()]
        while self.reader.skip("and", "but", ",") or self.reader.next_is("with", "whose", "who", "without"):
            parts.append(self._one())
        joined = join(All, parts)
        assert joined is not None
        return joined

    def _one(self) -> Condition:
        """one = { connector } ( "not" one | "without" one | "(" condition ")" | fact | spent | state | comparison )"""
        reader, start = self.reader, self.reader.now
        self._depth += 1
        if self._depth > DEEPEST:
            raise reader.source.refuse(start, "this is too deeply nested", f"at most {DEEPEST} levels")
        try:
            while reader.now.text in CONNECTORS and reader.now.kind == "word" and not self._compares():
                reader.take()
            if reader.next_is("not", "never", "without"):
                reader.take()
                return self._opposite(self._one())
            if reader.skip("("):
                inner = self.condition()
                reader.expect(")", "a closing bracket")
                return inner
            return self._atom()
        finally:
            self._depth -= 1

    @staticmethod
    def _opposite(part: Condition) -> Condition:
        if isinstance(part, Had) and part.quantity == ONE and part.measure == "count":
            return replace(part, quantity=NONE)
        return part.part if isinstance(part, Not) else Not(part)

    def _compares(self) -> bool:
        """Whether a column and a comparison stand here, so that the word is no connector."""
        return self.reader.is_comparison() and self.reader.now.text not in ("is", "are", "was", "were")

    def _atom(self) -> Condition:
        reader, word = self.reader, self.reader.now
        if word.kind == "word" and word.text in SPENT:
            return self._spent()
        if word.kind == "word" and self._is_own_state():
            state = self.own_state(reader.take())
            return replace(state, window=self._window())
        if reader.is_comparison() and word.text not in THING_WORDS and word.text != "count":
            if self.ahead:
                raise reader.source.refuse(
                    word, "what happens needs a moment at which it happens",
                    "something with a time, such as: an order, a deal won, converts", do="put it into who",
                )  # fmt: skip
            return FilterWords(reader, columns_of_entity(self.entity)).comparison()
        return self._fact()

    def _is_own_state(self) -> bool:
        """Whether the word is a state of the entity itself, and no thing follows that it would belong to."""
        own = ENTITIES[self.entity].own
        words = {word for state in THINGS[own].states.values() for word in state.words} if own else set()
        return self.reader.now.text in words and self.reader.after.text not in THING_WORDS

    def own_state(self, token: Token) -> Had:
        """Return the entity's own state that a word means."""
        own = ENTITIES[self.entity].own
        states = THINGS[own].states if own else {}
        for name, state in states.items():
            if token.text in state.words:
                self._require_moment(token, own, name)
                return Had(own, name)
        words = [word for state in states.values() for word in state.words]
        expected = f"one of: {', '.join(words)}" if words else self._things()
        raise self.reader.source.refuse(token, f"{ENTITIES[self.entity].many} cannot be that", expected, words)

    def _fact(self) -> Condition:
        """fact = [ quantity ] { state } thing { state } { filter | window } [ sign number ]"""
        reader = self.reader
        counted = reader.skip("count", "number")
        if counted and not reader.skip("of"):
            raise reader.source.refuse(reader.now, "it is not said what is counted", "count of orders >= 3")
        start = reader.now
        quantity = reader.quantity()
        had = replace(self._thing(start), quantity=quantity or ONE)
        if reader.now.kind == "sign" and reader.now.text in ("=", "!=", "<", "<=", ">", ">="):
            sign = reader.take()
            if quantity is not None:
                raise reader.source.refuse(
                    sign, "it was said already how many", "either at least 3 orders, or orders >= 3"
                )
            return replace(had, quantity=reader.compared(sign))
        if counted:
            raise reader.source.refuse(reader.now, "a count is held against a number", "count of orders >= 3")
        return had

    def _thing(self, start: Token) -> Had:
        """A thing with its state, its filters and its window, but not how often."""
        reader = self.reader
        before = None if reader.now.text in THING_WORDS or reader.two_words() in THING_WORDS else reader.now
        if before is not None and reader.after.text in THING_WORDS:
            reader.take()
        word = reader.now
        name = THING_WORDS.get(reader.two_words()) or THING_WORDS.get(word.text)
        if word.kind != "word" or name is None:
            known = [*THING_WORDS, *ENTITY_WORDS, *SPENT, *CONNECTORS]
            what = "there is no such thing" if word.kind == "word" else "something that happened was expected"
            raise reader.source.refuse(word, what, self._things(), known, self._hint(word))
        if reader.two_words() in THING_WORDS:
            reader.take()
        reader.take()
        if not is_tied(name, self.entity):
            many = ENTITIES[self.entity].many
            raise reader.source.refuse(word, f"{THINGS[name].many} are not tied to {many}", self._things())
        state = self._state(name, before)
        filters, window = FilterWords(reader, columns_of_thing(name)).all_of(self._window)
        self._require_whole(word, name, filters)
        self._require_moment(start, name, state)
        if THINGS[name].states[state].is_now and window != EVER:
            raise reader.source.refuse(
                start, f"{state} is what it is now, and has no time", "the same without “in the last …”"
            )
        return Had(name, state, filters, ONE, window)

    def _require_whole(self, word: Token, thing: str, filters: tuple[Compare, ...]) -> None:
        """What is said of a whole order and what is said of a product in it are not mixed: whose amount would it be?"""
        lines = {column.name for column in CONTRACT["order_lines"].columns} - {"amount", "discount"}
        orders = {column.name for column in CONTRACT["orders"].columns}
        names = [each.column for each in filters if THINGS[thing].table == "orders"]
        whole = [name for name in names if name in orders - lines]
        if whole and any(name not in orders for name in names):
            raise self.reader.source.refuse(
                word, f"{whole[0]} is said of the whole order, and other columns of a product in it",
                "two conditions: an order (amount > 100) and an order of category 'coffee'",
            )  # fmt: skip

    def _hint(self, word: Token) -> str:
        if word.kind == "word" and self.reader.after.kind == "end":
            return "a condition names something that happened, or compares a column: country = 'DE'"
        return ""

    def _state(self, thing: str, before: Token | None) -> str:
        """The thing's state, told before or behind it."""
        reader, states = self.reader, THINGS[thing].states
        found = ""
        if before is not None:
            found = next((name for name, state in states.items() if before.text in state.words), "")
            if not found:
                known = [word for state in states.values() for word in state.words if " " not in word]
                expected = f"one of: {', '.join(known)}" if known else "no word before it"
                raise reader.source.refuse(before, f"{THINGS[thing].many} cannot be that", expected, known)
        if not found and reader.now.text in ("is", "are", "was", "were", "that") and not reader.is_comparison():
            reader.skip("that")
            reader.skip("is", "are", "was", "were")
        for name, state in states.items():
            for words in state.words:
                if not found and reader.skip_phrase(words):
                    return name
        return found

    def _require_moment(self, token: Token, thing: str, state: str) -> None:
        if self.ahead and THINGS[thing].states[state].is_now:
            raise self.reader.source.refuse(
                token, f"“{state}” is not something that happens", "something with a time: won, lost, ended, started",
            )  # fmt: skip

    def _window(self) -> Window:
        start = self.reader.now
        window = self.reader.window()
        if self.ahead and window is not None:
            raise self.reader.source.refuse(
                start, "what happens lies ahead, and has no time of its own", "the same without it; within says how far"
            )
        return window or EVER

    def _spent(self) -> Had:
        """spent = "spent" quantity [ "on" [ things ] { filter } ] [ window ]"""
        reader = self.reader
        word = reader.take()
        if not is_tied("order", self.entity):
            raise reader.source.refuse(word, f"orders are not tied to {ENTITIES[self.entity].many}", self._things())
        quantity = reader.quantity(money=True)
        if quantity is None:
            raise reader.source.refuse(reader.now, "it is not said how much", "spent more than 100")
        had = Had("order", "", (), quantity, self._window(), "amount")
        if reader.skip("on"):
            reader.skip("orders", "order")
            filters, window = FilterWords(reader, columns_of_thing("order")).all_of(self._window, begun=True)
            had = replace(had, filters=filters, window=window if window != EVER else had.window)
        return had

    def summed(self) -> Had | None:
        """things whose amounts are summed: [ "amounts" "of" ] things …; None where an attribute stands there."""
        reader, start = self.reader, self.reader.now
        if start.kind != "word":
            raise reader.source.refuse(
                start, "it is not said what a success is worth", "orders in the last 90 days, 25"
            )
        if start.text in REVENUE and reader.after.kind != "end":
            reader.take()
            reader.skip("of", "from", "in")
            window = reader.window(bare=True)
            if window is not None:
                return Had("order", "", (), ONE, window, "amount")
        elif start.text in REVENUE[:-2] and is_tied("order", self.entity):
            reader.take()
            return Had("order", "", (), ONE, EVER, "amount")
        word = reader.now
        things = {word.text, reader.after.text, reader.two_words()} & set(THING_WORDS)
        if not things or (reader.after.kind == "end" and word.text not in THING_WORDS):
            return None
        had = replace(self._thing(word), measure="amount")
        if not THINGS[had.thing].amount:
            amounts = ", ".join(
                thing.many for name, thing in THINGS.items() if thing.amount and is_tied(name, self.entity)
            )
            raise reader.source.refuse(word, f"{THINGS[had.thing].many} have no amount", f"one of: {amounts}")
        return had

    def _things(self) -> str:
        return "one of: " + ", ".join(tied_things(self.entity))
