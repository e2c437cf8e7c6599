"""Text and numbers as times: which format fits the most values, and whether the day or the month comes first."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

_ISO = re.compile(
    r"\d{4}[-/]\d{1,2}[-/]\d{1,2}(?P<time>[ T]\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?)?"
    r"(?P<zone>\s*(Z|UTC|GMT|[+-]\d{2}(:?\d{2})?))?"
)
_SHAPE = re.compile(r".*\d.*")
_DAYS = (  # two digits of the year first: %Y takes them too, as a year of antiquity
    "%d.%m.%y", "%d/%m/%y", "%m/%d/%y", "%d-%b-%y", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y",
    "%Y%m%d", "%Y.%m.%d", "%d %b %Y", "%b %d %Y", "%b %d, %Y", "%d-%b-%Y", "%d %B %Y", "%B %d, %Y", "%d. %B %Y",
    "%Y-%m", "%m/%Y", "%b %Y", "%B %Y",
)  # fmt: skip
_TAILS = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p", "T%H:%M:%S", ", %H:%M", ", %H:%M:%S", " %H:%M:%S %z")
_TWINS = {"%d/%m/": "%m/%d/", "%m/%d/": "%d/%m/", "%d-%m-": "%m-%d-", "%m-%d-": "%d-%m-"}
EPOCH_SECONDS, EPOCH_MILLIS = "epoch seconds", "epoch milliseconds"
_EARLIEST, _LATEST = datetime(1900, 1, 1), datetime(2200, 1, 1)


@dataclass(frozen=True)
class TimeShape:
    """How the values of a column read as times.

    Args:
        share: of the filled values in the sample that are times of this format.
        format: strptime format; empty where they are ISO or typed; `epoch seconds` or `epoch milliseconds` for counts.
        zone: `aware` where they carry a zone, `naive` where they show a time without one, `date` where only a day.
        twin: the other format that fits as well (month first instead of day first); empty where the data decide.
        first: the earliest in the sample.
        last: the latest.
        rising: share of neighbouring rows, in file order, that do not step back; 0.5 is no order.
        clock: share that show another time than midnight.
    """

    share: float
    format: str = ""
    zone: str = "date"
    twin: str = ""
    first: datetime | None = None
    last: datetime | None = None
    rising: float = 0.5
    clock: float = 0.0


def time_shape(con: duckdb.DuckDBPyConnection, values: Sequence[object], sql_type: str) -> TimeShape | None:
    """Read values as times.

    Args:
        con: an engine, for its strptime: what fits here fits when the table is mapped.
        values: the filled values of the sample in file order, as the source typed them (text trimmed).
        sql_type: DuckDB's type of the column.
    Returns:
        the shape; None where fewer than nine in ten are times.
    """
    if not values:
        return None
    if sql_type.startswith("TIMESTAMP") or sql_type == "DATE":
        zone = "aware" if "TIME ZONE" in sql_type else "date" if sql_type == "DATE" else "naive"
        return _described(_typed(values), "", zone, "")
    if sql_type in ("BIGINT", "UBIGINT", "HUGEINT", "DOUBLE", "INTEGER", "UINTEGER"):
        return _counted(values)
    if sql_type != "VARCHAR":
        return None
    texts = [str(value) for value in values]
    matches = [_ISO.fullmatch(text) for text in texts]
    if sum(match is not None for match in matches) >= 0.9 * len(texts):
        timed, zoned = (any(match and match[part] for match in matches) for part in ("time", "zone"))
        zone = "aware" if zoned else "naive" if timed else "date"
        return _described(_iso(con, texts), "", zone, "")
    if all(text.isdigit() for text in texts[:200]) and len(texts[0]) in (10, 13):
        return _counted(texts)
    return _formatted(con, texts)


def _formatted(con: duckdb.DuckDBPyConnection, texts: Sequence[str]) -> TimeShape | None:
    """Try the formats on a few values, the best of them on all."""
    few = list(dict.fromkeys(texts[:: max(1, len(texts) // 50)]))[:50]
    if sum(bool(_SHAPE.match(text)) and 6 <= len(text) <= 32 for text in few) < 0.9 * len(few):
        return None
    formats = [day + tail for day in _DAYS for tail in _TAILS]
    hits = _hits(con, few, formats)
    likely = [one for one, hit in zip(formats, hits, strict=True) if hit >= 0.85 * len(few)]
    if not likely:
        return None
    all_hits = dict(zip(likely, _hits(con, texts, likely), strict=True))
    best = max(likely, key=lambda one: (all_hits[one], -formats.index(one)))
    if all_hits[best] < 0.9 * len(texts):
        return None
    parsed = _parsed(con, texts, best)
    twin = next((best.replace(a, b) for a, b in _TWINS.items() if a in best), "")
    if twin and (twin not in all_hits or all_hits[twin] < all_hits[best]):
        twin = ""
    if twin:
        other = _parsed(con, texts, twin)
        falls, other_falls = _falls(parsed), _falls(other)
        if min(falls, other_falls) * 10 <= max(falls, other_falls) - 3:  # in file order only one reading goes forward
            best, parsed, twin = (twin, other, "") if other_falls < falls else (best, parsed, "")
    timed = any(mark in best for mark in ("%H", "%I"))
    zone = "aware" if "%z" in best else "naive" if timed else "date"
    return _described(parsed, best, zone, twin)


def still_fits(con: duckdb.DuckDBPyConnection, column: str, format_: str) -> int:
    """Count the distinct values of a whole column that do not have a format; more are counted than a sample shows."""
    found = con.execute(
        f"SELECT count(*) FROM (SELECT DISTINCT text_of({column}) AS w FROM data) "
        f"WHERE w IS NOT NULL AND try_strptime(w, '{format_}') IS NULL"
    ).fetchall()
    return int(found[0][0])


def _hits(con: duckdb.DuckDBPyConnection, texts: Sequence[str], formats: Sequence[str]) -> list[int]:
    import pyarrow as pa

    con.register("unread", pa.table({"v": pa.array(texts, pa.string())}))
    counted = ", ".join(f"count(try_strptime(v, '{one}'))" for one in formats)
    hits = con.execute(f"SELECT {counted} FROM unread").fetchall()[0]
    con.unregister("unread")
    return [int(hit) for hit in hits]


def _parsed(con: duckdb.DuckDBPyConnection, texts: Sequence[str], format_: str) -> list[datetime | None]:
    return _select(con, texts, f"CAST(try_strptime(v, '{format_}') AS TIMESTAMP)")


def _iso(con: duckdb.DuckDBPyConnection, texts: Sequence[str]) -> list[datetime | None]:
    return _select(con, texts, "CAST(TRY_CAST(replace(v, ',', '.') AS TIMESTAMPTZ) AS TIMESTAMP)")


def _select(con: duckdb.DuckDBPyConnection, texts: Sequence[str], sql: str) -> list[datetime | None]:
    import pyarrow as pa

    con.register("unread", pa.table({"v": pa.array(texts, pa.string())}))
    rows = con.execute(f"SELECT CASE WHEN isfinite({sql}) THEN {sql} END FROM unread").fetchall()
    con.unregister("unread")
    return [row[0] for row in rows]


def _typed(values: Sequence[object]) -> list[datetime | None]:
    found: list[datetime | None] = []
    for value in values:
        if isinstance(value, datetime):
            found.append(value.replace(tzinfo=None))
        else:
            found.append(datetime(value.year, value.month, value.day) if isinstance(value, date) else None)
    return found


def _counted(values: Sequence[object]) -> TimeShape | None:
    """Seconds or milliseconds since 1970: all within 1995 to 2060, which no other numbers of that many digits are."""
    numbers = [float(str(value)) for value in values]
    for unit, name in ((1.0, EPOCH_SECONDS), (1000.0, EPOCH_MILLIS)):
        low, high = 788_918_400 * unit, 2_840_140_800 * unit
        if all(low <= number <= high and number == int(number) for number in numbers) and len(set(numbers)) > 1:
            moments = [datetime.fromtimestamp(number / unit, UTC).replace(tzinfo=None) for number in numbers]
            return _described(list(moments), name, "aware", "")
    return None


def _described(moments: list[datetime | None], format_: str, zone: str, twin: str) -> TimeShape | None:
    known = [moment for moment in moments if moment is not None and _EARLIEST <= moment <= _LATEST]
    if len(known) < 0.9 * len(moments) or not known:
        return None
    clock = sum(bool(moment.hour or moment.minute or moment.second) for moment in known) / len(known)
    share = len(known) / len(moments)
    return TimeShape(share, format_, zone, twin, min(known), max(known), _rising(moments), clock)


def _falls(moments: Sequence[datetime | None]) -> int:
    known = [moment for moment in moments if moment is not None]
    return sum(later < earlier for earlier, later in pairwise(known))


def _rising(moments: Sequence[datetime | None]) -> float:
    known = [moment for moment in moments if moment is not None]
    steps = [later >= earlier for earlier, later in pairwise(known)]
    return sum(steps) / len(steps) if steps else 0.5
