"""Which questions a workspace's config could answer, and which table would unlock each of the others."""

from __future__ import annotations

import os
from pathlib import Path

from tradewind.flow.questions import list_use_cases, speak_days
from tradewind.store.config import CONFIG_FILE, load_config


def readiness(directory: Path) -> list[dict[str, str]]:
    """Return name, title, question, action and missing tables of every use case.

    Args:
        directory: a workspace; in any other folder nothing is called missing.
    Raises:
        ConfigError: the workspace's config has problems.
    """
    mapped = None
    if (directory / CONFIG_FILE).exists():
        mapped = set(load_config(directory.resolve(), os.environ).tables)
        mapped |= {"orders"} if "order_lines" in mapped else set()
    rows = []
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
