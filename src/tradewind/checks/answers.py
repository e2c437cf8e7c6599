"""Columns that hold an answer: one that arrives late, one that is rare; and columns known only as of today."""

from __future__ import annotations

from tradewind.checks.looked import Looked
from tradewind.core.trouble import Trouble, clean_lines

RARE = 0.03
"""Share of the rarer answer below which it is called rare."""

_FEW = 10
_NEVER_STABLE = frozenset({"stage", "status", "expected_close_at"})
"""Columns whose present value may be the end of the story: no line to copy calls them stable."""


def find_answer_trouble(looked: Looked) -> list[Trouble]:
    """Find answers that arrive late or are rare."""
    found: list[Trouble | None] = []
    if looked.name == "deals" and {"created_at", "closed_at"} <= set(looked.shapes):
        found.append(_late(looked, "created_at", "closed_at"))
    answers = [shape.name for shape in looked.of_kind("flag")]
    answers += [name for name in looked.given.labels if name in looked.shapes and name not in answers]
    found += [_rare(looked, name) for name in answers]
    return [trouble for trouble in found if trouble is not None]


def find_as_of_today(looked: Looked) -> list[Trouble]:
    """Tell which columns are known only as of today: nobody knows what they held before the first load."""
    columns = [name for name in looked.given.as_of_today if name in looked.shapes and not looked.shapes[name].personal]
    if not columns or not looked.rows:
        return []
    offered = ", ".join(f'"{name}"' for name in columns if name not in _NEVER_STABLE)
    shown = ", ".join(columns[:6]) + (f" and {len(columns) - 6} more" if len(columns) > 6 else "")
    return [
        Trouble(
            looked.name, columns[0], "as of today", "cosmetic",
            f"what {shown} held before the first load is not known; questions about past dates do not learn from them",
            looked.rows, looked.rows,
            treat=f"[tables.{looked.name}]\nstable = [{offered}]" if offered else "",
            do="list under `stable` only those that never change; the others become usable as you load again",
        )
    ]  # fmt: skip


def _late(looked: Looked, begin: str, end: str) -> Trouble | None:
    """Rows old enough to have their answer, which have it far less often than older ones."""
    age = f"date_diff('day', {begin}, TIMESTAMP '{looked.today.isoformat()}')"
    usual = looked.one(
        f"SELECT quantile_cont(date_diff('day', {begin}, {end}), 0.95) FROM \"{looked.name}\" WHERE {end} >= {begin}"
    )[0]
    if usual is None:
        return None
    usual = max(float(usual), 1.0)
    ripe = f"{age} > {usual!r} AND {age} <= {3 * usual!r}"
    old = f"{age} > {3 * usual!r}"
    rows, open_, older, older_open = looked.one(
        f"SELECT count(*) FILTER (WHERE {ripe}), count(*) FILTER (WHERE {ripe} AND {end} IS NULL), "
        f'count(*) FILTER (WHERE {old}), count(*) FILTER (WHERE {old} AND {end} IS NULL) FROM "{looked.name}"'
    )
    before = older_open / older if older else 0.05
    if rows < 10 or open_ / rows < before + 0.15 or open_ < 5:
        return None
    return looked.trouble(
        end, "late label", "misleads",
        f"{{rows}} rows ({{share}}) are old enough to have ended and have not: {open_ / rows:.0%} of those between "
        f"{usual:.0f} and {3 * usual:.0f} days old, {before:.0%} of older ones", f"{ripe} AND {end} IS NULL",
        shown=begin, treat=clean_lines(looked.name, end, {"keep": ["late label"]}),
        do="enter the outcomes, or learn only from rows old enough: they would be taken for lost otherwise",
    )  # fmt: skip


def _rare(looked: Looked, name: str) -> Trouble | None:
    shape = looked.shapes[name]
    answers = looked.ask(
        f'SELECT CAST("{name}" AS VARCHAR), count(*) FROM "{looked.name}" WHERE "{name}" IS NOT NULL GROUP BY 1 '
        "ORDER BY 2, 1 LIMIT 3"
    )
    if len(answers) != 2 or shape.filled < 50:
        return None
    value, count = answers[0]
    if count > RARE * shape.filled:
        return None
    quoted = value.replace("'", "''")
    few = count < _FEW
    return looked.trouble(
        name, "imbalance", "misleads" if few else "cosmetic", f"{{rows}} rows ({{share}}) are {name} = {value}",
        f"CAST(\"{name}\" AS VARCHAR) = '{quoted}'", shown=f'"{name}"',
        treat=clean_lines(looked.name, name, {"keep": ["imbalance"]}),
        do="nothing is repeated or left out to balance it: probabilities stay true; more outcomes help",
    )  # fmt: skip
