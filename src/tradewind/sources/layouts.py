"""Vendors' exports known by their headers: which contract tables each holds, and how, as data under `layouts/`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files
from typing import Any

from tradewind.core.contract import CONTRACT
from tradewind.sources.proposal import Guess, LeftOut, ProposedTable

_SURE = 0.97
"""Confidence of a mapping that is known rather than guessed; the headers alone could still deceive."""
_QUOTED = re.compile('"([^"]+)"')
_LIKELY = 0.7
"""Confidence of one whose columns were told by their values: the config marks it as a guess."""


@dataclass(frozen=True)
class Layout:
    """One export of one vendor.

    Args:
        name: of its file.
        vendor: who writes it.
        export: what the vendor calls it.
        required: headers without which it is not this export.
        optional: headers that it may also have.
        aliases: other headers that the vendor has used for one of these.
        values: header to what its values look like, for files whose headers are not the vendor's; see `layout_values`.
        tables: the contract tables it holds, as the file says it.
    """

    name: str
    vendor: str
    export: str
    required: tuple[str, ...]
    optional: tuple[str, ...]
    aliases: Mapping[str, str]
    values: Mapping[str, Mapping[str, str]]
    tables: tuple[Mapping[str, Any], ...]

    def fits(self, headers: Sequence[str]) -> bool:
        """Whether a table has every required header; order, case and further columns do not matter."""
        return {plain_header(name) for name in self.required} <= self.known_as(headers).keys()

    def known_as(self, headers: Sequence[str]) -> dict[str, str]:
        """Return each header as the vendor documents it, in plain letters, to how it stands in the file."""
        aliases = {plain_header(name): plain_header(documented) for name, documented in self.aliases.items()}
        plain = {plain_header(name): name for name in headers}
        return {documented: plain[name] for name, documented in aliases.items() if name in plain} | plain


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
        from_ = _pattern(names, tables)
        together = names if "*" in from_ else [from_]
        headers = tuple(dict.fromkeys(header for name in together for header in tables[name]))
        for table in layouts[layout_name].tables:
            proposal = propose_table(layouts[layout_name], table, from_, headers)
            known = proposed.get(table["table"])
            if proposal is not None and (known is None or len(known.guesses) < len(proposal.guesses)):
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
    headers = tuple(raw["required"]), tuple(raw["optional"]), raw.get("aliases", {}), raw.get("values", {})
    return Layout(name, raw["vendor"], raw["export"], *headers, tuple(raw["tables"]))


def plain_header(header: str) -> str:
    """Return a header in plain letters, so that case, blanks around it and a report's arrows do not matter."""
    return header.strip(" \t\u00a0\ufeff↑↓").casefold()


def _pattern(names: Sequence[str], tables: Mapping[str, object]) -> str:
    """One name for all of the tables: a pattern where it means no other table, else the first of them."""
    if len(names) == 1:
        return names[0]
    source = names[0].split(".", 1)[0]
    ends = [name.removeprefix(f"{source}.") for name in names]
    begin = _shared_start(ends)
    end = _shared_start([name[len(begin) :][::-1] for name in ends])[::-1]
    pattern = f"{source}.{begin}*{end}"
    alike = [name for name in tables if fnmatchcase(name, pattern)]
    return pattern if begin + end and sorted(alike) == sorted(names) else names[0]


def _shared_start(texts: Sequence[str]) -> str:
    low, high = min(texts), max(texts)
    return low[: next((place for place, letter in enumerate(low) if not high.startswith(letter, place)), len(low))]


def propose_table(
    layout: Layout,
    table: Mapping[str, Any],
    from_: str,
    headers: tuple[str, ...],
    by_values: Mapping[str, str] | None = None,
) -> ProposedTable | None:
    """Return one contract table of a layout, without columns that this file lacks; None where it lacks a needed one.

    Args:
        layout: the vendor's export.
        table: one of its tables.
        from_: the source table.
        headers: of the source table.
        by_values: documented header to the column that holds it, where that was found by values; None: by headers.
    """
    if by_values is None:
        known, confidence, how_known = layout.known_as(headers), _SURE, "known by its headers"
    else:
        known = {plain_header(name): column for name, column in by_values.items()}
        confidence, how_known = _LIKELY, "though its headers are not that vendor's: its values look like it"
    if not _leans_on(table) <= known.keys():
        return None
    guesses = _guesses(table, known, confidence)
    required = {column.name for column in CONTRACT[table["table"]].columns if column.required}
    if not required <= {guess.column for guess in guesses}:
        return None
    where = _as_here(table["where"].strip(), known) if "where" in table else ""
    used = {name for guess in guesses for name in columns_in(guess.expression)}
    used |= set(columns_in(where)) if where else set()
    return ProposedTable(
        table=table["table"],
        from_=from_,
        guesses=guesses,
        reason=f"{layout.vendor}'s export of {layout.export}, {how_known}: {table['reason']}",
        confidence=confidence,
        where=where,
        known_after=table.get("known_after", ""),
        left_out=_left_out(layout, headers, used),
        stable=tuple(name for name in table.get("stable", ()) if any(guess.column == name for guess in guesses)),
        timezone=table.get("timezone", ""),
        fill_down=tuple(known[plain_header(name)] for name in table.get("fill_down", ())),
        within=known[plain_header(table["within"])] if "within" in table else "",
    )


def _leans_on(table: Mapping[str, Any]) -> set[str]:
    """The headers without which a table of a layout cannot be made."""
    names = [*columns_in(table.get("where", "true")), *table.get("fill_down", ()), *table.get("needs", ())]
    return {plain_header(name) for name in (*names, *([table["within"]] if "within" in table else ()))}


def _guesses(table: Mapping[str, Any], known: Mapping[str, str], confidence: float) -> tuple[Guess, ...]:
    """The columns of a table, each by the first of its expressions whose columns are all there."""
    found = []
    for column, how in table["columns"].items():
        texts = [how["from"]] if isinstance(how["from"], str) else how["from"]
        text = next((t for t in texts if {plain_header(name) for name in columns_in(t)} <= known.keys()), None)
        if text is not None:
            found.append(Guess(column, _as_here(text, known), confidence, how["reason"], how.get("format", "")))
    return tuple(found)


def _as_here(text: str, known: Mapping[str, str]) -> str:
    """An expression under the headers of this file; replaced at once, for a name may be another's documented one."""
    here = {name: known[plain_header(name)].replace('"', '""') for name in columns_in(text)}
    return _QUOTED.sub(lambda match: f'"{here.get(match[1], match[1])}"', text)


def _left_out(layout: Layout, headers: tuple[str, ...], used: set[str]) -> tuple[LeftOut, ...]:
    """Why each other column of the file is not mapped."""
    documented = {plain_header(name) for name in (*layout.required, *layout.optional)}
    own = f"a column of {layout.vendor}'s own that nothing here needs"
    other = f"not a column that {layout.vendor} documents for this export; map it by hand if it matters"
    documented |= {plain_header(name) for name in layout.aliases}
    return tuple(
        LeftOut(name, own if plain_header(name) in documented else other) for name in headers if name not in used
    )


def columns_in(expression: str) -> tuple[str, ...]:
    """Return the source columns that an expression names."""
    from tradewind.store.expressions import columns_of, parse_scalar

    return columns_of(parse_scalar(expression, "layouts"))
