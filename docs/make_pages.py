"""Write the pages that are made from the code: `make docs`."""

from pathlib import Path

from tradewind.flow.pages import generated_pages

for name, text in generated_pages().items():
    (Path(__file__).parent / name).write_text(text, encoding="utf-8")
