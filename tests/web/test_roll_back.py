"""Going back to an earlier model: the next update scores with it, says so, and forward again."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

import tradewind as tw
from small_worlds import NOW
from tradewind.core.errors import ConfigError, NotAnswerable, NotFound
from tradewind.flow.answers.versions import choose_version, compare_versions, find_pin, use_newest, version_in_use
from tradewind.flow.learning.explain import explain
from tradewind.flow.run import run
from tradewind.store.workspace import Workspace

OLD = "0123456789ab"


def add_older_version(root: Path) -> None:
    """Save the newest model of lapse once more, as one that was made a month before."""
    workspace = tw.open(root, clock=lambda: NOW)
    state = workspace.state()
    newest = state.newest_model("lapse")
    assert newest is not None
    folder = root / "models" / "lapse" / OLD
    shutil.copytree(root / newest.path, folder)
    card = json.loads((folder / "card.json").read_text(encoding="utf-8"))
    (folder / "card.json").write_text(json.dumps({**card, "version": OLD, "algorithm": "older"}), encoding="utf-8")
    made = newest.created_at - timedelta(days=30)
    state.record_model("lapse", OLD, made, f"models/lapse/{OLD}", newest.snapshot_id, dict(newest.card))
    workspace.close()


@pytest.fixture
def twice(answered_shop: Path, fresh_copy) -> Workspace:
    """A shop with two models of lapse."""
    root = fresh_copy(answered_shop)
    add_older_version(root)
    return tw.open(root, clock=lambda: NOW)


def test_an_earlier_model_is_used_by_the_next_update_which_says_so_until_it_is_taken_back(twice: Workspace) -> None:
    newest, oldest = compare_versions(twice, "lapse")
    assert (newest.newest, newest.in_use, oldest.in_use) == (True, True, False)
    assert newest.metrics["auc"].value is not None
    assert oldest.algorithm != newest.algorithm

    choose_version(twice, "lapse", oldest.version, "Kim", "it was\nbetter")
    pin = find_pin(twice, "lapse")
    assert pin is not None
    assert (pin.by, pin.because) == ("Kim", "it was better")
    (finding,) = run(twice, ["lapse"]).findings
    assert set(twice.table("scores_lapse")["model_version"].to_pylist()) == {oldest.version}
    (warned,) = [check for check in finding.checks if check.name == "The list comes from the newest version"]
    assert warned.status == "warn"
    assert oldest.version in warned.what
    assert newest.version in warned.what
    who = twice.table("scores_lapse")["customer_id"][0].as_py()
    assert explain(twice, "lapse", who).score.model_version == oldest.version
    assert compare_versions(twice, "lapse", oldest.version)[1].on_list

    use_newest(twice, "lapse")
    (finding,) = run(twice, ["lapse"]).findings
    assert set(twice.table("scores_lapse")["model_version"].to_pylist()) == {newest.version}
    assert not any("newest version" in check.name for check in finding.checks)


def test_what_cannot_be_gone_back_to_is_refused_and_a_model_that_vanished_is_passed_over(twice: Workspace) -> None:
    newest, oldest = compare_versions(twice, "lapse")
    with pytest.raises(NotFound):
        choose_version(twice, "lapse", "../../etc", "Kim")
    with pytest.raises(ConfigError):
        choose_version(twice, "no_such_question", oldest.version, "Kim")
    choose_version(twice, "lapse", oldest.version, "Kim")
    folder = twice.root / "models" / "lapse" / oldest.version
    kept = Path(shutil.move(folder, twice.root / "aside"))
    used = version_in_use(twice, "lapse")
    assert used is not None
    assert used.version == newest.version
    with pytest.raises(NotAnswerable):
        choose_version(twice, "lapse", oldest.version, "Kim")
    shutil.move(kept, folder)
    choose_version(twice, "lapse", newest.version, "Kim")
    assert find_pin(twice, "lapse") is None
