"""One customer, company, lead or deal: value and risk with reasons, the next step, consent, all that was decided."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any

from tradewind.core.entities import ENTITIES
from tradewind.core.errors import ConfigError, NotFound, Problem
from tradewind.core.feedback import Feedback
from tradewind.core.visitor import Visitor
from tradewind.flow.answers.published import read_published
from tradewind.flow.kept import keep
from tradewind.flow.lists.work_list import told_rows
from tradewind.flow.people.aliases import Aliases, aliases_for
from tradewind.flow.people.consent import ConsentWord, Permission, consents_of, knows_consent, permission_for
from tradewind.flow.people.facts import open_facts
from tradewind.flow.people.index import PeopleIndex, people_index
from tradewind.flow.people.index_sql import Listed, quoted
from tradewind.flow.people.linked import Links, SamePerson, links_of, same_person
from tradewind.flow.people.list import PersonRow, kept_question, may_see, person_of, title_of
from tradewind.flow.people.score_history import PastScore, score_history
from tradewind.report.numbers import say_between, say_money, say_of_100
from tradewind.store.feedback_state import words_about
from tradewind.store.lists_state import Export, exports_with
from tradewind.store.workspace import Workspace


@dataclass(frozen=True)
class Told:
    """What one question says of one entity.

    Args:
        question: its name.
        title: in plain words.
        does: what happens with the chance that is shown ("stop buying"); empty for amounts and lists.
        text: "31 of 100", an amount, or how a list says that it stands.
        between: the interval in words; empty where there is none.
        rank: place on the list, 1 is first.
        asked: how many are on the list.
        usual: what is usual on this list, in words; empty where nobody knows.
        reasons: why, in plain words, most important first.
        worth: what a success is worth, in words; empty where nobody knows.
        contact: whether a contact is worth its cost; None where nobody worked that out.
        do: what to do about it.
        as_of: the local day as of which it was said.
        version: of the model; empty for an analysis.
        evidence: grade of the question's finding.
        history: what earlier runs said, newest first.
    """

    question: str
    title: str
    does: str
    text: str
    between: str
    rank: int
    asked: int
    usual: str
    reasons: tuple[str, ...]
    worth: str
    contact: bool | None
    do: str
    as_of: date | None
    version: str
    evidence: str
    history: tuple[PastScore, ...]


@dataclass(frozen=True)
class Person:
    """All that a page shows of one entity besides its timeline.

    Args:
        entity: key column.
        row: who it is, as the visitor may see it.
        told: what the questions say, lists to act on first.
        consents: the last word on each purpose.
        permissions: whether it may be reached by e-mail and by telephone.
        consent_known: whether anything is loaded about permissions at all.
        links: records that belong to it.
        same: other records of the same person.
        said: what people said of it, newest first.
        exports: files that it was in, newest first.
        not_on: titles of questions about such entities that do not list this one.
    """

    entity: str
    row: PersonRow
    told: tuple[Told, ...]
    consents: tuple[ConsentWord, ...]
    permissions: tuple[tuple[str, Permission], ...]
    consent_known: bool
    links: Links
    same: tuple[SamePerson, ...]
    said: tuple[Feedback, ...]
    exports: tuple[Export, ...]
    not_on: tuple[str, ...]

    @property
    def next(self) -> Told | None:
        """What to do first: a list with a task, else the question for which a contact is worth most."""
        listed = next((each for each in self.told if each.contact is None and each.do and not each.version), None)
        return listed or next((each for each in self.told if each.contact), None)


def find_person(workspace: Workspace, visitor: Visitor, entity: str, key: str) -> Person:
    """Return one entity.

    Args:
        workspace: an open workspace.
        visitor: who asks.
        entity: key column.
        key: id in the source system, as the visitor knows it.
    Raises:
        NotFound: there is none of this key, or it is not his.
    """
    known = aliases_for(workspace, visitor.sees_personal)
    called, key = key, known.key_of(entity, key)
    row = person_of(workspace, visitor, entity, key)
    if row is None:
        one = ENTITIES[entity].one
        raise NotFound(
            Problem(f"{one} {called[:80]}", f"there is no such {one}, or it is not yours", "", "one of the list")
        )
    index = people_index(workspace)
    told, not_on = _told(workspace, index, known, entity, row)
    customer = _customer(index, entity, key)
    words = consents_of(workspace, customer, key if entity == "lead_id" else "") if visitor.may("see_people") else ()
    permissions = tuple((channel, permission_for(channel, words)) for channel in ("email", "phone"))
    state = workspace.state()
    said = words_about(state, entity, key)
    return Person(
        entity, row, told, words, permissions if entity in ("customer_id", "lead_id") else (),
        knows_consent(open_facts(workspace)), links_of(workspace, visitor, entity, row),
        same_person(workspace, known, entity, key), tuple(reversed(said)), tuple(exports_with(state, entity, key)),
        not_on,
    )  # fmt: skip


def is_visible(workspace: Workspace, visitor: Visitor, entity: str, key: str) -> bool:
    """Whether there is such an entity and the visitor may see it; its key as it is stored."""
    index = people_index(workspace)
    found = index.rows(f"SELECT * FROM people_{entity} WHERE key_ = ?", [key])
    return bool(found) and may_see(index, entity, found[0], visitor)


def _customer(index: PeopleIndex, entity: str, key: str) -> str:
    """The customer whose permissions count for an entity."""
    if entity == "customer_id":
        return key
    found = index.rows(f"SELECT customer_ FROM people_{entity} WHERE key_ = ?", [key])
    return str(found[0]["customer_"] or "") if found else ""


def _told(
    workspace: Workspace, index: PeopleIndex, known: Aliases, entity: str, row: PersonRow
) -> tuple[tuple[Told, ...], tuple[str, ...]]:
    made, missing = [], []
    published = keep(workspace, "published", lambda: read_published(workspace))
    for listed in index.questions[entity]:
        with suppress(ConfigError):  # the configuration no longer asks it
            question = kept_question(workspace, listed.name)
            title = title_of(workspace, question)
            if listed.name not in row.scores:
                missing.append(title)
                continue
            finding = published.find(listed.name) if published is not None else None
            made.append(_tell(workspace, index, known, listed, row, finding.evidence if finding else ""))
    return tuple(made), tuple(missing)


def _tell(
    workspace: Workspace, index: PeopleIndex, known: Aliases, listed: Listed, row: PersonRow, evidence: str
) -> Told:
    question = kept_question(workspace, listed.name)
    (work,) = told_rows(workspace, index, known, listed, question, (row,))
    first = f"SELECT * FROM {quoted(listed.table)} WHERE {quoted(listed.entity)} = ? ORDER BY rank_ LIMIT 1"
    (raw,) = index.rows(first, [row.key])
    scored = listed.kind == "scores"
    asked, usual = index.usual(listed)
    chance = question.use_case.task == "classification"
    currency = workspace.config.workspace.currency
    contact = row.scores[listed.name].worth
    return Told(
        question=listed.name,
        title=title_of(workspace, question),
        does=question.do if chance else "",
        text=work.told.chance,
        between=_between(raw, chance, currency) if scored else "",
        rank=work.told.rank,
        asked=asked,
        usual=_say(usual, chance, currency),
        reasons=work.told.reasons,
        worth=work.told.worth,
        contact=bool(contact) if contact is not None else None,
        do=work.told.do or question.words(question.use_case.action),
        as_of=raw["cutoff"] if isinstance(raw.get("cutoff"), date) else None,
        version=str(raw.get("model_version") or ""),
        evidence=evidence,
        history=score_history(workspace, listed.entity, row.key, listed.name, raw) if scored else (),
    )


def _say(value: Any, chance: bool, currency: str) -> str:
    if value is None:
        return ""
    return f"{say_of_100(value)} of 100" if chance else say_money(value, currency)


def _between(raw: dict[str, Any], chance: bool, currency: str) -> str:
    low, high = raw.get("low"), raw.get("high")
    if low is None or high is None:
        return ""
    if chance:
        return say_between(low, high, lambda value: f"{say_of_100(value)} of 100")
    return say_between(low, high, lambda value: say_money(value, currency))
