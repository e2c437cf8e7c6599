"""Run every bench beside its peers and write `docs/benchmarks.md` as measured: `make bench`.

Peers live in environments of their own under `bench/`, made at the first run. A bench tests nothing: it prints.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
SHARED = ROOT.parent / "shared" / "data"
PAGE = ROOT / "docs" / "benchmarks.md"

Row = dict[str, Any]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the benches named (all without a name) and replace their sections of the page."""
    sys.path.insert(0, str(HERE))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", default=list(BENCHES), choices=[*BENCHES, []])
    for name in parser.parse_args(arguments).names:
        title, bench = BENCHES[name]
        print(f"\n{title} …", flush=True)
        rows = bench()
        section = _section(title, rows)
        print(section, flush=True)
        _replace(name, section)


def _startup() -> list[Row]:
    import startup

    return startup.run()


def _answers() -> list[Row]:
    import answers

    return answers.run()


def _lifetimes() -> list[Row]:
    import lifetime_fit

    if not SHARED.is_dir():
        return _absent("lifetimes")
    return lifetime_fit.run(SHARED, _peer("lifetimes"))


def _features() -> list[Row]:
    import asof_features

    found = asof_features.measure(_peer("featuretools"))
    large = {row["what"]: row for row in found if row["events"] == asof_features.LARGE[0]}
    small = {row["what"]: row for row in found if row["events"] == asof_features.SMALL[0]}
    ours, hand = large["ours"], large["hand-written"]
    ratio = ours["seconds"] / hand["seconds"]
    speed = small["featuretools"]["seconds"] / small["ours"]["seconds"]
    equal = ours["checksum"] == hand["checksum"] and small["ours"]["checksum"] == small["featuretools"]["checksum"]
    note = "equal checksums" if equal else "THE CHECKSUMS DIFFER"
    return [
        {"what": f"{ours['events']:,} events, {ours['customers']:,} customers, {ours['cutoffs']} cutoffs, 15 sums",
         "figure": f"{ours['seconds']:.1f} s against {hand['seconds']:.1f} s hand-written: {ratio:.2f} ×, "
                   f"{ours['peak_gib']:.2f} GiB",
         "target": "≤ 1.3 ×, < 6 GiB", "reached": equal and ratio <= 1.3 and ours["peak_gib"] < 6, "note": note},
        {"what": f"against featuretools, {small['ours']['events']:,} events, {small['ours']['customers']:,} customers",
         "figure": f"{small['ours']['seconds']:.2f} s against {small['featuretools']['seconds']:.1f} s: {speed:.0f} ×",
         "target": "≥ 50 ×", "reached": equal and speed >= 50, "note": note},
    ]  # fmt: skip


def _propose() -> list[Row]:
    import propose

    return propose.run(SHARED) if SHARED.is_dir() else _absent("what init proposes")


def _init() -> list[Row]:
    import init

    return init.run(SHARED) if SHARED.is_dir() else _absent("init and run")


def _vendors() -> list[Row]:
    import vendors

    return vendors.run()


def _labelled() -> list[Row]:
    import labelled

    return labelled.run(SHARED) if SHARED.is_dir() else _absent("labelled tables")


def _small_data() -> list[Row]:
    import small_data

    return small_data.run(SHARED) if SHARED.is_dir() else _absent("small data")


def _opportunities() -> list[Row]:
    import opportunities

    if not SHARED.is_dir():
        return _absent("opportunities")
    return opportunities.run(SHARED)


def _small_leads() -> list[Row]:
    import small_leads

    return small_leads.run(SHARED)


def _tiers_drift() -> list[Row]:
    import tiers_drift

    return tiers_drift.run()


def _absent(what: str) -> list[Row]:
    note = "the shared data sets are not beside this checkout"
    return [{"what": what, "figure": "not measured", "target": "", "reached": False, "note": note}]


def _loading() -> list[Row]:
    import loading

    return loading.run()


def _defects() -> list[Row]:
    import defects_found
    import look_speed

    return [*defects_found.run(), *look_speed.run()]


def _identity() -> list[Row]:
    import identity

    return identity.run(SHARED / "entity_resolution") if SHARED.is_dir() else _absent("identity")


def _forecast() -> list[Row]:
    import forecast

    return forecast.run()


def _survival() -> list[Row]:
    import survival

    return survival.run()


def _fuzz() -> list[Row]:
    import fuzz

    return fuzz.run()


def _million_subscriptions() -> list[Row]:
    import million_subscriptions

    return million_subscriptions.run()


def _events() -> list[Row]:
    import events

    return events.run()


def _serving() -> list[Row]:
    import serving

    return serving.run()


def _pages() -> list[Row]:
    import pages

    return pages.run()


BENCHES = {
    "startup": ("The demo and the start", _startup),
    "answers": ("Answers on the demo shop", _answers),
    "lifetimes": ("Lifetimes", _lifetimes),
    "features": ("As-of features", _features),
    "propose": ("What init makes of exports", _propose),
    "init": ("Two commands on real exports", _init),
    "vendors": ("Vendors' exports", _vendors),
    "labelled": ("Labelled tables", _labelled),
    "small_data": ("Small data", _small_data),
    "small_leads": ("A hundred leads", _small_leads),
    "tiers_drift": ("Tiers after drift", _tiers_drift),
    "loading": ("Five million rows", _loading),
    "defects": ("Trouble in the data", _defects),
    "forecast": ("Forecasts of a pipeline", _forecast),
    "opportunities": ("Opportunities without a history", _opportunities),
    "identity": ("One person out of many records", _identity),
    "survival": ("When subscriptions end", _survival),
    "events": ("Events that come in live", _events),
    "serving": ("Scores in real time", _serving),
    "pages": ("Pages", _pages),
    "fuzz": ("Sense and nonsense to the API", _fuzz),
    "million_subscriptions": ("A million customers with subscriptions", _million_subscriptions),
}


def _peer(name: str) -> str:
    """Return the interpreter of a peer's own environment, made if it is not there."""
    folder = HERE / f".peers-{name}"
    python = folder / "bin" / "python"
    if not (folder / ".ready").exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        wanted = HERE / f"requirements-{name}.txt"
        subprocess.run([python, "-m", "pip", "install", "--quiet", "-r", wanted], check=True)
        (folder / ".ready").touch()
    return str(python)


def _section(title: str, rows: list[Row]) -> str:
    lines = [
        f"## {title}",
        "",
        _machine(),
        "",
        "| what | measured | target | reached | note |",
        "|---|---|---|---|---|",
    ]
    for row in rows:
        reached = {True: "yes", False: "**no**"}.get(row.get("reached"), "")
        figure = f"{row['figure']} {row.get('unit', '')}".strip()
        lines.append(f"| {row['what']} | {figure} | {row['target']} | {reached} | {row.get('note', '')} |")
    return "\n".join(lines) + "\n"


def _machine() -> str:
    names = ("duckdb", "lightgbm", "numpy", "scipy", "scikit-learn", "sqlglot")
    versions = ", ".join(f"{name} {version(name)}" for name in names)
    return (
        f"Measured {datetime.now(UTC):%Y-%m-%d}: {platform.system()} {platform.machine()}, {os.cpu_count()} processors"
        f", load {os.getloadavg()[0]:.1f} at the end; Python {platform.python_version()}, {versions}."
    )


def _replace(name: str, section: str) -> None:
    """Put a section between its marks on the page, so that one bench can be run again by itself."""
    begin, end = f"<!-- {name} -->\n", f"<!-- end {name} -->\n"
    text = PAGE.read_text(encoding="utf-8") if PAGE.exists() else _HEAD
    block = f"{begin}{section}{end}"
    if begin in text:
        text = text[: text.index(begin)] + block + text[text.index(end) + len(end) :]
    else:
        text += f"\n{block}"
    PAGE.write_text(text, encoding="utf-8")


_HEAD = """# Benchmarks

As printed by `make bench`, with the peer measured in the same run. Times are wall-clock seconds of a shared machine:
compare ratios rather than seconds.
"""


if __name__ == "__main__":
    main()
