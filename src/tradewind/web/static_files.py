"""Style, scripts and the charts' library, each under an address that changes with its content."""

from __future__ import annotations

from functools import lru_cache

from fastapi import APIRouter, Request
from fastapi.responses import Response

from tradewind.report.html import vega_bundle
from tradewind.web.refusals import NotFound
from tradewind.web.render import STATIC, static_version

router = APIRouter(include_in_schema=False)
KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".png": "image/png"}
KEEP = "public, max-age=31536000, immutable"


@router.get("/static/{version}/{name}")
def static(request: Request, version: str, name: str) -> Response:
    """Return one file; an old version's address gives the present file, to be asked for again."""
    path = STATIC / name
    if name not in _names() or path.suffix not in KINDS:
        raise NotFound("file of this name")
    keep = KEEP if version == static_version(name) else "no-cache"
    return Response(path.read_bytes(), media_type=KINDS[path.suffix], headers={"Cache-Control": keep})


@router.get("/vega.js")
def vega(request: Request) -> Response:
    """Return Vega, Vega-Lite and vega-embed from the installed package."""
    body, tag = _vega()
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers={"ETag": tag, "Cache-Control": "public, max-age=86400"})
    return Response(body, media_type="text/javascript", headers={"ETag": tag, "Cache-Control": "public, max-age=86400"})


@lru_cache(maxsize=1)
def _names() -> frozenset[str]:
    return frozenset(path.name for path in STATIC.iterdir() if path.is_file())


@lru_cache(maxsize=1)
def _vega() -> tuple[bytes, str]:
    import hashlib

    body = vega_bundle().encode()
    return body, f'"{hashlib.sha256(body).hexdigest()[:16]}"'
