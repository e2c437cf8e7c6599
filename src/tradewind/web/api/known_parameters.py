"""A parameter that a route does not have is refused: one that is written wrong would else be passed over in silence."""

from __future__ import annotations

import difflib

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from tradewind.core.errors import ConfigError, Problem


async def known_parameters(request: Request) -> None:
    """Refuse a query that names what its route does not take.

    Raises:
        ConfigError: it does; all such names are told.
    """
    route = request.scope.get("route")
    if not request.query_params or not isinstance(route, APIRoute):
        return
    known = _names(route.dependant)
    unknown = [name for name in request.query_params if name not in known]
    if unknown:
        raise ConfigError([_problem(name, known) for name in unknown[:20]])


def _problem(name: str, known: frozenset[str]) -> Problem:
    close = difflib.get_close_matches(name, known, 1)
    taken = ", ".join(sorted(known)) or "no parameters"
    return Problem(f"query.{name[:80]}", "this route has no such parameter", "", taken,
                   f"did you mean {close[0]}?" if close else "")  # fmt: skip


def _names(dependant: Dependant) -> frozenset[str]:
    own = {field.alias for field in dependant.query_params}
    return frozenset(own.union(*map(_names, dependant.dependencies)))
