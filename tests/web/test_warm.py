"""A server that has just started makes its first pages ready, and says so."""

from __future__ import annotations

import threading
import time
from pathlib import Path

from fastapi.testclient import TestClient

from small_worlds import NOW
from tradewind.web.app import build_app
from tradewind.web.settings import ServeSettings
from tradewind.web.site import Site
from tradewind.web.warm import WarmUp


def test_it_is_ready_once_the_first_pages_are(answered_sales: Path) -> None:
    site = Site(answered_sales, ServeSettings(), clock=lambda: NOW, environ={})
    app, hold = build_app(site), threading.Event()
    warm_up = WarmUp(lambda: [site], lambda: hold.wait(30))
    with TestClient(app) as client:
        warm_up.start()
        answer = client.get("/ready")
        assert (answer.status_code, answer.json()["reasons"]) == (503, ["the first pages are being made ready"])
        assert client.get("/health").status_code == 200
        hold.set()
        until = time.monotonic() + 60
        while not site.warm and time.monotonic() < until:
            time.sleep(0.01)
        assert site.warm
        assert client.get("/ready").status_code == 200
    warm_up.stop()
    site.close()


def test_an_empty_folder_and_a_damaged_one_keep_nobody_waiting(tmp_path: Path) -> None:
    empty, damaged = tmp_path / "empty", tmp_path / "damaged"
    for folder in (empty, damaged):
        folder.mkdir()
    (damaged / "tradewind.toml").write_text("[workspace\n")
    sites = [Site(folder, ServeSettings(), clock=lambda: NOW, environ={}) for folder in (empty, damaged)]
    warm_up = WarmUp(lambda: sites)
    warm_up.start()
    assert sites[0].warm
    warm_up.stop()
    assert sites[1].warm
    for site in sites:
        site.close()
