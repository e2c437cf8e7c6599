"""Single values of a `tradewind.toml` changed in place: comments, order and all the rest stay as they were written."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from typing import Any

from tradewind.core.errors import ConfigError, Problem
from tradewind.flow.mapping.draft import Change
from tradewind.flow.start.write_config import toml, toml_key
from tradewind.store.config import CONFIG_FILE

NUMBERS = ("margin", "contact_cost", "success_share")
"""Keys whose values are numbers."""

_HEADER = re.compile(r"\s*\[([^\[\]]+)\]\s*(#.*)?$")


def edit_config(text: str, changes: Iterable[Change]) -> str:
    """Return the text of a config with values changed.

    A value that cannot be changed in place without touching something else is refused, never guessed at.

    Args:
        text: the file as it stands, valid TOML.
        changes: keys of a mapping (`tables.orders.amount`) with their new values; an empty one takes the line away, an
            empty `from` the whole table.
    Raises:
        ConfigError: a value cannot be changed in place.
    """
    for change in changes:
        wanted = _wanted(tomllib.loads(text), change)
        text = _edited(text, change)
        try:
            same = tomllib.loads(text) == wanted
        except tomllib.TOMLDecodeError:
            same = False
        if not same:
            raise ConfigError(
                Problem(change.key, "this value cannot be changed from here without touching others", change.now[:80],
                        "a line of its own in its section", f"change it in {CONFIG_FILE}")
            )  # fmt: skip
    return text


def reasons_in(text: str) -> dict[str, str]:
    """Return the comment beside each value of a config, by key (`tables.orders.amount`)."""
    found: dict[str, str] = {}
    section = ""
    for line in text.splitlines():
        if header := _HEADER.match(line):
            section = ".".join(_named(header[1]))
        elif section and "#" in line and "=" in line.partition("#")[0]:
            try:
                read = tomllib.loads(line)
            except tomllib.TOMLDecodeError:
                continue
            for key in read:
                found[f"{section}.{key}"] = _comment_of(line).strip().removeprefix("#").strip()
    return found


def _wanted(raw: dict[str, Any], change: Change) -> dict[str, Any]:
    """The parsed file as it must be after the change."""
    parts = change.key.split(".")
    if parts[0] == "tables" and parts[2:] == ["from"] and not change.now:
        raw.get("tables", {}).pop(parts[1], None)
        if raw.get("tables") == {}:
            del raw["tables"]
        return raw
    place = raw
    for part in parts[:-1]:
        place = place.setdefault(part, {})
    if change.now:
        place[parts[-1]] = _value(change)
    else:
        place.pop(parts[-1], None)
        if parts[2:3] == ["format"] and not place:
            del raw["tables"][parts[1]]["format"]
    return raw


def _value(change: Change) -> str | float | bool:
    key = change.key.rsplit(".", 1)[-1]
    if key in NUMBERS:
        return float(change.now)
    return change.now == "true" if key == "enabled" else change.now


def _edited(text: str, change: Change) -> str:
    parts = change.key.split(".")
    lines = text.splitlines()
    if parts[2:3] == ["format"] and len(parts) == 4:
        return _with_format(text, lines, parts, change.now)
    section, key = ".".join(parts[:-1]), parts[-1]
    if parts[0] == "tables" and key == "from" and not change.now:
        return _joined(_without_section(lines, section))
    return _joined(_set(lines, section, key, toml(_value(change)) if change.now else ""))


def _with_format(text: str, lines: list[str], parts: list[str], now: str) -> str:
    """`format` is one inline table: it is written anew as a whole."""
    section = ".".join(parts[:2])
    if any((found := _HEADER.match(line)) and _named(found[1]) == [*parts[:2], "format"] for line in lines):
        return _joined(_set(lines, f"{section}.format", parts[3], toml(now) if now else ""))
    held: Mapping[str, Any] = tomllib.loads(text).get("tables", {}).get(parts[1], {}).get("format", {})
    formats = {**held, parts[3]: now}
    inside = ", ".join(f"{toml_key(name)} = {toml(value)}" for name, value in formats.items() if value)
    return _joined(_set(lines, section, "format", f"{{ {inside} }}" if inside else ""))


def _set(lines: list[str], section: str, key: str, value: str) -> list[str]:
    """Put a value on its line in its section, its comment kept; an empty one takes the line away."""
    span = _span_of(lines, section)
    if span is None:
        return [*lines, "", f"[{section}]", f"{toml_key(key)} = {value}"] if value else lines
    start, end = span
    for place in range(start + 1, end):
        if (stop := _entry_end(lines, place, end, key)) is not None:
            kept = _comment_of("\n".join(lines[place:stop]))
            new = [f"{toml_key(key)} = {value}{kept}"] if value else []
            return [*lines[:place], *new, *lines[stop:]]
    if not value:
        return lines
    last = max(at for at in range(start, end) if lines[at].strip() and not lines[at].lstrip().startswith("#"))
    while last + 1 < end and not _parses(lines[start + 1 : last + 1]):  # the last entry takes several lines
        last += 1
    return [*lines[: last + 1], f"{toml_key(key)} = {value}", *lines[last + 1 :]]


def _parses(lines: list[str]) -> bool:
    try:
        tomllib.loads("\n".join(lines))
    except tomllib.TOMLDecodeError:
        return False
    return True


def _entry_end(lines: list[str], place: int, end: int, key: str) -> int | None:
    """The line after an entry that begins on a line and has a key; None where no such entry begins there."""
    if "=" not in lines[place] or lines[place].lstrip().startswith("#"):
        return None
    for stop in range(place + 1, end + 1):
        try:
            read = tomllib.loads("\n".join(lines[place:stop]))
        except tomllib.TOMLDecodeError:
            continue
        return stop if list(read) == [key] else None
    return None


def _comment_of(entry: str) -> str:
    """The comment behind an entry, with the spaces before it: the shortest tail that may be cut off without harm."""
    whole = tomllib.loads(entry)
    for found in re.finditer(r"\s*#", entry):
        bare = entry[: found.start()]
        try:
            if "\n" not in entry[found.end() :] and tomllib.loads(bare) == whole:
                return entry[found.start() :]
        except tomllib.TOMLDecodeError:
            continue
    return ""


def _span_of(lines: list[str], section: str) -> tuple[int, int] | None:
    """The line of a section's header, and the line after its last."""
    wanted = section.split(".")
    for place, line in enumerate(lines):
        found = _HEADER.match(line)
        if found and _named(found[1]) == wanted:
            rest = range(place + 1, len(lines))
            return place, next(
                (at for at in rest if lines[at].lstrip().startswith("[") and _begins(lines, at)), len(lines)
            )
    return None


def _begins(lines: list[str], place: int) -> bool:
    """Whether a line that begins with a bracket is a header, and no part of a list over several lines."""
    return _HEADER.match(lines[place]) is not None or lines[place].lstrip().startswith("[[")


def _without_section(lines: list[str], section: str) -> list[str]:
    """Take a section and those below it away, with the comment right above it."""
    while (span := _first_below(lines, section)) is not None:
        start, end = span
        while start and lines[start - 1].lstrip().startswith("#"):
            start -= 1
        while end > span[0] + 1 and (lines[end - 1].lstrip().startswith("#") or not lines[end - 1].strip()):
            end -= 1  # what stands above the next section belongs to that one
        lines = [*lines[:start], *lines[end:]]
    return lines


def _first_below(lines: list[str], section: str) -> tuple[int, int] | None:
    wanted = section.split(".")
    for line in lines:
        found = _HEADER.match(line)
        if found and _named(found[1])[: len(wanted)] == wanted:
            return _span_of(lines, ".".join(_named(found[1])))
    return None


def _named(header: str) -> list[str]:
    return [part.strip().strip("\"'") for part in header.split(".")]


def _joined(lines: list[str]) -> str:
    return "\n".join(lines) + "\n"
