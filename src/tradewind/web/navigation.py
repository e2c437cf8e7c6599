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
        always: whether there is something to do in it whatever the data are.
    """

    path: str
    words: str
    needs: Permission = "see_answers"
    also: tuple[str, ...] = ()
    always: bool = False


ROOMS = (
    Room("/", "Today", always=True),
    Room("/answers", "Answers", also=("/tables",), always=True),
    Room("/lists", "Lists", "see_people"),
    Room("/people", "People", "see_people", also=("/leads", "/accounts")),
    Room("/deals", "Deals", "see_people"),
    Room("/segments", "Segments"),
    Room("/offers", "Offers"),
    Room("/tests", "Tests and results"),
    Room("/sends", "Sends"),
    Room("/data", "Your data", also=("/start",), always=True),
    Room("/updates", "Updates", always=True),
    Room("/settings", "Settings", always=True),
)

ALL = Room("/rooms", "All rooms", always=True)
"""The page that opens those that have nothing to show yet."""


def rooms_for(visitor: Visitor | None, here: str, filled: frozenset[str]) -> list[tuple[Room, bool]]:
    """Return the rooms of the navigation, and which of them the visitor is in.

    Args:
        visitor: who looks; nobody signed in has no rooms.
        here: address of the page.
        filled: addresses of the rooms that have something to show; the others stand behind "All rooms".
    """
    if visitor is None:
        return []
    may = [(room, _in(room, here)) for room in ROOMS if visitor.may(room.needs)]
    shown = [(room, now) for room, now in may if room.always or now or room.path in filled]
    return shown if len(shown) == len(may) else [*shown, (ALL, here == ALL.path)]


def all_rooms(visitor: Visitor, filled: frozenset[str]) -> list[tuple[Room, bool]]:
    """Return every room that a visitor may enter, and whether it has something to show."""
    return [(room, room.always or room.path in filled) for room in ROOMS if visitor.may(room.needs)]


def _in(room: Room, here: str) -> bool:
    if room.path == "/":
        return here == "/"
    return any(here == path or here.startswith(f"{path}/") for path in (room.path, *room.also))
