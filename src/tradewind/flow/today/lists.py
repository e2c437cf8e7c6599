"""One list of Today: who of it is open, whose they are, what money it is, who comes first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from tradewind.core.entities import ENTITIES
from tradewind.core.feedback import Feedback
from tradewind.core.finding import Finding
from tradewind.flow.answers.rule_list import offered_rule
from tradewind.flow.depends import today_of
from tradewind.flow.kept import keep
from tradewind.flow.lists.acting import Acting
from tradewind.flow.lists.feedback import handled
from tradewind.flow.lists.table import REASONS
from tradewind.flow.people.names import say_names
from tradewind.flow.questions.counted import say_worth
from tradewind.flow.questions.question import Question
from tradewind.flow.today.contents import ListToday, Person
from tradewind.store.workspace import Workspace

FIRST = 3
"""People named."""

WHY = (*REASONS[:1], "reason", "task", "what_to_do")


@dataclass(frozen=True)
class Places:
    """Places on the part of a list that is worth acting on.

    Args:
        open: of those to work on.
        handled: how many were worked on or put off.
    """

    open: tuple[int, ...]
    handled: int


def open_places(
    workspace: Workspace,
    question: Question,
    acting: Acting,
    said: Sequence[Feedback],
    owners: tuple[str, ...] | None = None,
) -> Places:
    """Return who is open: not worked on lately, and of one of the owners where these are named."""
    ours = [each for each in said if each.question == acting.question]
    ended = [each for each in said if each.entity == acting.entity and each.verdict in ("won", "lost")]
    today, zone = today_of(workspace), workspace.config.workspace.timezone
    resting = {**handled(ended, question, today, zone), **handled(ours, question, today, zone)}
    mine = [place for place, one in enumerate(acting.ids) if is_theirs(acting.owners.get(one, ""), owners)]
    left = tuple(place for place in mine if acting.ids[place] not in resting)
    return Places(left, len(mine) - len(left))


def list_today(
    workspace: Workspace,
    finding: Finding,
    question: Question,
    acting: Acting,
    places: Places,
    names: bool,
    revenue: bool = False,
) -> ListToday:
    """Return one list as Today tells it; amounts are revenue where no margin is known."""
    case = question.use_case
    left = places.open
    owners = Counter(acting.owners.get(acting.ids[place], "") for place in left) if acting.owners else Counter[str]()
    amount = sum(acting.amounts[place] for place in left) if acting.amounts else None
    return ListToday(
        question=acting.question,
        title=finding.title,
        action=question.words(case.action),
        people=question.people,
        one=question.one,
        part=acting.part,
        count=len(left),
        handled=places.handled,
        whole=acting.whole,
        amount=amount,
        amount_is=acting.amount_is,
        share=case.economics.success_share,
        evidence=finding.evidence,
        caveat=finding.next if finding.status == "not distinguishable" and not acting.rule else "",
        first=first_people(workspace, acting, left[:FIRST]) if names else (),
        owners=tuple((who, count) for who, count in owners.most_common() if who),
        rule=acting.rule,
        offered="" if acting.rule else offered_rule(question, finding),
        worth=say_worth(question, revenue) if acting.amount_is in ("gain", "stake") else "",
    )


def first_people(workspace: Workspace, acting: Acting, places: Sequence[int]) -> tuple[Person, ...]:
    """Return who stands at these places, by name where one is known, with the strongest reason."""
    ids = [acting.ids[place] for place in places]
    asked = f"names {acting.entity} {ids}"
    names = keep(workspace, asked, lambda: say_names(workspace, acting.entity, ids))
    called = ENTITIES[acting.entity].one if acting.entity in ENTITIES else ""
    people = []
    for place, one in zip(places, ids, strict=True):
        row = acting.rows[place] if place < len(acting.rows) else {}
        why = next((str(row[key]) for key in WHY if row.get(key)), "")
        people.append(Person(one, names.get(one, ""), acting.owners.get(one, ""), why, called))
    return tuple(people)


def is_theirs(owner: str, owners: tuple[str, ...] | None) -> bool:
    """Whether a row of this owner is counted where only those of `owners` are; all are when None."""
    return owners is None or owner.strip().casefold() in {name.strip().casefold() for name in owners if name.strip()}
