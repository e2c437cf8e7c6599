"""Personal data where none belong: e-mail addresses, telephone, card and bank account numbers in other columns."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from tradewind.checks.looked import Looked
from tradewind.checks.text_marks import Marks, marked
from tradewind.core.trouble import Trouble, clean_lines

_CARD = r"(^|[^0-9])([3-6][0-9]{3}[ -]?[0-9]{4}[ -]?[0-9]{4}[ -]?[0-9]{1,4})([^0-9]|$)"
_ACCOUNT = r"(^|[^A-Z0-9])([A-Z]{2}[0-9]{2}( ?[A-Z0-9]{4}){3,7}( ?[A-Z0-9]{1,4})?)([^A-Z0-9]|$)"
_CANDIDATES = 2000


def find_personal(looked: Looked, marks: Mapping[str, Marks]) -> list[Trouble]:
    """Find personal data in columns that are not declared to hold any."""
    found: list[Trouble | None] = []
    for column, seen in marks.items():
        shape, declared = looked.shapes.get(column), looked.contract.column(column)
        if (declared is not None and (declared.personal or declared.type != "text")) or column.endswith("_id"):
            continue
        if shape is not None and shape.kind != "text":
            continue
        numbers = (
            ("card numbers", _CARD, passes_luhn), ("bank account numbers", _ACCOUNT, passes_iban),
        )  # fmt: skip
        told = next((each for name in numbers if (each := _numbers(looked, seen, *name)) is not None), None)
        if told is None and seen.counts["mail"]:
            told = _tell(looked, seen, "e-mail addresses", marked("mail", column))
        if told is None and seen.counts["phone"] and seen.share("number") <= 0.5 and seen.share("date") <= 0.5:
            told = _tell(looked, seen, "telephone numbers", marked("phone", column))
        found.append(told)
    return [trouble for trouble in found if trouble is not None]


def _tell(looked: Looked, seen: Marks, words: str, where: str) -> Trouble | None:
    return looked.trouble(
        seen.column, "personal", "misleads", f"{{rows}} values ({{share}}) hold {words}", where, raw=seen.raw,
        hidden=True, treat=clean_lines(looked.name, seen.column, {"drop": "column"}),
        do="no model needs them, and every table that holds them must be protected and erased",
    )  # fmt: skip


def _numbers(looked: Looked, seen: Marks, words: str, form: str, valid: Callable[[str], bool]) -> Trouble | None:
    """Numbers of a form that pass their checksum; where most do not, they are some other number."""
    column = f'"{seen.column}"'
    candidates = looked.ask(
        f"SELECT v, regexp_extract(v, '{form}', 2) FROM (SELECT {column} AS v FROM \"{seen.relation}\" "
        f"WHERE length({column}) >= 13 AND regexp_matches({column}, '{form}') LIMIT {_CANDIDATES})"
    )
    right = [text for text, number in candidates if valid(number)]
    if not right or len(right) < 0.5 * len(candidates):
        return None
    return _tell(looked, seen, words, f"length({column}) >= 13 AND regexp_matches({column}, '{form}')")


def passes_luhn(text: str) -> bool:
    """Whether the digits of a text pass the checksum of card numbers (ISO/IEC 7812-1, annex B)."""
    digits = [int(mark) for mark in text if mark.isdigit()]
    if not 13 <= len(digits) <= 19 or len(set(digits)) < 2:
        return False
    doubled = [digit if place % 2 == 0 else 2 * digit - 9 * (digit > 4) for place, digit in enumerate(reversed(digits))]
    return sum(doubled) % 10 == 0


def passes_iban(text: str) -> bool:
    """Whether a text passes the checksum of an international bank account number (ISO 13616-1)."""
    bare = re.sub(r"\s", "", text).upper()
    if not re.fullmatch(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}", bare):
        return False
    return int("".join(str(int(mark, 36)) for mark in bare[4:] + bare[:4])) % 97 == 1
