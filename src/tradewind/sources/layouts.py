"""Vendors' exports known by their headers: which contract tables each holds, and how, as data under `layouts/`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any

from tradewind.sources.proposal import Guess, LeftOut, ProposedTable

_SURE = 0.97
"""Confidence of a mapping that is known rather than guessed; the headers alone could still deceive."""


@dataclass(frozen=True)
class Layout:
    """One export of one vendor.

    Args:
        name: of its file.
        vendor: who writes it.
        export: what the vendor calls it.
        required: headers without which it is not this export.
        optional: headers that it may also have.
        tables: the contract tables it holds, as the file says it.
    """

    name: str
    vendor: str
    export: str
    required: tuple[str, ...]
    optional: tuple[str, ...]
    tables: tuple[Mapping[str, Any], ...]

    def fits(self, headers: Sequence[str]) -> bool:
        """Whether a table has every required header; order, case and further columns do not matter."""
        return {_plain(name) for name in self.required} <= {_plain(name) for name in headers}


def recognise(tables: Mapping[str, tuple[str, ...]]) -> tuple[ProposedTable, ...]:
    """Say which source tables are exports of a known vendor.

    Args:
        tables: source table (`shop.orders_export`) to its headers.
    Returns:
        the contract tables they hold, at most one of each name. Tables of one layout (`orders_export_1`, `…_2`) become
        one pattern; where two layouts hold one contract table, the one that says more of it is taken.
    """
    found: dict[str, list[str]] = {}
    layouts = {layout.name: layout for layout in all_layouts()}
    for name, headers in tables.items():
        layout = layout_of(headers)
        if layout is not None:
            found.setdefault(layout.name, []).append(name)
    proposed: dict[str, ProposedTable] = {}
    for layout_name, names in found.items():
        from_, headers = _pattern(names, tables), _shared([tables[name] for name in names])
        for table in layouts[layout_name].tables:
            proposal = _propose(layouts[layout_name], table, from_, headers)
            known = proposed.get(proposal.table)
            if known is None or len(known.guesses) < len(proposal.guesses):
                proposed[proposal.table] = proposal
    return tuple(proposed.values())


def layout_of(headers: Sequence[str]) -> Layout | None:
    """Return the layout that asks for the most of these headers, or None."""
    fitting = [layout for layout in all_layouts() if layout.fits(headers)]
    return max(fitting, key=lambda layout: len(layout.required), default=None)


@cache
def all_layouts() -> tuple[Layout, ...]:
    """Read every layout, in order of name."""
    folder = files("tradewind.sources").joinpath("layouts")
    return tuple(
        _read(entry.name.removesuffix(".toml"), tomllib.loads(entry.read_text(encoding="utf-8")))
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name)
        if entry.name.endswith(".toml")
    )


def _read(name: str, raw: Mapping[str, Any]) -> Layout:
    return Layout(
        name, raw["vendor"], raw["export"], tuple(raw["required"]), tuple(raw["optional"]), tuple(raw["tables"])
    )


def _plain(header: str) -> str:
    return header.strip().casefold()


def _shared(headers: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """The headers that all of the tables have."""
    plain = [{_plain(name) for name in each} for each in headers]
    return tuple(name for name in headers[0] if all(_plain(name) in each for each in plain))


def _pattern(names: Sequence[str], tables: Mapping[str, object]) -> str:
    """One name for all of the tables: a pattern where it means no other table, else the first of them."""
    if len(names) == 1:
        return names[0]
    low, high = min(names), max(names)
    same = next((place for place, pair in enumerate(zip(low, high, strict=False)) if len(set(pair)) > 1), len(low))
    prefix = low[:same]
    alike = [name for name in tables if name.startswith(prefix)]
    return f"{prefix}*" if len(alike) == len(names) and prefix.split(".")[-1] else names[0]


def _propose(layout: Layout, table: Mapping[str, Any], from_: str, headers: tuple[str, ...]) -> ProposedTable:
    """One contract table of a layout, without the columns that this file lacks."""
    present = {_plain(name) for name in headers}
    guesses = [
        Guess(column, how["from"], _SURE, how["reason"], how.get("format", ""))
        for column, how in table["columns"].items()
        if {_plain(name) for name in columns_in(how["from"])} <= present
    ]
    used = {_plain(name) for guess in guesses for name in columns_in(guess.expression)}
    used |= {_plain(name) for name in columns_in(table.get("where", "true"))}
    proposal = ProposedTable(
        table=table["table"],
        from_=from_,
        guesses=tuple(guesses),
        reason=f"{layout.vendor}'s export of {layout.export}, known by its headers: {table['reason']}",
        confidence=_SURE,
        where=table.get("where", ""),
        known_after=table.get("known_after", ""),
        stable=tuple(name for name in table.get("stable", ()) if any(guess.column == name for guess in guesses)),
        timezone=table.get("timezone", ""),
        fill_down=tuple(table.get("fill_down", ())),
        within=table.get("within", ""),
    )
    return replace(proposal, left_out=_left_out(layout, headers, used))


def _left_out(layout: Layout, headers: tuple[str, ...], used: set[str]) -> tuple[LeftOut, ...]:
    """Why each other column of the file is not mapped."""
    documented = {_plain(name) for name in (*layout.required, *layout.optional)}
    own = f"a column of {layout.vendor}'s own that nothing here needs"
    other = f"not a column that {layout.vendor} documents for this export; map it by hand if it matters"
    return tuple(
        LeftOut(name, own if _plain(name) in documented else other) for name in headers if _plain(name) not in used
    )


def columns_in(expression: str) -> tuple[str, ...]:
    """Return the source columns that an expression names."""
    from tradewind.store.expressions import columns_of, parse_scalar

    return columns_of(parse_scalar(expression, "layouts"))
