"""The page on the contract tables is the contract."""

from __future__ import annotations

from pathlib import Path

from tradewind.core.contract_page import contract_page

PAGE = Path(__file__).resolve().parents[2] / "docs" / "contract.md"


def test_the_page_is_what_the_contract_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == contract_page(), "the contract changed: make docs"
