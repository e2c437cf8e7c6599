"""Right after its start a server makes its first pages ready in the background; until then it says it is not ready."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress

from tradewind.core.errors import TradewindError
from tradewind.flow.start.warm import warm_pages
from tradewind.web.render import warm_templates
from tradewind.web.site import Site

LOG = logging.getLogger("tradewind.server")


class WarmUp:
    """One thread that goes through the workspaces once.

    Args:
        sites: gives the workspaces that there are at the start.
        scorer: loads what scores are answered with; None where several workspaces share the memory.
    """

    def __init__(self, sites: Callable[[], Sequence[Site]], scorer: Callable[[], object] | None = None) -> None:
        self._sites, self._scorer = sites, scorer
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin; requests are answered meanwhile."""
        sites = [site for site in self._sites() if site.has_config]
        for site in sites:
            site.warm = False
        self._thread = threading.Thread(target=self._all, args=(sites,), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End after the page that is being made."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(20)

    def _all(self, sites: Sequence[Site]) -> None:
        for site in sites:
            try:
                self._one(site)
            except Exception as error:  # whatever it is, the page itself tells it to who asks
                LOG.warning("the first pages could not be made ready: %s", type(error).__name__)
            finally:
                site.warm = True

    def _one(self, site: Site) -> None:
        with suppress(TradewindError):
            warm_pages(site.workspace(), lambda: not self._stop.is_set())
        if not self._stop.is_set():
            warm_templates()
        if self._scorer is not None and not self._stop.is_set():
            with suppress(TradewindError):
                self._scorer()
