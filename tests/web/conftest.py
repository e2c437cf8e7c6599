"""Small workspaces that have been answered once, and clients signed in as each role."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from answered_worlds import answered, write_answered_sales, write_answered_shop
from small_worlds import NOW
from tradewind.core.visitor import Role, visitor_of
from tradewind.web.app import build_app
from tradewind.web.settings import ServeSettings
from tradewind.web.site import Site

CSRF = "csrf-of-the-test"
ClientOf = Callable[..., TestClient]


@pytest.fixture(scope="session")
def answered_shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small shop that was run once; read it, and copy it before writing (`fresh_copy`)."""
    return answered("shop", write_answered_shop, tmp_path_factory)


@pytest.fixture(scope="session")
def answered_sales(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small sales team that was run once; read it, and copy it before writing (`fresh_copy`)."""
    return answered("sales", write_answered_sales, tmp_path_factory)


@pytest.fixture
def fresh_copy(tmp_path: Path) -> Callable[[Path], Path]:
    """Copies a workspace into the test's own folder."""

    def copy(root: Path) -> Path:
        return Path(shutil.copytree(root, tmp_path / root.name))

    return copy


@pytest.fixture
def client_of() -> Iterator[ClientOf]:
    """Makes clients of a workspace: `client_of(root, "marketer")`; each request carries the forms' token."""
    opened: list[tuple[TestClient, Site]] = []

    def make(
        root: Path, role: Role | None = "admin", owners: tuple[str, ...] = (), settings: ServeSettings | None = None
    ) -> TestClient:
        site = Site(root, settings or ServeSettings(), clock=lambda: NOW, environ={})
        visitor = visitor_of(role, f"A {role}", owners, CSRF) if role else None
        app = build_app(site, lambda request, of: visitor)
        client = TestClient(app, follow_redirects=False, raise_server_exceptions=False)
        client.headers["X-CSRF-Token"] = CSRF
        opened.append((client, site))
        return client

    yield make
    for client, site in opened:
        client.close()
        site.close()
