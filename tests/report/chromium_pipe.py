"""A real Chromium, driven over its debugging pipe with nothing but the standard library."""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage",
    "--remote-debugging-pipe",
)  # fmt: skip


def find_chromium() -> str | None:
    """Return the path of a Chromium on this machine, or None."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


class Page:
    """One open page: what it printed, asked for and refused, and its buttons and measures."""

    def __init__(self, reading: int, writing: int) -> None:
        self._reading, self._writing = reading, writing
        self._rest = b""
        self._count = 0
        self.events: list[dict[str, Any]] = []
        target = self.send("Target.createTarget", {"url": "about:blank"})["targetId"]
        self._session = self.send("Target.attachToTarget", {"targetId": target, "flatten": True})["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network", "Audits"):
            self.send(f"{domain}.enable")

    _session: str = ""

    def send(self, method: str, params: dict[str, Any] | None = None) -> dict[str, Any]:
        """Send one command and return its result."""
        self._count += 1
        message: dict[str, Any] = {"id": self._count, "method": method, "params": params or {}}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._writing, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._read()
            if answer.get("id") == self._count:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return dict(answer["result"])
            self.events.append(answer)

    def _read(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            if not select.select([self._reading], [], [], 30)[0]:
                raise RuntimeError("the browser has said nothing for 30 s")
            part = os.read(self._reading, 1 << 20)
            if not part:
                raise RuntimeError("the browser went away")
            self._rest += part
        message, self._rest = self._rest.split(b"\0", 1)
        return dict(json.loads(message))

    def run(self, script: str) -> Any:
        """Return the value of a JavaScript expression (a promise is awaited)."""
        done = self.send("Runtime.evaluate", {"expression": script, "returnByValue": True, "awaitPromise": True})
        if "exceptionDetails" in done:
            raise RuntimeError(str(done["exceptionDetails"]))
        return done["result"].get("value")

    def open(self, path: Path, width: int = 1280, height: int = 900, scheme: str = "light") -> None:
        """Open a file and wait until its charts are drawn."""
        self.look(width, height, scheme)
        self.load(path)
        self.wait("document.documentElement?.dataset.drawn")

    def load(self, path: Path) -> None:
        """Go to a file and wait until it is loaded."""
        before = len(self.found("Page.loadEventFired"))
        self.send("Page.navigate", {"url": path.as_uri()})
        while len(self.found("Page.loadEventFired")) == before:
            self.events.append(self._read())

    def look(self, width: int = 1280, height: int = 900, scheme: str = "light") -> None:
        """Give the window a size and the system a colour scheme."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        self.send("Emulation.setDeviceMetricsOverride", size)
        self.send("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]})

    def wait(self, script: str) -> Any:
        """Return the value of an expression as soon as it is true."""
        until = time.monotonic() + 20
        while not (value := self.run(script)):
            if time.monotonic() > until:
                raise RuntimeError(f"not true within 20 s: {script}")
            time.sleep(0.02)
        return value

    def screenshot(self, path: Path, top: float = 0, height: float | None = None) -> None:
        """Write a PNG of the page from `top`, of `height` pixels (all of it by default)."""
        size = self.send("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": top, "width": size["width"], "height": height or size["height"] - top, "scale": 1}
        shot = self.send("Page.captureScreenshot", {"captureBeyondViewport": True, "clip": clip})
        path.write_bytes(base64.b64decode(shot["data"]))

    def pdf(self, path: Path) -> None:
        """Print the page to a PDF."""
        done = self.send("Page.printToPDF", {"printBackground": False, "preferCSSPageSize": True})
        path.write_bytes(base64.b64decode(done["data"]))

    def found(self, *methods: str) -> list[dict[str, Any]]:
        """Return the parameters of the events of these kinds so far."""
        return [event["params"] for event in self.events if event.get("method") in methods]


@contextmanager
def chromium(profile: Path) -> Iterator[Page]:
    """Start a Chromium of our own with an empty profile; it ends with the block."""
    path = find_chromium()
    assert path is not None
    to_child, ours_out = os.pipe()
    ours_in, from_child = os.pipe()

    # The debugging pipe is file descriptors 3 (commands) and 4 (answers) of the browser.
    launch = f'exec "$0" "$@" 3<&{to_child} 4>&{from_child}'
    child = subprocess.Popen(
        ["bash", "-c", launch, path, *FLAGS, f"--user-data-dir={profile}", "about:blank"],
        pass_fds=(to_child, from_child), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(to_child)
    os.close(from_child)
    try:
        yield Page(ours_in, ours_out)
    finally:
        child.terminate()
        child.wait(10)
        os.close(ours_in)
        os.close(ours_out)
