"""Fitting a feature set: which windows the history allows and which words were frequent, as of the first cutoff."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from tradewind.core.time import Cutoff, Days
from tradewind.features.as_of import at_cutoffs, parse_select, view_as_of
from tradewind.features.catalog import Catalog
from tradewind.features.defaults import default_features
from tradewind.features.feature_set import FeatureSet, Group, Vocabulary

if TYPE_CHECKING:
    from tradewind.store.engines import Engine


def fit_features(
    engine: Engine,
    catalog: Catalog,
    entity: str,
    first_cutoff: Cutoff,
    user_groups: Sequence[Group] = (),
    maximum: int = 150,
) -> FeatureSet:
    """Return the features of an entity, fitted as of the first training cutoff.

    Args:
        engine: holds the contract tables.
        catalog: what there is, with `starts`.
        entity: key column of the entity.
        first_cutoff: earliest training cutoff: windows longer than the history before it are dropped, and the
            vocabulary of frequent words is what was frequent by then.
        user_groups: the user's own features (see `user_features.user_groups`); they come on top of `maximum`.
        maximum: most default features.
    """
    start = catalog.history_start
    history = Days(max(0, (first_cutoff.day - start).days)) if start is not None else Days(0)
    unfitted = default_features(catalog, entity, history, maximum)
    fitted = (fit_vocabulary(engine, catalog, group, first_cutoff, entity) for group in unfitted.groups)
    return FeatureSet(entity, (*(group for group in fitted if group.derivations), *user_groups))


def fit_vocabulary(engine: Engine, catalog: Catalog, group: Group, cutoff: Cutoff, entity: str) -> Group:
    """Choose the group's frequent words from what was known at a cutoff, freeze them and put them into the sentences.

    Ties are broken by the word itself; features of words that do not exist are removed.
    """
    if group.vocabulary is None:
        return group
    view = view_as_of(parse_select(group.vocabulary.select, group.name), catalog, group.name, entity=entity)
    rows = engine.fetch(*at_cutoffs(view, [cutoff], where=group.name)).to_pylist()
    ranked = sorted(
        (-row["weight"], row["word"]) for row in rows if row["word"] is not None and row["weight"] is not None
    )
    words = tuple(word for _, word in ranked[: group.vocabulary.size])
    derivations = []
    for derivation in group.derivations:
        sentence = derivation.feature.sentence
        used = [n for n in range(group.vocabulary.size) if f"{{word_{n}}}" in sentence or f"{{words_{n}}}" in sentence]
        if any(number >= len(words) for number in used):
            continue
        for number in used:
            sentence = sentence.replace(f"{{word_{number}}}", plain_word(words[number]))
            sentence = sentence.replace(f"{{words_{number}}}", plural_word(words[number]))
        derivations.append(replace(derivation, feature=replace(derivation.feature, sentence=sentence)))
    vocabulary = Vocabulary(group.vocabulary.select, group.vocabulary.size, words)
    return replace(group, derivations=tuple(derivations), vocabulary=vocabulary)


def plain_word(word: str) -> str:
    """Return a word from the data as it may stand in a sentence: no underscores, no shouting, no line breaks."""
    text = " ".join(word.replace("_", " ").split())
    return text.capitalize() if text.isupper() and len(text) > 4 else text


_COUNTED = frozenset(
    (
        "appointment", "call", "chat", "click", "comment", "contact", "demo", "download", "email", "event", "form",
        "invoice", "letter", "login", "mail", "meeting", "message", "note", "order", "page", "payment", "purchase",
        "question", "report", "session", "signup", "survey", "task", "ticket", "trial", "upload", "video", "view",
        "visit", "webinar",
    )
)  # fmt: skip
"""Nouns whose plural is known."""


def plural_word(word: str) -> str:
    """Return several of what a word from the data names: "meetings", "page views", or `actions "Anruf"`."""
    text = plain_word(word)
    return f"{text.lower()}s" if text.lower().split(" ")[-1] in _COUNTED else f'actions "{text}"'
