"""Who asks, and what he may do: four roles, their permissions, and whose rows and columns he sees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

Role = Literal["viewer", "sales", "marketer", "admin"]
Kind = Literal["user", "token", "browser key"]
Permission = Literal[
    "see_answers", "see_people", "see_contacts", "give_feedback", "export", "change_data", "run", "change_settings",
    "manage_accounts", "write_events",
]  # fmt: skip

_LOOK: frozenset[Permission] = frozenset({"see_answers", "see_people"})
_WORK: frozenset[Permission] = _LOOK | {"see_contacts", "give_feedback", "export"}
_BUILD: frozenset[Permission] = _WORK | {"change_data", "run", "write_events"}

ALLOWED: Mapping[Role, frozenset[Permission]] = {
    "viewer": _LOOK,
    "sales": _WORK,
    "marketer": _BUILD,
    "admin": _BUILD | {"change_settings", "manage_accounts"},
}
"""What each role may do; sales is further bound to records of its own, see `Visitor.sees_row`."""

PERMISSIONS: Mapping[Permission, str] = {
    "see_answers": "see answers, figures and charts",
    "see_people": "see lists of customers, leads and deals without names or contact data",
    "see_contacts": "see names and contact data",
    "give_feedback": "say what came of a row of a list",
    "export": "take lists out as files",
    "change_data": "upload files and change what they mean",
    "run": "start and stop updates, choose the model in use",
    "change_settings": "change money settings, schedules and the look",
    "manage_accounts": "invite people, make tokens, read the record of who did what",
    "write_events": "send events",
}
"""Each permission in plain words."""


@dataclass(frozen=True)
class Visitor:
    """Somebody, or a program, that asks.

    Args:
        id: of the user or token; never a name.
        name: to show to himself and in the record of what was said.
        role: see `ALLOWED`.
        kind: signed in, or a token, or a key that stands in a public page.
        permissions: what he may do; a token may hold fewer than its role.
        owners: under which names records are his own; for sales.
        csrf: what forms of a signed-in person must carry; empty for tokens.
    """

    id: str
    name: str
    role: Role
    kind: Kind = "user"
    permissions: frozenset[Permission] = field(default_factory=frozenset)
    owners: tuple[str, ...] = ()
    csrf: str = ""

    def may(self, permission: Permission) -> bool:
        """Whether he may do this at all; rows are a further question."""
        return permission in self.permissions

    @property
    def own_only(self) -> bool:
        """Whether he sees only records that are his own."""
        return self.role == "sales"

    def sees_row(self, owner: str | None) -> bool:
        """Whether he may see a record of this owner (None or empty: nobody's)."""
        return not self.own_only or is_own(owner or "", self.owners)

    @property
    def sees_colleagues(self) -> bool:
        """Whether he sees what single colleagues bring; who does not sees his own figures and sums of the team."""
        return not self.own_only

    @property
    def sees_personal(self) -> bool:
        """Whether columns that the contract marks personal are shown to him."""
        return self.may("see_contacts")


def is_own(owner: str, owners: Sequence[str]) -> bool:
    """Whether an owner's name is one of somebody's, whatever its case; nobody's records are nobody's own."""
    return bool(owner.strip()) and owner.strip().casefold() in {name.strip().casefold() for name in owners}


def visitor_of(role: Role, name: str = "", owners: tuple[str, ...] = (), csrf: str = "") -> Visitor:
    """Return a signed-in person with all that a role may do."""
    return Visitor(role, name or role, role, "user", ALLOWED[role], owners, csrf)
