"""What columns are to one another: in one unit, added, cast, chosen between; exact as the engine is, or refused."""

from __future__ import annotations

from typing import Any

import numpy as np

from tradewind.flow.serving.columns import EXACT, Column, Kind, NotKnownHere

DAY = 86_400_000_000


def either(*nulls: Any) -> Any:
    """Return where any of these has none."""
    given = [null for null in nulls if null is not None]
    return None if not given else given[0] if len(given) == 1 else np.logical_or.reduce(np.broadcast_arrays(*given))


def alike(one: Column, other: Column) -> tuple[Any, Any]:
    """Return the numbers of two columns in one unit.

    Raises:
        NotKnownHere: how the engine would bring them together is left to it.
    """
    if one.kind == other.kind and one.scale == other.scale:
        return one.values, other.values
    if "null" in (one.kind, other.kind):
        return one.values, other.values
    kinds = {one.kind, other.kind}
    if kinds <= {"int", "decimal"}:
        scale = max(one.scale, other.scale)
        return scaled(one, scale), scaled(other, scale)
    if kinds == {"date", "time"}:
        return tuple(each.values.astype(np.int64) * DAY if each.kind == "date" else each.values
                     for each in (one, other))  # fmt: skip
    if kinds == {"double", "int"}:
        return tuple(np.asarray(each.values, dtype=np.float64) for each in (one, other))  # type: ignore[return-value]
    raise NotKnownHere(f"{one.kind} beside {other.kind}")


def scaled(column: Column, scale: int) -> Any:
    """Return a whole number or decimal in units of its `scale`-th digit."""
    if column.scale == scale:
        return column.values
    if column.scale > scale:
        raise NotKnownHere("fewer digits")
    return times(column.values, np.int64(10 ** (scale - column.scale)))


def times(left: Any, right: Any) -> Any:
    """Return an exact product of whole numbers."""
    if np.size(left) and np.size(right) and float(np.abs(left).max()) * float(np.abs(right).max()) >= EXACT:
        raise NotKnownHere("a very large number")
    return np.multiply(left, right, dtype=np.int64)


def both(one: Column, other: Column) -> Column:
    """Return where both hold, with SQL's three truths."""
    if one.null is None and other.null is None:
        return Column("flag", one.values & other.values)
    no = (one.known() & ~one.values) | (other.known() & ~other.values)
    null = either(one.null, other.null) & ~no
    return Column("flag", one.values & other.values & ~null, null)


def negated(column: Column) -> Column:
    """Return the flags turned round; unknown stays unknown."""
    return Column("flag", ~column.values, column.null)


def flag(column: Column) -> Column:
    """Return a column as flags.

    Raises:
        NotKnownHere: it is no flag.
    """
    if column.kind == "null":
        return Column("flag", np.bool_(False), np.True_)
    if column.kind != "flag":
        raise NotKnownHere(f"a {column.kind} as a flag")
    return column


def holds(column: Column, size: int) -> Any:
    """Return (n,) where a condition holds; unknown does not."""
    made = flag(column)
    there = made.values if made.null is None else made.values & ~made.null
    return there if np.ndim(there) else np.full(size, bool(there))


def as_double(column: Column) -> Any:
    """Return numbers as floats: a decimal as the float nearest to it."""
    if column.kind == "double":
        return column.values
    values = np.asarray(column.values)
    if values.size and np.max(np.abs(values)) > 1 << 53:
        raise NotKnownHere("a very large number")
    return values.astype(np.float64) / float(10**column.scale)


def day_of(column: Column) -> Any:
    """Return days since 1970 of dates or times."""
    if column.kind == "date":
        return column.values.astype(np.int64)
    if column.kind == "time":
        return np.floor_divide(column.values, DAY)
    raise NotKnownHere(f"the day of a {column.kind}")


def cast(found: Column, name: str, digits: list[int]) -> Column:
    """Return a column as the engine casts it.

    Raises:
        NotKnownHere: the cast is left to the engine.
    """
    kind: dict[str, Kind] = {
        "DATE": "date", "TIMESTAMP": "time", "TIMESTAMPNTZ": "time", "BIGINT": "int", "DOUBLE": "double",
        "DECIMAL": "decimal", "VARCHAR": "text", "TEXT": "text", "BOOLEAN": "flag",
    }  # fmt: skip
    wanted = kind.get(name)
    scale = digits[1] if len(digits) > 1 else 0
    if wanted is None:
        raise NotKnownHere(name)
    if found.kind == "null":
        return Column(wanted, np.float64(0) if wanted == "double" else np.int64(0), np.True_, scale)
    if found.kind == wanted and found.scale == scale and wanted != "decimal":
        return found
    if wanted == "date" and found.kind == "time":
        return Column("date", day_of(found), found.null)
    if wanted == "decimal" and found.kind in ("int", "decimal"):
        return Column("decimal", scaled(found, scale), found.null, scale)
    if wanted == "decimal" and found.kind == "double":
        return Column("decimal", _nearest(found, scale), found.null, scale)
    if wanted == "double" and found.kind in ("int", "decimal"):
        return Column("double", as_double(found), found.null)
    if wanted == "int" and found.kind == "double":
        if np.any(found.known() & ((found.values != np.rint(found.values)) | (np.abs(found.values) >= EXACT))):
            raise NotKnownHere("a rounded number")
        return Column("int", np.asarray(found.values).astype(np.int64), found.null)
    if wanted == "time" and found.kind == "date":
        return Column("time", day_of(found) * DAY, found.null)
    raise NotKnownHere(f"a {found.kind} as {name}")


def _nearest(found: Column, scale: int) -> Any:
    """A float as a decimal, where there is no doubt about its last digit."""
    lifted = np.asarray(found.values) * float(10**scale)
    whole = np.rint(lifted)
    doubtful = (np.abs(lifted - whole) > 0.4) | ~(np.abs(lifted) < 1 << 52)
    if np.any(found.known() & doubtful):
        raise NotKnownHere("a number between two decimals")
    return np.where(found.known(), whole, 0).astype(np.int64)


def where(there: Any, one: Column, other: Column) -> Column:
    """Return the first column where the flags are set, else the second."""
    kind, scale = (one.kind, one.scale) if one.kind != "null" else (other.kind, other.scale)
    if "null" not in (one.kind, other.kind) and (one.kind != other.kind or one.scale != other.scale):
        if {one.kind, other.kind} > {"int", "decimal"}:
            raise NotKnownHere(f"{one.kind} or {other.kind}")
        kind, scale = "decimal", max(one.scale, other.scale)
        one, other = (Column("decimal", scaled(each, scale), each.null, scale) for each in (one, other))
    values = np.where(there, one.values, other.values)
    if one.null is None and other.null is None:
        return Column(kind, values, None, scale)
    null = np.where(there, False if one.null is None else one.null, False if other.null is None else other.null)
    return Column(kind, values, null, scale)
