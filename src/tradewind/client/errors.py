"""What goes wrong in a call: the server refused it and says why, or it was not reached."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class FieldProblem:
    """One thing that is wrong in what was sent.

    Args:
        where: the field or parameter.
        what: what is wrong.
        found: the value; may be empty.
        expected: what would have been right; may be empty.
        do: what to do; may be empty.
    """

    where: str
    what: str
    found: str = ""
    expected: str = ""
    do: str = ""


class ApiError(Exception):
    """The server refused a call; `str()` says what is wrong and what to do.

    Args:
        status: of HTTP.
        title: what is wrong, in a few words.
        detail: the same at length; may be empty.
        problem_type: a URI that names the kind of problem.
        problems: what is wrong in what was sent, one by one.
        request_id: to tell whoever runs the server.
    """

    def __init__(
        self,
        status: int,
        title: str,
        detail: str = "",
        problem_type: str = "about:blank",
        problems: Sequence[FieldProblem] = (),
        request_id: str = "",
    ) -> None:
        self.status, self.title, self.detail = status, title, detail
        self.problem_type, self.problems, self.request_id = problem_type, tuple(problems), request_id
        told = [f"{status} {title}", detail if detail != title else ""]
        told += [_say(problem) for problem in problems if problem.what not in (title, detail)]
        super().__init__("\n".join(line for line in told if line))


class NotReached(Exception):
    """The server did not answer, however often it was tried."""


def error_of(status: int, body: bytes, request_id: str = "") -> ApiError:
    """Return the error that an answer tells, whether or not it is problem+json."""
    try:
        told: Any = json.loads(body)
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        return ApiError(status, body[:200].decode(errors="replace").strip() or "no reason was given")
    problems = [
        FieldProblem(*(str(one.get(name) or "") for name in FieldProblem.__dataclass_fields__))
        for one in told.get("problems") or ()
        if isinstance(one, dict)
    ]
    title, detail = str(told.get("title") or "refused"), str(told.get("detail") or "")
    given = str(told.get("request_id") or request_id)
    return ApiError(status, title, detail, str(told.get("type") or "about:blank"), problems, given)


def _say(problem: FieldProblem) -> str:
    first = f"{problem.where}: {problem.what}" if problem.where else problem.what
    found = f" (found: {problem.found})" if problem.found else ""
    rest = "; ".join(
        part for part in (f"expected {problem.expected}" if problem.expected else "",
                          f"do: {problem.do}" if problem.do else "") if part
    )  # fmt: skip
    return f"{first}{found}" + (f" — {rest}" if rest else "")
