"""Which questions a workspace's config could answer, and which table would unlock each of the others."""

from __future__ import annotations

import os
from pathlib import Path

from tradewind.flow.question import Question, speak_days
from tradewind.flow.questions import find_question, list_use_cases
from tradewind.store.config import CONFIG_FILE, load_config


def readiness(directory: Path) -> list[dict[str, str]]:
    """Return name, title, question, action and missing tables of every label and use case.

    Args:
        directory: a workspace; in any other folder nothing is called missing.
    Raises:
        ConfigError: the workspace's config has problems.
    """
    mapped = None
    rows = []
    if (directory / CONFIG_FILE).exists():
        config = load_config(directory.resolve(), os.environ)
        mapped = {*config.tables, *(("orders",) if "order_lines" in config.tables else ())}
        rows = [_label(find_question(config, name)) for name in config.labels]
    for case in list_use_cases():
        lacking = [] if mapped is None else [table for table in case.requires if table not in mapped]
        spans = {
            "horizon": speak_days(case.horizon.length),
            **{name: str(span) for name, span in case.settings.items()},
        }
        rows.append(
            {
                "name": case.name,
                "title": case.title.format(**spans),
                "question": case.question.format(**spans),
                "action": case.action,
                "missing": ", ".join(lacking),
            }
        )
    return rows


def _label(question: Question) -> dict[str, str]:
    """A label's table is mapped, or its config would have been refused."""
    case = question.use_case
    told = {key: question.words(getattr(case, key)) for key in ("title", "question", "action")}
    return {"name": case.name, **told, "missing": ""}
