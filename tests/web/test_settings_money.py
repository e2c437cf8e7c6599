"""What answers assume about money: changed in place, never over what somebody else has just changed."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from accounts_client import admins_browser, site_in

from tradewind.web.site import Site

CONFIG = """# mine
[workspace]
currency = "USD"   # of the till
timezone = "UTC"

[sources.shop]
path = "*.csv"

[tables.orders]
from = "shop"
order_id = "id"
customer_id = "who"
happened_at = "at"
amount = "paid"
"""
NAMED = CONFIG + '\n[use_cases.lapse]\nhorizon = "30 days"\ncontact_cost = 0.50  # a letter\n'


def workspace(tmp_path: Path, text: str) -> Site:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "tradewind.toml").write_text(text)
    return site_in(tmp_path / "shop")


def fields(page: str) -> dict[str, str]:
    return dict(re.findall(r'name="((?:now|was)\.[^"]+|version)" value="([^"]*)"', page))


def test_a_value_is_changed_in_place_and_the_rest_stays(tmp_path: Path) -> None:
    site = workspace(tmp_path, NAMED)
    ada = admins_browser(site)
    form = fields(ada.get("/settings/money").text)
    assert form["now.lapse.contact_cost"] == "0.5"
    form |= {"now.lapse.contact_cost": "1,25", "now.lapse.success_share": "7.5", "now.margin": "35"}
    form |= {"now.currency": "eur"}
    assert ada.form("/settings/money", "/settings/money", form).headers["location"] == "/settings/money?done=saved"
    text = (site.root / "tradewind.toml").read_text()
    assert "contact_cost = 1.25  # a letter" in text
    assert text.startswith("# mine\n")
    written = tomllib.loads(text)
    assert written["workspace"] == {"currency": "EUR", "timezone": "UTC", "margin": 0.35}
    assert written["use_cases"]["lapse"] == {"horizon": "30 days", "contact_cost": 1.25, "success_share": 0.075}
    page = ada.get("/settings/money").text
    assert fields(page)["now.lapse.success_share"] == "7.5"
    assert site.workspace().config.use_cases["lapse"].contact_cost == 1.25
    form = fields(page) | {"now.margin": ""}
    assert ada.form("/settings/money", "/settings/money", form).status_code == 303
    assert "margin" not in (site.root / "tradewind.toml").read_text()
    site.close()


def test_what_another_changed_first_is_shown_and_not_written_over(tmp_path: Path) -> None:
    site = workspace(tmp_path, NAMED)
    ada = admins_browser(site)
    mine = fields(ada.get("/settings/money").text)
    theirs = {**mine, "now.lapse.contact_cost": "2", "now.margin": "40"}
    assert ada.form("/settings/money", "/settings/money", theirs).status_code == 303
    clash = ada.form("/settings/money", "/settings/money", {**mine, "now.lapse.contact_cost": "3"})
    assert clash.status_code == 409
    assert "0.5 became 2" in clash.text
    assert tomllib.loads((site.root / "tradewind.toml").read_text())["use_cases"]["lapse"]["contact_cost"] == 2.0
    again = fields(clash.text)
    assert (again["now.lapse.contact_cost"], again["now.margin"]) == (
        "3",
        "40",
    )  # mine, and theirs where I changed none
    assert ada.form("/settings/money", "/settings/money", again).status_code == 303
    mine = fields(ada.get("/settings/money").text)
    with open(site.root / "tradewind.toml", "a") as file:
        file.write("# another part of the file\n")
    assert ada.form("/settings/money", "/settings/money", {**mine, "now.margin": "20"}).status_code == 303
    site.close()


def test_what_cannot_be_used_is_not_written(tmp_path: Path) -> None:
    site = workspace(tmp_path, NAMED)
    ada = admins_browser(site)
    shown = fields(ada.get("/settings/money").text)
    for name, value in (
        ("margin", "120"), ("margin", "x"), ("margin", "0"), ("lapse.contact_cost", "-1"),
        ("lapse.contact_cost", "nan"), ("lapse.contact_cost", ""), ("lapse.success_share", "101"),
        ("currency", 'EUR"\n[x]'), ("currency", ""),
    ):  # fmt: skip
        assert ada.form("/settings", "/settings/money", {**shown, f"now.{name}": value}).status_code == 422, (
            name,
            value,
        )
        assert (site.root / "tradewind.toml").read_text() == NAMED
    site.close()


def test_setting_one_questions_cost_leaves_the_others_asked(tmp_path: Path) -> None:
    site = workspace(tmp_path, CONFIG)
    ada = admins_browser(site)
    form = fields(ada.get("/settings/money").text)
    asked = {name.split(".")[1] for name in form if name.endswith(".contact_cost")}
    assert {"lapse", "repeat_purchase"} <= asked
    form["now.lapse.contact_cost"] = "9"
    assert ada.form("/settings/money", "/settings/money", form).status_code == 303
    after = fields(ada.get("/settings/money").text)
    assert {name.split(".")[1] for name in after if name.endswith(".contact_cost")} == asked
    site.close()


def test_without_data_the_page_says_what_comes_first(tmp_path: Path) -> None:
    site = site_in(tmp_path / "empty")
    assert "Nothing to set yet" in admins_browser(site).get("/settings/money").text
    site.close()
