"""Orders that were cancelled, refunded or tests, in plain files: counted, proposed, and left out as one says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from awkward_exports import english_shop, french_shop, german_shop, shop_with_returns
from tradewind.flow.load import load
from tradewind.flow.mapping.draft import Draft, look_at_uploads, read_draft, try_draft
from tradewind.flow.mapping.page import mapping_page
from tradewind.flow.mapping.save import save_mapping, standing_mapping
from tradewind.flow.progress import Silent
from tradewind.flow.uploads.receive import receiving
from tradewind.sources.meaning.states import state_of
from tradewind.store.workspace import open_workspace


def clock() -> datetime:
    return datetime(2026, 1, 5, 12)


def uploaded(root: Path, write: Callable[[Path], Any]) -> Draft:
    """Send an export's files as a browser does, and have them looked at."""
    made = write(root / "made")
    for path in made if isinstance(made, list) else [made]:
        with receiving(root / "shop", "files", path.name) as incoming:
            incoming.write(path.read_bytes())
            incoming.finish()
    return look_at_uploads(root / "shop", {}, clock, Silent())


@pytest.mark.parametrize(
    ("value", "state"),
    [
        ("storniert", "cancelled"), ("Annulée par le client", "cancelled"), ("wc-cancelled", "cancelled"),
        ("VOIDED", "cancelled"), ("Testbestellung", "test"), ("pending payment", "unpaid"), ("On hold", "unpaid"),
        ("Rückerstattet", "refunded"), ("partially_refunded", ""), ("teilweise erstattet", ""), ("not cancelled", ""),
        ("nicht bezahlt", "unpaid"), ("versendet", ""), ("completed", ""), ("latest", ""), ("devuelto", "refunded"),
    ],
)  # fmt: skip
def test_a_word_says_that_an_order_was_none(value: str, state: str) -> None:
    assert state_of(value) == state


def test_cancelled_and_test_orders_do_not_count_until_somebody_says_so(tmp_path: Path) -> None:
    draft = uploaded(tmp_path, english_shop)
    states = {each.state: each for each in draft.proposal.states}
    assert {name: each.counts for name, each in states.items()} == {
        "cancelled": False, "refunded": True, "test": False,
    }  # fmt: skip
    root = tmp_path / "shop"
    standing = standing_mapping(root)
    assert standing is not None
    page = mapping_page(standing)
    key, text = next((each.key, each.text) for each in page.checks if "cancelled" in each.text)
    assert text == f"{states['cancelled'].orders} orders were cancelled or failed, €2,400 in all. They do not count."
    assert len(page.asked) <= 2, "it is no further question"
    said = {**standing.values, key: "count them"}
    assert save_mapping(root, standing.version, standing.values, said, "Ada", clock, {}).done
    wrong = {**said, key: "perhaps"}
    now = standing_mapping(root)
    assert now is not None
    assert save_mapping(root, now.version, now.values, wrong, "Ada", clock, {}).problems[0].where == key
    again = read_draft(root)
    assert again is not None
    orders = next(each for each in again.proposal.tables if each.table == "orders")
    assert "'cancelled'" not in orders.where
    assert "'test'" in orders.where
    tried = try_draft(root, lambda: open_workspace(root, clock, {}), clock, Silent())
    loaded = next(each for each in tried.loads if each.table == "orders")
    assert loaded.counts.left_out == states["test"].orders
    assert "37 orders are tests or drafts" in (root / "tradewind.toml").read_text(encoding="utf-8")


def test_decimal_commas_and_accents_are_read(tmp_path: Path) -> None:
    german, french = uploaded(tmp_path / "de", german_shop), uploaded(tmp_path / "fr", french_shop)
    (cancelled,) = german.proposal.states
    assert (cancelled.values, cancelled.counts) == (("storniert",), False)
    assert 5_000 < cancelled.money < 7_000
    assert [(each.values, each.counts) for each in french.proposal.states] == [
        (("annulée",), False), (("remboursée",), True),
    ]  # fmt: skip


def test_returns_below_zero_count_as_they_did(tmp_path: Path) -> None:
    draft = uploaded(tmp_path, shop_with_returns)
    assert draft.proposal.states == ()
    assert not any(each.where for each in draft.proposal.tables)


def test_a_yes_and_a_time_say_it_too_and_a_flag_for_most_orders_is_no_rule(tmp_path: Path) -> None:
    def write(folder: Path) -> Path:
        folder.mkdir(parents=True)
        rows = "".join(
            f"{n},c{n % 30},2024-0{1 + n % 6}-{1 + n % 28:02d},{10 + n % 90}.50,{'yes' if n % 10 == 0 else 'no'},"
            f"{'2024-07-01' if n % 7 == 0 else ''},{'test' if n % 4 else 'live'}\n"
            for n in range(1, 300)
        )
        path = folder / "orders.csv"
        path.write_text(f"number,customer,ordered,total,is_test,cancelled_at,mode_status\n{rows}", encoding="utf-8")
        return path

    states = {each.column: each for each in uploaded(tmp_path, write).proposal.states}
    assert (states["is_test"].values, states["is_test"].counts) == (("yes",), False)
    assert (states["cancelled_at"].values, states["cancelled_at"].orders) == ((), 42)
    assert states["mode_status"].counts, "three of four orders are not left out unasked"
    root = tmp_path / "shop"
    tried = try_draft(root, lambda: open_workspace(root, clock, {}), clock, Silent())
    assert next(each for each in tried.loads if each.table == "orders").counts.left_out == 67
    assert load(open_workspace(root, clock, {}))[0].skipped
