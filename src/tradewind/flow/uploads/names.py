"""Names of uploaded files: what a browser or an archive says, made into a name that is safe on any system."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 100
"""Characters of a stored name."""

_RESERVED = frozenset({"con", "prn", "aux", "nul", *(f"{kind}{n}" for kind in ("com", "lpt") for n in range(1, 10))})
_OWN = ("tradewind.", "workspace.", "state.")
_SET = re.compile(r"[a-z][a-z0-9_-]{0,40}")


def safe_name(said: str, otherwise: str = "file") -> str:
    """Return a file name without folders, of letters, digits, spaces and `._-()`, that no system reserves.

    Args:
        said: what the browser sent or the archive holds; may be hostile.
        otherwise: the name where nothing usable is left.
    """
    text = unicodedata.normalize("NFC", said.encode("utf-8", "ignore").decode("utf-8"))
    last = re.split(r"[/\\]", text)[-1]
    plain = re.sub(r"[^\w .()-]", "_", last)  # no quotes, no globs, no streams such as a.csv:b, nothing unseen
    plain = re.sub(r"\s+", " ", plain).strip(" .~$")
    stem, dot, ending = plain.rpartition(".")
    if not dot:
        stem, ending = plain, ""
    ending = re.sub(r"[^A-Za-z0-9]", "", ending)[:10]
    stem = stem.strip(" .")[: LONGEST - 11] or otherwise
    if stem.split(".")[0].strip().lower() in _RESERVED or f"{stem}.{ending}".lower().startswith(_OWN):
        stem = f"_{stem}"
    return f"{stem}.{ending}" if ending else stem


def safe_set(said: str) -> str:
    """Return the name of a set of uploads (a folder below `uploads/`); `files` where it says nothing usable."""
    text = re.sub(r"[^a-z0-9_-]+", "_", said.strip().lower()).strip("_-")[:40]
    text = text if text[:1].isalpha() else f"set_{text}" if text else ""
    return text if _SET.fullmatch(text) and text not in _RESERVED else "files"


def leads_out(member: str) -> bool:
    """Return whether an archive's name for a file would lead out of the folder it is unpacked into."""
    parts = re.split(r"[/\\]", member)
    return (
        member.startswith(("/", "\\")) or ".." in parts or re.match(r"[A-Za-z]:", member) is not None or "\0" in member
    )


def called_alike(name: str) -> str:
    """Return a name without its ending, numbers and signs: exports of one kind are called alike."""
    stem = name.rsplit(".", 1)[0] if "." in name[1:] else name
    return re.sub(r"[\W\d_]+", " ", stem).strip().lower()


def with_ending(name: str, ending: str) -> str:
    """Return a name with another ending; `orders.xls` that is text becomes `orders.csv`."""
    stem, dot, old = name.rpartition(".")
    return name if dot and old.lower() == ending else f"{stem if dot else name}.{ending}"
