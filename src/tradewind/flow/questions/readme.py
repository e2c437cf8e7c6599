"""What a question's folder says about it in words: the paragraphs of its README.md, by their headings."""

from __future__ import annotations

import re
from importlib.resources import files

from tradewind.core.errors import StoreError
from tradewind.store.question_folders import FOLDER, LARGEST
from tradewind.store.workspace import Workspace

_PARAGRAPH = re.compile(r"\*\*(?P<head>[^*]+?)\.?\*\*\s*(?P<text>.+)", re.DOTALL)


def read_readme(workspace: Workspace, name: str) -> dict[str, str]:
    """Return heading to paragraph, in order; empty where the question has no folder or its README no headings.

    Args:
        workspace: whose own folders come first, because a label may take the place of a use case.
        name: of the question.
    """
    config = workspace.config
    if name in config.labels or name in config.questions:
        return {}
    return parse_readme(_text(workspace, name))


def _text(workspace: Workspace, name: str) -> str:
    if name in workspace.config.folders:
        try:
            path = workspace.path(f"{FOLDER}/{name}/README.md")
            return path.read_bytes()[:LARGEST].decode(errors="replace") if path.is_file() else ""
        except (OSError, StoreError):
            return ""
    file = files("tradewind.use_cases").joinpath(name, "README.md")
    return file.read_text(encoding="utf-8") if file.is_file() else ""


def parse_readme(text: str) -> dict[str, str]:
    """Return heading to paragraph of a README written as `**Heading.** text`, as plain text."""
    found: dict[str, str] = {}
    for paragraph in re.split(r"\n\s*\n", text):
        match = _PARAGRAPH.fullmatch(paragraph.strip())
        if match is not None:
            found[match["head"].strip()] = plain(match["text"])
    return found


def plain(text: str) -> str:
    """Return a paragraph as one line, without the marks of emphasis, code and links."""
    text = re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", " ".join(text.split()))
    return re.sub(r"[*`]+", "", text)
