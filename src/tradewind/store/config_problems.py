"""Everything that can be wrong in a configuration, found in one pass and worded for the person who wrote it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from tradewind.core.contract import CONTRACT, Table
from tradewind.core.errors import ConfigError, Problem, UnsafeExpression
from tradewind.core.time import parse_days
from tradewind.store.clean_problems import clean_problems
from tradewind.store.config_secrets import SECRET_KEYS, leads_out, under_any
from tradewind.store.expressions import check_query, parse_query, parse_scalar

if TYPE_CHECKING:
    from pydantic import ValidationError

RESERVED = (
    "from", "lookup", "where", "known_after", "known_at", "format", "stable", "timezone", "fill_down", "within",
    "once_for", "missing",
)  # fmt: skip
"""Keys of a table's section that are not columns."""

USE_CASE_KEYS = (
    "horizon", "contact_cost", "success_share", "time_limit_seconds", "models", "enabled", "cutoffs", "tune", "rule",
)  # fmt: skip

NOT_SETTINGS = ("columns", "spans", "extra", "points", "config_text", "folders")
"""Fields of our values that are no keys of the file."""

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

_CURRENCIES = (
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF "
    "CHF CLF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD "
    "HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL "
    "LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR "
    "PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP "
    "TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG"
)
CURRENCIES = frozenset(_CURRENCIES.split())


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return `did you mean "…"?` for the nearest known word, or an empty string."""
    lowered = {name.lower(): name for name in known}
    near = difflib.get_close_matches(word.lower(), list(lowered), n=1, cutoff=0.6)
    return f'did you mean "{lowered[near[0]]}"?' if near else ""


def arrange(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Move free keys under a name: a table's `columns`, a question's `spans` and `extra`, a rule's `points`."""
    arranged = dict(raw)
    arranged["tables"] = _each(raw.get("tables", {}), _arrange_table)
    arranged["use_cases"] = _each(raw.get("use_cases", {}), _arrange_use_case)
    arranged["rules"] = _each(raw.get("rules", {}), lambda body: {"points": dict(body)})
    return arranged


def _each(sections: object, change: Callable[[Mapping[str, Any]], dict[str, Any]]) -> object:
    if not isinstance(sections, Mapping):
        return sections
    return {name: change(body) if isinstance(body, Mapping) else body for name, body in sections.items()}


def _arrange_table(body: Mapping[str, Any]) -> dict[str, Any]:
    arranged = {key: value for key, value in body.items() if key in RESERVED}
    arranged["columns"] = {key: value for key, value in body.items() if key not in RESERVED}
    return arranged


def _arrange_use_case(body: Mapping[str, Any]) -> dict[str, Any]:
    own = {key: value for key, value in body.items() if key not in USE_CASE_KEYS}
    arranged = {key: value for key, value in body.items() if key in USE_CASE_KEYS}
    arranged["spans"] = {key: value for key, value in own.items() if _is_span(value)}
    arranged["extra"] = {key: value for key, value in own.items() if not _is_span(value)}
    return arranged


def _is_span(value: object) -> bool:
    try:
        parse_days(value if isinstance(value, str) else "")
    except ConfigError:
        return False
    return True


def problems_of(raw: Mapping[str, Any]) -> list[Problem]:
    """Return what types alone do not show: unknown names, unsafe expressions, paths that lead out."""
    found: list[Problem] = []
    workspace = raw.get("workspace", {})
    if isinstance(workspace, Mapping):
        found += _zone_problems("workspace", workspace)
        currency = workspace.get("currency")
        if isinstance(currency, str) and currency not in CURRENCIES:
            hint = did_you_mean(currency, CURRENCIES)
            found.append(
                Problem("workspace.currency", "this is no currency code", repr(currency), 'such as "EUR"', hint)
            )
    sources = sections_of(raw, "sources")
    allowed = workspace.get("allow_paths", ()) if isinstance(workspace, Mapping) else ()
    for name, body in sources.items():
        found += _source_problems(name, body, allowed if isinstance(allowed, list) else ())
    for name, body in sections_of(raw, "tables").items():
        found += _table_problems(name, body, sources)
    for name, body in sections_of(raw, "use_cases").items():
        found += _use_case_problems(name, body)
    for name, body in sections_of(raw, "features").items():
        found += _feature_problems(name, body)
    found += clean_problems(raw, did_you_mean)
    return found


def sections_of(raw: Mapping[str, Any], key: str) -> dict[str, Mapping[str, Any]]:
    """Return the sections under a key of the parsed file by name; what is no section is left out."""
    sections = raw.get(key, {})
    if not isinstance(sections, Mapping):
        return {}
    return {str(name): body for name, body in sections.items() if isinstance(body, Mapping)}


@cache
def _zones() -> set[str]:
    """Every zone's name; finding them searches a folder of a thousand files, and each opening asks several times."""
    from zoneinfo import available_timezones

    return available_timezones()


def _zone_problems(where: str, body: Mapping[str, Any]) -> Iterator[Problem]:
    zone = body.get("timezone")
    if isinstance(zone, str) and zone not in _zones():
        hint = did_you_mean(zone, _zones())
        yield Problem(f"{where}.timezone", "this is no time zone", repr(zone), 'such as "Europe/Berlin"', hint)


def _source_problems(name: str, body: Mapping[str, Any], allowed: Sequence[object]) -> Iterator[Problem]:
    where = f"sources.{name}"
    if not _IDENTIFIER.fullmatch(name):
        yield Problem(where, "this cannot be a source's name", repr(name), "letters, digits, underscores")
    yield from _zone_problems(where, body)
    if ("path" in body) == ("url" in body):
        yield Problem(where, "a source has either a path or a url", expected='path = "data/*.csv"')
    if "url" not in body and ("table" in body or "query" in body):
        yield Problem(where, "table and query belong to a database", expected="a source with a url")
    if "table" in body and "query" in body:
        yield Problem(where, "a source has either a table or a query", expected="one of the two")
    path = body.get("path")
    if isinstance(path, str) and (reason := leads_out(path)) and not under_any(path, allowed):
        yield Problem(
            f"{where}.path", reason, repr(path), "a path relative to the workspace",
            'copy the files into the workspace, or name their folder in [workspace] allow_paths = ["..."]',
        )  # fmt: skip


def _table_problems(name: str, body: Mapping[str, Any], sources: Mapping[str, object]) -> Iterator[Problem]:
    where = f"tables.{name}"
    table = CONTRACT.get(name)
    if table is None:
        hint = did_you_mean(name, CONTRACT)
        yield Problem(where, "there is no such contract table", "", f"one of: {', '.join(CONTRACT)}", hint)
    yield from _zone_problems(where, body)
    lookups = body.get("lookup", [])
    used = [("from", body.get("from"))]
    used += [("lookup", item.get("table")) for item in _lists(lookups) if isinstance(item, Mapping)]
    for key, source in used:
        if isinstance(source, str) and source.split(".")[0] not in sources:
            hint = did_you_mean(source.split(".")[0], sources)
            yield Problem(f"{where}.{key}", "there is no such source", repr(source), _source_names(sources), hint)
    for key, value in body.items():
        if isinstance(value, str) and (key not in RESERVED or key in ("where", "known_at")):
            yield from _expression_problems(f"{where}.{key}", value)
        if key not in RESERVED and table is not None:
            yield from _column_problems(table, where, key)
    if table is not None:
        yield from _reference_problems(table, where, body)


def _lists(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _source_names(sources: Mapping[str, object]) -> str:
    return f"a table of one of the sources: {', '.join(sources)}" if sources else "a [sources.<name>] section"


def _column_problems(table: Table, where: str, key: str) -> Iterator[Problem]:
    if table.column(key) is not None:
        return
    names = [column.name for column in table.columns]
    hint = did_you_mean(key, [*names, *RESERVED])
    if not table.attributes:
        yield Problem(f"{where}.{key}", "this table has no such column", "", f"one of: {', '.join(names)}", hint)
    elif difflib.get_close_matches(key, RESERVED, n=1, cutoff=0.8):
        yield Problem(f"{where}.{key}", "this is neither a column nor a setting", "", "", hint)
    elif not re.fullmatch(r"[a-z][a-z0-9_]*", key) or key in ("valid_to", "first_seen_at", "happened_on"):
        yield Problem(f"{where}.{key}", "this cannot be an attribute's name", "", "small letters, digits, underscores")


def _reference_problems(table: Table, where: str, body: Mapping[str, Any]) -> Iterator[Problem]:
    mapped = [key for key in body if key not in RESERVED]
    listed = {"stable": _lists(body.get("stable")), "format": body.get("format", {})}
    for key, names in listed.items():
        for name in names if isinstance(names, list | Mapping) else ():
            if name not in mapped and name != "known_at":
                hint = did_you_mean(str(name), mapped)
                yield Problem(f"{where}.{key}", "this column is not mapped", repr(name), "a mapped column", hint)
    missing = [c.name for c in table.columns if c.must_be_mapped and c.name not in mapped]
    if missing:
        yield Problem(where, "required columns are not mapped", ", ".join(missing), "an expression for each")


@lru_cache(maxsize=4096)  # a workspace is opened again and again with the same expressions
def _expression_problems(where: str, text: str) -> tuple[Problem, ...]:
    try:
        parse_scalar(text, where)
    except UnsafeExpression as error:
        return tuple(error.problems)
    return ()


def _use_case_problems(name: str, body: Mapping[str, Any]) -> Iterator[Problem]:
    for key, value in body.items():
        if key in USE_CASE_KEYS:
            continue
        near = difflib.get_close_matches(key, USE_CASE_KEYS, n=1, cutoff=0.75)
        if near:
            yield Problem(f"use_cases.{name}.{key}", "there is no such setting", do=f'did you mean "{near[0]}"?')
        elif isinstance(value, str) and not _is_span(value) and re.match(r"\s*\d", value):
            yield Problem(
                f"use_cases.{name}.{key}", "this is not a span of time", repr(value), '"30 days" or "2 weeks"'
            )


def _feature_problems(name: str, body: Mapping[str, Any]) -> Iterator[Problem]:
    where = f"features.{name}"
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        yield Problem(where, "this cannot be a feature's name", repr(name), "small letters, digits, underscores")
    sql = body.get("sql")
    if isinstance(sql, str):
        try:
            check_query(parse_query(sql, f"{where}.sql"), CONTRACT, f"{where}.sql")
        except UnsafeExpression as error:
            yield from error.problems


def validation_problems(error: ValidationError, fields: Mapping[str, Sequence[str]]) -> list[Problem]:
    """Word pydantic's findings as ours; no value of a secret key is shown.

    Args:
        error: what pydantic found.
        fields: kind of section to the keys it may hold, as written in the file.
    """
    found: dict[str, Problem] = {}
    for item in error.errors(include_url=False):
        loc = [str(part) for part in item["loc"] if part not in ("columns", "spans", "points")]
        loc = loc[: _depth_of(loc)]
        where = ".".join("from" if part == "from_" else part for part in loc)
        found.setdefault(where, _worded(where, loc, item, fields))
    return list(found.values())


def _depth_of(loc: Sequence[str]) -> int:
    """How much of a place tells people where it is; below that pydantic tells of its own types."""
    if loc[:1] == ["clean"]:
        return 5 if "parse" in loc[3:4] else 4
    return 5 if "lookup" in loc[2:3] else 3


def _kind_of(loc: Sequence[str]) -> str:
    """The kind of section that a place belongs to."""
    if loc[0] == "clean" and "parse" in loc[3:4]:
        return "parse"
    return "lookup" if "lookup" in loc[2:3] else loc[0]


def _worded(where: str, loc: Sequence[str], item: Any, fields: Mapping[str, Sequence[str]]) -> Problem:
    if item["type"] == "extra_forbidden":
        kind = "" if len(loc) == 1 else _kind_of(loc)
        known = [key for key in fields[kind] if key not in NOT_SETTINGS]
        hint = did_you_mean(loc[-1], known)
        return Problem(where, "there is no such setting", "", f"one of: {', '.join(known)}", hint)
    if item["type"] == "missing":
        return Problem(where, "this setting is missing", do=f'{loc[-1]} = "..."')
    message = str(item["msg"]).removeprefix("Value error, ").replace("Input should be", "").strip()
    found = "" if loc[-1] in SECRET_KEYS else repr(item["input"])[:80]
    return Problem(where, "this value cannot be used", found, message.removeprefix("expected "))
