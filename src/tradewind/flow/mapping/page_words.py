"""Advice that names the configuration file, said as what can be done on the pages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tradewind.core.contract import CONTRACT

_MAPPING = "“What the files mean”"
_RULES: tuple[tuple[str, str], ...] = (
    (r"map ([^;]*\[tables\.[^;]*)", "send files that hold it, or choose its column under {mapping}"),
    (r"load newer data, or set as_of in \[workspace\].*",
     "send a newer export; until then the answers are those of the day of your newest row"),
    (r'; load the older orders, or set first_orders = "complete" in \[workspace\] if they are complete',
     "; send the older orders too"),
    (r'map customers\.first_order_at, or set first_orders = "complete".*',
     "send the older orders too, or a column that says when somebody first ordered"),
    (r'if names look wrong, say encoding = "\.\.\." for this source', "if names look wrong, export it again as UTF-8"),
    (r"models fill gaps from training rows and mark them", "gaps are marked as such, and filled in while learning"),
    (r"Set `margin` in \[workspace\] to learn whom it pays to contact",
     "Say your margin under Settings, Money, to learn whom it pays to contact"),
    (r"; the list is the table \w+", ""),
    (r"\bin the table (?:scores|list)_\w+", "on the list"),
    (r"\bthe table (?:scores|list)_\w+", "the list"),
    (r"correct the expressions of these columns in \[tables\.\w+\], or leave them out",
     "nothing to do if your tool does not know them; otherwise choose other columns under {mapping}"),
    (r"are left out, as `where` says",
     "are left out: they say nothing about this, or do not count (cancelled, unpaid)"),
    (r"list under `stable` only those that never change; the others become usable as you load again",
     "nothing to do: they become usable as you send your files again, week by week"),
    (r"say with `keep` that", "leave it if"),
    (r"correct (?:it|them) in \[tables\.\w+\]", "correct it under {mapping}"),
    (r"in \[tables\.(\w+)\]", "under {mapping}"),
    (r"\[tables\.(\w+)\]", r"\1"),
    (r"with `where` of the table", "under {mapping}"),
    (r"\[workspace\]", "the settings"),
    (r"^files\.(.+)$", r"\1"),
    (r"^tradewind run( --only \w+)?$", "start an update (Updates, Update now)"),
    (r"(?:read the reasons: )?tradewind check \w+ --rejected",
     "read the reasons under Your data, Rows we could not use"),
    (r'look at them: tradewind sql "SELECT \* FROM identity_review", then tradewind merge or unmerge',
     "look at them in the table identity_review; who runs the server can join them or keep them apart"),
    (r" \(tradewind run --only \w+\)", " (start an update)"),
    (r"^tradewind [a-z].*$", "ask who runs this server"),
    (r"`(\w+)`", r"\1"),
)  # fmt: skip
"""What the terminal and the report say, and what it is called here; the first that fits comes first."""


def on_page(text: str) -> str:
    """Return a sentence in the words of somebody who never sees the configuration file."""
    for found, said in _RULES:
        text = re.sub(found, said.replace("{mapping}", _MAPPING), text)
    return text


def on_api(text: str) -> str:
    """Return advice in the words of a program that calls the API: an update is started by a request of its own."""
    started = re.fullmatch(r"tradewind run(?: --only (\w+))?", text)
    if started:
        only = f' {{"only": ["{started[1]}"]}}' if started[1] else ""
        return f"start a run: POST /v1/runs{only}"
    return on_page(text)


@dataclass(frozen=True)
class Unlocks:
    """Data that are not here, and the questions that they would answer.

    Args:
        needs: the table in plain words; empty where something else is missing.
        why: what a row of it is, or what is missing.
        titles: of the questions.
    """

    needs: str
    why: str
    titles: tuple[str, ...]


def what_unlocks(locked: Iterable[Mapping[str, str]]) -> tuple[Unlocks, ...]:
    """Bring questions that lack the same thing together, those with most questions first.

    Args:
        locked: `flow.start.first_questions.Locked` in JSON's terms.
    """
    found: dict[tuple[str, str], list[str]] = {}
    for one in locked:
        needs = one["needs"]
        doc = CONTRACT[needs].doc if needs in CONTRACT else on_page(one["why"])
        found.setdefault((needs.replace("_", " "), doc), []).append(one["title"])
    grouped = [Unlocks(needs, why, tuple(titles)) for (needs, why), titles in found.items()]
    return tuple(sorted(grouped, key=lambda each: -len(each.titles)))
