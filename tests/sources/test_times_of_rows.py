"""Times: naive ones need a zone, clock changes are told, dates are the shop's days, nothing comes from the future."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from mapped_rows import ORDERS, MapRows, rows_of

from tradewind.core.errors import ConfigError, ContractError
from tradewind.sources.zones import to_utc, to_wall

ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "America/Sao_Paulo")


def micros(*times: datetime) -> np.ndarray:
    return np.array(times, dtype="M8[us]").astype(np.int64)


@given(
    st.lists(st.datetimes(datetime(1971, 1, 1), datetime(2090, 1, 1)), min_size=1, max_size=30), st.sampled_from(ZONES)
)
@example(times=[datetime(2028, 11, 5, 1, 0, fold=1)], zone="America/New_York")
@settings(max_examples=150, deadline=None)
def test_wall_clock_agrees_with_zoneinfo(times: list[datetime], zone: str) -> None:
    info = ZoneInfo(zone)
    # Files carry no fold: of an hour that the clock shows twice, the first is taken.
    expected = [time.replace(tzinfo=info, fold=0).astimezone(UTC).replace(tzinfo=None) for time in times]
    assert to_utc(micros(*times), zone).micros.tolist() == micros(*expected).tolist()
    back = [time.replace(tzinfo=UTC).astimezone(info).replace(tzinfo=None) for time in times]
    assert to_wall(micros(*times), zone).tolist() == micros(*back).tolist()


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe"])
def test_around_every_clock_change_of_a_year(zone: str) -> None:
    info = ZoneInfo(zone)
    times = [datetime(2017, 1, 1) + timedelta(minutes=10 * step) for step in range(6 * 24 * 365)]
    read = to_utc(micros(*times), zone)
    for place, time in enumerate(times):
        first, second = (time.replace(tzinfo=info, fold=fold).utcoffset() for fold in (0, 1))
        exists = time.replace(tzinfo=info).astimezone(UTC).astimezone(info).replace(tzinfo=None) == time
        assert read.skipped[place] == (not exists), time
        assert read.doubled[place] == (exists and first != second), time


def test_clock_changes_are_counted_and_told(map_rows: MapRows) -> None:
    times = ["2023-03-26 02:30:00", "2023-10-29 02:30:00", "2023-10-29 03:30:00"]
    rows = {"id": ["1", "2", "3"], "who": ["a"] * 3, "at": times, "paid": ["1"] * 3}
    mapped = map_rows("orders", ORDERS, rows, source_zone="Europe/Berlin")
    assert mapped.good["happened_at"].to_pylist() == [
        datetime(2023, 3, 26, 1, 30),
        datetime(2023, 10, 29, 0, 30),
        datetime(2023, 10, 29, 2, 30),
    ]
    assert mapped.good["happened_hour"].to_pylist() == [3, 2, 3]
    assert (mapped.counts.skipped_times, mapped.counts.doubled_times) == (1, 1)
    assert len(mapped.notes) == 2


def test_naive_times_without_a_zone_are_refused_with_the_edit_to_make(map_rows: MapRows) -> None:
    rows = {"id": ["1"], "who": ["a"], "at": ["2024-01-02 10:00:00"], "paid": ["1"]}
    with pytest.raises(ConfigError, match=r"no zone[\s\S]*timezone = .*\[sources\.s\] or \[tables\.orders\]"):
        map_rows("orders", ORDERS, rows, source_zone=None)
    aware = {**rows, "at": ["2024-01-02 10:00:00+02:00"]}
    assert map_rows("orders", ORDERS, aware, source_zone=None).good["happened_at"].to_pylist() == [
        datetime(2024, 1, 2, 8)
    ]
    dated = {**rows, "at": ["2024-01-02"]}
    assert map_rows("orders", ORDERS, dated, source_zone=None).good["happened_on"].to_pylist() == [date(2024, 1, 2)]


def test_a_table_may_have_its_own_zone(map_rows: MapRows) -> None:
    rows = {"id": ["1"], "who": ["a"], "at": pa.array([datetime(2024, 1, 2)]), "paid": ["1"]}
    mapped = map_rows("orders", ORDERS, rows, source_zone="America/New_York", timezone="America/New_York")
    assert mapped.good["happened_at"].to_pylist() == [datetime(2024, 1, 2, 5)]


def test_typed_times_dates_and_offsets(map_rows: MapRows) -> None:
    columns = {"id": ["1"], "who": ["a"], "paid": ["1"]}
    for at, expected in (
        (pa.array([date(2024, 1, 2)]), datetime(2024, 1, 1, 23)),
        (pa.array([datetime(2024, 1, 2, 10)], pa.timestamp("s")), datetime(2024, 1, 2, 10)),
        (pa.array([datetime(2024, 1, 2, 10, tzinfo=UTC)], pa.timestamp("us", "Asia/Tokyo")), datetime(2024, 1, 2, 10)),
    ):
        assert map_rows("orders", ORDERS, pa.table({**columns, "at": at})).good["happened_at"].to_pylist() == [expected]


@pytest.mark.parametrize(
    ("format_", "text", "expected"),
    [
        ("%d/%m/%Y", "02/01/2024", datetime(2024, 1, 1, 23)),
        ("%d.%m.%Y %H:%M", "02.01.2024 10:15", datetime(2024, 1, 2, 10, 15)),
        ("%Y%m%d", "20240102", datetime(2024, 1, 1, 23)),
        ("%d/%b/%Y:%H:%M:%S %z", "02/Jan/2024:10:00:00 +0200", datetime(2024, 1, 2, 8)),
    ],
)
def test_stated_formats(map_rows: MapRows, format_: str, text: str, expected: datetime) -> None:
    rows = {"id": ["1"], "who": ["a"], "at": [text], "paid": ["1"]}
    mapped = map_rows("orders", ORDERS, rows, format={"happened_at": format_})
    assert mapped.good["happened_at"].to_pylist() == [expected]


def test_whole_numbers_with_a_format_are_dates(map_rows: MapRows) -> None:
    rows = {"id": ["1"], "who": ["a"], "at": [19970131], "paid": ["1"]}
    mapped = map_rows("orders", ORDERS, rows, format={"happened_at": "%Y%m%d"})
    assert mapped.good["happened_on"].to_pylist() == [date(1997, 1, 31)]


def test_a_column_in_a_format_that_nobody_stated_names_it(map_rows: MapRows) -> None:
    rows = {"id": ["1", "2"], "who": ["a", "b"], "at": ["31/01/2024", "01/02/2024"], "paid": ["1", "2"]}
    with pytest.raises(ContractError, match="looks like %d/%m/%Y"):
        map_rows("orders", ORDERS, rows)


def test_two_date_formats_in_one_column(map_rows: MapRows) -> None:
    at = ["2024-01-02", "31/01/2024", "2024-01-03"]
    rows = {"id": ["1", "2", "3"], "who": ["a"] * 3, "at": at, "paid": ["1"] * 3}
    mapped = map_rows("orders", ORDERS, rows)
    assert rows_of(mapped.rejected, "row", "reason") == [
        (2, "not a time of the form ISO (2017-01-31); looks like %d/%m/%Y")
    ]


def test_day_and_month_swapped_in_one_column_cannot_be_trusted(map_rows: MapRows) -> None:
    at = ["01/02/2024", "31/01/2024", "01/31/2024"]
    rows = {"id": ["1", "2", "3"], "who": ["a"] * 3, "at": at, "paid": ["1"] * 3}
    with pytest.raises(ContractError, match=r"two date formats.*1 of 3 are %m/%d/%Y"):
        map_rows("orders", ORDERS, rows, format={"happened_at": "%d/%m/%Y"})
    many = {"id": [str(i) for i in range(500)], "who": ["a"] * 500, "at": ["31/01/2024"] * 499 + ["01/31/2024"]}
    mapped = map_rows("orders", ORDERS, {**many, "paid": ["1"] * 500}, format={"happened_at": "%d/%m/%Y"})
    assert rows_of(mapped.rejected, "row", "value") == [(500, "01/31/2024")]


def test_the_future_is_rejected(map_rows: MapRows) -> None:
    now = datetime(2024, 6, 1, 12)
    at = ["2024-06-01 12:00:00", "2024-06-01 12:00:01", "2124-01-01 00:00:00"]
    rows = {"id": ["1", "2", "3"], "who": ["a"] * 3, "at": at, "paid": ["1"] * 3}
    mapped = map_rows("orders", ORDERS, rows, now=now)
    assert rows_of(mapped.rejected, "row", "column", "reason") == [
        (2, "happened_at", "lies in the future (UTC)"),
        (3, "happened_at", "lies in the future (UTC)"),
    ]
    assert mapped.counts.future == 2


def test_plans_for_the_future_are_no_facts(map_rows: MapRows) -> None:
    columns = {"customer_id": "who", "started_at": "began", "renews_at": "renews"}
    rows = {"who": ["a"], "began": ["2024-01-01"], "renews": ["2030-01-01"]}
    mapped = map_rows("subscriptions", columns, rows)
    assert mapped.counts.good == 1
    assert mapped.good["known_at"].to_pylist() == [datetime(2023, 12, 31, 23)]


def test_days_of_spend(map_rows: MapRows) -> None:
    columns = {"day": "d", "channel": "'search'", "cost": "cost"}
    mapped = map_rows("spend", columns, {"d": ["2024-05-31", "2024-06-01", "2024-06-02"], "cost": ["1", "2", "3"]})
    assert rows_of(mapped.good, "day", "known_at", "campaign_id", "region") == [
        (date(2024, 5, 31), datetime(2024, 5, 30, 22), None, None),
        (date(2024, 6, 1), datetime(2024, 5, 31, 22), None, None),
    ]
    assert rows_of(mapped.rejected, "row", "column") == [(3, "day")]


def test_known_at_is_stated_or_follows_after_a_delay(map_rows: MapRows) -> None:
    rows = {
        "id": ["1", "2"],
        "who": ["a"] * 2,
        "at": ["2024-01-02"] * 2,
        "paid": ["1"] * 2,
        "seen": ["2024-01-05", None],
    }
    later = map_rows("orders", ORDERS, rows, known_after="2 days", known_at="seen")
    assert later.good["known_at"].to_pylist() == [datetime(2024, 1, 4, 23), datetime(2024, 1, 3, 23)]
    with pytest.raises(ContractError, match="future"):
        map_rows("orders", ORDERS, {**rows, "seen": ["2025-01-01"] * 2}, known_at="seen")


def test_keyed_rows_are_known_from_their_creation_or_always(map_rows: MapRows) -> None:
    rows = {"who": ["a", "b"], "made": ["2024-01-02", None]}
    mapped = map_rows("customers", {"customer_id": "who", "created_at": "made"}, rows)
    assert mapped.good["known_at"].to_pylist() == [datetime(2024, 1, 1, 23), datetime(1970, 1, 1)]


def test_infinite_and_impossible_times(map_rows: MapRows) -> None:
    rows = {"id": ["1", "2", "3"], "who": ["a"] * 3, "at": ["infinity", "2023-02-29", "2024-02-29"], "paid": ["1"] * 3}
    mapped = map_rows("orders", ORDERS, rows)
    assert mapped.rejected["row"].to_pylist() == [1, 2]
