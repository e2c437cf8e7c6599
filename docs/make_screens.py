"""Photograph every page from demos that have been run: `python docs/make_screens.py demo demo-sales`.

Each page is taken light, dark, and 375 px wide, into docs/pictures/screens/.
"""

import shutil
import socket
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from playwright.sync_api import sync_playwright

from tradewind.core.visitor import visitor_of
from tradewind.web.app import build_app
from tradewind.web.site import Site

FOLDER = Path(__file__).parent / "pictures" / "screens"
SHOP = {
    "today": "/", "answers": "/answers", "answer": "/answers/lapse", "list": "/lists/lapse", "people": "/people",
    "person": "/people/1539", "segments": "/segments", "offers": "/offers", "tests": "/tests", "sends": "/sends",
    "data": "/data", "start": "/start", "updates": "/updates", "settings": "/settings",
}  # fmt: skip
SALES = {"deals": "/deals", "forecast": "/deals/forecast", "leads": "/leads"}
LOOKS = {"light": (1280, 860, "light"), "dark": (1280, 860, "dark"), "phone": (375, 760, "light")}
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]


@contextmanager
def served(root: Path):
    """Serve a workspace to the camera alone, on loopback."""
    site = Site(root)
    app = build_app(site, lambda request, of: visitor_of("admin", "Robin Hill", csrf="for-pictures-only"))
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [door]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.05)
        yield f"http://127.0.0.1:{door.getsockname()[1]}"
        server.should_exit = True
        thread.join()


def photograph(browser, address: str, pages: dict[str, str]) -> None:
    """Take each page in each look."""
    for look, (width, height, scheme) in LOOKS.items():
        context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
        page = context.new_page()
        for name, path in pages.items():
            answer = page.goto(address + path)
            if answer is None or answer.status != 200:
                raise SystemExit(f"{path} answered {answer and answer.status}")
            if page.locator("[data-chart]").count():
                page.wait_for_selector("html[data-drawn]")
            page.screenshot(path=FOLDER / f"{name}-{look}.jpg", type="jpeg", quality=72)
        context.close()


def main(shop: Path, sales: Path) -> None:
    """Photograph the pages of both demos."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        for root, pages in ((shop, SHOP), (sales, SALES)):
            with served(root) as address:
                photograph(browser, address, pages)
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
