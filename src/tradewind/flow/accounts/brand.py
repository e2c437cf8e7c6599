"""The look of a workspace's pages and reports, as its owner sets it."""

from __future__ import annotations

import unicodedata
from pathlib import Path

from tradewind.core.brand import LARGEST_LOGO, WIDEST_LOGO, Brand, is_colour, logo_kind
from tradewind.core.errors import ConfigError, Problem
from tradewind.store.brand import BRAND_FILE, read_brand, write_brand

__all__ = ["BRAND_FILE", "Brand", "change_brand", "read_brand"]


def change_brand(root: Path, name: str, colour: str, logo: bytes, keep_logo: bool) -> Brand:
    """Write a new look.

    Args:
        root: the workspace folder.
        name: in place of the workspace's name; empty: that one.
        colour: as #rrggbb; empty: Tradewind's.
        logo: a PNG or JPEG file; empty for none.
        keep_logo: whether the present logo stays where none is given.
    Raises:
        ConfigError: something cannot be used; all problems together.
        StoreError: the folder cannot be written to.
    """
    problems = []
    shown = " ".join(unicodedata.normalize("NFC", name).split())
    if len(shown) > 100 or not shown.isprintable():
        problems.append(Problem("name", "this cannot be a name", shown[:80], "at most 100 letters"))
    colour = colour.strip().lower()
    if colour and not is_colour(colour):
        problems.append(Problem("colour", "this is no colour", colour[:40], "#12344d"))
    kind = logo_kind(logo)
    if logo and kind is None:
        expected = f"a PNG or JPEG of at most {LARGEST_LOGO // 1000} kB and {WIDEST_LOGO} by {WIDEST_LOGO} pixels"
        problems.append(Problem("logo", "this image is not taken", f"{len(logo):,} bytes", expected))
    if problems:
        raise ConfigError(problems)
    present = read_brand(root)
    if not logo and keep_logo:
        kind, logo = present.logo_kind, present.logo
    brand = Brand(shown, colour, kind, logo if kind else b"")
    write_brand(root, brand)
    return brand
