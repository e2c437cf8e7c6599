"""How one role of result table becomes a chart: title, drawing, caption, and the columns told as numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pyarrow as pa


@dataclass(frozen=True)
class Maker:
    """How the table of one role is drawn.

    Args:
        title: table → the finding it shows, as a sentence.
        draw: (table, title) → the Altair chart; raises `NotDrawable` where there is nothing to draw.
        caption: table → how to read it and what it assumes.
        columns: columns told as numbers beneath it; each has a label `column.<name>` or `column.<role>.<name>`.
    """

    title: Callable[[pa.Table], str]
    draw: Callable[[pa.Table, str], Any]
    caption: Callable[[pa.Table], str]
    columns: tuple[str, ...]
