"""Sense and nonsense sent to every route of the API on a real server: what answers 5xx, or not as its document says?

Half of the cases of a route fit its schema, half do not; those that do not must be refused (events are taken or
refused one by one, with 200). Every answer must have a status, a content type, headers and a body that the document
names. Two of three cases that fit speak of questions, records and runs that there are.
"""

from __future__ import annotations

import argparse
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CASES = 1_000
"""Cases of each route."""
SECONDS = float(os.environ.get("BENCH_SECONDS", "2400"))
"""For all routes together."""
QUESTIONS = ("lead_conversion", "deal_win", "pipeline_health")


@dataclass
class Tally:
    """What came of one route."""

    route: str
    cases: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    errors: int = 0
    violations: list[str] = field(default_factory=list)
    out_of_time: bool = False


def run(workspace: Path | None = None, cases: int = CASES, seconds: float = SECONDS) -> list[dict[str, Any]]:
    """Send the cases and print a line a route.

    Args:
        workspace: an answered one, which is copied; made from the simulated sales team when absent.
        cases: of each route.
        seconds: for all routes together; each gets its share, and says how many cases it came to.
    """
    with tempfile.TemporaryDirectory() as folder:
        root = Path(shutil.copytree(workspace, Path(folder) / "shop")) if workspace else make(Path(folder) / "shop")
        with serving(root) as address:
            tallies = []
            for each in fuzz(address, cases, seconds):
                tell(each)
                tallies.append(each)
    total, broken = sum(each.cases for each in tallies), sum(len(each.violations) for each in tallies)
    errors = sum(each.errors for each in tallies)
    fewest = min(tallies, key=lambda each: each.cases)
    short = [f"{each.route} {each.cases:,}" for each in tallies if each.out_of_time]
    return [
        {
            "what": f"{len(tallies)} routes, {total:,} cases, half of them against the schema",
            "figure": f"{errors} answers of 5xx, {broken} against the document",
            "target": f"no 5xx, no schema violation in {cases:,} cases a route",
            "reached": errors == 0 and broken == 0 and not short,
            "note": f"out of time before {cases:,} cases: {', '.join(short)}"
            if short
            else f"fewest: {fewest.cases:,}, all that differ ({fewest.route})",
        }
    ]


def make(root: Path) -> Path:
    """Make a workspace that has answers."""
    import tradewind as tw
    from tradewind.flow.start.demo_simulated import set_up_simulated

    set_up_simulated("sales", root)
    workspace = tw.open(root)
    tw.run(workspace, only=QUESTIONS)
    workspace.close()
    return root


@contextmanager
def serving(root: Path) -> Iterator[str]:
    """Serve a workspace in a process of its own; every token is an admin's."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        port = door.getsockname()[1]
    server = subprocess.Popen([sys.executable, __file__, "--serve", str(root), "--port", str(port)])
    try:
        for _ in range(600):
            with socket.socket() as door:
                if door.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(20)


def serve(root: Path, port: int) -> None:
    """Answer until stopped."""
    import uvicorn

    from tradewind.core.visitor import ALLOWED, Visitor
    from tradewind.web.app import build_app
    from tradewind.web.site import Site

    visitor = Visitor("t_fuzz", "fuzz", "admin", "token", ALLOWED["admin"])
    app = build_app(Site(root), lambda request, _: visitor if "authorization" in request.headers else None)
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning", ws="none")


def fuzz(address: str, cases: int, seconds: float) -> Iterator[Tally]:
    """Send cases to every operation of the document."""
    import schemathesis

    schema = schemathesis.openapi.from_url(f"{address}/v1/openapi.json", timeout=60)
    operations = [found.ok() for found in schema.get_all_operations()]
    known = known_values(address)
    until = time.monotonic()
    for operation in operations:
        until = max(until, time.monotonic()) + seconds / len(operations)
        yield send(operation, address, cases, until, known)


class TimeOver(Exception):
    """This route has had its time."""


def tell(tally: Tally) -> None:
    """Print what came of one route."""
    shown = ", ".join(f"{status}: {count}" for status, count in sorted(tally.statuses.items()))
    found = f"5xx {tally.errors}  violations {len(tally.violations)}"
    print(f"  {tally.route:<52} {tally.cases:>6,} cases  {found}  ({shown})", flush=True)
    for violation in tally.violations[:3]:
        print("      " + violation.replace("\n", "\n      ")[:1_500], flush=True)


def known_values(address: str) -> dict[str, list[str]]:
    """What there is to speak of: questions, tables behind them, keys of records, a run."""
    import requests

    with requests.Session() as session:
        session.headers["authorization"] = "Bearer of the fuzz"
        ids = [row["id"] for kind in ("leads", "deals") for row in session.get(f"{address}/v1/{kind}").json()["items"]]
        run_id = session.post(f"{address}/v1/runs", json={"only": [QUESTIONS[0]]}).json()["id"]
        roles = list(session.get(f"{address}/v1/findings/{QUESTIONS[0]}").json()["tables"])
    return {"question": list(QUESTIONS), "role": roles, "id": ids, "entity_id": ids, "run_id": [run_id]}


def with_known(case: Any, known: dict[str, list[str]], place: int) -> None:
    """Put what there is into a case, in the path, the query and the body."""
    for part in (case.path_parameters, case.query, case.body):
        if isinstance(part, dict):
            for name in part.keys() & known.keys():
                part[name] = known[name][place % len(known[name])]


def send(operation: Any, address: str, cases: int, until: float, known: dict[str, list[str]]) -> Tally:
    """Send cases to one operation until there were enough, or the time is over."""
    import requests
    from hypothesis import HealthCheck, Phase, given, seed, settings
    from schemathesis import GenerationMode

    tally = Tally(f"{operation.method.upper()} {operation.path}")
    session = requests.Session()
    began = time.monotonic()
    for part, mode in enumerate((GenerationMode.POSITIVE, GenerationMode.NEGATIVE), 1):
        ends = began + (until - began) * part / 2

        @seed(part)
        @settings(
            max_examples=cases // 2, deadline=None, database=None, phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(case=operation.as_strategy(mode))
        def one(case: Any) -> None:
            if time.monotonic() > ends:  # noqa: B023 - called before the loop goes on
                raise TimeOver
            if part == 1:  # noqa: B023
                case.headers["Authorization"] = "Bearer of the fuzz"
                if tally.cases % 3:
                    with_known(case, known, tally.cases)
            judge(case, case.call(base_url=address, session=session, timeout=30), tally)

        try:
            one()
        except Exception as error:
            if type(error).__name__ not in (
                "Unsatisfiable",
                "TimeOver",
            ):  # a route without parameters has no wrong ones
                tally.violations.append(f"{type(error).__name__}: {error}")
    return tally


def judge(case: Any, response: Any, tally: Tally) -> None:
    """Hold an answer against the document."""
    from schemathesis import checks
    from schemathesis.core.failures import FailureGroup
    from schemathesis.specs.openapi import checks as openapi_checks

    wanted = [
        checks.not_a_server_error, openapi_checks.status_code_conformance, openapi_checks.content_type_conformance,
        openapi_checks.response_schema_conformance, openapi_checks.response_headers_conformance,
        *([] if "Events" in case.operation.tags else [openapi_checks.negative_data_rejection]),
    ]  # fmt: skip
    tally.cases += 1
    tally.statuses[response.status_code] += 1
    tally.errors += response.status_code >= 500
    try:
        case.validate_response(response, checks=wanted)
    except (FailureGroup, AssertionError) as error:
        found = getattr(error, "exceptions", (error,))
        told = "; ".join(f"{type(one).__name__}: {one}" for one in found)
        tally.violations.append(f"{told}\n{case.as_curl_command()}\n{response.text[:300]}")


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve, or send the cases to a copy of a workspace that is there."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--serve", type=Path)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--workspace", type=Path)
    parser.add_argument("--cases", type=int, default=CASES)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    given = parser.parse_args(arguments)
    if given.serve:
        serve(given.serve, given.port)
    else:
        print(run(given.workspace, given.cases, given.seconds))


if __name__ == "__main__":
    main()
