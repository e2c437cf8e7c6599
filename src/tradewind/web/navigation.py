"""The rooms of the application, in the order in which they are shown."""

from __future__ import annotations

from dataclasses import dataclass

from tradewind.core.visitor import Permission, Visitor


@dataclass(frozen=True)
class Room:
    """One entry of the navigation.

    Args:
        path: address below the workspace.
        words: what it is called.
        needs: permission to see it.
        also: further addresses that belong to it.
    """

    path: str
    words: str
    needs: Permission = "see_answers"
    also: tuple[str, ...] = ()


ROOMS = (
    Room("/", "Today"),
    Room("/answers", "Answers", also=("/tables",)),
    Room("/lists", "Lists", "see_people"),
    Room("/people", "People", "see_people", also=("/leads",)),
    Room("/deals", "Deals", "see_people", also=("/accounts",)),
    Room("/segments", "Segments"),
    Room("/offers", "Offers"),
    Room("/tests", "Tests and results"),
    Room("/sends", "Sends"),
    Room("/data", "Your data", also=("/start",)),
    Room("/updates", "Updates"),
    Room("/settings", "Settings"),
)


def rooms_for(visitor: Visitor | None, here: str) -> list[tuple[Room, bool]]:
    """Return the rooms that a visitor may enter, and which of them he is in."""
    if visitor is None:
        return []
    return [(room, _in(room, here)) for room in ROOMS if visitor.may(room.needs)]


def _in(room: Room, here: str) -> bool:
    if room.path == "/":
        return here == "/"
    return any(here == path or here.startswith(f"{path}/") for path in (room.path, *room.also))
