"""Every route of the application, asked by each role and by nobody: what is let through is what `ALLOWED` says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest
from fastapi.routing import APIRoute

from tradewind.core.visitor import ALLOWED, Permission, Role
from tradewind.web.app import all_routes
from tradewind.web.visitor import SAFE, permission_of

ROUTES = [(route, method) for route in all_routes() for method in sorted(route.methods or ())]
GUARDED = [(route, method, permission_of(route.dependant)) for route, method in ROUTES]


def address(route: APIRoute) -> str:
    return re.sub(r"\{[^}]+\}", "1", route.path)


def is_api(route: APIRoute) -> bool:
    return route.path.startswith("/v1/")


@pytest.mark.parametrize("role", get_args(Role))
def test_a_role_is_let_through_where_it_may_and_nowhere_else(client_of, tmp_path: Path, role: Role) -> None:
    client = client_of(tmp_path, role)
    without = client_of(tmp_path, role)
    del without.headers["X-CSRF-Token"]
    wrong = []
    for route, method, permission in GUARDED:
        if permission is None:
            continue
        may, path = permission in ALLOWED[role], address(route)
        if method in SAFE and not may:
            refused = client.request(method, path).status_code == 403
            wrong += [] if refused else [f"{method} {path}: {role} may not {permission}"]
        elif method not in SAFE:  # nothing is done here: either the right is missing, or the form's token is
            answer = (without if may else client).request(method, path)
            said = "This form is no longer valid" if may else "You may not do this"
            if answer.status_code != 403 or said not in answer.text:
                wrong.append(f"{method} {path}: {role}, {permission}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)


def test_nobody_is_let_through_but_to_the_door(client_of, tmp_path: Path) -> None:
    client, wrong = client_of(tmp_path, None), []
    for route, method, permission in GUARDED:
        if route.path == "/vega.js":
            continue  # takes seconds to put together, and is the same for everybody
        path = address(route)
        answer = client.request(method, path, json={"event": "x"} if method in ("POST", "PUT", "PATCH") else None)
        if permission is None and method in SAFE:
            fine = answer.status_code in (200, 404)
        elif permission is None:
            fine = answer.status_code == 403  # a form from elsewhere
        elif method in SAFE and not is_api(route):
            fine = answer.status_code == 303 and answer.headers["location"].startswith("/sign-in?next=%2F")
        else:
            fine = answer.status_code in (401, 403 if method == "OPTIONS" else 401)  # another site's page asks first
        wrong += [] if fine else [f"{method} {path}: {answer.status_code}"]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("sent", ["", "0" * 64, "é", "csrf-of-the-tesT", "csrf-of-the-test "])
def test_a_form_with_another_token_does_nothing(client_of, tmp_path: Path, sent: str) -> None:
    client = client_of(tmp_path, "admin")
    del client.headers["X-CSRF-Token"]
    for route, method, permission in GUARDED:
        if permission is not None and method not in SAFE:
            assert client.request(method, address(route), data={"csrf": sent}).status_code == 403, route.path
            break
    assert client.post("/settings/users/invite", data={"csrf": sent, "role": "admin"}).status_code == 403


def test_each_permission_is_some_roles() -> None:
    assert set(get_args(Permission)) == set().union(*ALLOWED.values())
