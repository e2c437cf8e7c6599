"""What the tests of the sources share: a mapped table from a few rows, and a workspace from a few files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from mapped_rows import MapRows, raw_of

from tradewind.core.contract import CONTRACT
from tradewind.sources.mapping import Mapped, Place, map_table
from tradewind.sources.raw import Raw
from tradewind.store.config import TableMapping
from tradewind.store.workspace import Workspace, open_workspace

NOW = datetime(2024, 6, 1, 12)
HEAD = '[workspace]\nname = "Test"\ncurrency = "EUR"\ntimezone = "Europe/Berlin"\n'


@pytest.fixture
def map_rows() -> MapRows:
    """Map rows of one source table `s.t`; further sources and mapping settings by keyword."""

    def run(
        table: str,
        columns: Mapping[str, str],
        rows: Mapping[str, Sequence[Any]] | pa.Table,
        *,
        zone: str = "Europe/Berlin",
        source_zone: str | None = "UTC",
        decimal: str | None = None,
        others: Mapping[str, Raw] | None = None,
        now: datetime = NOW,
        **settings: Any,
    ) -> Mapped:
        mapping = TableMapping.model_validate({"from": "s.t", "columns": dict(columns), **settings})
        sources = {"s.t": raw_of(rows), **(others or {})}
        return map_table(CONTRACT[table], mapping, sources, Place(zone, now, source_zone, decimal))

    return run


@pytest.fixture
def make_workspace(tmp_path: Path) -> Callable[..., Workspace]:
    """Write a config and files into one folder and open it as a workspace at an instant."""

    def make(config: str, files: Mapping[str, str | bytes], now: datetime = NOW) -> Workspace:
        root = tmp_path / "shop"
        root.mkdir(exist_ok=True)
        (root / "tradewind.toml").write_text(HEAD + config, encoding="utf-8")
        for name, content in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        return open_workspace(root, lambda: now, {})

    return make
