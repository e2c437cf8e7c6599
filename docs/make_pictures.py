"""Draw the README's chart from a demo that has been run: `python docs/make_pictures.py demo`."""

import sys
from pathlib import Path

import tradewind as tw
from tradewind.report.images import write_image

workspace = tw.open(sys.argv[1])
charts = {chart.role: chart for chart in tw.charts(workspace, "lapse")}
for role in ("gain",):
    write_image(charts[role].altair, Path(__file__).parent / "pictures" / f"lapse-{role}.png")
