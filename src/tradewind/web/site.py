"""One workspace as it is served: opened once, and again when its configuration changes."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from pathlib import Path

from tradewind.core.time import Clock, system_clock
from tradewind.flow.accounts.brand import BRAND_FILE, Brand, read_brand
from tradewind.flow.accounts.door import Accounts, Limit
from tradewind.flow.accounts.served import State, Workspace, open_served, state_of
from tradewind.web.settings import ServeSettings

CONFIG_FILE = "tradewind.toml"


class Site:
    """What every request of one workspace shares.

    Args:
        root: the folder; it may be empty, then `has_config` is False.
        settings: how the server was started.
        clock: the present instant, naive UTC.
        prefix: of every address of this workspace; empty where it is the only one.
        environ: environment variables, for secrets.
    """

    def __init__(
        self,
        root: Path,
        settings: ServeSettings | None = None,
        clock: Clock = system_clock,
        prefix: str = "",
        environ: Mapping[str, str] | None = None,
    ) -> None:
        self.root = root.resolve()
        self.settings = settings or ServeSettings()
        self.clock = clock
        self.prefix = prefix
        self.environ = os.environ if environ is None else environ
        self.warm = True
        """Whether no first visitor of a page has to wait; a server that has just started sets it False for a while."""
        self._lock = threading.RLock()
        self._opened: tuple[tuple[int, int], Workspace] | None = None
        self._state: State | None = None
        self._brand: tuple[tuple[int, int], Brand] | None = None
        api = self.settings.api_per_second
        self.accounts = Accounts(self.state, clock, api=Limit(api, 2 * api))

    @property
    def has_config(self) -> bool:
        """Whether the folder is a workspace already."""
        return (self.root / CONFIG_FILE).is_file()

    @property
    def config_version(self) -> tuple[int, int]:
        """What changes when the configuration does."""
        found = (self.root / CONFIG_FILE).stat()
        return found.st_mtime_ns, found.st_size

    def workspace(self) -> Workspace:
        """Return the open workspace.

        Raises:
            ConfigError: there is none yet, or its configuration has problems.
        """
        with self._lock:
            version = self.config_version if self.has_config else (0, 0)
            if self._opened is None or self._opened[0] != version:
                self._opened = version, open_served(self.root, self.clock, self.environ, self.state)
            return self._opened[1]

    def state(self) -> State:
        """Return the state database, which is there before the first configuration is."""
        with self._lock:
            if self._state is None:
                self._state = state_of(self.root, self.settings.state, self.environ)
            return self._state

    def brand(self) -> Brand:
        """Return the company's own look, read again when its file changed."""
        try:
            found = (self.root / BRAND_FILE).stat()
            version = found.st_mtime_ns, found.st_size
        except OSError:
            version = 0, 0
        if self._brand is None or self._brand[0] != version:
            self._brand = version, read_brand(self.root)
        return self._brand[1]

    def close(self) -> None:
        """Write what waits for the record of who did what, and close the state database and what pages keep open."""
        if self._opened is not None:
            self._opened[1].close_kept()
            self._opened = None
        if self._state is not None:
            self.accounts.close()
            self._state.close()
            self._state = None
