"""The words of a question, each with its place, so that an error can point at the one that is wrong."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from tradewind.core.errors import ConfigError, Problem

LONGEST = 4_000
"""Characters that one part of a question may have."""

_MARKS = str.maketrans("‘’‚‛“”„‟", "''''\"\"\"\"")
_TOKEN = re.compile(
    r"""(?P<space>\s+)|(?P<text>'(?:[^']|'')*'|"(?:[^"]|"")*")|(?P<number>\d+(?:\.\d+)?(?![\w.]))|(?P<word>[^\W\d]\w*)"""
    r"""|(?P<sign>!=|<>|<=|>=|[=<>≤≥≠(),*])"""
)
_SIGNS = {"<>": "!=", "≠": "!=", "≤": "<=", "≥": ">="}
_SHOWN = 40

Kind = Literal["word", "text", "number", "sign", "end"]


@dataclass(frozen=True)
class Token:
    """One word, quoted text, number or sign.

    Args:
        kind: which of these; `end` stands behind the last.
        text: a word in small letters; a quoted text without its quotes; a number or sign as written.
        start: place of its first character in the source.
        end: place behind its last.
    """

    kind: Kind
    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Source:
    """One part of a question as a person wrote it.

    Args:
        text: as written.
        where: its place in the user's words (`questions.second_box.who`), for errors.
    """

    text: str
    where: str

    def refuse(self, token: Token, what: str, expected: str, known: Iterable[str] = (), do: str = "") -> ConfigError:
        """Return the error that points at a token.

        Args:
            token: the word that is wrong.
            what: what is wrong with it.
            expected: what could stand there.
            known: words that could; the nearest one is offered.
            do: what else to do where none of them is near.
        """
        near = difflib.get_close_matches(token.text.lower(), list(known), 1, 0.7) if token.kind == "word" else []
        hint = f'did you mean "{near[0]}"?' if near else do
        return ConfigError(Problem(self.where, what, self._pointed(token), expected, hint))

    def _pointed(self, token: Token) -> str:
        """The source around a token, with the token between marks."""
        before, word, after = self.text[: token.start], self.text[token.start : token.end], self.text[token.end :]
        word = word if len(word) <= _SHOWN else word[:_SHOWN] + "…"
        before = before if len(before) <= _SHOWN else "…" + before[-_SHOWN:]
        after = after if len(after) <= _SHOWN else after[:_SHOWN] + "…"
        return " ".join(f"{before}»{word}«{after}".split()) if word else f"{' '.join(before.split())} »end«"


def split_words(source: Source) -> tuple[Token, ...]:
    """Return the tokens of a part of a question, an `end` last.

    Raises:
        ConfigError: it is empty or too long, holds a character that means nothing here, or a quote that does not end.
    """
    text = source.text.translate(_MARKS)
    if len(text) > LONGEST:
        found = f"{len(text):,} characters"
        raise ConfigError(Problem(source.where, "this is too long", found, f"at most {LONGEST:,} characters"))
    found_tokens: list[Token] = []
    place = 0
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            raise _unreadable(source, text, place)
        if match.lastgroup != "space":
            found_tokens.append(_token(source, match))
        place = match.end()
    end = Token("end", "", len(text), len(text))
    if not found_tokens:
        raise source.refuse(end, "there is nothing here", "words such as: customers with an order in the last 90 days")
    return (*found_tokens, end)


def _token(source: Source, match: re.Match[str]) -> Token:
    kind, text = match.lastgroup, match.group()
    if kind == "text":
        inner = text[1:-1].replace(text[0] * 2, text[0])
        token = Token("text", inner, match.start(), match.end())
        if not inner.isprintable():
            raise source.refuse(token, "a quoted text holds a character that cannot be seen", "letters, digits, signs")
        return token
    if kind == "word":
        return Token("word", text.lower(), match.start(), match.end())
    return Token("number" if kind == "number" else "sign", _SIGNS.get(text, text), match.start(), match.end())


def _unreadable(source: Source, text: str, place: int) -> ConfigError:
    token = Token("sign", text[place], place, place + 1)
    if text[place] in "'\"":
        return source.refuse(token, "this quote does not end", "a quote at both ends: 'coffee'")
    if text[place].isdigit():
        return source.refuse(token, "this is not a number", "a number such as 3 or 12.50")
    return source.refuse(token, "this sign means nothing here", "words, numbers, 'quoted texts', = != < > and brackets")
