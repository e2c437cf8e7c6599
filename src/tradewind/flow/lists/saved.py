"""Named filters of lists: kept for whoever made them, and for everybody where they are shared."""

from __future__ import annotations

import uuid
from urllib.parse import parse_qs, urlsplit

from tradewind.core.errors import ConfigError, NotFound, Problem
from tradewind.core.visitor import Visitor
from tradewind.store.lists_state import SavedList, drop_list, save_list, saved_lists
from tradewind.store.workspace import Workspace

LONGEST_NAME, LONGEST_PATH, MOST = 60, 2_000, 200
PLACES = ("/people", "/leads", "/accounts", "/deals", "/lists/")

__all__ = ["SavedList", "forget_list", "keep_list", "lists_of"]


def keep_list(workspace: Workspace, visitor: Visitor, name: str, path: str, shared: bool) -> SavedList:
    """Keep the address of a filtered list under a name; the same name again replaces it.

    Raises:
        ConfigError: the name or the address cannot be kept.
    """
    text = " ".join(name.split())
    problems = []
    if not text or len(text) > LONGEST_NAME or not text.isprintable():
        problems.append(Problem("name", "a saved list needs a short name", text[:80], f"1 to {LONGEST_NAME} letters"))
    if (
        not path.startswith(PLACES)
        or "//" in path
        or "\\" in path
        or len(path) > LONGEST_PATH
        or not path.isprintable()
    ):
        problems.append(Problem("path", "this is no list that can be kept", path[:80], ", ".join(PLACES)))
    if len(lists_of(workspace, visitor)) >= MOST:
        problems.append(Problem("name", "you keep many lists already", f"{MOST}", "fewer", "forget one first"))
    if problems:
        raise ConfigError(problems)
    saved = SavedList(uuid.uuid4().hex, visitor.id, visitor.name, text, path, shared, workspace.clock())
    save_list(workspace.state(), saved)
    return saved


def lists_of(workspace: Workspace, visitor: Visitor, place: str = "") -> tuple[SavedList, ...]:
    """Return a visitor's saved lists and the shared ones, of one room where it is named.

    Who may not see contact data is not shown what others searched for: it may be a name.
    """
    found = saved_lists(workspace.state(), visitor.id)
    if not visitor.sees_personal:
        found = [each for each in found if each.user_id == visitor.id or "q" not in parse_qs(urlsplit(each.path).query)]
    return tuple(each for each in found if not place or each.path.split("?")[0] == place)


def forget_list(workspace: Workspace, visitor: Visitor, list_id: str) -> None:
    """Forget a saved list of one's own.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    if not drop_list(workspace.state(), list_id, visitor.id):
        raise NotFound(Problem("saved list", "there is no such list of yours", list_id[:80]))
