"""What `tradewind serve` prints: where to go, and at the first start the link that makes the first admin."""

from __future__ import annotations

import os
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

from rich.console import Console

from tradewind.core.errors import ConfigError, Problem, StoreError

NEEDED = ("fastapi", "uvicorn", "argon2", "python_multipart", "prometheus_client")


def serve(directory: Path, host: str, port: int, workers: int, secure: bool, read_only: bool) -> int:
    """Serve a folder until somebody stops it."""
    _require_web()
    from tradewind.web.serve import can_write, first_links, open_door, require_folder
    from tradewind.web.serve import serve as run_server
    from tradewind.web.settings import settings_from

    settings = settings_from(os.environ)
    require_folder(directory)
    door = open_door(host, port)
    address = f"http://{'127.0.0.1' if host in ('0.0.0.0', '::', '') else host}:{door.getsockname()[1]}"
    settings = replace(
        settings,
        base_url=settings.base_url if "TRADEWIND_BASE_URL" in os.environ else address,
        secure_cookies=settings.secure_cookies or secure,
        read_only=settings.read_only or read_only or not can_write(directory),
    )
    console = Console(highlight=False)
    console.print(f"Tradewind serves {directory.resolve()} at {settings.base_url}", soft_wrap=True)
    try:
        for link in first_links(directory, settings):
            console.print(f"Nobody can sign in yet. This link makes the first admin, once, within a day:\n  {link}",
                          soft_wrap=True)  # fmt: skip
    except StoreError as error:
        console.print(f"The state is away just now: {error.problems[0].found}. Waiting for it.", soft_wrap=True)
    if settings.read_only:
        console.print("The folder is only read: runs and changes of the data are done elsewhere.", style="yellow")
    console.print("Stop with Ctrl-C.", style="dim")
    run_server(directory, door, settings, workers)
    return 0


def _require_web() -> None:
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        raise ConfigError(
            Problem("", "the pages and the API are not installed", f"no {', '.join(missing)}", "the extra `web`",
                    'pip install "tradewind[web]"')
        )  # fmt: skip
