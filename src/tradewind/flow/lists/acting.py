"""The part of a list that is worth acting on: the same people wherever they are counted, named or compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from tradewind.flow.lists.table import REASONS
from tradewind.flow.people.names import OWNERS, owners_of
from tradewind.flow.questions.question import Question
from tradewind.store.manifest import Manifest
from tradewind.store.tables import read_columns
from tradewind.store.workspace import Workspace

if TYPE_CHECKING:
    import pyarrow as pa

Part = Literal["worth", "red", "best", "all", "tenth"]
AmountIs = Literal["", "gain", "stake", "amount", "yearly", "expected"]

MOST_ROWS = 20_000
"""Rows whose reasons are held; nobody reads that far."""

BEST_GROUP = "A"
AMOUNTS = ("mean", "value", "expected_gain", "worth_contacting", "amount", "monthly_amount", "tier", "light")
TOLD = ("reason", "task", "what_to_do", *REASONS)
_READ = (*AMOUNTS, *TOLD, *OWNERS)


@dataclass(frozen=True)
class Acting:
    """Those of a list whom it is worth acting on, in the list's order.

    Args:
        question: whose list.
        table: its table.
        entity: column that names whom a row is about.
        part: which part this is: those worth a contact, the red ones, the best group, everybody, or the first tenth.
        ids: of whom.
        whole: how many are on the whole list.
        owners: who works on whom, as far as it is known.
        amounts: money of each; empty where nobody knows any.
        amount_is: what that money is.
        chances: chance of each; empty where the list holds none.
        rows: the first rows with what is told of them.
        rule: the rule in whose order the list stands; empty where it is the model's.
    """

    question: str
    table: str
    entity: str
    part: Part
    ids: tuple[str, ...]
    whole: int
    owners: Mapping[str, str] = field(default_factory=dict)
    amounts: tuple[float, ...] = ()
    amount_is: AmountIs = ""
    chances: tuple[float, ...] = ()
    rows: tuple[Mapping[str, str | None], ...] = ()
    rule: str = ""


def read_acting(workspace: Workspace, question: Question, manifest: Manifest | None = None) -> Acting | None:
    """Return whom it is worth acting on; None where the question has no list.

    Args:
        workspace: an open workspace.
        question: whose list.
        manifest: of an earlier snapshot; the present one when None. Owners are always the present ones.
    Raises:
        StoreError: files of the table are gone or damaged.
    """
    analysis = question.use_case.task == "analysis"
    name = f"{'list' if analysis else 'scores'}_{question.name}"
    entry = (manifest or workspace.manifest()).tables.get(name)
    if entry is None or not entry.columns:
        return None
    names = [column for column, _ in entry.columns]
    entity = question.use_case.entity if question.use_case.entity in names else names[0]
    rows = read_columns(workspace.root, entry, (entity, *_READ))
    rule = str(entry.meta.get("rule", ""))
    # Groups, what a contact leaves and what is at stake are the model's words: by a rule the top of the list counts.
    part, acting = _part(rows, analysis, rule)
    amounts, amount_is = ((), "") if rule else _amounts(acting, question)
    told = acting.select([column for column in acting.column_names if column in TOLD]).slice(0, MOST_ROWS).to_pylist()
    chances = acting["mean"].to_pylist() if question.use_case.task == "classification" else []
    return Acting(
        question=question.name,
        table=name,
        entity=entity,
        part=part,
        ids=tuple(str(one) for one in acting[entity].to_pylist()),
        whole=rows.num_rows,
        owners=owners_of(workspace, entity, acting) if acting.num_rows else {},
        amounts=amounts,
        amount_is=amount_is,
        chances=tuple(float(chance or 0) for chance in chances),
        rows=tuple(told),
        rule=rule,
    )


def _part(rows: pa.Table, analysis: bool, rule: str) -> tuple[Part, pa.Table]:
    """Which part of a list is worth acting on, and its rows."""
    import pyarrow.compute as pc

    columns = set(rows.column_names)
    if rule:
        return "tenth", _tenth(rows)
    if "light" in columns:
        return "red", rows.filter(pc.fill_null(pc.ends_with(rows["light"], "red"), False))
    if analysis:
        return "all", rows
    if "worth_contacting" in columns and rows["worth_contacting"].null_count < rows.num_rows:
        return "worth", rows.filter(pc.fill_null(rows["worth_contacting"], False))
    if "tier" in columns:
        return "best", rows.filter(pc.fill_null(pc.equal(rows["tier"], BEST_GROUP), False))
    return "tenth", _tenth(rows)


def _tenth(rows: pa.Table) -> pa.Table:
    return rows.slice(0, -(-rows.num_rows // 10))


def _amounts(rows: pa.Table, question: Question) -> tuple[tuple[float, ...], AmountIs]:
    """What each row stands for in money: what a contact leaves, else what is at stake."""
    columns, task = set(rows.column_names), question.use_case.task

    def of(name: str) -> list[float]:
        return [float(value or 0) for value in rows[name].to_pylist()]

    if "expected_gain" in columns and rows["expected_gain"].null_count < rows.num_rows:
        return tuple(of("expected_gain")), "gain"
    if task == "classification" and "value" in columns:
        stakes = [chance * value for chance, value in zip(of("mean"), of("value"), strict=True)]
        return (tuple(stakes), "stake") if any(stakes) else ((), "")
    if task in ("regression", "lifetime") and "mean" in columns:
        return tuple(of("mean")), "expected"
    if "amount" in columns:
        return tuple(of("amount")), "amount"
    if "monthly_amount" in columns:
        return tuple(12 * amount for amount in of("monthly_amount")), "yearly"
    return (), ""
