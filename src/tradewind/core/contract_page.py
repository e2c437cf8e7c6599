"""The contract tables as a page of documentation, made from the contract itself so that the two cannot differ."""

from __future__ import annotations

from tradewind.core.contract import CONTRACT, SQL_TYPES, Column, Table

_INTRODUCTION = """# The contract tables

Every company's data are brought into these tables; features, questions, checks and reports read nothing else. Map what you
have under `[tables.<name>]` in `tradewind.toml`; what is not there is not needed until a question says so.

Times are stored in UTC, amounts as `DECIMAL(18,4)`. Each stored row also carries `known_at`, `valid_to` and `first_seen_at`:
a row version is what was known from `known_at` until `valid_to`, and an update never overwrites what was known before. Tables
with `happened_at` also carry `happened_on` and `happened_hour` in the workspace's zone. Tables that hold amounts also carry
`amount_base`, the amount in the workspace's currency, empty where no rate is known.

"Required: yes" means that a row without it is set aside with the reason; "mapped" that the column must be mapped, but that single
rows may lack it. An order without a customer is a guest's: it counts in revenue, and in nobody's history. A lead or deal without
`created_at` is kept, and known from the load that first saw it.

"Revealed by" names the time before which a column counts as unknown. "Never changes" means that what stands there today is believed of
the past too; any other column of a table that changes counts as of today only, unless `known_at` is mapped: then its rows are a
history.
"Personal" columns are never learned from.
"""


def contract_page() -> str:
    """Return the page `docs/contract.md` as Markdown."""
    return _INTRODUCTION + "".join(_section(table) for table in CONTRACT.values())


def _section(table: Table) -> str:
    key = ", ".join(f"`{name}`" for name in table.key) or "none: every row is an event of its own"
    lines = [
        f"\n## {table.name}\n\n{table.doc[0].upper()}{table.doc[1:]}. Key: {key}.",
        f" At least one of {', '.join(f'`{name}`' for name in table.any_of)}." if table.any_of else "",
        " Any further column may be mapped as an attribute." if table.attributes else "",
        "\n\n| column | type | required | what it holds |\n|---|---|---|---|\n",
        *(_row(column) for column in table.columns),
    ]
    return "".join(lines)


def _row(column: Column) -> str:
    notes = [
        column.doc,
        f"revealed by `{column.revealed_by}`" if column.revealed_by else "",
        "never changes" if column.stable else "",
        "personal" if column.personal else "",
        f"unlocks: {column.unlocks}" if column.unlocks else "",
    ]
    text = "; ".join(note for note in notes if note)
    kind = f"{column.type} ({SQL_TYPES[column.type]})"
    needed = "yes" if column.required else "mapped" if column.may_be_blank else ""
    return f"| `{column.name}` | {kind} | {needed} | {text} |\n"
