"""The SELECT that makes everybody's row of the index: who it is, who works on it, and the place on every list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from tradewind.core.entities import ENTITIES
from tradewind.flow.people.alias import alias_sql, looks_personal_sql
from tradewind.flow.people.columns import COMPANIES, EMAILS, PHONES, Columns
from tradewind.store.manifest import Manifest

Kind = Literal["scores", "list"]

_ALSO: Mapping[str, tuple[str, ...]] = {
    "customer_id": ("orders", "subscriptions"),
    "account_id": ("customers", "leads", "deals"),
    "lead_id": (),
    "deal_id": (),
}
"""Tables that name entities which have no row of their own: who bought is a customer, whatever file is missing."""


@dataclass(frozen=True)
class Listed:
    """A table that says something about single entities, as a question left it.

    Args:
        name: of the question.
        entity: key column.
        kind: scores of a learned question, or the list of an analysis.
        columns: of the table.
    """

    name: str
    entity: str
    kind: Kind
    columns: tuple[str, ...]

    @property
    def table(self) -> str:
        """Name of the table."""
        return f"{self.kind}_{self.name}"


def listed_tables(manifest: Manifest) -> dict[str, tuple[Listed, ...]]:
    """Return the tables of scores and lists that a snapshot has, by the entity that they are about."""
    found: dict[str, list[Listed]] = {entity: [] for entity in ENTITIES}
    for table, entry in sorted(manifest.tables.items()):
        kind, _, name = table.partition("_")
        columns = tuple(column for column, _ in entry.columns)
        if columns and columns[0] in ENTITIES and name and (kind == "scores" or kind == "list"):
            found[columns[0]].append(Listed(name, columns[0], "scores" if kind == "scores" else "list", columns))
    return {entity: tuple(each) for entity, each in found.items()}


def people_select(
    columns: Columns,
    listed: Sequence[Listed],
    tables: Mapping[str, str],
    stored: Mapping[str, Sequence[str]],
    secret: str,
) -> str:
    """Return the SELECT of one entity's rows.

    Args:
        columns: of the entity's own table.
        listed: tables about the entity, which the index `model` holds already.
        tables: the SELECT that reads each table of the snapshot.
        stored: the columns of each.
        secret: what aliases of keys are made with.
    """
    key, own = columns.entity, ENTITIES[columns.entity].table
    present = f"SELECT * FROM ({tables[own]}) WHERE valid_to IS NULL" if own in tables else "SELECT NULL AS nobody_"
    named = [f"SELECT CAST({quoted(key)} AS VARCHAR) FROM present_"] if columns.stored else []
    named += [
        f"SELECT CAST({quoted(key)} AS VARCHAR) FROM ({tables[table]}) WHERE {quoted(key)} IS NOT NULL"
        for table in _ALSO[key] if table in tables and key in stored[table]
    ]  # fmt: skip
    named += [f"SELECT CAST({quoted(key)} AS VARCHAR) FROM model.{quoted(each.table)}" for each in listed]
    if not named:
        named = ["SELECT CAST(NULL AS VARCHAR) WHERE FALSE"]
    ids = f"SELECT key_ FROM ({' UNION '.join(named)}) AS named_(key_)"
    joins = [f"LEFT JOIN present_ p ON p.{quoted(key)} = ids_.key_"] if columns.stored else []
    company = "account_id" in columns.stored and "accounts" in tables and key != "account_id"
    if company:
        joins.append(
            f"LEFT JOIN (SELECT * FROM ({tables['accounts']}) WHERE valid_to IS NULL) c ON c.account_id = p.account_id"
        )
    joins += [
        f"LEFT JOIN ({_once(each)}) s{place} ON s{place}.{quoted(key)} = ids_.key_" for place, each in enumerate(listed)
    ]
    fields = {**_who(columns, tuple(stored.get("accounts", ())) if company else ()), **_places(listed)}
    picked = ", ".join(f"{sql} AS {quoted(name)}" for name, sql in fields.items())
    inner = f"SELECT ids_.key_, {picked} FROM ids_ {' '.join(joins)} WHERE ids_.key_ IS NOT NULL"
    found = ["company_", "stage_"]
    find = ["key_", *found, "name_", "email_", "phone_"]
    plain = ["COALESCE(alias_, key_)", *found, *(() if "name" in columns.personal else ("name_",))]
    personal = f"SELECT bool_or({looks_personal_sql('key_', 'phone_')}) FROM who_"
    aliased = f"SELECT *, CASE WHEN ({personal}) THEN {alias_sql(secret, 'key_')} END AS alias_ FROM who_"
    return (
        f"WITH present_ AS ({present}), ids_ AS ({ids}), who_ AS ({inner}), all_ AS ({aliased}) "
        f"SELECT *, {_sort_by('name_')} AS name_sort_, {_sort_by('company_')} AS company_sort_, "
        f"{_found_by(find)} AS find_, {_found_by(plain)} AS plain_ FROM all_"
    )


def _sort_by(field: str) -> str:
    """A text in the order in which people look for it; what is not known comes last."""
    return f"COALESCE(strip_accents(lower({field})), chr(1114111))"


def _found_by(fields: Sequence[str]) -> str:
    return f"strip_accents(lower(concat_ws(chr(31), {', '.join(fields)})))"


def _once(each: Listed) -> str:
    """The rows of a table, the first of each entity: an analysis may list one twice."""
    once = f" QUALIFY row_number() OVER (PARTITION BY {quoted(each.entity)} ORDER BY rank_) = 1"
    return f"SELECT * FROM model.{quoted(each.table)}{once if each.kind == 'list' else ''}"


def _who(columns: Columns, company: Sequence[str]) -> dict[str, str]:
    """Who it is and who works on it, as expressions over its own row `p` and its company's `c`."""
    text = {
        "name_": _name(columns),
        "first_": _text(columns.given[0] if columns.given else ""),
        "last_": _text(columns.given[1] if columns.given else ""),
        "email_": _text(columns.first(EMAILS)),
        "phone_": _text(columns.first(PHONES)),
        "account_": _text("account_id" if "account_id" in columns.stored else ""),
        "company_": _first(
            [_text(columns.first(COMPANIES))] + (["CAST(c.name AS VARCHAR)"] if "name" in company else [])
        ),
        "owner_": _first(
            [_text(columns.owner)]
            + [
                f"CAST(c.{quoted(name)} AS VARCHAR)"
                for name in ("owner", "account_owner", "owner_name")
                if name in company
            ]
        ),
        "stage_": _text("stage" if "stage" in columns.stored else ""),
        "state_": _state(columns),
        "customer_": "ids_.key_"
        if columns.entity == "customer_id"
        else _text("customer_id" if "customer_id" in columns.stored else ""),
        "lead_": _text("lead_id" if "lead_id" in columns.stored and columns.entity != "lead_id" else ""),
    }
    text["owner_key_"] = f"lower(trim({text['owner_']}))"
    amount = "amount_base" if "amount" in columns.stored else ""
    text["amount_"] = f"CAST(p.{amount} AS DOUBLE)" if amount else "CAST(NULL AS DOUBLE)"
    text["created_"] = "p.created_at" if "created_at" in columns.stored else "CAST(NULL AS TIMESTAMP)"
    for name in columns.attributes:
        text[f"a_{name}"] = f"regexp_replace({_text(name)}, '[.]0$', '')" if name in columns.numbers else _text(name)
    return text


def _state(columns: Columns) -> str:
    """Whether a lead or deal is still open, and how it ended."""
    cases = []
    if columns.entity == "deal_id":
        cases += ["WHEN p.won THEN 'won'"] if "won" in columns.stored else []
        cases += ["WHEN p.closed_at IS NOT NULL THEN 'lost'"] if "closed_at" in columns.stored else []
    if columns.entity == "lead_id":
        cases += ["WHEN p.converted_at IS NOT NULL THEN 'converted'"] if "converted_at" in columns.stored else []
        cases += ["WHEN p.lost_at IS NOT NULL THEN 'given up'"] if "lost_at" in columns.stored else []
    return f"CASE {' '.join(cases)} ELSE 'open' END" if cases else "''"


def _name(columns: Columns) -> str:
    parts = []
    if columns.given is not None:
        first, last = columns.given
        parts.append(f"nullif(trim(concat_ws(' ', {_text(first)}, {_text(last)})), '')")
    return _first([*parts, *(_text(name) for name in columns.names if name not in COMPANIES)])


def _places(listed: Sequence[Listed]) -> dict[str, str]:
    """The place on each list, the score, and whether a contact is worth its cost."""
    fields = {}
    for place, each in enumerate(listed):
        fields[f"rank_{each.name}"] = f"s{place}.rank_"
        if "mean" in each.columns:
            fields[f"mean_{each.name}"] = f"s{place}.mean"
        if "value" in each.columns:
            fields[f"value_{each.name}"] = f"s{place}.value"
        if "worth_contacting" in each.columns:
            fields[f"worth_{each.name}"] = f"s{place}.worth_contacting"
        if "owner" in each.columns and each.kind == "list":
            fields[f"owner_{each.name}"] = f"lower(trim(CAST(s{place}.owner AS VARCHAR)))"
    return fields


def _text(column: str) -> str:
    return f"nullif(trim(CAST(p.{quoted(column)} AS VARCHAR)), '')" if column else "CAST(NULL AS VARCHAR)"


def _first(expressions: Sequence[str]) -> str:
    return (
        f"COALESCE({', '.join(expressions)})" if len(expressions) > 1 else (expressions or ["CAST(NULL AS VARCHAR)"])[0]
    )


def quoted(name: str) -> str:
    """Return a column's or table's name as SQL."""
    return '"' + name.replace('"', '""') + '"'
