"""A process of jobs that do nothing but what a test needs: `python made_job.py FOLDER JOB HOLDER`."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Mapping
from typing import Any

from tradewind.core.errors import Problem, SourceError
from tradewind.flow.jobs import process as job_process
from tradewind.flow.jobs.kinds import Kind, Place
from tradewind.flow.progress import Progress, stage


def made(place: Place, arguments: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """Do what the argument `only` says."""
    what = (arguments.get("only") or ["quick"])[0]
    with stage(progress, "Counting", 2) as notes:
        progress.advance("one")
        os.write(1, b"a line of a library\n")
        if what == "slow":
            try:
                while True:
                    time.sleep(0.05)
            except KeyboardInterrupt as error:
                raise SourceError(Problem("", "a library's own words for being interrupted")) from error
        if what == "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        if what == "refused":
            raise SourceError(Problem("orders.csv", "this cannot be read"))
        if what == "broken":
            raise ValueError("private")
        notes.append("two counted")
    return {"counted": 2, "problems": ["one failed"] if what == "findings" else []}


if __name__ == "__main__":
    job_process.KINDS = {"run": Kind("update", ("only",), made)}  # type: ignore[misc,assignment]
    job_process.HEARTBEAT_SECONDS = 0.3
    sys.exit(job_process.main(sys.argv[1:]))
