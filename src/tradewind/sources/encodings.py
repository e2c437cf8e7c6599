"""Bytes of a text file into UTF-8: the declared encoding, a byte order mark, or the one the bytes fit."""

from __future__ import annotations

import codecs
import re

from tradewind.core.errors import Problem, SourceError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16: its mark begins with the same two bytes
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CANDIDATES = ("cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp932", "gb18030", "big5", "cp949")
_SAMPLE = 200_000


def to_utf8(data: bytes, encoding: str | None, where: str) -> tuple[bytes, tuple[str, ...]]:
    """Bring the bytes of a text file to UTF-8 without a byte order mark.

    Args:
        data: the whole file.
        encoding: what the config says, or None to find out.
        where: the file, for messages.
    Returns:
        the UTF-8 bytes, and a note where the encoding had to be guessed.
    Raises:
        SourceError: the bytes are not text of that encoding, or of any that is known.
    """
    for mark, name in _MARKS:
        if data.startswith(mark) and (encoding is None or _family(encoding) == _family(name)):
            return _recode(data[len(mark) :], name, where), ()
    if encoding is not None:
        return _recode(data, encoding, where), ()
    if (wide := _wide(data)) is not None:
        return _recode(data, wide, where), (f"read as {wide}, which the file does not declare",)
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        guess = _guess(data, where)
        return _recode(data, guess, where), (
            f'read as {guess}, because it is not UTF-8; if names look wrong, say encoding = "..." for this source',
        )
    return data, ()


def _family(name: str) -> str:
    return name.lower().replace("_", "-").removesuffix("-sig").removesuffix("-le").removesuffix("-be")


def _recode(data: bytes, encoding: str, where: str) -> bytes:
    try:
        if _family(encoding) in ("utf-8", "utf8"):
            data.decode("utf-8")
            return data
        return data.decode(encoding).encode("utf-8")
    except LookupError:
        raise SourceError(
            Problem(where, "this encoding is not known", encoding, "a name such as utf-8, cp1252, utf-16")
        ) from None
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SourceError(
            Problem(
                where,
                f"the text is not {encoding}",
                f"byte 0x{data[error.start]:02x} in line {line}",
                "text in one encoding",
                'set encoding = "..." for this source, or leave it out to have it found',
            )
        ) from None


def _wide(data: bytes) -> str | None:
    """UTF-16 without a mark: every second byte of ordinary text is zero."""
    sample = data[:4000]
    if len(sample) < 4 or b"\0" not in sample:
        return None
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if odd > 0.4 * len(sample[1::2]) and even == 0:
        return "utf-16-le"
    if even > 0.4 * len(sample[0::2]) and odd == 0:
        return "utf-16-be"
    return None


def _guess(data: bytes, where: str) -> str:
    from charset_normalizer import from_bytes

    # Statistics need the unusual letters: the lines that hold none of them only dilute.
    lines = [line for line in data[: 50 * _SAMPLE].splitlines() if not line.isascii()]
    sample = b"\n".join(lines)[:_SAMPLE]
    western = _decodes(data, "cp1252")
    # A few accented letters are too little to tell Western from Central European text; Western is by far the usual one.
    # A city that stands in every row is one word, and no more to go by than in one row.
    words = {word for word in re.split(rb'[\s,;"]+', sample) if not word.isascii()}
    unusual, letters = sum(byte > 127 for word in words for byte in word), sum(map(len, words))
    if western and unusual < 40 and (unusual < 4 or unusual < letters / 2):
        return "cp1252"
    best = from_bytes(sample, cp_isolation=list(_CANDIDATES)).best()
    if best is not None and _decodes(data, best.encoding):
        same = western and sample.decode("cp1252", "replace") == sample.decode(best.encoding, "replace")
        return "cp1252" if same else best.encoding
    if western:
        return "cp1252"
    raise SourceError(
        Problem(
            where,
            "the text's encoding cannot be told",
            "bytes that are neither UTF-8 nor any common encoding",
            "a text file",
            'set encoding = "..." for this source',
        )
    )


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
