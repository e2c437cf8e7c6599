"""Secrets come from the environment; no address or path leads out of the workspace."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any

from tradewind.core.errors import Problem

SECRET_KEYS = ("url", "engine", "state")
"""Settings that are filled from the environment."""

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_LOCAL_URL = re.compile(r"(sqlite|duckdb)(\+\w+)?:///")


def fill_secrets(raw: Mapping[str, Any], environ: Mapping[str, str], problems: list[Problem]) -> dict[str, Any]:
    """Put the environment's values where `url`, `engine` or `state` is `${NAME}`; add what is wrong to `problems`.

    A value is one whole variable, so that a workspace from a stranger cannot send a variable to a host of its choice.
    """

    workspace = raw.get("workspace", {})
    allowed = workspace.get("allow_paths", ()) if isinstance(workspace, Mapping) else ()

    def fill(value: object, where: str, key: str) -> object:
        if isinstance(value, Mapping):
            return {k: fill(v, f"{where}.{k}" if where else str(k), str(k)) for k, v in value.items()}
        if isinstance(value, list):
            return [fill(item, where, key) for item in value]
        if not isinstance(value, str):
            return value
        is_secret = key in SECRET_KEYS and where.split(".")[0] in ("workspace", "sources")
        if is_secret:
            return _secret(value, where, environ, problems, allowed)
        # A column may be called "${total}": in quotes, within an expression, it is a name.
        named = where.startswith("tables.") and _VARIABLE.search(re.sub(r'"[^"]*"', "", value)) is None
        if _VARIABLE.search(value) and not named:
            problems.append(
                Problem(where, "a variable cannot stand here", value, f"${{NAME}} only in {', '.join(SECRET_KEYS)}")
            )
        return value

    return {key: fill(value, key, key) for key, value in raw.items()}


def _secret(value: str, where: str, environ: Mapping[str, str], problems: list[Problem], allowed: object) -> str:
    whole = _VARIABLE.fullmatch(value)
    if whole:
        if whole[1] not in environ:
            problems.append(
                Problem(where, f"the environment variable {whole[1]} is not set", do=f"export {whole[1]}=...")
            )
        return environ.get(whole[1], "")
    local = _LOCAL_URL.match(value)
    if _VARIABLE.search(value) or not (local and where.startswith("sources.")):
        problems.append(
            Problem(
                where,
                "an address must come from one environment variable as a whole",
                expected='"${SHOP_DB}", or sqlite:///file or duckdb:///file inside the workspace',
                do=f'{where.split(".")[-1]} = "${{SHOP_DB}}" and put the address into SHOP_DB',
            )
        )
    elif (reason := leads_out(value[local.end() :])) and not under_any(value[local.end() :], allowed):
        problems.append(Problem(where, reason, expected="a file inside the workspace"))
    return value


def leads_out(path: str) -> str:
    """Return what is wrong with a path that leads out of the workspace, or an empty string."""
    windows, posix = PureWindowsPath(path), PurePosixPath(path)
    if posix.is_absolute() or windows.is_absolute() or windows.drive or windows.root or ".." in windows.parts:
        return "this path leads out of the workspace"
    return ""


def under_any(path: str, allowed: object) -> bool:
    """Whether a path begins with one of the allowed folders as written, and does not leave it again."""
    for folder in allowed if isinstance(allowed, list | tuple) else ():
        if isinstance(folder, str) and folder and PurePosixPath(path).is_relative_to(folder):
            return ".." not in PurePosixPath(path).relative_to(folder).parts
    return False
