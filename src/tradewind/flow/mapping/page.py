"""The mapping as a page shows it: each table and column, where it comes from, how sure and why, what is still open."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from tradewind.core.contract import CONTRACT, Column
from tradewind.core.errors import Problem
from tradewind.flow.mapping.checks import Check, checks_of
from tradewind.flow.mapping.draft import LookedFile, Saved
from tradewind.flow.mapping.edit_config import reasons_in
from tradewind.flow.mapping.plain_expressions import say_expression
from tradewind.flow.mapping.save import Standing, is_expression
from tradewind.flow.mapping.values import MARGIN, question_key
from tradewind.flow.start.write_config import SURE
from tradewind.sources.layouts import columns_in
from tradewind.store.config_problems import RESERVED

_QUITE_SURE = 0.9


@dataclass(frozen=True)
class Field:
    """One value that can be corrected.

    Args:
        key: what it decides.
        name: the contract column or attribute.
        doc: what it holds, in plain words.
        value: the expression.
        plain: what it reads, in words; empty where it is a column by itself.
        required: whether the table cannot do without it.
        sure: how sure that is, in words; empty where nobody guessed.
        why: why it is thought so.
        before: a few values of the source's columns that it reads.
        problem: what is wrong with it.
        do: what to do about that.
        format_key: of the format of its times; empty where it holds none.
        format: strptime format.
        unlocks: what having it makes possible.
        personal: whether it may name a person.
    """

    key: str
    name: str
    doc: str
    value: str = ""
    required: bool = False
    sure: str = ""
    why: str = ""
    before: tuple[str, ...] = ()
    problem: str = ""
    do: str = ""
    format_key: str = ""
    format: str = ""
    unlocks: str = ""
    personal: bool = False
    plain: str = ""


@dataclass(frozen=True)
class MappedTable:
    """One contract table.

    Args:
        name: contract table.
        doc: what one row is.
        source: the field that says which file it comes from.
        shown: what people call that file.
        rows: of the file; None where not known.
        where: the field that says which rows are meant.
        fields: the columns that are mapped.
        further: the columns that could be.
        columns: columns of the file: name as an expression writes it, and a few values.
        sure: how sure that is.
        why: why.
        left_out: columns of the file that are not used, with the reason.
        problems: what is wrong with the table as a whole.
    """

    name: str
    doc: str
    source: Field
    shown: str
    rows: int | None
    where: Field
    fields: tuple[Field, ...]
    further: tuple[Field, ...]
    columns: tuple[tuple[str, str], ...]
    sure: str
    why: str
    left_out: tuple[tuple[str, str], ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def title(self) -> str:
        """The table's name for people."""
        return self.name.replace("_", " ").capitalize()

    @property
    def wrong(self) -> int:
        """How many of its values cannot be used."""
        return len(self.problems) + sum(
            bool(each.problem) for each in (self.source, self.where, *self.fields, *self.further)
        )


@dataclass(frozen=True)
class Asked:
    """A question that only the owner can answer.

    Args:
        key: of the value that it decides.
        text: the question.
        options: likeliest first.
        chosen: what stands now.
        why: what changes with the answer.
        free: whether an answer of one's own may be written.
    """

    key: str
    text: str
    options: tuple[str, ...]
    chosen: str
    why: str
    free: bool


@dataclass(frozen=True)
class MappingPage:
    """Everything that the page shows.

    Args:
        version: what a form must name.
        number: of the version, for people.
        proposed: whether it is a proposal yet.
        seen: the values as JSON, which the form sends back.
        asked: at most five questions.
        checks: what is taken as understood unless somebody says otherwise.
        margin: what is left of 100 of sales; None where it is asked elsewhere, or the data say it.
        currency: of the workspace.
        timezone: of the workspace.
        tables: the contract tables.
        unused: source table, what people call it, why it is not used.
        free: contract tables that nothing fills yet.
        sources: source table and what people call it.
        undecided: what could not be decided.
        ignored: files that are not used, and why.
        saved: who changed what, the newest first.
        problems: what is wrong with no value in particular.
    """

    version: str
    number: int
    proposed: bool
    seen: str
    asked: tuple[Asked, ...]
    checks: tuple[Check, ...]
    margin: Field | None
    currency: Field
    timezone: Field
    tables: tuple[MappedTable, ...]
    unused: tuple[tuple[str, str, str], ...]
    free: tuple[tuple[str, str], ...]
    sources: tuple[tuple[str, str], ...]
    undecided: tuple[str, ...] = ()
    ignored: tuple[tuple[str, str], ...] = ()
    saved: tuple[Saved, ...] = ()
    problems: tuple[Problem, ...] = field(default_factory=tuple)


def mapping_page(
    standing: Standing,
    typed: Mapping[str, str] | None = None,
    problems: Sequence[Problem] = (),
    files: Sequence[LookedFile] = (),
) -> MappingPage:
    """Return the mapping as a page.

    Args:
        standing: as it stands.
        typed: values that a form sent and that are not saved; they are shown in place of those that stand.
        problems: what is wrong with them; each is shown beside the value it is about.
        files: source tables that are known; those of the draft where there is one.
    """
    draft = standing.draft
    known = {each.name: each for each in (draft.files if draft is not None else files)}
    values = {**standing.values, **{key: text.strip() for key, text in (typed or {}).items()}}
    values = {key: value for key, value in values.items() if value}
    told = _Told(problems, {} if draft is not None else reasons_in(standing.text), standing)
    names = list(dict.fromkeys(key.split(".")[1] for key in values if key.startswith("tables.")))
    names = [name for name in names if name in CONTRACT and f"tables.{name}.from" in values]
    tables = tuple(_table(name, values, told, known) for name in names)
    used = {values[f"tables.{name}.from"] for name in names}
    return MappingPage(
        standing.version,
        standing.number,
        draft is not None,
        json.dumps(dict(standing.values), sort_keys=True, ensure_ascii=False),
        _asked(standing, values),
        () if draft is None else checks_of(draft, values),
        _margin(told, values, names) if draft is not None else None,
        told.field("workspace.currency", values, "Currency", "in which amounts are told"),
        told.field("workspace.timezone", values, "Time zone", "whose midnights divide days"),
        tables,
        _unused(standing, used, known),
        tuple((name, table.doc) for name, table in CONTRACT.items() if name not in names and name != "outcomes"),
        tuple((each.name, _said_of(each)) for each in known.values()),
        () if draft is None else draft.proposal.undecided,
        () if draft is None else tuple((each.shown, each.why) for each in draft.ignored),
        tuple(reversed(standing.saved))[:20],
        told.rest(tables),
    )


@dataclass(frozen=True)
class _Told:
    """What is said of each value: why it stands there, how sure that is, and what is wrong with it."""

    problems: Sequence[Problem]
    reasons: Mapping[str, str]
    standing: Standing

    def field(self, key: str, values: Mapping[str, str], name: str, doc: str, column: Column | None = None) -> Field:
        problem = next((each for each in self.problems if each.where == key), None)
        sure, why = self._guessed(key) if values.get(key, "") == self.standing.values.get(key, "") else ("", "")
        timed = column is not None and column.type in ("time", "day")
        form = f"tables.{key.split('.')[1]}.format.{name}" if timed else ""
        return Field(
            key, name, doc, values.get(key, ""), column is not None and column.must_be_mapped, sure, why,
            problem="" if problem is None else _said(problem), do="" if problem is None else problem.do,
            format_key=form, format=values.get(form, ""),
            unlocks="" if column is None else column.unlocks, personal=column is not None and column.personal,
            plain=say_expression(values.get(key, "")) if is_expression(key) else "",
        )  # fmt: skip

    def of_table(self, name: str) -> tuple[Problem, ...]:
        """What is wrong with a table as a whole."""
        return tuple(each for each in self.problems if each.where == f"tables.{name}")

    def rest(self, tables: Iterable[MappedTable]) -> tuple[Problem, ...]:
        """What is wrong with nothing that the page shows."""
        shown = {"workspace.currency", "workspace.timezone", MARGIN}
        for table in tables:
            shown |= {f"tables.{table.name}", table.source.key, table.where.key}
            shown |= {each.key for each in (*table.fields, *table.further)}
        return tuple(each for each in self.problems if each.where not in shown)

    def _guessed(self, key: str) -> tuple[str, str]:
        draft = self.standing.draft
        if draft is None:
            why = self.reasons.get(key, "")
            return ("a guess", why.removeprefix("guess: ")) if why.startswith("guess: ") else ("", why)
        parts = key.split(".")
        table = next((each for each in draft.proposal.tables if each.table == parts[1]), None)
        guess = table.guess(parts[2]) if table is not None and len(parts) == 3 else None
        return ("", "") if guess is None else (say_sure(guess.confidence), guess.reason)


def _margin(told: _Told, values: Mapping[str, str], names: Sequence[str]) -> Field | None:
    """Asked where there are sales whose cost nothing says."""
    sales = any(name in names for name in ("orders", "order_lines", "deals", "subscriptions"))
    if not sales or "tables.products.cost" in values:
        return None
    return told.field(MARGIN, values, "Margin", "what is left of 100 of sales once the goods are paid for")


def say_sure(confidence: float) -> str:
    """Return how sure a guess is, in words."""
    return "sure" if confidence >= _QUITE_SURE else "likely" if confidence >= SURE else "a guess"


def _said(problem: Problem) -> str:
    found = f" (found: {problem.found})" if problem.found else ""
    return f"{problem.what}{found}"


def _table(name: str, values: Mapping[str, str], told: _Told, known: Mapping[str, LookedFile]) -> MappedTable:
    contract = CONTRACT[name]
    where = f"tables.{name}"
    source = told.field(f"{where}.from", values, "from", "the file or sheet that it comes from")
    file = known.get(source.value)
    samples = dict(zip(file.columns, file.samples, strict=False)) if file is not None else {}
    mapped = [key.split(".")[2] for key in values if key.startswith(f"{where}.") and len(key.split(".")) == 3]
    columns = {column.name: column for column in contract.columns}
    own = [each for each in mapped if each not in columns and each not in RESERVED]
    fields: list[Field] = []
    further: list[Field] = []
    for each in (*columns, *own):
        column = columns.get(each)
        doc = column.doc if column is not None else "an attribute of your own"
        made = told.field(f"{where}.{each}", values, each, doc, column)
        made = _with_samples(made, samples)
        (fields if made.value or made.required or made.problem else further).append(made)
    proposed = None
    if told.standing.draft is not None:
        proposed = next((each for each in told.standing.draft.proposal.tables if each.table == name), None)
    return MappedTable(
        name, contract.doc, source, file.shown if file is not None else source.value,
        (file.rows or None) if file is not None else None,
        told.field(f"{where}.where", values, "where", "only these rows; all where empty"),
        tuple(fields), tuple(further),
        tuple((f'"{column}"', ", ".join(some)) for column, some in samples.items()),
        "" if proposed is None else say_sure(proposed.confidence), "" if proposed is None else proposed.reason,
        () if proposed is None else tuple((each.column, each.reason) for each in proposed.left_out),
        told.of_table(name),
    )  # fmt: skip


def _with_samples(made: Field, samples: Mapping[str, tuple[str, ...]]) -> Field:
    read = [each for each in columns_in(made.value) if each in samples] if made.value else []
    return replace(made, before=samples[read[0]]) if read else made


def _asked(standing: Standing, values: Mapping[str, str]) -> tuple[Asked, ...]:
    if standing.draft is None:
        return ()
    found = []
    for question in standing.draft.questions:
        key = question_key(question.key)
        chosen = values.get(key, question.options[0])
        free = key.startswith("workspace.") or (key.startswith("tables.") and ".format." not in key)
        options = tuple(dict.fromkeys([*question.options, chosen]))
        found.append(Asked(key, question.text, options, chosen, question.why, free))
    return tuple(found)


def _said_of(file: LookedFile) -> str:
    return f"{file.shown} ({file.rows:,} rows)" if file.rows else file.shown


def _unused(standing: Standing, used: set[str], known: Mapping[str, LookedFile]) -> tuple[tuple[str, str, str], ...]:
    why = {} if standing.draft is None else standing.draft.proposal.unused
    joined = set() if standing.draft is None else {
        name for table in standing.draft.proposal.tables for name, _ in table.lookups
    }  # fmt: skip
    joined |= _joined_in(standing.text)
    return tuple(
        (name, each.shown, why.get(name, "nothing reads it yet")) for name, each in known.items()
        if name not in used and name not in joined
    )  # fmt: skip


def _joined_in(text: str) -> set[str]:
    tables = tomllib.loads(text).get("tables", {}) if text else {}
    looks = [look for body in tables.values() if isinstance(body, dict) for look in body.get("lookup", ())]
    return {str(look.get("table")) for look in looks if isinstance(look, dict)}
