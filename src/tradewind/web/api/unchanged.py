"""ETag and If-None-Match: an answer that the caller has already is not sent, and not worked out, again."""

from __future__ import annotations

import hashlib
import json

from fastapi import Request
from fastapi.responses import Response


def tag_of(*parts: object) -> str:
    """Return the ETag of an answer that depends on these parts and on nothing else."""
    text = json.dumps(parts, default=str, sort_keys=True, ensure_ascii=False)
    return f'W/"{hashlib.sha256(text.encode()).hexdigest()[:24]}"'


def not_modified(request: Request, tag: str) -> Response | None:
    """Return the empty answer 304 where the caller has this one already."""
    known = [one.strip() for one in request.headers.get("if-none-match", "").split(",")]
    if "*" in known or tag in known or tag.removeprefix("W/") in known:
        return Response(status_code=304, headers={"ETag": tag, "Cache-Control": "private, no-cache"})
    return None


def mark(response: Response, tag: str) -> None:
    """Put the ETag on an answer; it may be kept, but must be asked for again before it is used."""
    response.headers["ETag"] = tag
    response.headers["Cache-Control"] = "private, no-cache"
