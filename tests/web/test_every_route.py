"""Every route of the application, asked by each role and by nobody: what is let through is what `ALLOWED` says."""

from __future__ import annotations

import asyncio
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, get_args

import httpx
import pytest
from fastapi.routing import APIRoute

from tradewind.core.visitor import ALLOWED, Permission, Role
from tradewind.web.app import all_routes
from tradewind.web.visitor import SAFE, permission_of

CSRF = "csrf-of-the-test"
ROUTES = [(route, method) for route in all_routes() for method in sorted(route.methods or ())]
GUARDED = [(route, method, permission_of(route.dependant)) for route, method in ROUTES]


def address(route: APIRoute) -> str:
    return re.sub(r"\{[^}]+\}", "1", route.path)


def is_api(route: APIRoute) -> bool:
    return route.path.startswith("/v1/")


def ask_all(app: Any, asked: list[tuple[str, str]], csrf: str = "") -> list[httpx.Response]:
    """Send many requests through one loop: a test client's loop for each costs more than the answer."""

    async def ask() -> list[httpx.Response]:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        headers = {"X-CSRF-Token": csrf} if csrf else {}
        async with httpx.AsyncClient(transport=transport, base_url="http://testserver", headers=headers) as client:
            body = {"event": "x"}
            return [
                await client.request(method, path, json=body if method in ("POST", "PUT", "PATCH") else None)
                for method, path in asked
            ]

    with ThreadPoolExecutor(1) as apart:  # a browser's driver may hold a loop of its own in this thread
        return apart.submit(lambda: asyncio.run(ask())).result()


@pytest.mark.parametrize("role", get_args(Role))
def test_a_role_is_let_through_where_it_may_and_nowhere_else(client_of, tmp_path: Path, role: Role) -> None:
    app, wrong = client_of(tmp_path, role).app, []
    guarded = [(route, method, permission) for route, method, permission in GUARDED if permission is not None]
    refused = [each for each in guarded if each[2] not in ALLOWED[role]]
    answers = ask_all(app, [(method, address(route)) for route, method, _ in refused], CSRF)
    for (route, method, permission), answer in zip(refused, answers, strict=True):
        if answer.status_code != 403 or (method not in SAFE and "You may not do this" not in answer.text):
            wrong.append(f"{method} {route.path}: {role} may not {permission}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)


def test_a_right_does_nothing_without_the_token_of_the_form(client_of, tmp_path: Path) -> None:
    unsafe = [each for each in GUARDED if each[2] is not None and each[1] not in SAFE]
    answers = ask_all(client_of(tmp_path, "admin").app, [(method, address(route)) for route, method, _ in unsafe])
    wrong = [
        f"{method} {route.path}: {answer.status_code}"
        for (route, method, _), answer in zip(unsafe, answers, strict=True)
        if answer.status_code != 403 or "This form is no longer valid" not in answer.text
    ]
    assert not wrong, "\n".join(wrong)


def test_nobody_is_let_through_but_to_the_door(client_of, tmp_path: Path) -> None:
    asked = [each for each in GUARDED if each[0].path != "/vega.js"]  # that one takes seconds, the same for everybody
    answers = ask_all(client_of(tmp_path, None).app, [(method, address(route)) for route, method, _ in asked])
    wrong = []
    for (route, method, permission), answer in zip(asked, answers, strict=True):
        if permission is None and method in SAFE:
            fine = answer.status_code in (200, 404)
        elif permission is None:
            fine = answer.status_code == 403  # a form from elsewhere
        elif method in SAFE and not is_api(route):
            fine = answer.status_code == 303 and answer.headers["location"].startswith("/sign-in?next=%2F")
        else:
            fine = answer.status_code in (401, 403 if method == "OPTIONS" else 401)  # another site's page asks first
        wrong += [] if fine else [f"{method} {route.path}: {answer.status_code}"]
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
