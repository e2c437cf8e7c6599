"""A company's own look: images are images, colours can be read, and the report shows both."""

from __future__ import annotations

import base64
import zlib
from pathlib import Path

import pytest
from accounts_client import admins_browser, site_in

from tradewind.core.brand import Brand, logo_kind
from tradewind.flow.accounts.brand import read_brand


def chunk(name: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(4, "big") + name + body + zlib.crc32(name + body).to_bytes(4, "big")


def png(width: int = 2, height: int = 2, more: bytes = b"") -> bytes:
    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x08\x02\x00\x00\x00"
    rows = zlib.compress((b"\x00" + b"\x10\x80\x40" * 2) * 2)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + more + chunk(b"IEND", b"")


JPEG = b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x11\x08\x00\x10\x00\x20\x03" + b"\x00" * 20


def test_an_image_is_told_by_its_own_bytes() -> None:
    assert logo_kind(png()) == "image/png"
    assert logo_kind(JPEG) == "image/jpeg"
    script = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    for wrong in (b"", b"GIF89a", script, b"<html>", png(5000, 2), png(0, 2), png(more=b"x" * 300_000), JPEG[:12]):
        assert logo_kind(wrong) is None


@pytest.mark.parametrize("colour", ["#000000", "#ffffff", "#777777", "#12344d", "#ffe000", "#7a7a00", "#ff0000"])
def test_letters_on_any_colour_can_be_read(colour: str) -> None:
    from tradewind.core.brand import _contrast

    assert _contrast(colour, 1.0 if Brand(colour=colour).on_colour == "#ffffff" else 0.0) >= 4.5


def test_the_look_is_on_pages_at_once(tmp_path: Path) -> None:
    site = site_in(tmp_path / "shop")
    ada = admins_browser(site)
    form = {"name": "Bäcker <b>", "own_colour": "1", "colour": "#AA3300"}
    answer = ada.form("/settings/brand", "/settings/brand", form, files={"logo": ("a.png", png(), "text/html")})
    assert answer.status_code == 303
    version = read_brand(site.root).version
    page = ada.get("/settings").text
    assert "Bäcker &lt;b&gt;" in page
    assert f"/brand/{version}/look.css" in page
    logo = ada.get(f"/brand/{version}/logo")
    assert (logo.content, logo.headers["content-type"]) == (png(), "image/png")
    assert logo.headers["x-content-type-options"] == "nosniff"
    assert ada.get(f"/brand/{version}/look.css").text == ":root { --brand: #aa3300; --on-brand: #ffffff; }\n"
    for wrong in ({"own_colour": "1", "colour": "red;}"}, {"name": "x" * 101}):
        assert ada.form("/settings/brand", "/settings/brand", wrong).status_code == 422
    image = {"logo": ("a.svg", b"<svg onload=alert(1)>", "image/png")}
    assert ada.form("/settings/brand", "/settings/brand", {}, files=image).status_code == 422
    assert ada.form("/settings/brand", "/settings/brand", {"colour": "#aa3300"}).status_code == 303
    assert read_brand(site.root) == Brand("", "", "image/png", png())  # the logo stays
    assert ada.form("/settings/brand", "/settings/brand", {"no_logo": "1"}).status_code == 303
    assert read_brand(site.root) == Brand()
    assert ada.get(f"/brand/{version}/logo").status_code == 404
    site.close()


def test_a_damaged_look_is_left_out(tmp_path: Path) -> None:
    for text in ("", "[]", "{", '{"logo": 3, "colour": "url(x)"}', '{"logo": "%%%"}'):
        (tmp_path / "brand.json").write_text(text)
        assert read_brand(tmp_path) == Brand()
    logo = base64.b64encode(b"<script>").decode()
    (tmp_path / "brand.json").write_text(f'{{"name": "A", "colour": "#12345", "logo": "{logo}"}}')
    assert read_brand(tmp_path) == Brand("A")


def test_the_report_carries_the_look(report_context) -> None:
    from dataclasses import replace

    from tradewind.report.html import render_html

    brand = Brand("", "#aa3300", "image/png", png())
    page = render_html([], {}, replace(report_context, brand=brand))
    assert f'src="{brand.logo_data}"' in page
    assert ".top { --deep: #aa3300; --on-deep: #ffffff; }" in page
    assert "<img" not in render_html([], {}, report_context)


@pytest.fixture
def report_context():
    from datetime import date, datetime

    from tradewind.report.context import ReportContext

    return ReportContext("By Hand", "EUR", "profit", date(2026, 1, 1), "s", datetime(2026, 1, 1))
