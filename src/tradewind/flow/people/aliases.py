"""Which keys somebody sees, and which he may name: who may not see contact data has aliases for addresses.

Every surface asks here. Whether a key column holds addresses is decided once for each snapshot, with the people index.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tradewind.flow.people.alias import ADDRESS, alias_of, alias_secret
from tradewind.flow.people.index import PeopleIndex, people_index
from tradewind.flow.people.names import OWNERS
from tradewind.flow.questions.states import known_question
from tradewind.store.workspace import Workspace

ANY_KIND = frozenset({"entity_id", "record_id"})
"""Columns in which keys of several kinds may stand."""


@dataclass(frozen=True)
class Aliases:
    """The keys as one visitor knows them.

    Args:
        columns: key columns that are hidden from him.
        secret: what aliases are made with.
        index: in which they are found again; None where he sees everything as it is.
    """

    columns: frozenset[str] = frozenset()
    secret: str = ""
    index: PeopleIndex | None = None

    def shown(self, column: str, key: str) -> str:
        """Return a key as he sees it."""
        return alias_of(self.secret, key) if key and self.hides(column) else key

    def hides(self, column: str) -> bool:
        """Whether the keys of a column are hidden from him."""
        return column in self.columns or (bool(self.columns) and column in ANY_KIND)

    def text(self, text: str) -> str:
        """Return a text in which every address has become its alias."""
        if self.index is None or "@" not in text:
            return text
        return ADDRESS.sub(lambda found: alias_of(self.secret, found[0]), text)

    def cell(self, column: str, value: Any) -> Any:
        """Return a value of a table as he sees it."""
        if not isinstance(value, str):
            return value
        if self.hides(column):
            return self.shown(column, value)
        return value if column in OWNERS else self.text(value)

    def keys_of(self, entity: str, given: Sequence[str]) -> Mapping[str, str]:
        """Return the keys of what he named; what names nobody, an address among them, is absent."""
        if self.index is None or not self.hides(entity):
            return {one: one for one in given}
        rows = self.index.rows(
            f"SELECT alias_, key_ FROM people_{entity} WHERE alias_ IN (SELECT unnest(?))", [sorted(set(given))]
        )
        return {str(row["alias_"]): str(row["key_"]) for row in rows}

    def key_of(self, entity: str, given: str) -> str:
        """Return the key of what he named; empty where that is nobody."""
        return self.keys_of(entity, [given]).get(given, "")

    def key_anywhere(self, given: str) -> str:
        """Return the key of what he named where it is not said of which kind; a hidden key itself names nobody."""
        found = next((key for entity in sorted(self.columns) if (key := self.key_of(entity, given))), "")
        if found or not self.columns:
            return found or given
        alias = alias_of(self.secret, given)
        return alias if any(self.key_of(entity, alias) for entity in self.columns) else given

    def without_keys(self, columns: Iterable[str]) -> tuple[str, ...]:
        """Return the columns of a file for him: it is written as it is stored, so hidden keys are left out."""
        return tuple(column for column in columns if not self.hides(column))


def keys_asked(workspace: Workspace, sees_personal: bool, question: str, ids: Sequence[str]) -> list[str]:
    """Return the keys of those whom somebody names to a question, in their order; empty for what names nobody.

    Raises:
        NotFound: there is no such question.
    """
    if sees_personal:
        return list(ids)
    entity = known_question(workspace, question).use_case.entity
    found = aliases_for(workspace, sees_personal).keys_of(entity, ids)
    return [found.get(one, "") for one in ids]


EVERYTHING = Aliases()


def aliases_for(workspace: Workspace, sees_personal: bool) -> Aliases:
    """Return the keys as somebody knows them who may, or may not, see contact data."""
    if sees_personal:
        return EVERYTHING
    index = people_index(workspace)
    return Aliases(index.aliased, alias_secret(workspace), index)
