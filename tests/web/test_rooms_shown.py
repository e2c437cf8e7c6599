"""The navigation names the rooms that have something to show, and the others are one click away."""

from __future__ import annotations

import re
from pathlib import Path


def rooms(text: str) -> list[str]:
    """Return what the navigation of a page names."""
    (bar,) = re.findall(r'<nav aria-label="Rooms".*?</nav>', text, re.DOTALL)
    return re.findall(r"<a [^>]*>([^<]+)</a>", bar)


def test_an_empty_workspace_shows_the_rooms_where_something_can_be_done(client_of, tmp_path: Path) -> None:
    client = client_of(tmp_path)
    assert rooms(client.get("/").text) == ["Today", "Answers", "Your data", "Updates", "Settings", "All rooms"]
    every = client.get("/rooms").text
    assert all(name in every for name in ("Lists", "Deals", "Tests and results", "Sends"))
    assert "Nothing yet: load a file of deals." in every


def test_a_room_is_named_once_there_is_something_in_it(client_of, answered_shop: Path, answered_sales: Path) -> None:
    shop, sales = (rooms(client_of(root).get("/").text) for root in (answered_shop, answered_sales))
    assert {"Lists", "People", "Segments"} <= set(shop)
    assert "Deals" not in shop
    assert {"Lists", "People", "Deals"} <= set(sales)
    assert "Sends" not in sales
    assert "Sends" in rooms(client_of(answered_sales).get("/sends").text)  # the room one is in has its name


def test_people_opens_on_the_first_kind_that_has_anybody(client_of, answered_sales: Path, answered_shop: Path) -> None:
    sales = client_of(answered_sales)
    assert sales.get("/people").headers["location"] == "/leads"
    assert "There are no customers yet" in sales.get("/people?q=").text
    kinds = re.findall(r'class="kinds".*?</nav>', sales.get("/leads").text, re.DOTALL)[0]
    assert ">Customers<" not in kinds
    assert client_of(answered_shop).get("/people").status_code == 200
