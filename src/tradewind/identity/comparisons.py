"""How the values of each role are compared: levels from equal to different, each with its words and default weight.

The default weights are shares of true pairs (m of Fellegi and Sunter, 1969) and of strangers (u) that reach a level.
They are stated, not learned, and hold where there is too little data to learn from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Level:
    """One degree of likeness.

    Args:
        sql: condition on `{l}` and `{r}`, the two values.
        words: what it means, in words.
        m: share of true pairs that reach it, by default.
        frequency: whether a rare value of the role that agrees weighs more than a common one.
    """

    sql: str
    words: str
    m: float
    frequency: bool = False


@dataclass(frozen=True)
class Comparison:
    """How one role is compared.

    Args:
        role: what the values say.
        columns: columns that must be there; the condition of no value is that the first is missing.
        levels: from most alike to least; what reaches none is different.
    """

    role: str
    columns: tuple[str, ...]
    levels: tuple[Level, ...]

    @property
    def by_chance(self) -> tuple[float, ...]:
        """Share of strangers that reach each level, by default: the less alike, the more, twice for each step."""
        return tuple(STRANGERS[self.role] * 2**step for step in range(len(self.levels)))

    def words_of(self, reached: int) -> str:
        """Return the words of a level as Splink counts them: 0 is different, −1 not known on one side."""
        if reached < 1:
            return ""
        return self.levels[len(self.levels) - reached].words


STRANGERS: Mapping[str, float] = {
    "email": 0.0001, "phone": 0.0001, "identifier": 0.0001, "title": 0.0001, "birth_date": 0.0005, "street": 0.002,
    "name": 0.002, "surname": 0.005, "postcode": 0.005, "given_name": 0.01, "company": 0.01, "house_number": 0.02,
    "city": 0.03, "year": 0.05,
}  # fmt: skip
"""Share of strangers whose values of a role are equal, by default."""

_SAME = "{l} = {r}"
_WORDS_SHARED = "len(list_intersect({l}, {r}))"


def _letters(count: int) -> str:
    """At most so many letters different; what cheap conditions rule out is not worked out letter by letter."""
    near = f"abs(length({{l}}) - length({{r}})) <= {count}"
    if count == 1:  # one slip leaves the first two or the last two letters as they were
        near += " AND (left({l}, 2) = left({r}, 2) OR right({l}, 2) = right({r}, 2) OR length({l}) < 4)"
    return f"{near} AND damerau_levenshtein({{l}}, {{r}}) <= {count}"


def _alike(share: float) -> str:
    return f"jaro_winkler_similarity({{l}}, {{r}}) >= {share}"


def _common(share: float) -> str:
    """Share of the words of both that both hold (Jaccard 1901)."""
    return f"{_WORDS_SHARED} >= {share} * len(list_distinct(list_concat({{l}}, {{r}})))"


def _held(share: float) -> str:
    """Share of the shorter one's words that the longer one holds too."""
    return f"{_WORDS_SHARED} >= {share} * least(len({{l}}), len({{r}}))"


def _name(what: str) -> tuple[Level, ...]:
    return (
        Level(_SAME, f"same {what}", 0.75, frequency=True),
        Level(_letters(1), f"{what} one letter different", 0.1),
        Level(_alike(0.88), f"{what} alike", 0.05),
    )


_USUAL: Mapping[str, tuple[Level, ...]] = {
    "email": (
        Level(_SAME, "same e-mail", 0.7, frequency=True),
        Level(_letters(1), "e-mail one letter different", 0.05),
        Level("split_part({l}, '@', 1) = split_part({r}, '@', 1)", "same mailbox at another domain", 0.05),
    ),
    "phone": (
        Level(_SAME, "same phone", 0.7, frequency=True),
        Level(_letters(1), "phone one digit different", 0.05),
    ),
    "given_name": _name("given name"),
    "surname": _name("surname"),
    "birth_date": (
        Level(_SAME, "same birth date", 0.85, frequency=True),
        Level(_letters(1), "birth date one digit different", 0.08),
        Level(_letters(2), "birth date two digits different", 0.03),
    ),
    "postcode": (
        Level(_SAME, "same postcode", 0.8, frequency=True),
        Level(_letters(1), "postcode one digit different", 0.05),
        Level(_letters(2), "postcode two digits different", 0.02),
    ),
    "house_number": (
        Level(_SAME, "same house number", 0.8, frequency=True),
        Level(_letters(1), "house number one digit different", 0.07),
    ),
    "street": (
        Level(_SAME, "same street", 0.7, frequency=True),
        Level(_letters(2), "street one or two letters different", 0.1),
        Level(_alike(0.88), "street alike", 0.05),
    ),
    "city": (
        Level(_SAME, "same town", 0.75, frequency=True),
        Level(_letters(1), "town one letter different", 0.07),
        Level(_alike(0.88), "town alike", 0.05),
    ),
    "company": (
        Level(_SAME, "same company", 0.7, frequency=True),
        Level(_alike(0.9), "company alike", 0.15),
    ),
    "identifier": (
        Level(_SAME, "same identifier", 0.85),
        Level(_letters(1), "identifier one character different", 0.07),
        Level(_letters(2), "identifier two characters different", 0.03),
    ),
    "year": (
        Level(_SAME, "same year", 0.95, frequency=True),
        Level("abs(try_cast({l} AS INT) - try_cast({r} AS INT)) = 1", "year one off", 0.03),
    ),
}

_SWAPPED = Level(
    "given_name_l = surname_r AND surname_l = given_name_r", "given name and surname swapped", 0.02
)  # fmt: skip

WORDY: Mapping[str, tuple[Level, ...]] = {
    "name": (
        Level("name_l = name_r", "same name", 0.7, frequency=True),
        Level(_common(1.0), "same words in the name", 0.03),
        Level(_held(1.0), "one name holds the other", 0.1),
        Level(_held(0.5), "half of the name's words are the same", 0.1),
    ),
    "title": (
        Level(_common(1.0), "same words", 0.8),
        Level(_common(0.7), "most words are the same", 0.1),
        Level(_common(0.4), "many words are the same", 0.05),
    ),
}
"""Roles that are compared as sets of words: texts, and names whose parts are not told apart."""


def choose_comparisons(roles: Sequence[str]) -> list[Comparison]:
    """Return how to compare records that have these roles."""
    found = []
    for role in roles:
        if role in WORDY:
            found.append(Comparison(role, (f"{role}_words",), WORDY[role]))
        elif role in _USUAL:
            levels = _USUAL[role]
            if role == "given_name" and "surname" in roles:
                levels = (levels[0], _SWAPPED, *levels[1:])
            found.append(Comparison(role, (role,), levels))
    return found
