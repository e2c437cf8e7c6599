"""What routes write down about who did what: ids, never names; what was seen soon, what was done at once."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.testclient import TestClient

from small_worlds import NOW
from tradewind.core.visitor import visitor_of
from tradewind.store.audit_state import Wanted
from tradewind.web.audit import note
from tradewind.web.site import Site


def test_what_somebody_saw_and_exported_is_written_down(tmp_path: Path) -> None:
    site = Site(tmp_path, clock=lambda: NOW, environ={})
    app = FastAPI()
    app.state.site = site
    visitor = visitor_of("sales", "Zoë Example")

    @app.get("/look")
    def look(request: Request) -> str:
        note(request, visitor, "saw", "customer", "C1")
        note(request, visitor, "exported", "list", "lapse", rows=50)
        return "ok"

    assert TestClient(app).get("/look").status_code == 200
    entries = site.accounts.audit.read(Wanted())
    assert {(entry.did, entry.entity, entry.entity_id) for entry in entries} == {
        ("saw", "customer", "C1"),
        ("exported", "list", "lapse"),
    }
    assert all(entry.who == "sales" and len(entry.origin) == 8 for entry in entries)
    assert "Zoë" not in repr(entries)
    assert "testclient" not in repr(entries)
    site.close()
