"""What people call the outcome of a labelled table: verbs for usual column names, and nouns for its rows."""

from __future__ import annotations

import re
from dataclasses import dataclass

_VERBS: tuple[tuple[str, str, bool], ...] = (
    (r"churn\w*|exit\w*|attrition|attrited|left|leav\w+|lapsed?|abgewandert|abwanderung|d[eé]part|baja", "leave", True),
    (r"cancel\w*|unsubscribed?|gek[uü]ndigt|k[uü]ndigung|r[eé]sili\w+|cancelad\w+", "cancel", True),
    (r"returned|refund\w*|retoure|r[uü]ckgabe", "return what they bought", True),
    (r"fraud\w*|betrug", "turn out to be fraud", True),
    (r"convert\w*|conversion|konvertiert|converti\w*", "convert", False),
    (r"won|gewonnen|gagn[eé]e?|ganad[oa]", "are won", False),
    (r"bought|buy|purchas\w+|ordered|gekauft|achet[eé]\w*|comprad?[oa]?", "buy", False),
    (r"renew\w*|verl[aä]nger\w*|renovad[oa]|renouvel\w+", "renew", False),
    (r"respon\w+|subscri\w+|accepted|antwort\w*|r[eé]ponse|respuesta", "say yes", False),
)  # fmt: skip
"""Words in the name of a column or question, the verb that goes with them, and whether one would rather prevent it."""


@dataclass(frozen=True)
class OutcomeWords:
    """How the outcome of a labelled table is spoken of.

    Args:
        does: what those with the outcome do ("leave", "are won").
        unwanted: whether one would rather prevent it; where not known, one would rather bring it about.
    """

    does: str
    unwanted: bool = False

    @property
    def infinitive(self) -> str:
        """The verb after "will" or "to"."""
        return infinitive(self.does)


def infinitive(does: str) -> str:
    """Return a verb as it stands after "will" or "to" ("are won": "be won")."""
    return re.sub(r"^are ", "be ", does)


def outcome_words(name: str, column: str, positive: str, does: str = "") -> OutcomeWords:
    """Return how an outcome is spoken of.

    Args:
        name: of the question.
        column: with the answer.
        positive: the value that counts as the outcome.
        does: the verb that config gives; it wins.
    """
    for text in (name, column, positive):
        for pattern, verb, unwanted in _VERBS:
            if re.search(rf"\b({pattern})\b", text.replace("_", " ").lower()):
                return OutcomeWords(does or verb, unwanted)
    return OutcomeWords(does or f"end up as “{positive}”")
