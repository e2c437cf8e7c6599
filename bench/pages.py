"""How long pages take: every page of the application on the demo shop, and lists of a million customers.

Pages are found by walking the application's own routes, so that whoever adds a room adds it here. A page's time is
that of the server alone, asked in its own process; the first answer after the start is told beside the usual one.
"""

from __future__ import annotations

import os
import re
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from million_people import write_million

Row = dict[str, Any]
PAGE_MS, MILLION_MS, FIRST_LOAD = 300.0, 500.0, 400_000
CUSTOMERS = 1_000_000
TIMES = 5
SHOP = "TRADEWIND_BENCH_SHOP"
"""Environment variable that names an answered demo shop, so that none has to be made."""

SEARCHES = {
    "first page": "/people",
    "search for a name": "/people?q=last77",
    "search for two words": "/people?q=first12+last3",
    "search that finds nobody": "/people?q=nobody-of-this-name",
    "filter by owner and country": "/people?owner=Owner+7&is.country=DE",
    "a question's list, first tenth, worth it": "/people?list=lapse&band=tenth&worth=1",
    "sorted by name": "/people?sort=name",
    "newest first": "/people?sort=newest&q=first5",
    "the worklist": "/lists/lapse",
    "the worklist, searched": "/lists/lapse?q=last77",
    "one customer": "/people/C777777",
}


def run(customers: int = CUSTOMERS) -> list[Row]:
    """Measure every page of the demo shop, and lists of many customers."""
    with tempfile.TemporaryDirectory(prefix="tradewind-bench-") as folder:
        shop = os.environ.get(SHOP) or _shop(Path(folder) / "shop")
        rows = shop_rows(Path(shop))
        rows += many_rows(write_million(Path(folder) / "many", customers), customers)
    return rows


def _shop(folder: Path) -> str:
    import tradewind as tw
    from tradewind.flow.start.demo import set_up_demo

    workspace = tw.open(set_up_demo(folder))
    tw.run(workspace)
    workspace.close()
    return str(folder)


def shop_rows(root: Path) -> list[Row]:
    """Measure every page that the application has, on the demo shop."""
    client = _client(root)
    found = []
    for path in _addresses(client):
        first, usual, size, status = _measure(client, path)
        found.append((usual, first, path, size, status))
    bad = [f"{path}: {status}" for _, _, path, _, status in found if status >= 500]
    slow = [(path, usual) for usual, _, path, _, _ in found if usual > PAGE_MS]
    usual, first, path, _, _ = max(found)
    largest = max(found, key=lambda each: each[1])
    weight, at = max((_weight(client, each[2]), each[2]) for each in found if not each[2].startswith("/reports/"))
    return [
        {"what": f"{len(found)} pages of the demo shop: the slowest", "figure": f"{usual:.0f} ms ({path})",
         "target": f"≤ {PAGE_MS:.0f} ms each", "reached": not slow and not bad,
         "note": f"first answer after the start at most {largest[1]:.0f} ms ({largest[2]}); "
                 + (f"failing: {', '.join(bad)}" if bad else "none fails")
                 + (f"; over: {', '.join(f'{path} {ms:.0f}' for path, ms in slow)}" if slow else "")},
        {"what": "first load of the heaviest page, packed, without charts", 
         "figure": f"{weight / 1000:.0f} kB ({at})",
         "target": f"≤ {FIRST_LOAD // 1000} kB", "reached": weight <= FIRST_LOAD, "note": ""},
    ]  # fmt: skip


def many_rows(root: Path, customers: int) -> list[Row]:
    """Measure list, search and filter of many customers."""
    started = time.perf_counter()
    client = _client(root)
    client.get("/people")
    made = time.perf_counter() - started
    rows = []
    for what, path in SEARCHES.items():
        _, usual, _, status = _measure(client, path)
        asked = what != "one customer"
        rows.append(
            {"what": f"{customers:,} customers: {what}", "figure": f"{usual:.0f} ms", "target": f"≤ {MILLION_MS:.0f} ms"
             if asked else "", "reached": (usual <= MILLION_MS and status == 200) if asked else None,
             "note": f"the index was made in {made:.1f} s at first need" if what == "first page" else ""}
        )  # fmt: skip
    return rows


def _client(root: Path) -> Any:
    from fastapi.testclient import TestClient

    from tradewind.core.visitor import visitor_of
    from tradewind.web.app import build_app
    from tradewind.web.site import Site

    site, visitor = Site(root, environ={}), visitor_of("admin", "Bench", ("Owner 7",), "token")
    return TestClient(build_app(site, lambda *_: visitor), follow_redirects=True)


def _addresses(client: Any) -> list[str]:
    """Every page, with what it asks for filled in from the links that pages show."""
    from tradewind.web.app import all_routes

    routes = [
        route for route in all_routes() if "GET" in route.methods and not route.path.startswith(("/v1", "/static"))
    ]
    plain = [route.path for route in routes if "{" not in route.path and not route.path.endswith((".js", "sign-out"))]
    links: set[str] = set()
    for path in plain:
        answer = client.get(path)
        if "text/html" in answer.headers.get("content-type", ""):
            links |= {link.split("#")[0].replace("&amp;", "&") for link in re.findall(r'href="(/[^"]*)"', answer.text)}
    filled = []
    for route in routes:
        if "{" in route.path:
            shape = re.compile(re.sub(r"\\{[^}]*\\}", "[^/?]+", re.escape(route.path)) + "$")
            filled += sorted(link for link in links if shape.match(link.split("?")[0]))[:1]
    streams = ("/events", "/live", "/stream")
    return [path for path in dict.fromkeys([*plain, *filled]) if not path.split("?")[0].endswith(streams)]


def _measure(client: Any, path: str) -> tuple[float, float, int, int]:
    """Milliseconds of the first answer and of a usual one; bytes; status."""
    times, size, status = [], 0, 0
    for _ in range(TIMES + 1):
        started = time.perf_counter()
        answer = client.get(path)
        times.append(1000 * (time.perf_counter() - started))
        size, status = len(answer.content), answer.status_code
    return times[0], statistics.median(times[1:]), size, status


def _weight(client: Any, path: str) -> int:
    """Bytes as sent of a page, its sheets and its scripts, without what draws charts."""
    answer = client.get(path, headers={"Accept-Encoding": "gzip"})
    if "text/html" not in answer.headers.get("content-type", ""):
        return 0
    parts = re.findall(r'(?:src|href)="(/static/[^"]+)"', answer.text)
    others = [client.get(part, headers={"Accept-Encoding": "gzip"}) for part in dict.fromkeys(parts)]
    return sum(_sent(each) for each in (answer, *others))


def _sent(answer: Any) -> int:
    return int(answer.headers.get("content-length") or len(answer.content))


if __name__ == "__main__":
    for each in run():
        print(each)
