"""Reads the words of a question one by one: numbers, spans, windows, quantities and names of columns."""

from __future__ import annotations

import re
from decimal import Decimal

from tradewind.features.questions.tokens import Source, Token, split_words
from tradewind.features.questions.tree import NONE, ONE, Operator, Quantity, Window

UNITS = {"day": 1, "days": 1, "week": 7, "weeks": 7, "month": 30, "months": 30, "year": 365, "years": 365}
SIGNS: tuple[Operator, ...] = ("=", "!=", "<", "<=", ">", ">=")
COLUMN = re.compile(r"[a-z][a-z0-9_]*")
LONGEST_SPAN = 36_500

_SAID_OF_COLUMNS = ("known", "unknown", "not", "yes", "no", "true", "false")

_COMPARED: tuple[tuple[tuple[str, ...], Operator], ...] = (
    (("at", "least"), ">="), (("at", "most"), "<="), (("more", "than"), ">"), (("over",), ">"), (("above",), ">"),
    (("less", "than"), "<"), (("fewer", "than"), "<"), (("under",), "<"), (("below",), "<"), (("exactly",), "="),
)  # fmt: skip


class Reader:
    """The words of one part of a question, and how far they were read.

    Args:
        source: the part, as written.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self._tokens = split_words(source)
        self._place = 0

    @property
    def now(self) -> Token:
        """The next word to read."""
        return self._tokens[self._place]

    @property
    def after(self) -> Token:
        """The word behind the next one."""
        return self.ahead(1)

    def ahead(self, words: int) -> Token:
        """Return the word so many words further on."""
        return self._tokens[min(self._place + words, len(self._tokens) - 1)]

    def two_words(self) -> str:
        """The next two words as one, for things of two words."""
        return f"{self.now.text} {self.after.text}" if self.now.kind == self.after.kind == "word" else ""

    def is_over(self) -> bool:
        """Whether nothing is left to read."""
        return self.now.kind == "end"

    def take(self) -> Token:
        """Read one word."""
        token = self.now
        if token.kind != "end":
            self._place += 1
        return token

    def next_is(self, *words: str) -> bool:
        """Whether the next word is one of these."""
        return self.now.kind in ("word", "sign") and self.now.text in words

    def skip(self, *words: str) -> bool:
        """Read the next words as long as they are among these; return whether one was."""
        found = False
        while self.next_is(*words):
            self.take()
            found = True
            if len(words) == 1:
                break
        return found

    def skip_phrase(self, phrase: str) -> bool:
        """Read the words of a phrase if they stand here."""
        words = phrase.split()
        if [self.ahead(place).text for place in range(len(words))] != words or self.now.kind != "word":
            return False
        for _ in words:
            self.take()
        return True

    def expect(self, sign: str, expected: str) -> None:
        """Read a sign that must stand here."""
        if not self.next_is(sign):
            raise self.source.refuse(self.now, "something is missing here", expected)
        self.take()

    def expect_end(self, expected: str) -> None:
        """Require that nothing is left."""
        if self.now.kind != "end":
            raise self.source.refuse(self.now, "this cannot stand here", expected, ("and", "or", "with", "in", "of"))

    def number(self) -> Decimal:
        """Read a number."""
        token = self.take()
        if token.kind != "number":
            raise self.source.refuse(token, "a number was expected", "a number such as 3 or 12.50")
        whole, _, part = token.text.partition(".")
        if len(whole.lstrip("0")) > 12 or len(part) > 4:
            raise self.source.refuse(token, "this number is too long", "at most 12 digits, and 4 behind the point")
        return Decimal(token.text)

    def column(self) -> str:
        """Read the name of a column."""
        token = self.take()
        if token.kind != "word" or not COLUMN.fullmatch(token.text):
            raise self.source.refuse(token, "the name of a column was expected", "small letters, digits, underscores")
        return token.text

    def is_comparison(self) -> bool:
        """Whether a column held against a value stands here."""
        if self.now.kind != "word":
            return False
        after, third = self.after, self.ahead(2)
        if after.kind == "sign":
            return after.text in SIGNS
        if after.kind != "word":
            return False
        if after.text in ("is", "are"):
            return third.kind in ("text", "number") or third.text in (
                "known",
                "unknown",
                "not",
                "yes",
                "no",
                "true",
                "false",
            )
        return (after.text == "in" and third.text == "(") or (after.text == "not" and third.text == "in")

    def span(self) -> int:
        """Read a span of days, weeks, months of 30 days or years of 365; return its days."""
        start = self.now
        number = Decimal(1)
        if self.now.kind == "number":
            number = self.number()
        else:
            self.skip("a", "an", "one")
        unit = self.take()
        if unit.text not in UNITS or unit.kind != "word":
            raise self.source.refuse(unit, "a span of time was expected", "30 days, 2 weeks, 3 months", UNITS)
        if number != int(number):
            raise self.source.refuse(start, "a span is a whole number", "30 days")
        return self._span(start, int(number) * UNITS[unit.text])

    def _span(self, start: Token, days: int) -> int:
        if not 1 <= days <= LONGEST_SPAN:
            raise self.source.refuse(start, "this span is too short or too long", f"1 to {LONGEST_SPAN} days")
        return days

    def window(self, bare: bool = False) -> Window | None:
        """Read when something happened, if that stands here.

        Args:
            bare: whether "the last 90 days" may stand without "in".
        """
        if self.skip_phrase("ever") or self.skip_phrase("so far") or self.skip_phrase("at any time"):
            return Window()
        if self._begins_last(bare):
            self.skip("in", "within", "over", "during", "for", "the", "last", "past", "of")
            return Window(self.span())
        if self.skip_phrase("between"):
            return self._between()
        if self.next_is("more") and self.after.text == "than" and self.ahead(3).text in UNITS:
            self.skip_phrase("more than")
            newest = self.span()
            if not self.skip("ago"):
                raise self.source.refuse(self.now, "a word is missing", "more than 90 days ago")
            return Window(None, newest)
        return None

    def _begins_last(self, bare: bool) -> bool:
        words = [self.ahead(place).text for place in range(3)]
        if words[0] in ("in", "within", "over", "during"):
            return "last" in words[1:] or "past" in words[1:] or words[1:2] == ["the"] or self.after.kind == "number"
        if words[0] == "for":
            return self.after.kind == "number" or "last" in words[1:] or "past" in words[1:]
        return bare and words[0] in ("the", "last", "past")

    def _between(self) -> Window:
        start = self.now
        first = self.number()
        unit = self.take().text if self.now.text in UNITS else ""
        self.expect("and", "between 90 and 30 days ago")
        second = self.now
        newest = self.span()
        if not self.skip("ago"):
            raise self.source.refuse(self.now, "a word is missing", "between 90 and 30 days ago")
        days = int(first) * (UNITS[unit] if unit else UNITS[self.ahead(-2).text])
        if first != int(first) or days == newest:
            raise self.source.refuse(second, "these two are the same day", "between 90 and 30 days ago")
        return Window(self._span(start, max(days, newest)), min(days, newest))

    def quantity(self, money: bool = False) -> Quantity | None:
        """Read how many or how much, if that stands here.

        Args:
            money: whether it is an amount, which may have digits behind the point.
        """
        start = self.now
        if not money:
            if self.skip("no", "zero"):
                return NONE
            if self.skip("a", "an", "any", "some"):
                return ONE
        for words, operator in _COMPARED:
            if self.skip_phrase(" ".join(words)):
                return self._counted(operator, money)
        if self.now.kind == "sign" and self.now.text in SIGNS and money:
            return self.compared(self.take(), money)
        if self.now.kind == "number":
            raise self.source.refuse(
                start, "it is not said whether this is the least, the most or the exact number",
                f"at least {start.text}, at most {start.text}, or exactly {start.text}",
            )  # fmt: skip
        return None

    def compared(self, sign: Token, money: bool = False) -> Quantity:
        """Read the number behind a comparison sign."""
        return self._counted(next(each for each in SIGNS if each == sign.text), money)

    def _counted(self, operator: Operator, money: bool) -> Quantity:
        start = self.now
        number = self.number()
        if not money and number != int(number):
            raise self.source.refuse(start, "things are counted in whole numbers", "at least 2 orders")
        return Quantity(operator, number)
