"""A chart as a picture, without a browser: PNG or SVG for a README, a slide, a mail."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tradewind.report.drawing import PAPER

WIDTH = 620
MARGIN = 16


def chart_svg(chart: Any, width: int = WIDTH) -> str:
    """Return an Altair chart as SVG text.

    Args:
        chart: an Altair chart.
        width: of the plot in pixels; charts that fill their page have none of their own.
    """
    import vl_convert

    return str(vl_convert.vegalite_to_svg(_sized(chart, width)))


def chart_png(chart: Any, width: int = WIDTH, scale: float = 2) -> bytes:
    """Return an Altair chart as PNG bytes, `scale` pixels a point."""
    import vl_convert

    return bytes(vl_convert.vegalite_to_png(_sized(chart, width), scale=scale))


def write_image(chart: Any, path: Path, width: int = WIDTH) -> Path:
    """Write a chart as the kind of picture that the path's ending names (.png or .svg) and return the path."""
    if path.suffix == ".svg":
        path.write_text(chart_svg(chart, width), encoding="utf-8")
    else:
        path.write_bytes(chart_png(chart, width))
    return path


def _sized(chart: Any, width: int) -> dict[str, Any]:
    spec: dict[str, Any] = chart if isinstance(chart, dict) else chart.to_dict()
    return {
        **spec,
        "width": width,
        "autosize": {"type": "pad"},
        "padding": MARGIN,
        "background": spec.get("background", PAPER),
    }
