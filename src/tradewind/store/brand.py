"""A company's own look in its workspace: one small file, `brand.json`."""

from __future__ import annotations

import base64
import binascii
import json
from pathlib import Path

from tradewind.core.brand import LARGEST_LOGO, Brand, is_colour, logo_kind
from tradewind.store.manifest import inside, replace_file

BRAND_FILE = "brand.json"


def read_brand(root: Path) -> Brand:
    """Return a workspace's look; what is not there, or not as we write it, is left out."""
    try:
        path = inside(root, BRAND_FILE)
        if path.stat().st_size > 2 * LARGEST_LOGO:
            return Brand()
        plain = json.loads(path.read_text(encoding="utf-8"))
        logo = base64.b64decode(str(plain.get("logo", "")), validate=True)
        name, colour = str(plain.get("name", ""))[:100], str(plain.get("colour", ""))
    except (OSError, ValueError, AttributeError, TypeError, binascii.Error, RecursionError):
        return Brand()
    kind = logo_kind(logo)
    return Brand(name, colour if is_colour(colour) else "", kind, logo if kind else b"")


def write_brand(root: Path, brand: Brand) -> None:
    """Write a workspace's look.

    Raises:
        StoreError: the folder cannot be written to.
    """
    plain = {"name": brand.name, "colour": brand.colour, "logo": base64.b64encode(brand.logo).decode()}
    replace_file(inside(root, BRAND_FILE), json.dumps(plain, ensure_ascii=False, indent=1).encode())
