"""Headers and values in plain letters, so that words are found in them whatever their case, accents and marks."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def plain(text: str) -> str:
    """Return a text in lower case without accents, its words apart by single blanks."""
    spread = _CAMEL.sub(" ", text.replace("ß", "ss"))
    letters = "".join(each for each in unicodedata.normalize("NFKD", spread) if not unicodedata.combining(each))
    return " ".join(re.findall(r"[a-z0-9]+", letters.lower()))


@cache
def whole_words(words: Iterable[str]) -> re.Pattern[str]:
    """Return a pattern that finds any of some plain words or phrases as a whole."""
    return re.compile(rf"\b({'|'.join(map(re.escape, sorted(words, key=len, reverse=True)))})\b")
