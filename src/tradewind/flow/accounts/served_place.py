"""One workspace among those that a server looks after when nobody asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tradewind.core.time import Clock, system_clock
from tradewind.flow.accounts.served import State, Workspace, open_served, zone_of


@dataclass(frozen=True)
class ServedPlace:
    """A workspace folder with its state database.

    Args:
        root: the folder; it may be empty.
        state: gives the state database.
        url: address under which people reach its pages, with the prefix.
        address: of the state database where the configuration names none; empty for the folder's own.
        environ: environment variables, for secrets.
        clock: the present instant.
    """

    root: Path
    state: Callable[[], State]
    url: str = ""
    address: str = field(default="", repr=False)
    environ: Mapping[str, str] = field(default_factory=dict, repr=False)
    clock: Clock = system_clock

    def workspace(self) -> Workspace:
        """Open the workspace.

        Raises:
            ConfigError: there is none, or its configuration has problems.
        """
        return open_served(self.root, self.clock, self.environ, self.state)

    def zone(self) -> str:
        """Return the zone in which local times are meant; UTC where nothing says so."""
        return zone_of(self.workspace)
