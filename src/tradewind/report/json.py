"""`reports/latest.json`: the findings as strict JSON, for programs."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from numbers import Real

from tradewind.core.finding import Finding
from tradewind.report.context import ReportContext


def findings_json(findings: Sequence[Finding], context: ReportContext) -> str:
    """Return the list of findings as strict JSON: no NaN, no infinity; what is missing is null or has its reason.

    Args:
        findings: the run's findings, in the order of the report.
        context: the frame; each finding repeats what a program needs to read it alone.
    Returns:
        A JSON list, indented, ending in a newline.
    """
    frame = {
        "currency": context.currency,
        "amounts_are": context.amounts_are,
        "as_of": context.as_of.isoformat(),
        "snapshot_id": context.snapshot_id,
        "simulated": context.simulated,
        "generated_at": context.generated_at.isoformat(timespec="seconds") + "Z",
    }
    found = [_finite({**finding.to_json(), **frame}) for finding in findings]
    return json.dumps(found, ensure_ascii=False, allow_nan=False, indent=2, default=_text) + "\n"


def _finite(value: object) -> object:
    """Replace what JSON cannot say: a number without a finite value becomes its reason, a bare one becomes null."""
    if isinstance(value, dict):
        inner = value.get("value")
        if isinstance(inner, Real) and not math.isfinite(inner):
            return {"reason": "the value is not finite"}
        return {str(name): _finite(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(part) for part in value]
    if isinstance(value, Real) and not isinstance(value, int):
        # Also numpy's numbers, of which json knows only some.
        return float(value) if math.isfinite(value) else None
    return value


def _text(value: object) -> str:
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    raise TypeError(f"a finding cannot hold a {type(value).__name__}")
