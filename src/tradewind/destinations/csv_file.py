"""A list as a CSV file in UTF-8 that importers read, and that a spreadsheet opens without running anything in it."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from tradewind.destinations.contact import Contact
from tradewind.destinations.layouts import Column, cell_text

BYTE_ORDER_MARK = "\ufeff"


def write_csv(columns: Sequence[Column], rows: Sequence[Contact], mark: bool) -> bytes:
    """Return the file.

    Args:
        columns: of the layout.
        rows: cleaned contacts.
        mark: whether it begins with a byte order mark: Excel needs it, importers may take it for part of a heading.
    """
    text = io.StringIO()
    if mark:
        text.write(BYTE_ORDER_MARK)
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([column.head for column in columns])
    for row in rows:
        writer.writerow([cell_text(column.cell(row)) for column in columns])
    return text.getvalue().encode()
