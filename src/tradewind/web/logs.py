"""Every line of the log is one JSON object, whoever writes it."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime


class JsonLines(logging.Formatter):
    """Dresses what is not JSON yet; traces are cut to their kind, because their text may hold data."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of one record."""
        text = record.getMessage()
        if text.startswith("{"):
            return text
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z",
            "level": record.levelname.lower(),
            "from": record.name,
            "message": text.splitlines()[0][:300] if text else "",
        }
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = record.exc_info[0].__name__
        return json.dumps(line, separators=(",", ":"))
