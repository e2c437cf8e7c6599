"""Which questions a workspace's config could answer, and which table would unlock each of the others."""

from __future__ import annotations

import os
from pathlib import Path

from tradewind.flow.questions.asked import find_question, list_use_cases, own_names
from tradewind.flow.questions.question import Question, speak_days
from tradewind.store.config import CONFIG_FILE, load_config


def readiness(directory: Path) -> list[dict[str, str]]:
    """Return name, title, question, action and missing tables of every label, own question and use case.

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
        rows = [_own(find_question(config, name), mapped) for name in (*config.labels, *own_names(config))]
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


def _own(question: Question, mapped: set[str]) -> dict[str, str]:
    """One of the workspace's own questions; a label's table is mapped, or its config would have been refused."""
    case = question.use_case
    told = {key: question.words(getattr(case, key)) for key in ("title", "question", "action")}
    lacking = () if question.label is not None else [table for table in case.requires if table not in mapped]
    return {"name": case.name, **told, "missing": ", ".join(lacking)}
