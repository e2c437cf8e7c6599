"""Pages of documentation that are made from the code, so that the two cannot differ: `make docs` writes them."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from tradewind.core.contract_page import contract_page
from tradewind.flow.questions.asked import list_use_cases, speak_days
from tradewind.sources.layouts import all_layouts
from tradewind.store import config
from tradewind.store.config_clean import CleanRule, Parse
from tradewind.store.config_identity import IdentitySettings
from tradewind.store.config_labels import LabelSettings, RuleSettings
from tradewind.store.config_questions import QuestionSettings
from tradewind.store.expressions import FUNCTION_WORDS
from tradewind.store.question_folders import BaselineSettings, FolderSettings

_SECTIONS: Mapping[str, type[BaseModel]] = {
    "[workspace]": config.WorkspaceSettings,
    "[sources.<name>]": config.Source,
    "[tables.<contract table>]": config.TableMapping,
    "lookup = [{ … }]": config.Lookup,
    "[use_cases.<name>]": config.UseCaseSettings,
    "[features.<name>]": config.UserFeature,
    "[labels.<name>]": LabelSettings,
    "[rules.<name>]": RuleSettings,
    "[questions.<name>]": QuestionSettings,
    "[identity]": IdentitySettings,
    "[clean.<contract table>.<column>]": CleanRule,
    "parse = { … }": Parse,
    "use_cases/<name>/use_case.toml": FolderSettings,
    "[[baselines]] of a use_case.toml": BaselineSettings,
}
_HIDDEN = {"columns", "spans", "extra", "points"}
_ARGUMENT = re.compile(r"^ {8}(\w+): (.*)$")


def generated_pages() -> dict[str, str]:
    """Return file name under `docs/` to text."""
    return {
        "contract.md": contract_page(),
        "configuration.md": configuration_page(),
        "expressions.md": expressions_page(),
        "use-cases.md": use_cases_page(),
        "exports.md": exports_page(),
    }


def configuration_page() -> str:
    """Return the page on every setting of `tradewind.toml`."""
    parts = [
        "# Every setting of `tradewind.toml`\n\nAll problems of the file are told together: where, what was found, "
        "what was expected, what to do. Secrets stand in the environment and are written `${NAME}`.\n"
    ]
    for section, model in _SECTIONS.items():
        meanings = _meanings(model)
        first = (inspect.getdoc(model) or "").split("\n")[0]
        parts.append(f"\n## {section}\n\n{first}\n\n| setting | default | meaning |\n|---|---|---|\n")
        for name, field in model.model_fields.items():
            if name in _HIDDEN:
                continue
            default = "required" if field.is_required() else _default(field.get_default(call_default_factory=True))
            parts.append(f"| `{field.alias or name}` | {default} | {meanings.get(name, '')} |\n")
    parts.append(
        "\nIn `[tables.*]` every other key is a column of the [contract table](contract.md) or an attribute, and its "
        "value an [expression](expressions.md). In `[use_cases.*]` every other key is a span of the question, such as "
        '`active_within = "90 days"` ([questions](use-cases.md)). '
        "In `[rules.*]` every key is a condition and its value the points, such as `\"job = 'Manager'\" = 10` "
        "([labels](concepts/labels.md)).\n"
    )
    return "".join(parts)


def expressions_page() -> str:
    """Return the page on what an expression may hold."""
    words = ", ".join(f"`{word}`" for word in sorted(FUNCTION_WORDS))
    return (
        "# What an expression may hold\n\nAn expression in `[tables.*]` computes one value of a row from that row's columns: "
        "columns, numbers, 'texts', `+ - * /`, comparisons, `AND OR NOT`, `CASE`, `CAST`, `IN`, `BETWEEN`, `LIKE`, and the "
        "functions below. A subquery, a table, a setting or any other function is refused: a workspace received from a "
        "stranger cannot read your files.\n\nA SELECT of your own (`[features.*]`, `tradewind sql`) may also hold joins, "
        "grouping and the aggregates among them. Division by zero gives nothing, not infinity.\n\n"
        f"{words}\n"
    )


def exports_page() -> str:
    """Return the page on the vendors' exports that are known."""
    parts = [
        "# Exports that are known by themselves\n\n`tradewind init` knows these files by their headers, whatever the order, "
        "the case and a few columns more; those marked * also by their values, where the headers were translated or lost "
        "(such lines are marked as guesses in the config). Everything else is told from the data. Each is one file under "
        "`src/tradewind/sources/layouts/`: data, no code.\n"
    ]
    for layout in all_layouts():
        star = " *" if layout.values else ""
        parts.append(f"\n## {layout.vendor}: {layout.export}{star}\n\nNeeds the columns ")
        parts.append(f"{', '.join(f'`{name}`' for name in layout.required)}.\n\n")
        parts += [f"- `{table['table']}`: {table['reason']}\n" for table in layout.tables]
    return "".join(parts)


def use_cases_page() -> str:
    """Return the page on the questions."""
    parts = [
        "# The questions\n\nOne folder each under `src/tradewind/use_cases/`; its README says when not to use it.\n"
    ]
    for case in list_use_cases():
        spans = {"horizon": speak_days(case.horizon.length), **{n: str(s) for n, s in case.settings.items()}}
        rules = "; ".join(rule.name for rule in case.baselines)
        settings = ", ".join([f"`horizon` ({case.horizon})", *(f"`{n}` ({s})" for n, s in case.settings.items())])
        needs = ", ".join([*(f"`{table}`" for table in case.requires), *case.needs])
        options = ", ".join(f"`{name}` ({_as_in_config(value)})" for name, value in case.options.items())
        parts.append(
            f"\n## {case.title.format(**spans)} (`{case.name}`)\n\n{case.question.format(**spans)}\n\n"
            f"- What one does with it: {case.action}\n- Needs: {needs}\n- Spans: {settings}\n"
            + (f"- Settings: {options}\n" if options else "")
            + (f"- Rules of thumb beside it: {rules}\n" if rules else "")
            + f"- More: [{case.name}](../src/tradewind/use_cases/{case.name}/README.md)\n"
        )
    return "".join(parts)


def _as_in_config(value: object) -> str:
    """Write a default as config would; what is empty is called none."""
    if isinstance(value, tuple | dict):
        return ", ".join(map(str, value)) or "none"
    return str(value).lower() if isinstance(value, bool) else str(value) or "none"


def _meanings(model: type[BaseModel]) -> dict[str, str]:
    """Read the `Args:` of a docstring."""
    found: dict[str, str] = {}
    last = ""
    for line in (model.__doc__ or "").split("\n"):
        match = _ARGUMENT.match(line)
        if match:
            last = match.group(1)
            found[last] = match.group(2)
        elif last and line.startswith(" " * 12):
            found[last] += " " + line.strip()
    return found


def _default(value: Any) -> str:
    if value is None or value == () or value == {}:
        return ""
    return f"`{value}`" if value != "" and not isinstance(value, Mapping) else ""
