"""Headers into concepts, whatever their language and spelling, and how well they fit a contract column."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

_CAMEL = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_LINKS = ("", "s", "n", "en", "es", "e")
_SHORT = frozenset({"id", "no", "nr", "dt", "at", "qty", "amt", "num", "key"})
_EXTRA, _UNKNOWN, _BARE = 0.72, 0.82, 0.45
"""What a header loses for each further concept, for each word that is not known, and for a concept beside a bare "id":
the id of something else."""


@dataclass(frozen=True)
class Heading:
    """A header or table name taken apart.

    Args:
        words: each word's concepts, in order; an empty set for a word that is not known.
        tokens: the words themselves, in lower case without accents.
    """

    words: tuple[frozenset[str], ...]
    tokens: tuple[str, ...]

    @property
    def concepts(self) -> frozenset[str]:
        """All concepts in it."""
        return frozenset().union(*self.words) if self.words else frozenset()


@dataclass(frozen=True)
class Pattern:
    """A set of concepts that means a contract column, and how surely."""

    concepts: frozenset[str]
    weight: float


@cache
def read_heading(text: str) -> Heading:
    """Take a header apart: accents off, words split at capitals, marks and within compounds, stop words left out."""
    text = re.sub(r"(?i)(?<![a-z])(num|no|number|count|nr)([ _.])of(?![a-z])", r"count", text)
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))
    found: list[frozenset[str]] = []
    tokens: list[str] = []
    for part in re.split(r"[^A-Za-z0-9]+", plain):
        whole = _concepts_of(part.lower())
        pieces = [part.lower()] if whole else [piece.lower() for piece in _CAMEL.findall(part)]
        for place, piece in enumerate(pieces):
            if pieces[place + 1 : place + 2] == ["of"] and "id" in _concepts_of(piece):
                found.append(frozenset({"count"}))
                tokens.append(piece)
                continue
            if piece in _vocabulary().stop or piece.isdigit():
                continue
            for word in _split(piece):
                found.append(_concepts_of(word))
                tokens.append(word)
    if not tokens:  # a header of stop words only, such as y
        words = [word.lower() for word in re.findall(r"[A-Za-z]+", plain)]
        return Heading(tuple(frozenset() for _ in words), tuple(words))
    return Heading(tuple(found), tuple(tokens))


def fit_column(heading: Heading, table: str, column: str) -> float:
    """Return how well a header names a contract column, 0 to 1."""
    patterns = column_patterns().get(table, {})
    subject = _subjects().get(table, frozenset())
    return max((_fit(heading, pattern, subject) for pattern in patterns.get(column, ())), default=0.0)


def fit_table(heading: Heading, table: str) -> float:
    """Return how well a table's name says that its rows are those of a contract table, 0 to 1."""
    return max((_fit(heading, pattern, frozenset()) for pattern in _table_patterns().get(table, ())), default=0.0)


def label_words() -> Mapping[str, frozenset[str]]:
    """Return words of answers: `words` in headers, `yes`, `won` and `lost` among values."""
    return {name: frozenset(text.split()) for name, text in _column_file()["labels"].items()}


def _fit(heading: Heading, pattern: Pattern, subject: frozenset[str]) -> float:
    """A pattern fits when each of its concepts has a word of its own; words beyond them cost."""
    left = list(heading.words)
    for concept in sorted(pattern.concepts):
        holding = [word for word in left if concept in word]
        if not holding:
            return 0.0
        left.remove(min(holding, key=len))
    cost = 1.0
    extra = _BARE if pattern.concepts <= {"id", "name", "date"} else _EXTRA
    for word in left:
        if not word & subject and not word & pattern.concepts:
            cost *= extra if word else _UNKNOWN
    return pattern.weight * cost


@dataclass(frozen=True)
class _Vocabulary:
    words: Mapping[str, frozenset[str]]
    stop: frozenset[str]


@cache
def _vocabulary() -> _Vocabulary:
    found = tomllib.loads((files("tradewind.sources.meaning") / "words.toml").read_text(encoding="utf-8"))
    words: dict[str, frozenset[str]] = {}
    for concept, text in found["concepts"].items():
        for word in text.split():
            words[word] = words.get(word, frozenset()) | {concept}
    return _Vocabulary(words, frozenset(found["stop"]["words"].split()))


def _concepts_of(word: str) -> frozenset[str]:
    words = _vocabulary().words
    for form in (
        word,
        word.removesuffix("s"),
        word.removesuffix("es"),
        word.removesuffix("n"),
        word.removesuffix("en"),
    ):
        if form in words and (form == word or len(form) > 2):
            return words[form]
    return frozenset()


@cache
def _split(word: str) -> tuple[str, ...]:
    """A compound into known words (kundennummer, invoiceno), as few as possible; itself where that is not possible."""
    if len(word) < 5 or _concepts_of(word):
        return (word,)
    ways = list(_ways(word, 3))
    return min(ways, key=lambda way: (len(way), -max(len(piece) for piece in way))) if ways else (word,)


def _ways(word: str, most: int) -> Iterator[tuple[str, ...]]:
    words = _vocabulary().words
    if word in words and (len(word) >= 3 or word in _SHORT):
        yield (word,)
    if most == 1:
        return
    for length in range(2, len(word) - 1):
        head = word[:length]
        if head not in words or (len(head) < 3 and head not in _SHORT):
            continue
        for link in _LINKS:
            rest = word[length:]
            if rest.startswith(link) and len(rest) > len(link) + 1:
                for way in _ways(rest[len(link) :], most - 1):
                    yield (head, *way)


@cache
def _column_file() -> dict[str, Any]:
    return tomllib.loads((files("tradewind.sources.meaning") / "columns.toml").read_text(encoding="utf-8"))


@cache
def column_patterns() -> Mapping[str, Mapping[str, tuple[Pattern, ...]]]:
    """Return contract table → column → patterns."""
    return {
        table: {column: tuple(map(_pattern, texts)) for column, texts in columns.items() if column != "subject"}
        for table, columns in _column_file().items()
        if table not in ("tables", "labels")
    }


@cache
def _subjects() -> Mapping[str, frozenset[str]]:
    return {table: frozenset(c["subject"].split()) for table, c in _column_file().items() if "subject" in c}


@cache
def _table_patterns() -> Mapping[str, tuple[Pattern, ...]]:
    return {table: tuple(map(_pattern, texts)) for table, texts in _column_file()["tables"].items()}


def _pattern(text: str) -> Pattern:
    words = text.split()
    weight = float(words.pop()) if words[-1][0].isdigit() else 1.0
    return Pattern(frozenset(words), weight)
