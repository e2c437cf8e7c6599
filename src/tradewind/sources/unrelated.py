"""Files that hold no table: what each is, so that it can be said instead of passed over."""

from __future__ import annotations

from pathlib import Path

from tradewind.sources.files import can_read

_KINDS = {
    "a picture": "png jpg jpeg gif bmp webp svg heic tif tiff ico psd",
    "a PDF": "pdf",
    "a letter or presentation": "doc docx odt rtf pages ppt pptx odp key",
    "notes": "md rst log readme",
    "an archive: unpack it first": "zip 7z rar tar tgz bz2 xz zst",
    "a program or its settings": "py r sql js ts sh bat exe toml yaml yml ini cfg html htm css xml ipynb",
    "sound or film": "mp3 wav mp4 mov avi mkv m4a",
    "an e-mail": "eml msg mbox",
}
_WORDS = {suffix: words for words, suffixes in _KINDS.items() for suffix in suffixes.split()}
_DATABASES = ("db", "sqlite", "sqlite3", "duckdb", "ddb")
_NOTES = ("readme", "license", "licence", "notes", "changelog")


def why_unrelated(path: Path) -> str | None:
    """Return what a file is when it holds no table, in plain words, or None."""
    suffix = path.suffix.lower().lstrip(".")
    if suffix in ("", "txt") and path.stem.lower().startswith(_NOTES):
        return "notes"
    if can_read(path) or suffix in _DATABASES:
        return None
    return _WORDS.get(suffix, "no kind of table that is known")
