"""A question in business words passes the contract of those that come with Tradewind; its folder is the same one."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import tradewind as tw
from contract.use_case_contract import README_PARTS, TinyShop, UseCaseContract
from small_shop import NOW
from tradewind.core.use_case import UseCase
from tradewind.flow.learning.lesson import label_of
from tradewind.flow.questions.asked import find_question
from tradewind.flow.questions.question import Question
from tradewind.flow.start.new_question import Words, write_question
from tradewind.store.workspace import Workspace

WORDS = Words(
    "second_box",
    "customers with at least 2 orders in the last 60 days and no event named 'complaint' in the last 30 days",
    "an order",
    "30 days",
    "orders in the last 60 days",
    "Buys again",
)
SECTION = f"""
[questions.second_box]
who = "{WORDS.who}"
what = "{WORDS.what}"
within = "{WORDS.within}"
worth = "{WORDS.worth}"
title = "{WORDS.title}"
models = ["tree"]
cutoffs = 2
"""
TINY = TinyShop(
    orders=(
        ("first instant, last instant", "2021-01-14 00:00:00", 10),
        ("first instant, last instant", "2021-03-14 23:59:59", 1),
        ("first instant, last instant", "2021-04-13 23:59:59", 99),
        ("horizon over", "2021-02-01 12:00:00", 20),
        ("horizon over", "2021-02-02 12:00:00", 20),
        ("horizon over", "2021-04-14 00:00:00", 99),
        ("a return is no order", "2021-02-01 12:00:00", 30),
        ("a return is no order", "2021-02-05 12:00:00", 5),
        ("a return is no order", "2021-02-06 12:00:00", -12),
        ("a return is no order", "2021-03-20 12:00:00", -3),
        # Not asked about:
        ("one order and a return", "2021-02-01 12:00:00", 30),
        ("one order and a return", "2021-02-02 12:00:00", -30),
        ("an instant too old", "2021-01-13 23:59:59", 10),
        ("an instant too old", "2021-03-01 12:00:00", 10),
        ("complained", "2021-03-01 12:00:00", 10),
        ("complained", "2021-03-02 12:00:00", 10),
        ("not known yet", "2021-03-10 12:00:00", 10),
        ("not known yet", "2021-03-11 12:00:00", 10, "2021-03-15 00:00:00"),
    ),
    events=(("complained", "2021-03-14 12:00:00", "complaint"), ("horizon over", "2021-02-01 12:00:00", "complaint")),
    answers={
        "first instant, last instant": (1.0, 11.0),
        "horizon over": (0.0, 40.0),
        "a return is no order": (0.0, 23.0),
    },
)


class TinyOwnShop(TinyShop):
    def write(self, folder: Path) -> Path:
        written = super().write(folder) / "tradewind.toml"
        written.write_text(written.read_text(encoding="utf-8") + SECTION, encoding="utf-8")
        return folder


@pytest.fixture(scope="module")
def own(shop: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The small shop, asking a question of its own."""
    return _with_question(shop, tmp_path_factory.mktemp("own") / "shop")


@pytest.fixture(scope="module")
def own_on_postgres(shop_on_postgres: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return _with_question(shop_on_postgres, tmp_path_factory.mktemp("own-postgres") / "shop")


def _with_question(workspace: Workspace, folder: Path) -> Workspace:
    shutil.copytree(workspace.root, folder)
    file = folder / "tradewind.toml"
    file.write_text(file.read_text(encoding="utf-8") + SECTION, encoding="utf-8")
    return tw.open(folder, clock=lambda: NOW, environ=workspace.environ)


class TestSecondBox(UseCaseContract):
    name = WORDS.name
    tiny = TinyOwnShop(TINY.answers, TINY.orders, TINY.touches, TINY.events)
    world = "own"

    @pytest.fixture(autouse=True)
    def _asked(self, own: Workspace) -> None:
        self.question = find_question(own.config, self.name)

    @property
    def case(self) -> UseCase:
        return self.question.use_case

    def test_the_folder_has_all_its_parts(self, own: Workspace) -> None:  # type: ignore[override]
        made = write_question(own, Words("third_box", *list(vars(WORDS).values())[1:]))
        readme = (made.folder / "README.md").read_text(encoding="utf-8")
        assert readme.startswith("# Buys again\n")
        assert [part for part in README_PARTS if part not in readme] == []
        again = tw.open(own.root, clock=lambda: NOW, environ=own.environ)
        written: Question = find_question(again.config, "third_box")
        assert written.label_sql == self.question.label_sql
        assert label_of(written).value is not None
        same = {**vars(self.case), "name": "third_box"}
        assert vars(written.use_case) == same
