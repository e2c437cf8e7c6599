"""Saved models: a folder of JSON and LightGBM text that scores the same to the bit; loading it runs no code."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tradewind.core.errors import FormatError, ModelError, Problem, StoreError
from tradewind.models.bayesian import BayesianModel
from tradewind.models.blend import BlendModel
from tradewind.models.calibrate import Calibrator
from tradewind.models.deployed import Deployed, Kept, Predictor
from tradewind.models.design import Design
from tradewind.models.interval import Interval
from tradewind.models.linear import LinearModel
from tradewind.models.trees import TreeModel
from tradewind.models.usual import Usual

FORMAT = 1
"""Format of the files; a newer one is refused by name."""
_TREES = ("boosting", "forest", "tree")


def save_model(folder: Path, deployed: Deployed, card: Mapping[str, Any]) -> str:
    """Write a model into a folder of its own.

    Args:
        folder: made if absent; files in it are replaced, `card.json` last, so that a folder with a card is complete.
        deployed: the model.
        card: the model card as JSON data; kept as it is, with `format`, `algorithm` and the files' hashes added.
    Returns:
        The version: a hash of the content of all files but the card.
    Raises:
        StoreError: the folder cannot be written.
        ModelError: the model is of a kind that is only compared.
    """
    files = _contents(deployed)
    hashes = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in files.items()}
    version = hashlib.sha256(json.dumps(hashes, sort_keys=True).encode()).hexdigest()[:12]
    # `format` and `files` are what loading relies on: they win over the caller's.
    head = {"version": version, **card, "format": FORMAT, "files": hashes}
    head["algorithm"] = deployed.explainable.algorithm
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "card.json").unlink(missing_ok=True)
        for name, text in {**files, "card.json": _json(head)}.items():
            _write(folder / name, text)
    except OSError as error:
        raise StoreError(
            Problem(str(folder), "the model cannot be written", str(error), "", "free space or check rights")
        ) from error
    return version


def load_model(folder: Path) -> tuple[Deployed, dict[str, Any]]:
    """Read a model that `save_model` wrote.

    Args:
        folder: its folder.
    Returns:
        The model and its card.
    Raises:
        FormatError: another format version wrote it.
        ModelError: files are missing, changed, damaged or something else.
    """
    card = read_card(folder)
    files = card.get("files")
    if not isinstance(files, dict) or "design.json" not in files:
        raise _damaged(folder, "the card names no files")
    texts = {name: _read(folder, str(name), str(sha)) for name, sha in files.items()}
    try:
        parts = {name: json.loads(texts[name]) for name in ("design.json", "calibrator.json")}
        parts |= {name: json.loads(texts[name]) for name in ("interval.json", "usual.json", "predictor.json")}
        task, factor = parts["predictor.json"]["task"], float(parts["predictor.json"]["factor"])
    except (KeyError, TypeError, ValueError) as error:
        raise _damaged(folder, str(error)) from error
    design = Design.from_json(parts["design.json"])
    model = _read_model(folder, card, texts)
    width = len(model.coefficients) if isinstance(model, LinearModel | BayesianModel) else model.width
    if width != len(design.columns) or task not in ("classification", "regression"):
        raise _damaged(folder, "the model and its design do not belong together")
    return (
        Deployed(
            Predictor(task, design, model, factor),
            Calibrator.from_json(parts["calibrator.json"]),
            Interval.from_json(parts["interval.json"]),
            Usual.from_json(parts["usual.json"]),
        ),
        card,
    )


def read_card(folder: Path) -> dict[str, Any]:
    """Read only the card of a saved model.

    Raises:
        FormatError: another format version wrote it.
        ModelError: there is no card, or it is damaged.
    """
    try:
        card = json.loads((folder / "card.json").read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ModelError(Problem(str(folder), "there is no saved model here", "", "card.json", "train it")) from error
    except (OSError, ValueError) as error:
        raise _damaged(folder, str(error)) from error
    if not isinstance(card, dict) or "format" not in card:
        raise _damaged(folder, "card.json is no model card")
    if card["format"] != FORMAT:
        do = "install a newer Tradewind, or train again"
        raise FormatError(
            Problem(str(folder), "another version wrote this model", f"format {card['format']}", f"format {FORMAT}", do)
        )
    return card


def _contents(deployed: Deployed) -> dict[str, str]:
    model = deployed.explainable
    written = {} if isinstance(model, TreeModel) else {"model.json": _json(model.to_json())}
    trees = model.trees if isinstance(model, BlendModel) else model
    if isinstance(trees, TreeModel):
        written["model.txt"] = trees.text
    return {
        **written,
        "predictor.json": _json({"task": deployed.task, "factor": deployed.predictor.factor}),
        "design.json": _json(deployed.predictor.design.to_json()),
        "calibrator.json": _json(deployed.calibrator.to_json()),
        "interval.json": _json(deployed.interval.to_json()),
        "usual.json": _json(deployed.usual.to_json()),
    }


def _read_model(folder: Path, card: Mapping[str, Any], texts: Mapping[str, str]) -> Kept:
    if "model.json" in texts:
        try:
            data = json.loads(texts["model.json"])
        except ValueError as error:
            raise _damaged(folder, str(error)) from error
        if "model.txt" in texts:
            return BlendModel.from_json(data, TreeModel.from_text("boosting", texts["model.txt"]))
        if isinstance(data, dict) and data.get("algorithm") == "bayesian":
            return BayesianModel.from_json(data)
        return LinearModel.from_json(data)
    if "model.txt" not in texts or card.get("algorithm") not in _TREES:
        raise _damaged(folder, "the model itself is missing")
    return TreeModel.from_text(str(card["algorithm"]), texts["model.txt"])


def _read(folder: Path, name: str, sha: str) -> str:
    if Path(name).name != name:
        raise _damaged(folder, f"the card names a file outside the folder: {name}")
    try:
        content = (folder / name).read_bytes()
        text = content.decode("utf-8")
    except (OSError, ValueError) as error:
        raise _damaged(folder, f"{name}: {error}") from error
    if hashlib.sha256(content).hexdigest() != sha:
        raise _damaged(folder, f"{name} is not the file that was saved")
    return text


def _write(path: Path, text: str) -> None:
    part = path.with_name(path.name + ".part")
    with part.open("w", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def _json(data: Mapping[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False, allow_nan=False, indent=1, default=str)


def _damaged(folder: Path, found: str) -> ModelError:
    return ModelError(Problem(str(folder), "this saved model is damaged", found, "", "train it again"))
