"""A fitted hazard as one row of text, and back; reading it runs no code."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from tradewind.core.errors import FormatError, ModelError, Problem
from tradewind.models.design import Design
from tradewind.models.linear import LinearModel
from tradewind.models.survival.hazard import Hazard
from tradewind.models.survival.schedule import Rhythm
from tradewind.models.trees import TreeModel

FORMAT = 1


def hazard_text(hazard: Hazard) -> str:
    """Return a hazard as JSON text; every number reads back equal to the bit."""
    trees = isinstance(hazard.model, TreeModel)
    content = {
        "format": FORMAT,
        "kind": hazard.kind,
        "period": hazard.period,
        "sight": hazard.sight,
        "design": hazard.design.to_json(),
        "kept": hazard.kept.tolist(),
        "centre": hazard.centre.tolist(),
        "scale": hazard.scale.tolist(),
        "model": hazard.model.text if isinstance(hazard.model, TreeModel) else hazard.model.to_json(),
        "trees": trees,
        "rhythms": [[term, rhythm.to_json()] for term, rhythm in hazard.rhythms.items()],
    }
    return json.dumps(content, allow_nan=False)


def read_hazard(text: str) -> Hazard:
    """Rebuild a hazard from `hazard_text`.

    Raises:
        FormatError: another format version wrote it.
        ModelError: the text does not describe a hazard.
    """
    try:
        content: Mapping[str, Any] = json.loads(text)
        if content["format"] != FORMAT:
            raise FormatError(
                Problem("hazard", "another format version", str(content["format"]), str(FORMAT), "tradewind upgrade")
            )
        rhythms = {float(term): Rhythm(**rhythm) for term, rhythm in content["rhythms"]}
        hazard = Hazard(
            content["kind"], int(content["period"]), int(content["sight"]), Design.from_json(content["design"]),
            np.array(content["kept"], dtype=np.intp), np.array(content["centre"], dtype=np.float64),
            np.array(content["scale"], dtype=np.float64), _model(content), rhythms,
        )  # fmt: skip
        sound = hazard.period > 0 and hazard.sight > 0 and bool((hazard.scale > 0).all())
        sound = sound and len(hazard.centre) == len(hazard.scale)
        sound = sound and bool((hazard.kept < len(hazard.design.columns)).all())
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ModelError(Problem("hazard", "this is no saved hazard", str(error), "", "train again")) from error
    if not sound or (isinstance(hazard.model, LinearModel) and len(hazard.model.coefficients) != len(hazard.centre)):
        raise ModelError(Problem("hazard", "this saved hazard is damaged", "", "", "train again"))
    return hazard


def _model(content: Mapping[str, Any]) -> LinearModel | TreeModel:
    if content["trees"]:
        return TreeModel.from_text("boosting", content["model"])
    return LinearModel.from_json(content["model"])
