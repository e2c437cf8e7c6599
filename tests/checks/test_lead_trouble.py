"""Leads that cannot be are found and told; sound leads are left alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from tradewind.checks.look import look_for_trouble
from tradewind.checks.looked import Given
from tradewind.core.trouble import Trouble

TODAY = date(2025, 1, 1)
N = 200
KINDS = {"impossible", "no customer", "at once", "owner gone"}
CREATED = [datetime(2024, 1, 1, 9) + timedelta(days=1.7 * place) for place in range(N)]
CONVERTED = [at + timedelta(days=9) if place % 4 == 0 else None for place, at in enumerate(CREATED)]


def look(**columns: Sequence[Any]) -> dict[tuple[str, str], Trouble]:
    """Look at two hundred leads, some columns of which are given."""
    rows: Mapping[str, Any] = {
        "lead_id": [f"L{place}" for place in range(N)],
        "created_at": CREATED,
        "converted_at": CONVERTED,
        "customer_id": [f"C{place}" if at else None for place, at in enumerate(CONVERTED)],
        "owner": np.array(["Anna", "Ben"])[np.arange(N) % 2],
        **columns,
    }
    with duckdb.connect() as con:
        told = look_for_trouble(con, {"leads": Given(pa.table(rows), lambda: None)}, TODAY, "EUR", None)
    return {(each.column, each.kind): each for each in told if each.kind in KINDS}


def test_sound_leads_are_left_alone() -> None:
    assert look() == {}


def test_converted_before_they_came_in() -> None:
    moved = [at - timedelta(days=30) if at and place < 8 else at for place, at in enumerate(CONVERTED)]
    (trouble,) = look(converted_at=moved).values()
    assert (trouble.column, trouble.kind, trouble.severity, trouble.rows) == ("converted_at", "impossible", "breaks", 2)


def test_converted_into_nobody() -> None:
    named = [None if place in (4, 8) else f"C{place}" if at else None for place, at in enumerate(CONVERTED)]
    (trouble,) = look(customer_id=named).values()
    assert (trouble.column, trouble.kind, trouble.rows) == ("customer_id", "no customer", 2)
    assert "name no customer" in trouble.what


def test_where_hardly_any_lead_names_its_customer_nothing_is_wrong_with_those_that_do_not() -> None:
    named = [f"C{place}" if place == 4 else None for place in range(N)]
    assert ("customer_id", "no customer") not in look(customer_id=named)


def test_converted_the_moment_they_came_in() -> None:
    at_once = [made if at else None for made, at in zip(CREATED, CONVERTED, strict=True)]
    assert ("converted_at", "at once") in look(converted_at=at_once)


def test_open_leads_of_who_has_left() -> None:
    owner = ["Gone" if place < 40 else "Anna" for place in range(N)]
    (trouble,) = look(owner=owner).values()
    assert (trouble.column, trouble.kind, trouble.rows) == ("owner", "owner gone", 30)
    assert "open leads" in trouble.what
    assert trouble.do == "hand these leads over, or close them"
