"""A proposed mapping and a workspace's own, changed from pages: versions, two editors, problems beside the value."""

from __future__ import annotations

import tomllib
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tradewind.core.errors import ConfigError, SourceError
from tradewind.flow.load import load
from tradewind.flow.mapping.draft import Change, look_at_uploads, read_draft, try_draft
from tradewind.flow.mapping.edit_config import edit_config
from tradewind.flow.mapping.page import mapping_page
from tradewind.flow.mapping.preview import preview_table
from tradewind.flow.mapping.save import Outcome, Standing, changed_workspace, save_mapping, standing_mapping
from tradewind.flow.mapping.values import values_of_config
from tradewind.flow.progress import Silent
from tradewind.flow.uploads.new_files import add_new_files, unread_uploads
from tradewind.flow.uploads.receive import receiving
from tradewind.store.workspace import Workspace, open_workspace

NOON = datetime(2024, 7, 1, 12)
ORDERS = "number,customer,ordered,total,shipping\n" + "".join(
    f"{n},c{n % 40},2024-0{1 + n % 6}-{1 + n % 28:02d} 10:00,{10 + n % 90}.50,{n % 3}\n" for n in range(1, 400)
)


def clock() -> datetime:
    return NOON


@pytest.fixture
def root(tmp_path: Path) -> Path:
    with receiving(tmp_path, "shop", "orders.csv") as incoming:
        incoming.write(ORDERS.encode())
        incoming.finish()
    look_at_uploads(tmp_path, {}, clock, Silent())
    return tmp_path


def standing(root: Path) -> Standing:
    found = standing_mapping(root)
    assert found is not None
    return found


def save(root: Path, seen: Standing, by: str = "Ada", **values: str) -> Outcome:
    now = {**seen.values, **{key.replace("__", "."): value for key, value in values.items()}}
    return save_mapping(root, seen.version, seen.values, now, by, clock, {})


def test_a_draft_is_there_again_after_the_server_was_restarted(root: Path) -> None:
    saved = save(root, standing(root), tables__orders__amount="total - shipping", workspace__currency="USD")
    assert saved.done
    again = read_draft(root)
    assert again is not None
    assert (again.version, again.currency) == (2, "USD")
    assert standing(root).values["tables.orders.amount"] == "total - shipping"
    assert [(each.by, each.version, len(each.changes)) for each in again.saved] == [("Ada", 2, 2)]


def test_a_second_editor_sees_what_changed_and_whose_change_it_is(root: Path) -> None:
    seen = standing(root)
    assert save(root, seen, tables__orders__amount="total - shipping").done
    second = save(root, seen, "Bob", tables__orders__amount="shipping", workspace__timezone="Europe/Berlin")
    assert not second.done
    (clash,) = second.clashes
    assert (clash.key, clash.theirs, clash.mine, clash.by) == (
        "tables.orders.amount", "total - shipping", "shipping", "Ada",
    )  # fmt: skip
    assert clash.both
    assert standing(root).values["tables.orders.amount"] == "total - shipping", "nothing is lost"
    merged = {**second.standing.values, "workspace.timezone": "Europe/Berlin"}
    assert save_mapping(root, second.standing.version, second.standing.values, merged, "Bob", clock, {}).done
    assert standing(root).values["workspace.timezone"] == "Europe/Berlin"
    assert standing(root).values["tables.orders.amount"] == "total - shipping"


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("tables.orders.amount", "totaal", "there is no column 'totaal'"),
        ("tables.orders.amount", "(SELECT 1)", "not allowed"),
        ("tables.orders.amount", "read_csv('/etc/passwd')", "not allowed"),
        ("tables.orders.amount", "total -", "cannot be read as SQL"),
        ("tables.orders.amount", "", "this column is needed"),
        ("tables.orders.happened_at", "total", ""),
        ("workspace.currency", "Taler", "no currency code"),
        ("workspace.timezone", "Mars", "no time zone"),
        ("workspace.state", "postgresql://x", "cannot be changed from here"),
        ("tables.orders.known_after", "0 days", "cannot be changed from here"),
        ("sources.shop.path", "/etc/*", "cannot be changed from here"),
    ],
)
def test_what_cannot_be_saved_is_said_and_nothing_is(root: Path, key: str, value: str, words: str) -> None:
    seen = standing(root)
    got = save_mapping(root, seen.version, seen.values, {**seen.values, key: value}, "Ada", clock, {})
    assert not got.done
    assert any(words in problem.what for problem in got.problems), got.problems
    assert got.problems[0].where.startswith(key.rsplit(".", 1)[0])
    assert standing(root) == seen


def test_a_preview_shows_rows_and_those_that_cannot_be_used(root: Path) -> None:
    path = root / "uploads" / "shop" / "orders.csv"
    path.write_text(path.read_text() + "900,c1,31/02/2024,7,1\n")
    workspace = changed_workspace(root, standing(root), (), clock, {})
    assert isinstance(workspace, Workspace)
    preview = preview_table(workspace, "orders")
    assert (preview.looked_at, preview.good, preview.rejected) == (400, 399, 1)
    assert preview.refused[0][:3] == (400, "happened_at", "31/02/2024")
    assert preview.before is not None
    assert preview.after is not None
    assert preview.before["total"][:2] == ("11.50", "12.50")
    assert preview.after["amount"][:2] == ("11.50", "12.50")


def test_a_tried_draft_is_a_workspace_whose_mapping_is_changed_in_place(root: Path) -> None:
    try_draft(root, lambda: open_workspace(root, clock, {}), clock, Silent())
    text = (root / "tradewind.toml").read_text()
    seen = standing(root)
    assert (seen.draft, seen.number) == (None, 1)
    assert save(root, seen, tables__orders__amount="total - shipping").done
    changed = (root / "tradewind.toml").read_text()
    assert [line for line in changed.splitlines() if line not in text.splitlines()] == [
        next(line for line in changed.splitlines() if line.startswith("amount = "))
    ], "one line changed, its comment kept"
    assert standing(root).number == 2
    assert save(root, seen, "Bob", tables__orders__amount="shipping").clashes[0].by == "Ada"
    (root / "tradewind.toml").write_text(changed.replace("total - shipping", "total + shipping"))
    stranger = save(root, standing(root), "Bob", tables__orders__amount="total")
    assert stranger.done
    assert standing(root).number == 3


CONFIG = '''# a shop
[workspace]
name = "Shop"   # its name
currency = "EUR"
timezone = "UTC"

[sources.shop]
path = "data/*.csv"

# what was bought
[tables.orders]
from = "shop.orders"
order_id = "number"   # as on the bill
customer_id = """lower("customer")"""
happened_at = 'ordered' # with # in it
amount = "a # b"  # odd
format = { happened_at = "%d.%m.%Y" }
lookup = [
  { table = "shop.people", on = "customer" },
]

# those who bought
[tables.customers]
from = "shop.people"
customer_id = "id"
"full name" = "name"
'''


def parsed(text: str) -> dict[str, str]:
    return values_of_config(tomllib.loads(text))


def test_a_config_keeps_its_comments_and_order() -> None:
    new = {
        "tables.orders.amount": "b", "workspace.currency": "USD", "tables.orders.customer_id": "who",
        "tables.orders.status": "state", "tables.orders.format.happened_at": "%Y", "tables.orders.order_id": 'a "b"',
    }  # fmt: skip
    text = edit_config(CONFIG, [Change(key, "", value) for key, value in new.items()])
    for kept in ("# a shop", "# its name", "# as on the bill", "# with # in it", "# odd", "# those who bought"):
        assert kept in text
    assert parsed(text)["tables.orders.status"] == "state"
    assert parsed(text)["tables.orders.format.happened_at"] == "%Y"
    assert text.index("status = ") < text.index("# those who bought")
    gone = edit_config(CONFIG, [Change("tables.orders.from", "shop.orders", "")])
    assert "[tables.orders]" not in gone
    assert "# those who bought" in gone
    added = edit_config(
        CONFIG, [Change("tables.products.from", "", "shop.goods"), Change("tables.products.product_id", "", "sku")]
    )
    assert tomllib.loads(added)["tables"]["products"] == {"from": "shop.goods", "product_id": "sku"}


def test_what_cannot_be_changed_in_place_is_refused() -> None:
    with pytest.raises(ConfigError, match="cannot be changed from here"):
        edit_config("tables.orders = { from = 'a' }\n", [Change("tables.orders.amount", "", "b")])


@settings(max_examples=50, deadline=None)
@given(
    st.sampled_from(sorted(parsed(CONFIG))), st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=30)
)
def test_any_value_is_written_and_read_back(key: str, value: str) -> None:
    value = value.strip() or "x"
    assert parsed(edit_config(CONFIG, [Change(key, "", value)])) == {**parsed(CONFIG), key: value}


def test_a_further_file_is_proposed_and_added_below_what_stands(root: Path) -> None:
    def reopen() -> Workspace:
        return open_workspace(root, clock, {})

    try_draft(root, reopen, clock, Silent())
    stood = (root / "tradewind.toml").read_text()
    assert unread_uploads(reopen()) == []
    deals = "Record ID,Deal Name,Deal Stage,Close Date,Deal owner,Amount,Create Date,Is Closed Won\n" + "".join(
        f"{n},Deal {n},closedwon,2024-03-{1 + n % 28:02d} 10:00,Ann,{n}00,2024-01-{1 + n % 28:02d} 09:00,true\n"
        for n in range(1, 60)
    )
    with receiving(root, "shop", "hubspot-deals.csv") as incoming:
        incoming.write(deals.encode())
        incoming.finish()
    assert [each.name for each in unread_uploads(reopen())] == ["hubspot-deals.csv"]
    assert add_new_files(reopen(), "Ada", Silent()) == ("deals",)
    assert (root / "tradewind.toml").read_text().startswith(stood.rstrip()), "what stood there stands"
    assert unread_uploads(reopen()) == []
    assert {result.table for result in load(reopen())} >= {"orders", "deals"}
    assert standing(root).saved[-1].changes[0].key == "tables.deals.from"
    with pytest.raises(SourceError):
        add_new_files(reopen(), "Ada", Silent())


def test_next_weeks_export_adds_what_is_new_and_counts_nothing_twice(root: Path) -> None:
    try_draft(root, lambda: open_workspace(root, clock, {}), clock, Silent())
    longer = ORDERS + "".join(f"{n},c{n % 40},2024-06-28 10:00,20,1\n" for n in range(400, 430))
    with receiving(root, "shop", "orders (1).csv") as incoming:
        incoming.write(longer.encode())
        assert incoming.finish().instead_of == (("orders.csv", "orders (1).csv"),)
    (brought,) = load(open_workspace(root, clock, {}))
    assert (brought.new, brought.changed, brought.gone, brought.rows) == (30, 0, 0, 429)


def test_the_margin_is_asked_once_and_is_written_as_a_share(root: Path) -> None:
    seen = standing(root)
    page = mapping_page(seen)
    assert page.margin is not None
    assert page.margin.value == ""
    refused = save(root, seen, workspace__margin="a lot")
    assert refused.problems[0].where == "workspace.margin"
    assert mapping_page(seen, {"workspace.margin": "a lot"}, refused.problems).margin.problem  # type: ignore[union-attr]
    assert save(root, seen, workspace__margin="35,5 %").done
    workspace = changed_workspace(root, standing(root), (), clock, {})
    assert isinstance(workspace, Workspace)
    assert workspace.config.workspace.margin == 0.355
