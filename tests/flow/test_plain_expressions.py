"""What an expression reads, in words that somebody knows who never wrote one."""

from __future__ import annotations

import pytest

from tradewind.flow.mapping.plain_expressions import say_expression
from tradewind.sources.layouts import all_layouts


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('"Total"', ""), ("", ""), ("'email'", "always “email”"), ("row_number", "the number of the row"),
        (
            "TRY_CAST(replace(regexp_replace(\"Total\", '[^0-9,-]', '', 'g'), ',', '.') AS DECIMAL(18,4)) * -1",
            "column “Total”, commas read as decimal points, times −1",
        ),
        ("cents / 100", "column “cents” divided by 100"),
        ("\"A\" - coalesce(\"B\", 0)", "column “A” less column “B” (nothing where it is blank)"),
        ("concat_ws(' ', \"First\", \"Last\")", "column “First” and column “Last”, together"),
        ("coalesce(lower(\"S\"), '') NOT IN ('void', 'test')", "column “S” is not “void” or “test”"),
        ("CASE WHEN a THEN b ELSE c END", "worked out from “a”, “b” and “c”"),
        ("no expression (", ""),
    ],
)  # fmt: skip
def test_known_forms_have_words_and_others_name_their_columns(text: str, words: str) -> None:
    assert say_expression(text) == words


def test_every_expression_of_a_known_export_has_words() -> None:
    for layout in all_layouts():
        for table in layout.tables:
            for column in table["columns"].values():
                texts = [column["from"]] if isinstance(column["from"], str) else column["from"]
                for text in texts:
                    assert say_expression(text) or text.startswith('"'), text
