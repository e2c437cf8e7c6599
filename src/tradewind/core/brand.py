"""How a company shows itself on pages and reports: its name, its colour, its logo."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from typing import Literal

LogoKind = Literal["image/png", "image/jpeg"]
LARGEST_LOGO = 200_000
"""Bytes."""

WIDEST_LOGO = 2_000
"""Pixels of a side."""

_COLOUR = re.compile(r"#[0-9a-f]{6}")


@dataclass(frozen=True)
class Brand:
    """A company's own look.

    Args:
        name: in place of the workspace's name; empty: that one.
        colour: of the top of a page, as #rrggbb; empty: Tradewind's.
        logo_kind: media type of the logo; None without one.
        logo: the image file.
    """

    name: str = ""
    colour: str = ""
    logo_kind: LogoKind | None = None
    logo: bytes = b""

    @property
    def on_colour(self) -> str:
        """The colour of letters on the brand's colour: white or black, whichever can be read better."""
        return "#ffffff" if _contrast(self.colour, 1.0) >= _contrast(self.colour, 0.0) else "#000000"

    @property
    def version(self) -> str:
        """What changes when the look does."""
        return hashlib.sha256(f"{self.name} {self.colour} {self.logo_kind} ".encode() + self.logo).hexdigest()[:12]

    @property
    def logo_data(self) -> str:
        """The logo as an address that holds it whole; empty without one."""
        if self.logo_kind is None:
            return ""
        return f"data:{self.logo_kind};base64,{base64.b64encode(self.logo).decode()}"


def is_colour(text: str) -> bool:
    """Return whether a text is a colour as #rrggbb."""
    return _COLOUR.fullmatch(text) is not None


def logo_kind(content: bytes) -> LogoKind | None:
    """Return what kind of image a file is by its own bytes; None where it is none that is taken, or too large a one."""
    size = _png_size(content) or _jpeg_size(content)
    if size is None or len(content) > LARGEST_LOGO or not all(1 <= side <= WIDEST_LOGO for side in size):
        return None
    return "image/png" if content.startswith(b"\x89PNG") else "image/jpeg"


def _png_size(content: bytes) -> tuple[int, int] | None:
    """Width and height from the header of a PNG (its specification, section 11.2.1)."""
    if not content.startswith(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR") or len(content) < 57 or b"IEND" not in content:
        return None
    return int.from_bytes(content[16:20], "big"), int.from_bytes(content[20:24], "big")


def _jpeg_size(content: bytes) -> tuple[int, int] | None:
    """Width and height from the frame header of a JPEG (ITU T.81, annex B.2.2)."""
    if not content.startswith(b"\xff\xd8\xff"):
        return None
    place = 2
    while place + 9 < len(content) and content[place] == 0xFF:
        marker, length = content[place + 1], int.from_bytes(content[place + 2 : place + 4], "big")
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = content[place + 5 : place + 7], content[place + 7 : place + 9]
            return int.from_bytes(width, "big"), int.from_bytes(height, "big")
        if length < 2:
            return None
        place += 2 + length
    return None


def _contrast(colour: str, other: float) -> float:
    """Contrast ratio of a colour to one of this luminance (WCAG 2.2, relative luminance)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)] if is_colour(colour) else [0.0, 0.0, 0.0]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    own = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return (max(own, other) + 0.05) / (min(own, other) + 0.05)
