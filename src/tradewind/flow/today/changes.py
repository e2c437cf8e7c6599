"""What is not as it was at the run before: people on the lists, money, questions answered or no longer."""

from __future__ import annotations

from collections.abc import Mapping

from tradewind.core.finding import Finding
from tradewind.core.words import STATUS, say
from tradewind.flow.answers.published import Published
from tradewind.flow.lists.acting import Acting
from tradewind.flow.today.contents import Change
from tradewind.flow.today.lists import FIRST, first_people, is_theirs
from tradewind.report.numbers import say_count, say_money
from tradewind.report.story import headline
from tradewind.store.workspace import Workspace

MOVED = 0.05
"""Share by which an amount must move to be told."""


def tell_changes(
    workspace: Workspace, now: Published, before: Published | None, acting: Mapping[str, Acting],
    earlier: Mapping[str, Acting], theirs: tuple[str, ...] | None, names: bool,
) -> tuple[Change, ...]:  # fmt: skip
    """Return what changed since the run before; nothing where there was none.

    Args:
        workspace: an open workspace.
        now: the findings that stand.
        before: those of the run before.
        acting: whom it is worth acting on now, by question.
        earlier: the same at the run before.
        theirs: names of owners whose rows alone are counted; everybody's when None.
        names: whether people may be named.
    """
    if before is None:
        return ()
    changes = []
    for name, present in acting.items():
        finding = now.find(name)
        if name in earlier and finding is not None:
            changes += _people(workspace, finding, present, earlier[name], theirs, names)
    for finding in now.findings:
        changes += _answer(finding, before.find(finding.name), now.currency)
    gone = [finding for finding in before.findings if now.find(finding.name) is None]
    changes += [Change(each.name, each.title, say("change.gone")) for each in gone]
    return tuple(changes)


def _people(
    workspace: Workspace, finding: Finding, now: Acting, before: Acting, theirs: tuple[str, ...] | None, names: bool
) -> list[Change]:
    """Who is new on a list and who is not on it any more."""
    if now.part != before.part or now.entity != before.entity:
        return []
    were, are = set(before.ids), set(now.ids)
    owners = {**before.owners, **now.owners}

    def mine(one: str) -> bool:
        return is_theirs(owners.get(one, ""), theirs)

    new = [place for place, one in enumerate(now.ids) if one not in were and mine(one)]
    left = [one for one in before.ids if one not in are and mine(one)]
    if not new and not left:
        return []
    words = {"new": say_count(len(new)), "left": say_count(len(left))}
    key = "change.both" if new and left else "change.new" if new else "change.left"
    people = first_people(workspace, now, new[:FIRST]) if names else ()
    return [Change(finding.name, finding.title, say(key, **words), people)]


def _answer(now: Finding, before: Finding | None, currency: str) -> list[Change]:
    """What changed of one answer: whether there is one, and its money."""
    if before is None:
        return [Change(now.name, now.title, say("change.asked", status=STATUS[now.status].lower()))]
    if now.status != before.status:
        status = {"now": STATUS[now.status].lower(), "before": STATUS[before.status].lower()}
        return [Change(now.name, now.title, say("change.status", **status))]
    name, amount = headline(now)
    old = before.numbers.get(name)
    if not name or old is None or old.value is None or abs(amount - old.value) <= MOVED * abs(old.value):
        return []
    label = say(f"change.{name}")
    amounts = {"now": say_money(amount, currency), "before": say_money(old.value, currency)}
    return [Change(now.name, now.title, say("change.money", label=label, **amounts))]
