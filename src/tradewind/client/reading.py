"""Answers in JSON read as dataclasses: a field that the server has and we do not know is left out."""

from __future__ import annotations

import types
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Union, get_args, get_origin, get_type_hints


def read_answer(kind: Any, data: Any, where: str = "the answer") -> Any:
    """Return JSON as the type that a call says.

    Args:
        kind: a dataclass, `Page[Customer]`, `tuple[str, ...]`, `str | None`, a plain type or `Any`.
        data: what `json.loads` gave.
        where: for the message.
    Raises:
        ValueError: the answer is not of this type: the server's release and the client's do not fit.
    """
    origin, arguments = get_origin(kind), get_args(kind)
    if kind is Any or kind is object:
        return data
    if origin in (Union, types.UnionType):
        return _one_of(arguments, data, where)
    if origin is tuple:
        _expect(isinstance(data, list), where, "a list", data)
        return tuple(read_answer(arguments[0], item, f"{where}[{place}]") for place, item in enumerate(data))
    if origin is not None and issubclass(origin, Mapping):
        _expect(isinstance(data, dict), where, "an object", data)
        return {str(name): read_answer(arguments[1], value, f"{where}.{name}") for name, value in data.items()}
    if is_dataclass(origin or kind):
        return _record(origin or kind, arguments, data, where)
    return _plain(kind, data, where)


def _record(made: Any, arguments: Sequence[Any], data: Any, where: str) -> Any:
    _expect(isinstance(data, dict), where, "an object", data)
    names = dict(zip(getattr(made, "__parameters__", ()), arguments, strict=False))
    for base in getattr(made, "__orig_bases__", ()):
        names |= dict(zip(getattr(get_origin(base), "__parameters__", ()), get_args(base), strict=False))
    values = {}
    for one, hint in _fields(made):
        if one.name in data:
            values[one.name] = read_answer(_filled(hint, names), data[one.name], f"{where}.{one.name}")
        else:
            has_default = one.default is not MISSING or one.default_factory is not MISSING
            _expect(has_default, where, f"the field {one.name}", data)
    return made(**values)


@lru_cache
def _fields(made: Any) -> tuple[tuple[Field[Any], Any], ...]:
    hints = get_type_hints(made)
    return tuple((one, hints[one.name]) for one in fields(made))


def _filled(hint: Any, names: Mapping[Any, Any]) -> Any:
    """A field's type with the type variables of its class put in."""
    if hint in names:
        return names[hint]
    arguments = get_args(hint)
    if not names or not any(argument in names for argument in arguments):
        return hint
    return get_origin(hint)[tuple(names.get(argument, argument) for argument in arguments)]


def _one_of(kinds: Sequence[Any], data: Any, where: str) -> Any:
    if data is None and type(None) in kinds:
        return None
    others = [kind for kind in kinds if kind is not type(None)]
    for kind in others[:-1]:
        try:
            return read_answer(kind, data, where)
        except ValueError:
            continue
    return read_answer(others[-1], data, where)


def _plain(kind: Any, data: Any, where: str) -> Any:
    if kind in (datetime, date):
        _expect(isinstance(data, str), where, "a time as text", data)
        return kind.fromisoformat(data)
    if kind is float and isinstance(data, int) and not isinstance(data, bool):
        return float(data)
    _expect(isinstance(data, kind) and (kind is bool or not isinstance(data, bool)), where, kind.__name__, data)
    return data


def _expect(holds: bool, where: str, expected: str, found: object) -> None:
    if not holds:
        raise ValueError(f"{where}: {expected} was expected, found {str(found)[:80]}")
