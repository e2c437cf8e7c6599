"""What the rows of a thing must be like: `named 'login'`, `of category 'coffee'`, `with amount > 100`."""

from __future__ import annotations

from collections.abc import Callable

from tradewind.core.contract import Column
from tradewind.features.questions.columns import OURS, Columns
from tradewind.features.questions.reader import SIGNS, Reader
from tradewind.features.questions.tokens import Token
from tradewind.features.questions.tree import EVER, Compare, Operator, Value, Window

MOST_VALUES = 100
_BEGIN = ("with", "where", "whose", "that", "which", "having")


class FilterWords:
    """Reads comparisons with columns: the filters of a thing, or what an entity must be like.

    Args:
        reader: the words.
        columns: what can be compared.
    """

    def __init__(self, reader: Reader, columns: Columns) -> None:
        self.reader, self.columns = reader, columns

    def all_of(self, read_window: Callable[[], Window], begun: bool = False) -> tuple[tuple[Compare, ...], Window]:
        """Read filters and the window, in any order.

        Args:
            read_window: reads a window if one stands here, or returns EVER.
            begun: whether "of" was said already.
        """
        reader, found, window = self.reader, list[Compare](), EVER
        if begun and reader.now.kind == "word" and reader.after.kind == "text":
            found.append(self._of())
        while True:
            place = reader.now
            if self.columns.named and (reader.skip("named", "called") or reader.now.kind == "text"):
                found.append(Compare(self.columns.named, "=", self._texts()))
            elif reader.next_is("of") and reader.after.kind == "word":
                reader.take()
                found.append(self._of())
            elif reader.next_is(*_BEGIN) and self._comparison_after(1):
                reader.take()
                found += self._comparisons()
            elif reader.next_is("(") and self._comparison_after(1):
                reader.take()
                found += self._comparisons()
                reader.expect(")", "a closing bracket")
            elif window == EVER:
                window = read_window()
            if reader.now is place:
                return tuple(found), window

    def _comparison_after(self, words: int) -> bool:
        """Whether a comparison begins so many words further on."""
        name, sign, third = (self.reader.ahead(words + place) for place in range(3))
        if name.kind != "word":
            return False
        if sign.kind == "sign":
            return sign.text in SIGNS
        return sign.text in ("is", "are") or (sign.text, third.text) in (("in", "("), ("not", "in"))

    def _comparisons(self) -> list[Compare]:
        found = [self.comparison()]
        while self.reader.next_is("and", ",") and self._comparison_after(1):
            self.reader.take()
            found.append(self.comparison())
        return found

    def _of(self) -> Compare:
        """of = "of" column text { "or" text }"""
        word = self.reader.now
        name = self.reader.column()
        self._column(word, name)
        if self.reader.now.kind == "sign" and self.reader.now.text == "=":
            self.reader.take()
        return Compare(name, "=", self._texts())

    def _texts(self) -> tuple[str, ...]:
        values = [self._text()]
        while self.reader.next_is("or", ",") and self.reader.after.kind == "text":
            self.reader.take()
            values.append(self._text())
        return tuple(dict.fromkeys(values))

    def _text(self) -> str:
        token = self.reader.take()
        if token.kind != "text":
            raise self.reader.source.refuse(token, "a text was expected", "a text in quotes, such as 'coffee'")
        return token.text

    def comparison(self) -> Compare:
        """comparison = column ( sign value | "is" [ "not" ] ( value | "known" ) | [ "not" ] "in" "(" values ")" )"""
        reader, word = self.reader, self.reader.now
        name = reader.column()
        column = self._column(word, name)
        sign = reader.take()
        operator: Operator = "="
        if sign.text in ("is", "are"):
            operator = "!=" if reader.skip("not") else "="
            if reader.next_is("known", "unknown"):
                unknown = reader.take().text == "unknown"
                return Compare(name, "=" if unknown == (operator == "=") else "!=", ())
        elif sign.text in ("in", "not"):
            operator = "!=" if sign.text == "not" else "="
            reader.skip("in")
            return Compare(name, operator, self._listed(column))
        else:
            operator = next(each for each in SIGNS if each == sign.text)
        start = reader.now
        value = self._value(column)
        if operator not in ("=", "!=") and not _is_number(value):
            raise reader.source.refuse(start, "only numbers are smaller or larger", f"{name} = '…', or a number")
        return Compare(name, operator, (value,))

    def _listed(self, column: Column | None) -> tuple[Value, ...]:
        reader = self.reader
        reader.expect("(", "a list in brackets: in ('a', 'b')")
        values = [self._value(column)]
        while reader.skip(","):
            values.append(self._value(column))
        place = reader.now
        reader.expect(")", "a closing bracket")
        if len({type(value) for value in values}) > 1:
            raise reader.source.refuse(place, "this list holds texts and numbers", "either texts or numbers")
        if len(values) > MOST_VALUES:
            raise reader.source.refuse(place, "this list is too long", f"at most {MOST_VALUES} values")
        return tuple(dict.fromkeys(values))

    def _value(self, column: Column | None) -> Value:
        reader, token = self.reader, self.reader.now
        flag = column is not None and column.type == "flag"
        if token.kind == "word" and token.text in ("yes", "no", "true", "false") and flag:
            reader.take()
            return token.text in ("yes", "true")
        if token.kind == "number" and not flag and not (column is not None and column.type == "text"):
            return reader.number()
        if token.kind == "text" and (column is None or column.type == "text"):
            reader.take()
            return token.text
        if token.kind == "word":
            raise reader.source.refuse(token, "a text stands in quotes", f"'{token.text}'" if not flag else "yes or no")
        expected = {"text": "a text in quotes", "flag": "yes or no"}.get(column.type if column else "", "a number")
        raise reader.source.refuse(token, "this value does not fit the column", expected)

    def _column(self, token: Token, name: str) -> Column | None:
        """The contract's column of that name; None for an attribute of the user's own.

        Raises:
            ConfigError: the thing has no such column, or it cannot be compared with a value.
        """
        known = self.columns.known
        if name in OURS:
            raise self.reader.source.refuse(token, "this column is ours", "a column of your data")
        found = known.get(name)
        if found is None and not self.columns.attributes:
            expected = f"one of: {', '.join(known)}"
            raise self.reader.source.refuse(token, f"{self.columns.many} have no such column", expected, known)
        if found is not None and found.type in ("time", "day"):
            raise self.reader.source.refuse(token, "a time is not compared with a value", "in the last 30 days")
        if found is not None and found.personal:
            raise self.reader.source.refuse(token, "nobody is asked about by personal data", "another column")
        return found


def _is_number(value: Value) -> bool:
    return not isinstance(value, str | bool)
