"""A source that changed shape between two runs: the change is told, and what was loaded stays readable."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from tradewind.core.errors import ConfigError
from tradewind.flow.load import load
from tradewind.store.workspace import Workspace, open_workspace

CONFIG = """
[workspace]
currency = "EUR"
timezone = "UTC"
[sources.shop]
{source}
timezone = "UTC"
[tables.orders]
from = "shop.orders"
order_id = "id"
customer_id = "who"
happened_at = "day"
amount = "total - coalesce(shipping, 0)"
discount = "rebate"
"""
HEADER = "id,who,day,total,shipping,rebate\n"
ROWS = "".join(f"{n},c{n % 7},2024-0{1 + n % 6}-1{n % 9},{n}.50,1.00,{n / 10}\n" for n in range(1, 60))


@pytest.fixture
def shop(tmp_path: Path) -> Callable[[], Workspace]:
    (tmp_path / "orders.csv").write_text(HEADER + ROWS)
    (tmp_path / "tradewind.toml").write_text(CONFIG.format(source='path = "*.csv"'))
    return lambda: open_workspace(tmp_path, environ={})


def test_a_renamed_column_is_found_by_its_values_and_the_snapshot_stays(
    shop: Callable[[], Workspace], tmp_path: Path
) -> None:
    load(shop())
    (tmp_path / "orders.csv").write_text(HEADER.replace("rebate", "nachlass") + ROWS)
    with pytest.raises(ConfigError) as error:
        load(shop())
    (problem,) = error.value.problems
    assert problem.where == "tables.orders.discount"
    assert "column 'rebate' is gone from shop.orders; 'nachlass' is new and looks like it" in problem.what
    assert "100 in 100 of the values are the same" in problem.what
    assert problem.do == "write discount = '\"nachlass\"'"
    assert shop().table("orders").num_rows == 59
    assert shop().sql("SELECT COUNT(*) AS n FROM orders")["n"].to_pylist() == [59]


def test_amounts_with_a_comma_and_german_days_are_compared_too(tmp_path: Path) -> None:
    rows = "".join(f"{n};c{n % 7};{10 + n % 9}.0{1 + n % 6}.2024;{1000 + n},50\n" for n in range(1, 60))
    (tmp_path / "orders.csv").write_text("id;who;tag;betrag\n" + rows)
    (tmp_path / "tradewind.toml").write_text(
        '[workspace]\ncurrency = "EUR"\ntimezone = "UTC"\n[sources.shop]\npath = "*.csv"\ndecimal = ","\n'
        '[tables.orders]\nfrom = "shop.orders"\norder_id = "id"\ncustomer_id = "who"\nhappened_at = "tag"\n'
        'amount = "betrag"\nformat = { happened_at = "%d.%m.%Y" }\n'
    )
    load(open_workspace(tmp_path, environ={}))
    (tmp_path / "orders.csv").write_text("id;who;am;summe\n" + rows)
    with pytest.raises(ConfigError) as error:
        load(open_workspace(tmp_path, environ={}))
    assert [problem.do for problem in error.value.problems] == [
        "write happened_at = '\"am\"'",
        "write amount = '\"summe\"'",
    ]


def test_within_an_expression_the_name_decides(shop: Callable[[], Workspace], tmp_path: Path) -> None:
    load(shop())
    (tmp_path / "orders.csv").write_text(HEADER.replace("total", "total_eur") + ROWS)
    with pytest.raises(ConfigError) as error:
        load(shop())
    (problem,) = error.value.problems
    assert (
        "column 'total' is gone from shop.orders; 'total_eur' is new and looks like it (a similar name)" in problem.what
    )
    assert problem.do == "write amount = '\"total_eur\" - COALESCE(shipping, 0)'"


def test_a_column_that_is_simply_gone(shop: Callable[[], Workspace], tmp_path: Path) -> None:
    load(shop())
    rows = "\n".join(line.rsplit(",", 1)[0] for line in (HEADER + ROWS).splitlines())
    (tmp_path / "orders.csv").write_text(rows + "\n")
    with pytest.raises(ConfigError, match=r"column .rebate. is gone from shop\.orders; no column is new"):
        load(shop())


def test_a_wrong_mapping_that_never_fitted_is_no_change(shop: Callable[[], Workspace], tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text(HEADER.replace("rebate", "rebates") + ROWS)
    with pytest.raises(ConfigError, match=r"there is no column 'rebate' in shop\.orders") as error:
        load(shop())
    assert "did you mean 'rebates'?" in str(error.value)


def test_a_database_that_changed_its_columns(tmp_path: Path) -> None:
    def fill(discount: str) -> None:
        with sqlite3.connect(tmp_path / "shop.db") as lite:
            lite.execute("DROP TABLE IF EXISTS orders")
            lite.execute(f"CREATE TABLE orders (id, who, day, total REAL, shipping REAL, {discount} REAL)")
            lite.executemany("INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?)",
                             [(n, f"c{n}", "2024-01-02", n, 1, n / 7) for n in range(50)])  # fmt: skip

    fill("rebate")
    (tmp_path / "tradewind.toml").write_text(CONFIG.format(source='url = "sqlite:///shop.db"'))
    load(open_workspace(tmp_path, environ={}))
    fill("price_cut")
    with pytest.raises(ConfigError, match="'price_cut' is new and looks like it"):
        load(open_workspace(tmp_path, environ={}))
    assert open_workspace(tmp_path, environ={}).table("orders").num_rows == 50
