"""Importing Tradewind does nothing but define names, quickly."""

from __future__ import annotations

import subprocess
import sys

PROBE = """
import sys, warnings, logging
filters, handlers = list(warnings.filters), list(logging.getLogger().handlers)
import tradewind, tradewind.cli.main
assert list(warnings.filters) == filters, "warning filters changed"
assert list(logging.getLogger().handlers) == handlers, "log handlers changed"
heavy = {"sklearn", "lightgbm", "altair", "pandas", "scipy", "duckdb", "pyarrow", "sqlglot", "sqlalchemy", "numpy"}
print(sorted(heavy & set(sys.modules)))
"""


def test_import_loads_no_heavy_library_and_changes_no_setting() -> None:
    done = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
