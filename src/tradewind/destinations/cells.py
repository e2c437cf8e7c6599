"""Single cells of a file for another tool: nothing that a spreadsheet would run, telephone numbers, names in parts."""

from __future__ import annotations

import re

_FORMULA = "=+-@＝＋－＠"
_NUMBER = re.compile(r"[+-]?\d{1,20}(?:\.\d{1,10})?")
_LINES = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")


def one_line(text: str) -> str:
    """Return a text without line breaks, tabs and control characters: importers take a line for a row."""
    return text.strip() if text.isprintable() else _LINES.sub(" ", text).strip()


def neutral(cell: str) -> str:
    """Return a cell that no spreadsheet runs as a formula.

    A cell that would begin with one of = + - @, also behind spaces or as a wide letter, gets an apostrophe before it.
    Bare numbers stay, "-12.5" and the telephone number "+4930123456" alike: there is nothing in them to run.
    Source: OWASP, "CSV Injection".
    """
    text = one_line(cell)
    return f"'{text}" if text[:1] and text[0] in _FORMULA and not _NUMBER.fullmatch(text) else text


def phone_number(text: str) -> str:
    """Return a telephone number as plus sign, country code and digits (ITU-T E.164), as far as it says its country.

    One without a country code keeps its digits: which country it is in, nobody wrote down. What holds letters beyond
    an extension is returned empty: it is no number.
    """
    bare = re.split(r"(?i)\s*(?:ext\.?|x|#)\s*\d+$", one_line(text).removeprefix("'"))[0]
    if re.search(r"[^\d+()\s./\-–]", bare):
        return ""
    plus = bare.lstrip(" (").startswith("+")
    digits = re.sub(r"\D", "", bare.replace("(0)", "") if plus else bare)
    if digits.startswith("00") and not plus:
        plus, digits = True, digits[2:]
    if not 5 <= len(digits) <= 15:
        return ""
    return f"+{digits}" if plus else digits


def has_country(number: str) -> bool:
    """Whether a telephone number says its country."""
    return number.startswith("+")


def split_name(name: str) -> tuple[str, str]:
    """Return first and last name: the last word is the last name; "Dubois, Anna" is read the other way round."""
    text = re.sub(r"\s+", " ", one_line(name))
    if text.count(",") == 1:
        last, first = (part.strip() for part in text.split(","))
        return first, last
    first, _, last = text.rpartition(" ")
    return (first, last) if first else (text, "")


def clip(text: str, most: int) -> str:
    """Return the beginning of a text that has at most so many bytes in UTF-8."""
    data = text.encode()
    return text if len(data) <= most else data[: most - 3].decode(errors="ignore").rstrip() + "…"
