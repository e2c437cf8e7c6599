"""A real server in a process of its own, as `tradewind serve` starts it, for tests."""

from __future__ import annotations

import json
import os
import queue
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

PASSWORD = "four words that do not rhyme"


class Server:
    """One running server; `said` holds every line that it wrote.

    Args:
        folder: what it serves.
        options: of the command line.
        environ: added to the environment.
    """

    def __init__(self, folder: Path, *options: str, **environ: str) -> None:
        command = [sys.executable, "-m", "tradewind.cli.main", "serve", str(folder), "--port", "0", *options]
        self.process = subprocess.Popen(
            command, env={**os.environ, **environ}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self.said: list[str] = []
        self._lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()
        self.url = self.wait_for(r"at (http://\S+)")

    def wait_for(self, pattern: str, seconds: float = 180) -> str:
        """Return the first group of the first line that matches; lines already seen count too."""
        for line in self.said:
            if found := re.search(pattern, line):
                return found[1]
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            try:
                line = self._lines.get(timeout=0.2)
            except queue.Empty:
                if self.process.poll() is not None:
                    break
                continue
            self.said.append(line)
            if found := re.search(pattern, line):
                return found[1]
        raise AssertionError(f"never said {pattern!r}: {self.said}")

    def ready(self, seconds: float = 180) -> None:
        """Wait until it takes requests."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            try:
                with urllib.request.urlopen(f"{self.url}/ready", timeout=5) as answer:
                    assert json.load(answer) == {"status": "ready"}
                    return
            except OSError:  # not there yet, or too busy to answer
                time.sleep(0.1)
        raise AssertionError(f"not ready: {self.said}")

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Send a signal and return the exit status."""
        self.process.send_signal(number)
        return self.process.wait(60)

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line.rstrip())
